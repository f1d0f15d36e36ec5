/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "api/answer.h"
#include "api/watch.h"
#include "base/clock.h"
#include "base/log.h"
#include "chat/hub.h"
#include "net/addr.h"
#include "net/mail_address.h"

enum {
    EVENT_BYTES_MAX = 1 << 20,
    METADATA_BYTES_MAX = 4096,
    URL_CHARS_MAX = 2048,
    EMAIL_CHARS_MAX = 254,
    RESUME_MESSAGES_MAX = 200
};

/* ── a turn answered as a stream of events ── */

struct turn_stream {
    struct call *call;
    struct turn_result *result; /* filled while the turn runs */
    unsigned events;
    bool begun;
};

static err stream_event(void *user, const char *type, str data)
{
    struct turn_stream *stream = user;
    char text[64];
    if (!stream->begun) {
        err e = http_res_stream(stream->call->res);
        if (!err_ok(e)) {
            return e;
        }
        stream->begun = true;
    }
    bool last = strcmp(type, "message_end") == 0;
    /* The number before the dot is the last message that the client has whole: where a resume goes
     * on. */
    int n = last ? snprintf(text, sizeof text, "%llu", (unsigned long long)stream->result->seq)
                 : snprintf(text, sizeof text, "%llu.%u",
                            (unsigned long long)stream->result->user_seq, ++stream->events);
    return http_res_event(stream->call->res, (str){text, (size_t)n}, str_c(type), data);
}

static err collect_event(void *user, const char *type, str data)
{
    (void)user;
    (void)type;
    (void)data;
    return ERR_NONE;
}

/* ── the answer as JSON: the chat with this turn's two messages ── */

static err answer_turn(struct call *call, int status, const struct turn_result *result)
{
    struct chat_row chat;
    err e = store_chat_get(call->app->store, call->a, &call->project.row.id, &result->chat, &chat);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    e = chat_json(call->app->store, call->a, &b, &chat);
    if (!err_ok(e)) {
        buf_done(&b);
        return e;
    }
    return answer_json(call, status, &b);
}

/* Tells other listeners of the chat (a second tab, a stream that broke) what was said. */
static void publish(struct call *call, const struct turn_result *result)
{
    struct message_row *rows;
    size_t count;
    if (!chat_hub_listened(call->app->chat.hub, &result->chat)) {
        return;
    }
    err e = store_message_list(call->app->store, call->a, &call->project.row.id, &result->chat,
                               result->user_seq ? result->user_seq - 1 : 0, 8, &rows, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        struct buf b;
        char seq[24];
        (void)snprintf(seq, sizeof seq, "%llu", (unsigned long long)rows[i].seq);
        buf_init(&b, EVENT_BYTES_MAX);
        chat_message_event_json(&b, &rows[i]);
        if (err_ok(buf_err(&b))) {
            chat_hub_publish(call->app->chat.hub, &result->chat, str_c(seq), STR("message"),
                             buf_str(&b));
        }
        buf_done(&b);
    }
    if (!err_ok(e)) {
        log_err("chat", "listeners were not told", e);
    }
}

static bool wants_stream(const struct call *call)
{
    str accept;
    return http_req_header(call->req, STR("accept"), &accept) &&
           str_find(accept, STR("text/event-stream"), 0) != SIZE_MAX;
}

static void error_json(struct buf *b, err e, const char *message)
{
    buf_init(b, 4096);
    buf_add_c(b, "{\"type\":\"error\"");
    answer_member(b, "code", str_c(err_wire_code(e.code)));
    answer_member(b, "message", str_c(message));
    buf_add_byte(b, '}');
}

static void end_with_error(struct turn_stream *stream, err e)
{
    struct buf b;
    str at = arena_printf(stream->call->a, "%llu.%u", (unsigned long long)stream->result->user_seq,
                          ++stream->events);
    error_json(&b, e, "the answer could not be completed; your message is kept, please try again");
    err sent = http_res_event(stream->call->res, at, STR("error"), buf_str(&b));
    if (!err_ok(sent) && sent.code != ERR_CLOSED) {
        log_err("chat", "error event not sent", sent);
    }
    buf_done(&b);
}

static err run_turn_now(struct call *call, struct turn_request *request, int status)
{
    struct turn_result result = {0};
    struct turn_stream stream = {.call = call, .result = &result};
    bool streaming = wants_stream(call);
    struct turn_sink sink = {.event = streaming ? stream_event : collect_event, .user = &stream};
    err e = turn_run(&call->app->chat, call->a, &call->project, request, &sink, &result);
    if (e.code == ERR_TOO_LARGE) {
        str why = arena_printf(call->a, "a message has at most %u characters",
                               call->project.message_chars_max);
        call->why = why.p ? why.p : e.what;
    }
    if (result.seq) {
        publish(call, &result);
    }
    if (stream.begun) {
        if (!err_ok(e) && e.code != ERR_CLOSED) {
            log_err("chat", "turn failed", e);
            end_with_error(&stream, e);
        }
        return ERR_NONE;
    }
    return err_ok(e) && !streaming ? answer_turn(call, status, &result) : e;
}

/* A turn that waits for a model holds a thread of the slow lane: one address gets half of them, so
 * that it cannot shut out all others. The key of a site's own server speaks for many. */
static err turn_enter(struct call *call, struct addr *ret_client, bool *ret_counted)
{
    unsigned slow = call->app->settings.http->slow_threads;
    bool secret_key = call->who.kind == PRINCIPAL_KEY && !call->who.public_key;
    *ret_counted = false;
    if (secret_key || strcmp(call->app->settings.model->kind, "extractive") == 0 ||
        !addr_parse(http_req_client(call->req), ret_client)) {
        return ERR_NONE;
    }
    *ret_counted = peer_table_enter(call->app->turns, ret_client, slow > 1 ? slow / 2 : 1);
    if (*ret_counted) {
        return ERR_NONE;
    }
    http_res_header(call->res, STR("retry-after"), STR("5"));
    return err_new(ERR_RATE_LIMITED,
                   "too many answers for this address are under way; wait until one has ended");
}

static err run_turn(struct call *call, struct turn_request *request, int status)
{
    struct addr client;
    bool counted;
    err e = turn_enter(call, &client, &counted);
    if (err_ok(e)) {
        e = run_turn_now(call, request, status);
    }
    if (counted) {
        peer_table_leave(call->app->turns, &client);
    }
    return e;
}

static err read_request(struct call *call, struct turn_request *ret)
{
    bool visitor = call->who.kind == PRINCIPAL_VISITOR;
    *ret = (struct turn_request){
        .caller = {.project = call->project.row.id, .reader = access_reader(&call->who)},
        .chat = call->chat.id};
    if (visitor) {
        ret->caller.session = call->who.session.id;
        ret->caller.visitor = call->who.session.visitor;
    } else {
        ret->caller.key = call->who.key;
    }
    if (!json_get_str(call->body, "message", &ret->message)) {
        return err_new(ERR_INVALID, "the field \"message\" is missing: what the visitor says");
    }
    struct idempotency once;
    err e = body_idempotency(call, &once);
    ret->once = once.key;
    ret->once_scope = once.scope;
    if (err_ok(e)) {
        e = body_text(call, "url", URL_CHARS_MAX, &ret->url);
    }
    if (err_ok(e)) {
        e = body_text(call, "locale", 35, &ret->locale);
    }
    if (err_ok(e) && visitor && str_empty(ret->locale)) {
        ret->locale = call->who.session.locale;
    }
    return e;
}

static err read_metadata(struct call *call, str *ret)
{
    const json_t *metadata = json_object_get(call->body, "metadata");
    if (!metadata || json_is_null(metadata)) {
        return ERR_NONE;
    }
    struct buf b;
    buf_init(&b, METADATA_BYTES_MAX);
    json_write(&b, metadata);
    err e = buf_err(&b);
    if (!json_is_object(metadata) || !err_ok(e)) {
        call->why = "the field \"metadata\" must be an object of at most 4096 bytes";
        e = err_new(ERR_INVALID, "metadata");
    } else {
        *ret = arena_str(call->a, buf_str(&b));
    }
    buf_done(&b);
    return e;
}

static err read_email(struct call *call, str *ret)
{
    err e = body_text(call, "email", EMAIL_CHARS_MAX, ret);
    if (err_ok(e) && !str_empty(*ret) && !mail_address_valid(*ret)) {
        call->why = "the field \"email\" is not an e-mail address";
        e = err_new(ERR_INVALID, "email");
    }
    return e;
}

err chat_create(struct call *call)
{
    struct turn_request request;
    err e = read_request(call, &request);
    if (err_ok(e)) {
        e = read_metadata(call, &request.metadata);
    }
    if (err_ok(e)) {
        e = read_email(call, &request.email);
    }
    return err_ok(e) ? run_turn(call, &request, 201) : e;
}

err chat_message(struct call *call)
{
    struct turn_request request;
    err e = read_request(call, &request);
    return err_ok(e) ? run_turn(call, &request, 200) : e;
}

err chat_get(struct call *call)
{
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    err e = chat_json(call->app->store, call->a, &b, &call->chat);
    if (!err_ok(e)) {
        buf_done(&b);
        return e;
    }
    return answer_json(call, 200, &b);
}

/* ── following a chat ── */

/* Reads Last-Event-ID: "12" or "12.3"; without one only what comes from now on is sent. */
static uint64_t resume_after(const struct call *call)
{
    str last;
    uint64_t seq;
    if (!http_req_header(call->req, STR("last-event-id"), &last)) {
        return call->chat.last_seq;
    }
    last = str_slice(last, 0, str_find_byte(last, '.', 0));
    return str_u64(last, &seq) ? seq : 0;
}

/* `last` is the message after which it goes on, and then the last that was sent. */
static err send_missed(struct call *call, struct http_stream *stream, uint64_t *last)
{
    struct message_row *rows;
    size_t count;
    err e = store_message_list(call->app->store, call->a, &call->project.row.id, &call->chat.id,
                               *last, RESUME_MESSAGES_MAX, &rows, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        struct buf b;
        char seq[24];
        (void)snprintf(seq, sizeof seq, "%llu", (unsigned long long)rows[i].seq);
        buf_init(&b, EVENT_BYTES_MAX);
        chat_message_event_json(&b, &rows[i]);
        e = err_ok(buf_err(&b)) ? http_stream_event(stream, str_c(seq), STR("message"), buf_str(&b))
                                : buf_err(&b);
        *last = err_ok(e) ? rows[i].seq : *last;
        buf_done(&b);
    }
    if (err_ok(e) && count == RESUME_MESSAGES_MAX) {
        /* Live events behind a gap would hide it: the client asks again for the next ones. */
        return err_new(ERR_CLOSED, "more was missed than one stream begins with");
    }
    return e;
}

/* A stream that cannot go on says why; a client that comes again goes on after `last`. */
static void end_stream(struct http_stream *stream, uint64_t last, err e)
{
    struct buf b;
    char at[24];
    int n = snprintf(at, sizeof at, "%llu", (unsigned long long)last);
    if (e.code != ERR_CLOSED) {
        log_err("chat", "a stream of events was ended", e);
        error_json(&b, e, "the events cannot be sent now; please try again later");
        err sent = http_stream_event(stream, str_n(at, (size_t)n), STR("error"), buf_str(&b));
        (void)sent; /* nobody listens any more */
        buf_done(&b);
    }
    http_stream_end(stream);
}

/* What the caller follows the chat by: a key that made it needs no more than to make chats. */
static permissions followed_by(const struct call *call)
{
    return route_made_chat(call) ? (permissions)PERMISSION_CHAT_CREATE : call->route->permission;
}

/* A stream does not outlive the session or key that may read it. */
static err bind_stream(struct call *call, struct http_stream *stream)
{
    const struct principal *who = &call->who;
    bool visitor = who->kind == PRINCIPAL_VISITOR;
    int64_t expires_ms = visitor                        ? who->session.expires_ms
                         : who->kind == PRINCIPAL_STAFF ? who->staff.session.expires_ms
                                                        : who->key_expires_ms;
    if (expires_ms) {
        int64_t left_ms = expires_ms - clock_wall_ms();
        http_stream_until(stream, clock_mono_ms() + (left_ms > 1 ? left_ms : 1));
    }
    return visitor
               ? ERR_NONE
               : watch_add(call->app->watch, who, &call->project.row.id, followed_by(call), stream);
}

err chat_events(struct call *call)
{
    struct http_stream *stream;
    uint64_t last = resume_after(call);
    err e = http_res_detach(call->res, &stream);
    if (e.code == ERR_RATE_LIMITED) {
        http_res_header(call->res, STR("retry-after"), STR("30"));
    }
    if (!err_ok(e)) {
        return e;
    }
    e = bind_stream(call, stream);
    /* Joined first, so that nothing falls between what was missed and what is live; clients know
     * messages by uuid. */
    if (err_ok(e)) {
        e = chat_hub_join(call->app->chat.hub, &call->chat.id, stream);
    }
    if (err_ok(e)) {
        e = send_missed(call, stream, &last);
    }
    if (!err_ok(e)) {
        end_stream(stream, last, e);
    }
    http_stream_unref(stream);
    return ERR_NONE;
}
