/* SPDX-License-Identifier: Apache-2.0 */
#include "http/h2.h"

#include "base/log.h"
#include "base/mem.h"
#include "http/conn_tls.h"

/* ── streams ── */

static struct h2_stream *stream_new(struct h2_session *session, int32_t number)
{
    struct http_conn *c = session->c;
    struct h2_stream *stream = mem_alloc(sizeof *stream);
    struct http_req *req = stream ? http_req_take(c->loop) : NULL;
    if (!req) {
        mem_free(stream);
        return NULL;
    }
    req->conn = c;
    req->h2 = stream;
    req->record.protocol = '2';
    stream->session = session;
    stream->id = number;
    stream->req = req;
    stream->due = http_loop_now(c->loop) + c->loop->server->settings.header_ms;
    buf_init(&stream->head, c->loop->server->limits.head_max);
    stream->next = session->streams;
    if (stream->next) {
        stream->next->prev = stream;
    }
    session->streams = stream;
    session->stream_count++;
    return stream;
}

static void stream_free(struct h2_stream *stream)
{
    struct h2_session *session = stream->session;
    struct http_req *req = stream->req;
    *(stream->prev ? &stream->prev->next : &session->streams) = stream->next;
    if (stream->next) {
        stream->next->prev = stream->prev;
    }
    session->stream_count--;
    if (stream->events) {
        HTTP_UNCOUNT(session->c->loop->counters.streams_open, 1);
        http_record(session->c->loop, &stream->events->record);
        http_stream_closed(stream->events);
        http_stream_unref(stream->events);
    }
    if (req && !stream->remote_ended) {
        session->bodies -= req->body.n;
    }
    if (req && req->on_worker) {
        req->conn = NULL;
        req->h2 = NULL;
    } else if (req) {
        http_req_release(req);
    }
    buf_done(&stream->head);
    mem_free(stream);
}

/* ── from head to handler ── */

static void handle(struct h2_stream *stream)
{
    stream->due = 0;
    http_handle_request(stream->req);
}

static void head_done(struct h2_stream *stream, bool ended)
{
    struct http_req *req = stream->req;
    const struct http_settings *settings = &req->loop->server->settings;
    stream->remote_ended = ended;
    stream->session->c->fresh = false;
    stream->due = ended ? 0 : http_loop_now(req->loop) + settings->body_ms;
    if (!h2_head_check(stream)) {
        h2_refuse(stream, stream->bad_status, stream->bad_what);
        return;
    }
    if (http_plan_request(req)) {
        h2_answer(stream);
        return;
    }
    if (req->head.content_length > req->plan.body_max) {
        h2_refuse(stream, 413, "the body is larger than this route accepts");
        return;
    }
    if (!ended && !http_body_reserve(req, req->head.has_length ? req->head.content_length
                                                               : req->plan.body_max)) {
        h2_refuse(stream, 503, "the server is busy with other large bodies; try again soon");
        return;
    }
    buf_init(&req->body, req->plan.body_max);
    if (ended) {
        handle(stream);
    } else if (req->head.expect_continue) {
        h2_continue(stream);
    }
}

/* The answer is out and the client still sends: it should stop (RFC 9113 section 8.1). */
static void stop_sending(struct h2_stream *stream)
{
    (void)nghttp2_submit_rst_stream(stream->session->ng, NGHTTP2_FLAG_NONE, stream->id,
                                    NGHTTP2_NO_ERROR);
}

static void body_part(struct h2_stream *stream, str data)
{
    struct http_req *req = stream->req;
    struct h2_session *session = stream->session;
    if (stream->answered || !req || req->res.state != HTTP_RES_NONE) {
        stream->discarded += data.n;
        if (stream->discarded > HTTP_LINGER_BYTES) {
            stop_sending(stream);
        }
        return;
    }
    if (session->bodies + data.n > H2_BODIES_MAX && session->bodies > req->body.n) {
        (void)nghttp2_submit_rst_stream(session->ng, NGHTTP2_FLAG_NONE, stream->id,
                                        NGHTTP2_ENHANCE_YOUR_CALM);
        return;
    }
    size_t before = req->body.n;
    buf_add(&req->body, data);
    session->bodies += req->body.n - before;
    if (req->body.failed) {
        bool large = req->body.failed == ERR_TOO_LARGE;
        h2_refuse(stream, large ? 413 : 503,
                  large ? "the body is larger than this route accepts" : "out of memory");
    }
}

static void body_done(struct h2_stream *stream)
{
    stream->remote_ended = true;
    if (stream->req) {
        stream->session->bodies -= stream->req->body.n;
    }
    if (!stream->answered && stream->req) {
        handle(stream);
    }
}

/* ── callbacks of libnghttp2 ── */

static int on_begin_headers(nghttp2_session *ng, const nghttp2_frame *frame, void *user)
{
    struct h2_session *session = user;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
        return 0;
    }
    struct h2_stream *stream = stream_new(session, frame->hd.stream_id);
    if (!stream) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    (void)nghttp2_session_set_stream_user_data(ng, frame->hd.stream_id, stream);
    return 0;
}

static int on_header(nghttp2_session *ng, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_n, const uint8_t *value, size_t value_n, uint8_t flags, void *user)
{
    struct h2_stream *stream = nghttp2_session_get_stream_user_data(ng, frame->hd.stream_id);
    (void)flags;
    (void)user;
    if (stream && stream->req && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        h2_head_field(stream, str_n((const char *)name, name_n),
                      str_n((const char *)value, value_n));
    }
    return 0;
}

/* Counts frames that cost us work and the client nothing; false when there are too many. */
static bool within_rate(struct h2_session *session, const nghttp2_frame *frame)
{
    int64_t now = http_loop_now(session->c->loop);
    if (now - session->rate_ms > H2_RATE_MS) {
        session->rate_ms = now;
        session->resets = session->control = 0;
    }
    bool ended = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
    bool control = frame->hd.type == NGHTTP2_SETTINGS || frame->hd.type == NGHTTP2_PING ||
                   frame->hd.type == NGHTTP2_PRIORITY ||
                   (frame->hd.type == NGHTTP2_DATA && frame->hd.length == 0 && !ended);
    session->control += control;
    session->resets += frame->hd.type == NGHTTP2_RST_STREAM;
    return session->control <= H2_CONTROL_MAX && session->resets <= H2_RESETS_MAX;
}

static int on_frame_recv(nghttp2_session *ng, const nghttp2_frame *frame, void *user)
{
    struct h2_session *session = user;
    bool ended = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
    if (!within_rate(session, frame)) {
        HTTP_COUNT(session->c->loop->counters.refused, 1);
        session->flooded = true;
        return NGHTTP2_ERR_CALLBACK_FAILURE; /* the only way to stop reading: see hang_up */
    }
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) {
        return 0;
    }
    struct h2_stream *stream = nghttp2_session_get_stream_user_data(ng, frame->hd.stream_id);
    if (!stream) {
        return 0;
    }
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        head_done(stream, ended);
    } else if (ended) {
        body_done(stream);
    }
    return 0;
}

static int on_data(nghttp2_session *ng, uint8_t flags, int32_t number, const uint8_t *data,
                   size_t n, void *user)
{
    struct h2_stream *stream = nghttp2_session_get_stream_user_data(ng, number);
    (void)flags;
    (void)user;
    if (stream) {
        body_part(stream, str_n((const char *)data, n));
    }
    return 0;
}

static int on_stream_close(nghttp2_session *ng, int32_t number, uint32_t error, void *user)
{
    struct h2_stream *stream = nghttp2_session_get_stream_user_data(ng, number);
    (void)error;
    (void)user;
    if (stream) {
        stream_free(stream);
    }
    return 0;
}

/* Some clients lose an answer that a reset follows at once, so they may send on for a moment. */
static int on_frame_send(nghttp2_session *ng, const nghttp2_frame *frame, void *user)
{
    struct h2_stream *stream = nghttp2_session_get_stream_user_data(ng, frame->hd.stream_id);
    (void)user;
    if (stream && !stream->remote_ended && stream->answered &&
        (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) &&
        (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS)) {
        stream->due = http_loop_now(stream->session->c->loop) + HTTP_LINGER_MS;
    }
    return 0;
}

/* A part of a whole answer's body goes out from where it is. */
static int send_data(nghttp2_session *ng, nghttp2_frame *frame, const uint8_t *frame_head, size_t n,
                     nghttp2_data_source *source, void *user)
{
    struct h2_session *session = user;
    const struct h2_stream *stream = source->ptr;
    const struct http_res *res = &stream->req->res;
    (void)ng;
    (void)frame;
    if (session->c->loop->out.total >= HTTP_OUT_TURN) {
        http_conn_flush(session->c);
    }
    if (http_conn_pending(session->c)) {
        return NGHTTP2_ERR_WOULDBLOCK; /* comes back with the same part */
    }
    http_conn_out(session->c, str_n((const char *)frame_head, 9));
    str part = str_slice(res->body, stream->sent - n, stream->sent);
    if (res->body_static) {
        http_conn_out_static(session->c, part);
    } else {
        http_conn_out(session->c, part);
    }
    return 0;
}

/* ── sending and receiving ── */

void h2_send(struct h2_session *session)
{
    struct http_conn *c = session->c;
    if (session->inside || c->closing) {
        return;
    }
    session->inside = true;
    while (!http_conn_pending(c) && !c->closing) {
        const uint8_t *data;
        ssize_t n = nghttp2_session_mem_send(session->ng, &data);
        if (n < 0) {
            http_conn_close(c);
        }
        if (n <= 0) {
            break;
        }
        http_conn_out(c, str_n((const char *)data, (size_t)n));
        if (c->loop->out.total >= HTTP_OUT_TURN) {
            http_conn_flush(c);
        }
    }
    session->inside = false;
    http_conn_flush(c);
    if (!c->closing && !session->ended && !nghttp2_session_want_read(session->ng) &&
        !nghttp2_session_want_write(session->ng)) {
        /* Closing while input is unread would reset the connection and lose the GOAWAY. */
        session->ended = true;
        http_conn_shutdown(c);
        http_conn_deadline(c, HTTP_LINGER_MS);
    }
}

/* Idle connections have one absolute deadline; with streams, each is looked at every second. */
static void arm(struct h2_session *session)
{
    struct http_conn *c = session->c;
    if (c->closing || c->fresh || session->ended) {
        return;
    }
    if (session->stream_count) {
        if (!c->deadline || c->state != H1_STREAM) {
            c->state = H1_STREAM;
            http_conn_deadline(c, H2_TICK_MS);
        }
    } else if (c->state != H1_HEAD || !c->deadline) {
        c->state = H1_HEAD;
        http_conn_deadline(c, c->loop->draining ? HTTP_DRAIN_GRACE_MS
                                                : c->loop->server->settings.idle_ms);
    }
}

/* Says why, and hears nothing more. Never called while libnghttp2 reads: it would go on reading
 * what it has, and 1.52 fails an assertion when a frame of a wrong size is among it. */
static void hang_up(struct h2_session *session, uint32_t why)
{
    session->deaf = true;
    (void)nghttp2_session_terminate_session(session->ng, why);
    h2_send(session);
}

static void h2_input(struct http_conn *c, str bytes)
{
    struct h2_session *session = c->h2;
    if (session->ended || session->deaf) {
        session->discarded += bytes.n;
        if (session->discarded > HTTP_LINGER_BYTES) {
            http_conn_close(c);
        }
        return;
    }
    session->inside = true;
    ssize_t n = nghttp2_session_mem_recv(session->ng, (const uint8_t *)bytes.p, bytes.n);
    session->inside = false;
    if (session->flooded) {
        hang_up(session, NGHTTP2_ENHANCE_YOUR_CALM);
        arm(session);
        return;
    }
    if (n < 0) {
        /* Says GOAWAY when libnghttp2 has one ready, then ends. */
        h2_send(session);
        http_conn_close(c);
        return;
    }
    h2_send(session);
    arm(session);
}

static void h2_eof(struct http_conn *c) { http_conn_close(c); }

static void h2_drained(struct http_conn *c)
{
    h2_send(c->h2);
    arm(c->h2);
}

static void h2_stream_event(struct http_stream *events)
{
    struct h2_session *session = ((struct h2_stream *)events->h2)->session;
    h2_events(events);
    arm(session);
}

static void h2_request_finish(struct http_req *req)
{
    struct h2_session *session = ((struct h2_stream *)req->h2)->session;
    h2_finish(req);
    arm(session);
}

/* ── time ── */

static bool has_output(struct h2_stream *stream)
{
    if (stream->events) {
        (void)pthread_mutex_lock(&stream->events->lock);
        bool queued = stream->events->out.n > 0 || stream->events->ended;
        (void)pthread_mutex_unlock(&stream->events->lock);
        return queued;
    }
    return stream->answered;
}

static void look_at(struct h2_stream *stream, int64_t now)
{
    const struct http_settings *settings = &stream->session->c->loop->server->settings;
    nghttp2_session *ng = stream->session->ng;
    if (stream->due && now >= stream->due && !stream->answered) {
        stream->due = 0;
        h2_refuse(stream, 408, "the request took too long");
        return;
    }
    if (stream->due && now >= stream->due && stream->answered) {
        stream->due = 0;
        stop_sending(stream);
        return;
    }
    if (!has_output(stream) || stream->sent != stream->mark_sent) {
        stream->mark_sent = stream->sent;
        stream->mark_ms = now;
    } else if (now - stream->mark_ms >= settings->write_ms) {
        (void)nghttp2_submit_rst_stream(ng, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_CANCEL);
        return;
    }
    if (stream->events && http_stream_overdue(stream->events)) {
        http_stream_finish(stream->events);
        (void)nghttp2_session_resume_data(ng, stream->id);
        return;
    }
    if (stream->events &&
        now - stream->events->said_ms >= (int64_t)settings->ping_ms - H2_TICK_MS) {
        stream->ping = true;
        (void)nghttp2_session_resume_data(ng, stream->id);
    }
}

static void h2_expired(struct http_conn *c)
{
    struct h2_session *session = c->h2;
    if (session->ended) {
        http_conn_drop(c);
        return;
    }
    if (session->stream_count == 0) {
        hang_up(session, NGHTTP2_NO_ERROR);
        return;
    }
    for (struct h2_stream *stream = session->streams, *next; stream; stream = next) {
        next = stream->next;
        look_at(stream, http_loop_now(c->loop));
    }
    h2_send(session);
    if (!c->closing && c->fresh) {
        http_conn_drop(c); /* the first head never came to its end */
    }
    arm(session);
}

static void h2_drain(struct http_conn *c)
{
    struct h2_session *session = c->h2;
    (void)nghttp2_submit_goaway(session->ng, NGHTTP2_FLAG_NONE,
                                nghttp2_session_get_last_proc_stream_id(session->ng),
                                NGHTTP2_NO_ERROR, NULL, 0);
    for (struct h2_stream *stream = session->streams; stream; stream = stream->next) {
        if (stream->events && stream->events->detached) {
            http_stream_finish(stream->events);
            (void)nghttp2_session_resume_data(session->ng, stream->id);
        }
    }
    h2_send(session);
    arm(session);
}

static void h2_closed(struct http_conn *c)
{
    struct h2_session *session = c->h2;
    if (session->inside) {
        return; /* freed with the connection; libnghttp2 is running */
    }
    while (session->streams) {
        stream_free(session->streams);
    }
}

static void h2_free(struct http_conn *c)
{
    struct h2_session *session = c->h2;
    while (session->streams) {
        stream_free(session->streams);
    }
    nghttp2_session_del(session->ng);
    mem_free(session);
}

const struct http_protocol http_protocol_2 = {
    .input = h2_input,
    .eof = h2_eof,
    .drained = h2_drained,
    .expired = h2_expired,
    .drain = h2_drain,
    .closed = h2_closed,
    .free = h2_free,
    .finish = h2_request_finish,
    .stream = h2_stream_event,
};

/* ── beginning ── */

static bool make_session(struct h2_session *session)
{
    nghttp2_session_callbacks *callbacks = NULL;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) {
        return false;
    }
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_send);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, send_data);
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, H2_STREAMS_MAX},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, H2_STREAM_WINDOW},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, session->c->loop->server->limits.head_max}};
    bool made = nghttp2_session_server_new(&session->ng, callbacks, session) == 0;
    made = made && nghttp2_submit_settings(session->ng, NGHTTP2_FLAG_NONE, settings, 3) == 0;
    made = made && nghttp2_session_set_local_window_size(session->ng, NGHTTP2_FLAG_NONE, 0,
                                                         H2_CONN_WINDOW) == 0;
    nghttp2_session_callbacks_del(callbacks);
    return made;
}

void http_conn_use_h2(struct http_conn *c)
{
    struct h2_session *session = mem_alloc(sizeof *session);
    if (session) {
        session->c = c;
    }
    if (!session || !make_session(session)) {
        mem_free(session);
        http_conn_close(c);
        return;
    }
    c->h2 = session;
    c->protocol = &http_protocol_2;
    h2_send(session);
}
