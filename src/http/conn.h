/* SPDX-License-Identifier: Apache-2.0 */
/* Private to http/: connections, the loops that own them and the server that owns those. */
#pragma once

#include <uv.h>

#include "base/clock.h"
#include "http/exchange.h"
#include "http/h1_chunked.h"
#include "net/listener.h"
#include "net/wheel.h"

enum {
    HTTP_READ_BYTES = 64 << 10, /* of a loop's shared read buffer */
    HTTP_OUT_BYTES = 48 << 10,  /* of a loop's shared buffer of answers */
    HTTP_OUT_PARTS = 32,
    HTTP_OUT_TURN = 32 << 10, /* answers of one connection that are gathered before a write */
    HTTP_IN_MAX = 16 << 10,   /* unparsed input at which a connection is not read further */
    HTTP_LINGER_MS = 2000,    /* how long input is still thrown away after a refusal */
    HTTP_LINGER_BYTES = 1 << 20,
    HTTP_DISCARD_MAX = 64 << 10, /* body that is read past to keep a connection */
    HTTP_WRITE_STEP = 32 << 10,  /* bytes that count as progress within write_ms */
    HTTP_RETRY_MS = 1000,
    HTTP_DRAIN_GRACE_MS = 1000, /* for requests that are on their way when draining begins */
    HTTP_LOG_BYTES = 32 << 10,
    HTTP_FREE_REQUESTS = 64
};

struct http_conn;
struct tls_conn;

/* A run of output that waits for the socket. */
struct http_chunk {
    struct http_chunk *next;
    const char *p;
    size_t n;
    char *owned; /* freed with the chunk; NULL when the bytes are static or behind it */
    char bytes[];
};

struct http_queue {
    struct http_chunk *first, *last;
};

/* What a protocol does with a connection. */
struct http_protocol {
    void (*input)(struct http_conn *c, str bytes);
    void (*eof)(struct http_conn *c);
    void (*drained)(struct http_conn *c);       /* all output is with the kernel */
    void (*expired)(struct http_conn *c);       /* c->deadline has passed */
    void (*drain)(struct http_conn *c);         /* the server wants to end */
    void (*closed)(struct http_conn *c);        /* lets requests and streams go */
    void (*free)(struct http_conn *c);          /* may be NULL; the connection's memory goes next */
    void (*finish)(struct http_req *req);       /* the handler has returned */
    void (*stream)(struct http_stream *stream); /* it has events or has ended */
};

extern const struct http_protocol http_protocol_1;
extern const struct http_protocol http_protocol_2;

enum h1_state {
    H1_HEAD,    /* waiting for or reading a head */
    H1_BODY,    /* reading a body */
    H1_DISCARD, /* answered; reading past the body */
    H1_BUSY,    /* a handler works */
    H1_STREAM,  /* an event stream is open */
    H1_LINGER   /* nothing more will be answered; input is thrown away */
};

struct http_conn {
    uv_tcp_t tcp;
    uv_write_t write;
    struct http_loop *loop;
    struct http_conn *prev, *next;
    const struct http_protocol *protocol;
    struct tls_conn *tls;
    struct wheel_node timer;
    int64_t deadline;  /* of the protocol; 0: none */
    int64_t write_due; /* when output must have made progress; 0: none is pending */
    size_t write_mark; /* bytes that were pending then */
    struct addr peer;
    struct http_queue wire;  /* what goes to the socket as it is */
    struct http_queue plain; /* with TLS: what is still to be encrypted */
    size_t pending;          /* bytes in both */
    unsigned writing;        /* chunks of `wire` that uv_write holds */
    bool reading, closing, counted, eof, redirects, close_when_drained;
    /* HTTP/1.x */
    enum h1_state state;
    bool close_after, fresh, running;
    struct http_req *req;
    struct http_stream *stream;
    struct buf in;
    union {
        struct h1_chunked chunked;
        uint64_t left; /* of a body with a length; in H1_LINGER: bytes that may still come */
    } body;
    /* HTTP/2 */
    struct h2_session *h2;
};

/* Answers of the connection that is being worked on, before they are written. */
struct http_out {
    uv_buf_t parts[HTTP_OUT_PARTS];
    unsigned part_count;
    size_t n, total;
    char bytes[HTTP_OUT_BYTES];
};

struct http_loop {
    uv_loop_t uv;
    struct http_server *server;
    unsigned index;
    uv_thread_t thread;
    uv_tcp_t listeners[2]; /* the server's, and the one that redirects */
    unsigned listener_count;
    uv_async_t wake;
    uv_timer_t tick;
    uv_prepare_t before_wait;
    uv_signal_t signals[3];
    pthread_mutex_t mail_lock;
    struct http_mail *mail_first, **mail_last;
    struct wheel wheel;
    struct http_conn *conns;
    struct http_req *free_reqs;
    unsigned free_count, req_count;
    unsigned conn_count;
    bool draining, cut, accepting;
    bool owed[2]; /* a connection waits for memory */
    bool open;    /* under mail_lock: wake may be used */
    int64_t drain_due;
    int64_t date_second;
    char date[40];
    unsigned char random[4096];
    size_t random_at;
    size_t log_n;
    int64_t log_ms; /* of log_time */
    struct clock_text log_time;
    struct http_counters counters; /* written by the loop, read by anyone (relaxed) */
    struct http_out out;
    struct buf events; /* taken from a stream, before framing */
    struct buf cipher; /* TLS output of the connection that is being worked on */
    char in[HTTP_READ_BYTES];
    char plain[HTTP_READ_BYTES];
    char log[HTTP_LOG_BYTES];
};

struct http_server {
    struct http_settings settings;
    struct http_hooks hooks;
    struct h1_limits limits;
    struct pool *work, *slow;
    struct peer_table *peers, *stream_peers;
    atomic_size_t bodies; /* bytes reserved for large bodies */
    struct tls_server *tls;
    struct addr_net proxies[16];
    unsigned proxy_count;
    str origin_host; /* of settings.origin, empty: none */
    bool origin_https;
    unsigned port, redirect_port;
    atomic_uint connections;
    atomic_int stopping; /* 1: drain, more: cut */
    unsigned loop_count;
    struct http_loop *loops;
};

/* One thread writes a loop's counters, so that a plain sum will do; readers see each number whole.
 */
#define HTTP_COUNT(field, n) __atomic_store_n(&(field), (field) + (n), __ATOMIC_RELAXED)
#define HTTP_UNCOUNT(field, n) __atomic_store_n(&(field), (field) - (n), __ATOMIC_RELAXED)

/* ── conn.c: bytes in and out ── */

/* False when there is no memory for it: ask again later. */
bool http_conn_accept(struct http_loop *loop, uv_stream_t *listener, bool redirects);
/* Closes at once; the memory goes when the loop is done with it. */
void http_conn_close(struct http_conn *c);
/* Closes after a deadline: what the peer has not read by now is lost. */
void http_conn_drop(struct http_conn *c);
/* Adds output; nothing is written before http_conn_flush. */
void http_conn_out(struct http_conn *c, str bytes);
/* Gives where to write up to n bytes of output (at most HTTP_OUT_BYTES), or NULL; http_conn_commit
 * tells how many. */
char *http_conn_reserve(struct http_conn *c, size_t n);
void http_conn_commit(struct http_conn *c, size_t n);
void http_conn_out_static(struct http_conn *c, str bytes);
/* Takes `owned` (mem_alloc) over. */
void http_conn_out_owned(struct http_conn *c, char *owned, size_t n);
/* Writes what was added and decides whether to read further. */
void http_conn_flush(struct http_conn *c);
static inline bool http_conn_pending(const struct http_conn *c)
{
    return c->wire.first || c->plain.first;
}
/* For TLS: takes parts as they are, queues bytes, drops sent ones, switches the protocol. */
enum http_bytes { HTTP_BYTES_COPY, HTTP_BYTES_STATIC };
void http_conn_send(struct http_conn *c, uv_buf_t *parts, unsigned count);
bool http_conn_queue(struct http_conn *c, struct http_queue *q, const char *p, size_t n,
                     enum http_bytes kind);
void http_conn_consume(struct http_conn *c, struct http_queue *q, size_t n);
void http_conn_use_h2(struct http_conn *c);
/* Ends the writing side after the output, then throws input away until the peer closes. */
void http_conn_shutdown(struct http_conn *c);
/* 0 removes the deadline. */
void http_conn_deadline(struct http_conn *c, int64_t ms_from_now);
/* The wheel has reached the connection. */
void http_conn_timer(struct http_conn *c, int64_t now);
/* Starts or stops reading by what the connection can take. */
void http_conn_update(struct http_conn *c);

/* ── loop.c ── */

err http_loop_init(struct http_loop *loop, struct http_server *server, unsigned index);
/* Gives a listening socket to the loop. */
err http_loop_listen(struct http_loop *loop, struct listener *listener, bool redirects);
void http_loop_run(struct http_loop *loop);
void http_loop_done(struct http_loop *loop);
/* From any thread: runs the mail on the loop. */
void http_loop_post(struct http_loop *loop, struct http_mail *mail);
void http_loop_flush_log(struct http_loop *loop);
/* IMF-fixdate, cached per second. */
str http_loop_date(struct http_loop *loop);
id http_loop_id(struct http_loop *loop);
static inline int64_t http_loop_now(const struct http_loop *loop)
{
    return (int64_t)uv_now(&loop->uv);
}

/* ── dispatch.c: what both protocols do with a request ── */

/* The head is complete: checks host and scheme, asks the plan hook. True when an answer was given.
 */
bool http_plan_request(struct http_req *req);
/* Sets room aside for a body of up to n bytes, until the request is released. False when the server
 * holds enough of them. */
bool http_body_reserve(struct http_req *req, size_t n);
/* The body is complete: runs the handler in its lane; req->conn->protocol->finish follows. */
void http_handle_request(struct http_req *req);
/* Counts and logs. */
void http_record(struct http_loop *loop, const struct http_record *record);
/* Begins the answer of a request that went wrong before its handler. */
void http_refuse(struct http_req *req, int status, const char *what);
/* Fills the client's address and scheme through trusted proxies (RFC 7239, X-Forwarded-*). */
void http_client_resolve(struct http_req *req, const struct http_conn *c);

/* ── h1_write.c ── */

void h1_write_head(struct http_conn *c, struct http_req *req, bool keep_alive);
