/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.x on a connection: head, body, handler, answer, and again. */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/conn.h"

static void drop_request(struct http_conn *c)
{
    if (c->req) {
        http_req_release(c->req);
        c->req = NULL;
    }
}

/* The deadline that the state asks for; absolute ones are set once, when the state begins. */
static void arm(struct http_conn *c)
{
    const struct http_settings *settings = &c->loop->server->settings;
    if (c->closing || c->state != H1_HEAD || c->req || c->fresh) {
        return;
    }
    http_conn_deadline(c, c->loop->draining ? HTTP_DRAIN_GRACE_MS : settings->idle_ms);
}

/* The answer is written: on to the next request, or to the end. */
static void next_request(struct http_conn *c)
{
    c->fresh = false;
    if (c->closing) {
        return;
    }
    if (!c->close_after) {
        c->state = H1_HEAD;
        return;
    }
    c->state = H1_LINGER;
    c->body.left = HTTP_LINGER_BYTES;
    http_conn_flush(c);
    http_conn_shutdown(c);
    http_conn_deadline(c, c->loop->draining ? HTTP_DRAIN_GRACE_MS : HTTP_LINGER_MS);
}

static void write_answer(struct http_conn *c, struct http_req *req)
{
    struct http_res *res = &req->res;
    bool bare = http_status_bare(res->status) || req->head.method == HTTP_HEAD;
    h1_write_head(c, req, !c->close_after);
    req->record.status = res->status;
    req->record.bytes = bare ? 0 : res->body.n;
    if (bare) {
        return;
    }
    if (res->body_static) {
        http_conn_out_static(c, res->body);
    } else if (res->owned) {
        char *owned = res->owned;
        res->owned = NULL;
        http_conn_out_owned(c, owned, res->body.n);
    } else {
        http_conn_out(c, res->body);
    }
}

/* Writes the answer and lets the request go; writing may find the connection dead. */
static void answer(struct http_conn *c)
{
    struct http_req *req = c->req;
    c->req = NULL;
    c->close_after = c->close_after || !req->head.keep_alive || c->loop->draining;
    write_answer(c, req);
    http_record(c->loop, &req->record);
    http_req_release(req);
    next_request(c);
}

/* Answers something that is not a proper request and ends. */
static void refuse(struct http_conn *c, int status, const char *what)
{
    http_refuse(c->req, status, what);
    c->close_after = true;
    answer(c);
}

/* ── streams ── */

static void write_events(struct http_conn *c, str bytes)
{
    char size[16];
    bool chunked = c->stream->record.protocol == '1';
    if (chunked) {
        int n = snprintf(size, sizeof size, "%zx\r\n", bytes.n);
        http_conn_out(c, str_n(size, (size_t)n));
    }
    http_conn_out(c, bytes);
    if (chunked) {
        http_conn_out(c, STR("\r\n"));
    }
    c->stream->record.bytes += bytes.n;
    c->stream->said_ms = http_loop_now(c->loop);
}

static void end_stream(struct http_conn *c, bool whole)
{
    struct http_stream *stream = c->stream;
    if (!stream) {
        return;
    }
    if (whole && stream->record.protocol == '1' && stream->record.method != HTTP_HEAD) {
        http_conn_out(c, STR("0\r\n\r\n"));
    }
    c->stream = NULL;
    HTTP_UNCOUNT(c->loop->counters.streams_open, 1);
    http_record(c->loop, &stream->record);
    http_stream_closed(stream);
    http_stream_unref(stream);
}

static void h1_run(struct http_conn *c, str bytes);

/* Moves events from the stream to the connection while the socket takes them. */
static void pump_stream(struct http_conn *c)
{
    struct buf *events = &c->loop->events;
    bool ended = false;
    while (c->stream && !c->closing && !http_conn_pending(c) && !ended) {
        buf_clear(events);
        http_stream_take(c->stream, events, HTTP_OUT_TURN, &ended);
        if (events->n == 0) {
            break;
        }
        write_events(c, buf_str(events));
        http_conn_flush(c);
    }
    if (ended && c->stream && !c->closing && !http_conn_pending(c)) {
        end_stream(c, true);
        /* A worker that still holds the request comes back to it; see h1_finish. */
        if (!c->req) {
            next_request(c);
        }
        http_conn_flush(c);
    } else if (c->stream) {
        http_conn_deadline(c, http_stream_left(c->stream, c->loop->server->settings.ping_ms));
    }
}

static void h1_stream(struct http_stream *stream)
{
    struct http_conn *c = stream->conn;
    if (stream->req) {
        struct http_req *req = stream->req;
        stream->req = NULL;
        c->stream = stream;
        c->state = H1_STREAM;
        if (stream->detached && c->loop->draining) {
            http_stream_finish(stream);
        }
        c->close_after =
            c->close_after || !req->head.keep_alive || req->head.minor == 0 || c->loop->draining;
        h1_write_head(c, req, !c->close_after);
        http_conn_flush(c);
        if (req->head.method == HTTP_HEAD) {
            http_stream_finish(stream);
            struct buf *events = &c->loop->events;
            bool ended;
            http_stream_take(stream, events, HTTP_STREAM_MAX, &ended);
            buf_clear(events);
        }
    }
    pump_stream(c);
    if (!c->closing && c->state == H1_HEAD && !c->running) {
        h1_run(c, STR_EMPTY);
    }
    http_conn_update(c);
}

/* ── from head to answer ── */

/* The handler has returned, or none was asked. */
static void finish_on_conn(struct http_conn *c, struct http_req *req)
{
    struct http_stream *stream = req->res.stream;
    if (req->res.state == HTTP_RES_STREAM) {
        if (!stream->detached) {
            http_stream_finish(stream);
        }
        c->req = NULL;
        if (stream->req) {
            http_stream_begin(stream, req);
        } else if (c->stream) {
            pump_stream(c);
        } else {
            next_request(c); /* it had ended before its handler returned */
        }
        http_req_release(req);
        return;
    }
    if (req->res.state == HTTP_RES_NONE) {
        http_refuse(req, 500, "the handler gave no answer");
    }
    answer(c);
}

static void h1_finish(struct http_req *req)
{
    struct http_conn *c = req->conn;
    finish_on_conn(c, req);
    if (!c->running) {
        h1_run(c, STR_EMPTY);
        http_conn_update(c);
    }
}

static void handle(struct http_conn *c)
{
    c->state = H1_BUSY;
    http_conn_deadline(c, 0);
    http_handle_request(c->req);
}

/* An answer was given before the body was read: reads past a short body, gives up on a long one. */
static void answered_early(struct http_conn *c, bool complete)
{
    struct http_head *head = &c->req->head;
    uint64_t length = head->content_length;
    bool skip = !complete && !head->chunked && length <= HTTP_DISCARD_MAX && !head->expect_continue;
    c->close_after = c->close_after || (!complete && !skip);
    answer(c);
    if (c->state == H1_HEAD && skip && !c->closing) {
        c->state = H1_DISCARD;
        c->body.left = length;
        http_conn_deadline(c, c->loop->server->settings.body_ms);
    }
}

static void head_done(struct http_conn *c, bool more_came)
{
    struct http_req *req = c->req;
    struct http_head *head = &req->head;
    bool complete = !head->chunked && head->content_length == 0;
    if (http_plan_request(req)) {
        answered_early(c, complete);
        return;
    }
    if (head->content_length > req->plan.body_max) {
        http_refuse(req, 413, "the body is larger than this route accepts");
        answered_early(c, false);
        return;
    }
    if (!http_body_reserve(req, head->chunked ? req->plan.body_max : head->content_length)) {
        http_refuse(req, 503, "the server is busy with other large bodies; try again soon");
        answered_early(c, false);
        return;
    }
    buf_init(&req->body, req->plan.body_max);
    if (complete) {
        handle(c);
        return;
    }
    c->state = H1_BODY;
    if (head->chunked) {
        h1_chunked_init(&c->body.chunked);
    } else {
        c->body.left = head->content_length;
    }
    if (head->expect_continue && !more_came) {
        http_conn_out(c, STR("HTTP/1.1 100 Continue\r\n\r\n"));
        http_conn_flush(c);
    }
    http_conn_deadline(c, c->loop->server->settings.body_ms);
}

/* ── input ── */

/* Takes a head off the front of *in; false when more is needed. */
static bool read_head(struct http_conn *c, str *in)
{
    if (in->n == 0) {
        return false;
    }
    if (!c->req) {
        c->req = http_req_take(c->loop);
        if (!c->req) {
            http_conn_close(c);
            return false;
        }
        c->req->conn = c;
    }
    struct http_req *req = c->req;
    switch (h1_head_feed(&req->parser, &req->head, &c->loop->server->limits, *in)) {
    case H1_MORE:
        if (!c->fresh && req->record.status == 0) {
            http_conn_deadline(c, c->loop->server->settings.header_ms);
        }
        req->record.status = 408; /* so far */
        return false;
    case H1_BAD:
        refuse(c, req->parser.status, req->parser.what);
        return true;
    case H1_DONE:
        break;
    }
    c->fresh = false;
    req->record.protocol = (char)('0' + req->head.minor);
    if (!http_req_keep_head(req, str_slice(*in, 0, req->parser.size))) {
        http_conn_close(c);
        return false;
    }
    *in = str_slice(*in, req->parser.size, in->n);
    head_done(c, in->n > 0);
    return true;
}

/* Takes body bytes off the front of *in; false when more is needed. */
static bool read_body(struct http_conn *c, str *in)
{
    struct http_req *req = c->req;
    enum h1_result result = H1_MORE;
    str data;
    while (in->n && result == H1_MORE) {
        if (req->head.chunked) {
            result = h1_chunked_feed(&c->body.chunked, in, &data);
        } else {
            data = str_slice(*in, 0, c->body.left < in->n ? (size_t)c->body.left : in->n);
            *in = str_slice(*in, data.n, in->n);
            c->body.left -= data.n;
            result = c->body.left ? H1_MORE : H1_DONE;
        }
        buf_add(&req->body, data);
    }
    if (result == H1_BAD) {
        refuse(c, 400, c->body.chunked.what);
        return true;
    }
    if (req->body.failed) {
        bool large = req->body.failed == ERR_TOO_LARGE;
        refuse(c, large ? 413 : 503,
               large ? "the body is larger than this route accepts" : "out of memory");
        return true;
    }
    if (result == H1_DONE) {
        handle(c);
        return true;
    }
    return false;
}

static void skip_body(struct http_conn *c, str *in)
{
    size_t n = c->body.left < in->n ? (size_t)c->body.left : in->n;
    *in = str_slice(*in, n, in->n);
    c->body.left -= n;
    if (c->body.left == 0) {
        c->state = H1_HEAD;
    }
}

static bool step(struct http_conn *c, str *in)
{
    switch (c->state) {
    case H1_HEAD:
        return read_head(c, in);
    case H1_BODY:
        return read_body(c, in);
    case H1_DISCARD:
        skip_body(c, in);
        return c->state == H1_HEAD;
    case H1_LINGER:
        if (in->n >= c->body.left) {
            http_conn_close(c);
        }
        c->body.left -= in->n;
        *in = STR_EMPTY;
        return false;
    case H1_BUSY:
    case H1_STREAM:
        break;
    }
    return false;
}

/* Works through what has come, as long as the answers get away. */
static void h1_run(struct http_conn *c, str bytes)
{
    bool kept = c->in.n > 0;
    if (kept) {
        buf_add(&c->in, bytes);
        bytes = buf_str(&c->in);
    }
    str in = bytes;
    c->running = true;
    while (!c->closing && (c->state == H1_LINGER || !http_conn_pending(c)) && step(c, &in)) {
        if (c->loop->out.total >= HTTP_OUT_TURN) {
            http_conn_flush(c);
        }
    }
    c->running = false;
    if (!kept) {
        buf_add(&c->in, in);
    } else {
        buf_consume(&c->in, bytes.n - in.n);
        if (c->in.n == 0) {
            buf_done(&c->in);
        }
    }
    if (c->in.failed) {
        http_conn_close(c);
    }
    http_conn_flush(c);
    arm(c);
    if (c->eof && !http_conn_pending(c) && c->state != H1_BUSY && c->state != H1_STREAM) {
        http_conn_close(c); /* everything that came before the end is answered */
    }
}

static void h1_input(struct http_conn *c, str bytes) { h1_run(c, bytes); }

static void h1_eof(struct http_conn *c)
{
    /* A client may end its side after its request and still wait for the answer. */
    if (c->state != H1_BUSY && !(c->state == H1_HEAD && http_conn_pending(c))) {
        http_conn_close(c);
    }
}

static void h1_drained(struct http_conn *c)
{
    if (c->stream) {
        pump_stream(c);
    }
    if (!c->closing && c->state == H1_LINGER) {
        http_conn_deadline(c, HTTP_LINGER_MS);
    }
    if (!c->closing && !c->running && c->state != H1_STREAM) {
        h1_run(c, STR_EMPTY);
    }
}

static void h1_expired(struct http_conn *c)
{
    int64_t ping_ms = c->loop->server->settings.ping_ms;
    switch (c->state) {
    case H1_HEAD:
        if (c->req) {
            refuse(c, 408, "the request head took too long");
            http_conn_flush(c);
        } else {
            http_conn_drop(c);
        }
        break;
    case H1_BODY:
        refuse(c, 408, "the request body took too long");
        http_conn_flush(c);
        break;
    case H1_STREAM:
        if (c->stream && http_stream_overdue(c->stream)) {
            http_stream_finish(c->stream);
            h1_stream(c->stream);
            break;
        }
        if (c->stream && http_loop_now(c->loop) - c->stream->said_ms >= ping_ms) {
            write_events(c, STR(": ping\n\n"));
            http_conn_flush(c);
        }
        if (c->stream) {
            int64_t left_ms = c->stream->said_ms + ping_ms - http_loop_now(c->loop);
            http_conn_deadline(c, http_stream_left(c->stream, left_ms));
        }
        break;
    case H1_DISCARD:
    case H1_LINGER:
        http_conn_drop(c);
        break;
    case H1_BUSY:
        break;
    }
}

static void h1_drain(struct http_conn *c)
{
    if (c->state == H1_STREAM && c->stream && c->stream->detached) {
        c->close_after = true;
        http_stream_finish(c->stream);
        pump_stream(c);
        http_conn_update(c);
    } else if (c->state == H1_HEAD && !c->req) {
        http_conn_deadline(c, HTTP_DRAIN_GRACE_MS);
    }
}

static void h1_closed(struct http_conn *c)
{
    end_stream(c, false);
    if (c->req && c->req->on_worker) {
        c->req->conn = NULL;
        c->req = NULL;
    }
    drop_request(c);
}

const struct http_protocol http_protocol_1 = {
    .input = h1_input,
    .eof = h1_eof,
    .drained = h1_drained,
    .expired = h1_expired,
    .drain = h1_drain,
    .closed = h1_closed,
    .finish = h1_finish,
    .stream = h1_stream,
};
