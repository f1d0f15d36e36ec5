/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/conn.h"
#include "http/peers.h"

static void stream_mail(struct http_mail *mail)
{
    struct http_stream *stream =
        (struct http_stream *)(void *)((char *)mail - offsetof(struct http_stream, mail));
    (void)pthread_mutex_lock(&stream->lock);
    stream->posted = false;
    (void)pthread_mutex_unlock(&stream->lock);
    if (stream->req && !stream->detached) {
        http_stream_begin(stream,
                          stream->req); /* a detached one begins when its handler has returned */
    } else if (stream->conn) {
        stream->conn->protocol->stream(stream);
    }
    http_stream_unref(stream);
}

void http_stream_begin(struct http_stream *stream, struct http_req *req)
{
    if (!req->conn) {
        stream->req = NULL;
        http_stream_closed(stream);
        return;
    }
    http_stream_ref(stream); /* the connection's */
    stream->conn = req->conn;
    stream->h2 = req->h2;
    stream->said_ms = http_loop_now(stream->loop);
    HTTP_COUNT(stream->loop->counters.streams_open, 1);
    req->conn->protocol->stream(stream);
}

/* With the lock held. */
static void stream_post(struct http_stream *stream)
{
    if (!stream->posted && !stream->closed) {
        stream->posted = true;
        http_stream_ref(stream);
        http_loop_post(stream->loop, &stream->mail);
    }
}

/* Counts a stream for its client until it is closed; false when it is one too many. */
static bool count_stream(struct http_stream *stream, const struct http_req *req)
{
    const struct http_server *server = req->loop->server;
    stream->client = req->client;
    stream->counted = server->settings.streams_per_address > 0;
    return !stream->counted || peer_table_enter(server->stream_peers, &req->client,
                                                server->settings.streams_per_address);
}

static err stream_new(struct http_res *res, bool detached, struct http_stream **ret)
{
    struct http_req *req = http_res_req(res);
    if (res->state != HTTP_RES_NONE) {
        return err_new(ERR_INTERNAL, "an answer was begun already");
    }
    struct http_stream *stream = mem_alloc(sizeof *stream);
    if (!stream) {
        return err_new(ERR_NO_MEMORY, "out of memory for a stream");
    }
    if (detached && !count_stream(stream, req)) {
        mem_free(stream);
        return err_new(ERR_RATE_LIMITED, "this address has too many streams open; close one");
    }
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&stream->room, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&stream->lock, NULL);
    buf_init(&stream->out, HTTP_STREAM_MAX);
    stream->mail.run = stream_mail;
    stream->loop = req->loop;
    stream->detached = detached;
    stream->req = req;
    stream->conn = NULL;
    stream->record = req->record;
    stream->record.status = 200;
    atomic_init(&stream->refs, 1);
    res->status = 200;
    res->content_type = STR("text/event-stream");
    res->state = HTTP_RES_STREAM;
    res->stream = stream;
    *ret = stream;
    return ERR_NONE;
}

err http_res_stream(struct http_res *res)
{
    struct http_stream *stream;
    err e = stream_new(res, false, &stream);
    if (err_ok(e)) {
        /* The head of the answer goes out at once, also when the first event takes its time. */
        (void)pthread_mutex_lock(&stream->lock);
        stream_post(stream);
        (void)pthread_mutex_unlock(&stream->lock);
    }
    return e;
}

err http_res_detach(struct http_res *res, struct http_stream **ret)
{
    struct http_stream *stream;
    err e = stream_new(res, true, &stream);
    if (err_ok(e)) {
        http_stream_ref(stream); /* the caller's; the first one is the request's */
        *ret = stream;
    }
    return e;
}

static void add_lines(struct buf *b, const char *prefix, str text)
{
    do {
        size_t end = 0;
        while (end < text.n && text.p[end] != '\n' && text.p[end] != '\r') {
            end++;
        }
        buf_add_c(b, prefix);
        buf_add(b, str_slice(text, 0, end));
        buf_add_byte(b, '\n');
        size_t skip = end + 1 < text.n && text.p[end] == '\r' && text.p[end + 1] == '\n' ? 2 : 1;
        bool more = end < text.n;
        text = str_slice(text, end + skip, text.n);
        if (!more) {
            break;
        }
    } while (true);
}

/* One event in the form of the HTML standard, section 9.2.6. Sizes are judged before, so it never
 * fails in part. */
static err add_event(struct buf *b, str event_id, str event, str data)
{
    size_t before = b->n;
    if (str_has_control(event_id) || str_has_control(event)) {
        return err_new(ERR_INVALID, "an event's id and name have no control bytes");
    }
    if (event_id.n) {
        add_lines(b, "id: ", event_id);
    }
    if (event.n) {
        add_lines(b, "event: ", event);
    }
    add_lines(b, "data: ", data);
    buf_add_byte(b, '\n');
    if (b->failed) {
        b->n = before;
        return buf_err(b);
    }
    return ERR_NONE;
}

/* With the lock held: waits for room. False when it took longer than the write deadline. */
static bool wait_for_room(struct http_stream *stream)
{
    struct timespec until;
    unsigned wait_ms = stream->loop->server->settings.write_ms;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    while (stream->out.n > HTTP_STREAM_WAIT_BYTES && !stream->closed) {
        if (pthread_cond_timedwait(&stream->room, &stream->lock, &until) == ETIMEDOUT) {
            return false;
        }
    }
    return true;
}

static err push_event(struct http_stream *stream, bool may_wait, str event_id, str event, str data)
{
    err e = ERR_NONE;
    (void)pthread_mutex_lock(&stream->lock);
    stream->ended = stream->ended || http_stream_overdue(stream);
    bool room = !may_wait || wait_for_room(stream);
    if (stream->closed || stream->ended) {
        e = err_new(ERR_CLOSED, "the stream has ended");
    } else if (room) {
        e = add_event(&stream->out, event_id, event, data);
    }
    if (!room || e.code == ERR_TOO_LARGE || e.code == ERR_NO_MEMORY) {
        stream->ended = true; /* a client that does not read; what is queued is dropped with it */
        e = err_new(ERR_CLOSED, "the client does not read its stream");
    }
    stream_post(stream);
    (void)pthread_mutex_unlock(&stream->lock);
    return e;
}

err http_res_event(struct http_res *res, str event_id, str event, str data)
{
    if (res->state != HTTP_RES_STREAM || res->stream->detached) {
        return err_new(ERR_INTERNAL, "the stream was not begun");
    }
    return push_event(res->stream, http_res_req(res)->on_worker, event_id, event, data);
}

err http_stream_event(struct http_stream *stream, str event_id, str event, str data)
{
    return push_event(stream, false, event_id, event, data);
}

void http_stream_on_close(struct http_stream *stream, void (*closed)(void *user), void *user)
{
    (void)pthread_mutex_lock(&stream->lock);
    stream->on_close = closed;
    stream->on_close_user = user;
    (void)pthread_mutex_unlock(&stream->lock);
}

void http_stream_until(struct http_stream *stream, int64_t mono_ms) { stream->until_ms = mono_ms; }

bool http_stream_overdue(const struct http_stream *stream)
{
    return stream->until_ms && clock_mono_ms() >= stream->until_ms;
}

int64_t http_stream_left(const struct http_stream *stream, int64_t max_ms)
{
    int64_t left = stream->until_ms ? stream->until_ms - clock_mono_ms() : max_ms;
    return left < 1 ? 1 : left < max_ms ? left : max_ms;
}

bool http_stream_is_closed(struct http_stream *stream)
{
    (void)pthread_mutex_lock(&stream->lock);
    bool closed = stream->closed;
    (void)pthread_mutex_unlock(&stream->lock);
    return closed;
}

void http_stream_end(struct http_stream *stream)
{
    (void)pthread_mutex_lock(&stream->lock);
    stream->ended = true;
    stream_post(stream);
    (void)pthread_mutex_unlock(&stream->lock);
}

void http_stream_finish(struct http_stream *stream)
{
    (void)pthread_mutex_lock(&stream->lock);
    stream->ended = true;
    (void)pthread_mutex_unlock(&stream->lock);
}

void http_stream_ref(struct http_stream *stream)
{
    (void)atomic_fetch_add_explicit(&stream->refs, 1, memory_order_relaxed);
}

void http_stream_unref(struct http_stream *stream)
{
    if (stream && atomic_fetch_sub_explicit(&stream->refs, 1, memory_order_acq_rel) == 1) {
        buf_done(&stream->out);
        (void)pthread_cond_destroy(&stream->room);
        (void)pthread_mutex_destroy(&stream->lock);
        mem_free(stream);
    }
}

void http_stream_take(struct http_stream *stream, struct buf *out, size_t max, bool *ret_ended)
{
    (void)pthread_mutex_lock(&stream->lock);
    size_t n = stream->out.n < max ? stream->out.n : max;
    if (n) {
        buf_add(out, str_n(stream->out.p, n));
        buf_consume(&stream->out, n);
        (void)pthread_cond_broadcast(&stream->room);
    }
    if (stream->out.n == 0) {
        buf_done(&stream->out); /* an idle stream holds no buffer */
    }
    *ret_ended = stream->ended && stream->out.n == 0;
    (void)pthread_mutex_unlock(&stream->lock);
}

void http_stream_closed(struct http_stream *stream)
{
    (void)pthread_mutex_lock(&stream->lock);
    void (*on_close)(void *user) = stream->closed ? NULL : stream->on_close;
    bool counted = stream->counted;
    stream->counted = false;
    stream->closed = true;
    stream->conn = NULL;
    stream->h2 = NULL;
    buf_done(&stream->out);
    (void)pthread_cond_broadcast(&stream->room);
    (void)pthread_mutex_unlock(&stream->lock);
    if (counted) {
        peer_table_leave(stream->loop->server->stream_peers, &stream->client);
    }
    if (on_close) {
        on_close(stream->on_close_user);
    }
}
