/* SPDX-License-Identifier: Apache-2.0 */
/* Private to http/: one request and its answer, whatever the protocol, and streams of events. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "http/h1_head.h"
#include "http/server.h"
#include "net/addr.h"
#include "net/pool.h"

struct http_loop;
struct http_conn;

enum {
    HTTP_RES_FIELDS_MAX = 24,          /* headers that a handler may add */
    HTTP_BODY_COPY_MAX = 8 << 10,      /* larger bodies are handed over instead of copied */
    HTTP_BODY_OUT_MAX = 64 << 20,      /* largest whole answer */
    HTTP_HEAD_SMALL = 2048,            /* heads up to here need no memory of their own */
    HTTP_STREAM_WAIT_BYTES = 64 << 10, /* a worker waits while more is unsent */
    HTTP_STREAM_MAX = 256 << 10,       /* a detached stream with more unread is closed */
    HTTP_BODY_SMALL = 64 << 10,        /* larger bodies count against HTTP_BODIES_MAX */
    HTTP_BODIES_MAX = 256 << 20        /* of all requests together; one is always let in */
};

/* Work for a loop from any thread; see http_loop_post. */
struct http_mail {
    struct http_mail *next;
    void (*run)(struct http_mail *mail);
};

enum http_res_state { HTTP_RES_NONE, HTTP_RES_WHOLE, HTTP_RES_STREAM };

/* Headers that every answer has unless the handler set them; bits of http_res.overridden. */
enum http_default {
    HTTP_DEFAULT_SNIFF,
    HTTP_DEFAULT_REFERRER,
    HTTP_DEFAULT_FRAME,
    HTTP_DEFAULT_CSP,
    HTTP_DEFAULT_CORP,
    HTTP_DEFAULT_CACHE,
    HTTP_DEFAULT_HSTS, /* only over https */
    HTTP_DEFAULT_COUNT
};

struct http_pair {
    str name, value;
};

extern const struct http_pair http_defaults[HTTP_DEFAULT_COUNT];

struct http_res {
    enum http_res_state state;
    int status;
    unsigned overridden;
    unsigned field_count;
    str content_type, body;
    char *owned;      /* the body, when it is too large to copy; freed with mem_free */
    bool body_static; /* the body lives as long as the program */
    struct http_stream *stream;
    struct http_pair fields[HTTP_RES_FIELDS_MAX];
};

/* What the access log says; copied to a stream that outlives its request. */
struct http_record {
    enum http_method method;
    const char *route;
    id request_id;
    int status;
    int64_t start_us;
    uint64_t bytes;
    char protocol; /* '0', '1': HTTP/1.x; '2': HTTP/2 */
};

struct http_req {
    struct http_req *self; /* for accessors that fill caches behind a const */
    struct http_req *next_free;
    struct pool_job job;
    struct http_mail mail;
    struct http_loop *loop;
    struct http_conn *conn; /* the loop's; NULL when the client has gone */
    void *h2;               /* struct h2_stream, the loop's */
    bool on_worker;
    const char *base; /* bytes of the head */
    struct arena arena;
    struct buf body;
    size_t body_reserved; /* of the server's bodies */
    struct http_plan plan;
    struct http_record record;
    struct addr client;
    bool https;
    struct addr_text client_text;
    str content_type, origin_self;
    void *user;
    struct h1_parser parser;
    struct http_res res;
    struct http_head head;
    char small[HTTP_HEAD_SMALL];
};

static inline struct http_req *http_res_req(struct http_res *res)
{
    return (struct http_req *)(void *)((char *)res - offsetof(struct http_req, res));
}

struct http_stream {
    struct http_mail mail;
    struct http_loop *loop;
    atomic_uint refs;
    bool detached, counted;
    struct addr client; /* whom it is counted for */
    int64_t until_ms;   /* when it ends by itself, 0: never */
    /* the loop's */
    struct http_conn *conn;
    struct http_req *req; /* until the head of the answer is written */
    void *h2;
    int64_t said_ms; /* when the last bytes went out */
    struct http_record record;
    /* under the lock */
    pthread_mutex_t lock;
    pthread_cond_t room;
    struct buf out;
    bool posted, ended, closed;
    void (*on_close)(void *user);
    void *on_close_user;
};

/* Loop: a fresh request of a connection, or NULL; its memory is reused. */
struct http_req *http_req_take(struct http_loop *loop);
void http_req_release(struct http_req *req);
/* Moves the head's bytes into the request's own memory. */
bool http_req_keep_head(struct http_req *req, str bytes);

/* Adds a header without copying: a lower-case name and a value that live as long as the program. */
void http_res_header_static(struct http_res *res, str name, str value);
/* Answers without copying: the body lives as long as the program. */
void http_res_send_static(struct http_res *res, int status, str content_type, str body);
/* Answers with an error that has no err code of its own. */
void http_res_error_status(struct http_res *res, int status, const char *code, str message,
                           str details_json);
/* The stable code of a status that the server itself gives. */
const char *http_status_code(int status);
/* Reason phrase, never NULL. */
const char *http_status_text(int status);
/* True for statuses that have neither body nor length. */
static inline bool http_status_bare(int status)
{
    return status < 200 || status == 204 || status == 304;
}

/* Loop: the answer's head can be written; gives the stream to its connection. */
void http_stream_begin(struct http_stream *stream, struct http_req *req);
/* Loop: takes what is queued, up to `max` bytes; *ret_ended when nothing will follow. Wakes a
 * waiting worker. */
void http_stream_take(struct http_stream *stream, struct buf *out, size_t max, bool *ret_ended);
/* Loop: the client has gone or the answer is complete; calls on_close once. */
void http_stream_closed(struct http_stream *stream);
/* Loop: true when the time it was given is over. */
bool http_stream_overdue(const struct http_stream *stream);
/* Loop: the milliseconds until then, at least 1, at most `max_ms`. */
int64_t http_stream_left(const struct http_stream *stream, int64_t max_ms);
/* Loop: marks the end as its producer would. */
void http_stream_finish(struct http_stream *stream);
