/* SPDX-License-Identifier: Apache-2.0 */
/* Answers and event streams over HTTP/2. */
#include "http/h2.h"

enum { FIELDS_OUT_MAX = 6 + HTTP_DEFAULT_COUNT + HTTP_RES_FIELDS_MAX };

struct fields {
    nghttp2_nv nv[FIELDS_OUT_MAX];
    size_t n;
};

static void add(struct fields *f, str name, str value)
{
    f->nv[f->n++] = (nghttp2_nv){(uint8_t *)(uintptr_t)name.p, (uint8_t *)(uintptr_t)value.p,
                                 name.n, value.n, NGHTTP2_NV_FLAG_NONE};
}

/* Digits of a number into room for 20; gives them. */
static str digits_of(uint64_t number, char room[static 20])
{
    size_t at = 20;
    do {
        room[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return str_n(room + at, 20 - at);
}

static void submit(struct h2_stream *stream, struct http_req *req,
                   const nghttp2_data_provider *body)
{
    const struct http_res *res = &req->res;
    struct fields f;
    char status[20], length[20];
    f.n = 0;
    add(&f, STR(":status"), digits_of((uint64_t)res->status, status));
    add(&f, STR("date"), http_loop_date(req->loop));
    add(&f, STR("x-request-id"), id_str(&req->record.request_id));
    if (res->content_type.n) {
        add(&f, STR("content-type"), res->content_type);
    }
    if (res->state == HTTP_RES_STREAM) {
        add(&f, STR("x-accel-buffering"), STR("no"));
    } else if (!http_status_bare(res->status)) {
        add(&f, STR("content-length"), digits_of(res->body.n, length));
    }
    for (unsigned i = 0; i < HTTP_DEFAULT_COUNT; i++) {
        if (!(res->overridden & 1u << i) && (i != HTTP_DEFAULT_HSTS || req->https)) {
            add(&f, http_defaults[i].name, http_defaults[i].value);
        }
    }
    for (unsigned i = 0; i < res->field_count; i++) {
        add(&f, res->fields[i].name, res->fields[i].value);
    }
    stream->answered = true;
    stream->mark_ms = http_loop_now(req->loop);
    if (nghttp2_submit_response(stream->session->ng, stream->id, f.nv, f.n, body) != 0) {
        (void)nghttp2_submit_rst_stream(stream->session->ng, NGHTTP2_FLAG_NONE, stream->id,
                                        NGHTTP2_INTERNAL_ERROR);
    }
}

/* ── whole answers ── */

static ssize_t read_body(nghttp2_session *ng, int32_t number, uint8_t *out, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *user)
{
    struct h2_stream *stream = source->ptr;
    str left = str_slice(stream->req->res.body, stream->sent, SIZE_MAX);
    size_t n = left.n < room ? left.n : room;
    (void)ng;
    (void)number;
    (void)user;
    (void)out;
    stream->sent += n;
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY; /* send_data in h2.c takes it from where it is */
    if (n == left.n) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    }
    return (ssize_t)n;
}

void h2_answer(struct h2_stream *stream)
{
    struct http_req *req = stream->req;
    struct http_res *res = &req->res;
    bool bare = http_status_bare(res->status) || req->head.method == HTTP_HEAD || res->body.n == 0;
    const nghttp2_data_provider body = {.source.ptr = stream, .read_callback = read_body};
    req->record.status = res->status;
    req->record.bytes = bare ? 0 : res->body.n;
    submit(stream, req, bare ? NULL : &body);
    http_record(req->loop, &req->record);
}

void h2_refuse(struct h2_stream *stream, int status, const char *what)
{
    http_refuse(stream->req, status, what);
    h2_answer(stream);
}

void h2_continue(struct h2_stream *stream)
{
    struct fields f = {.n = 0};
    add(&f, STR(":status"), STR("100"));
    (void)nghttp2_submit_headers(stream->session->ng, NGHTTP2_FLAG_NONE, stream->id, NULL, f.nv,
                                 f.n, NULL);
}

/* ── streams of events ── */

static ssize_t read_events(nghttp2_session *ng, int32_t number, uint8_t *out, size_t room,
                           uint32_t *flags, nghttp2_data_source *source, void *user)
{
    static const str ping = STR_INIT(": ping\n\n");
    struct h2_stream *stream = source->ptr;
    struct http_loop *loop = stream->session->c->loop;
    bool ended = false;
    (void)ng;
    (void)number;
    (void)user;
    buf_clear(&loop->events);
    http_stream_take(stream->events, &loop->events, room, &ended);
    if (loop->events.n == 0 && stream->ping && !ended && room >= ping.n) {
        buf_add(&loop->events, ping);
    }
    stream->ping = false;
    size_t n = loop->events.n;
    if (n == 0 && !ended) {
        return NGHTTP2_ERR_DEFERRED;
    }
    if (n) {
        memcpy(out, loop->events.p, n);
    }
    if (ended) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    }
    stream->sent += n;
    stream->events->record.bytes += n;
    stream->events->said_ms = http_loop_now(loop);
    return (ssize_t)n;
}

static void begin_events(struct h2_stream *stream, struct http_stream *events)
{
    const nghttp2_data_provider body = {.source.ptr = stream, .read_callback = read_events};
    struct http_req *req = events->req;
    bool bare = req->head.method == HTTP_HEAD;
    events->req = NULL;
    stream->events = events;
    if (bare || (events->detached && req->loop->draining)) {
        http_stream_finish(events);
    }
    submit(stream, req, bare ? NULL : &body);
}

void h2_events(struct http_stream *events)
{
    struct h2_stream *stream = events->h2;
    if (events->req) {
        begin_events(stream, events);
    } else {
        (void)nghttp2_session_resume_data(stream->session->ng, stream->id);
    }
    h2_send(stream->session);
}

/* ── handlers ── */

void h2_finish(struct http_req *req)
{
    struct h2_stream *stream = req->h2;
    struct h2_session *session = stream->session;
    if (req->res.state == HTTP_RES_STREAM) {
        struct http_stream *events = req->res.stream;
        if (!events->detached) {
            http_stream_finish(events);
        }
        stream->req = NULL;
        if (events->req) {
            http_stream_begin(events, req);
        } else if (stream->events) {
            h2_events(events);
        }
        http_req_release(req);
        return;
    }
    if (req->res.state == HTTP_RES_NONE) {
        http_refuse(req, 500, "the handler gave no answer");
    }
    h2_answer(stream);
    h2_send(session);
}
