/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's chat completions, as many servers speak them (POST /v1/chat/completions). */
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "model/provider.h"
#include "net/fetch.h"

enum { REQUEST_MAX = 2 << 20, RETRY_AFTER_MAX_MS = 2000, ADAPTIONS_MAX = 3, RETRY_ROOM_MS = 1000 };

/* What a server does not take; learnt from its 400. */
enum unlike {
    UNLIKE_USAGE = 1,       /* stream_options */
    UNLIKE_MAX_TOKENS = 2,  /* wants max_completion_tokens */
    UNLIKE_TEMPERATURE = 4, /* only the default */
};

/* The last server's ways: a hash of its URL and model above, bits of enum unlike below. */
static _Atomic uint64_t learnt;

static uint64_t server_hash(const struct model_settings *settings)
{
    uint64_t parts[2] = {crypto_siphash(str_c(settings->url)),
                         crypto_siphash(str_c(settings->name))};
    return crypto_siphash((str){(const char *)parts, sizeof parts}) & ~UINT64_C(0xff);
}

/* ── the request ── */

static void write_messages(struct buf *b, const struct model_call *call)
{
    static const char *const roles[] = {
        [MODEL_SYSTEM] = "system", [MODEL_USER] = "user", [MODEL_ASSISTANT] = "assistant"};
    buf_add_c(b, "\"messages\":[");
    for (size_t i = 0; i < call->count; i++) {
        buf_addf(b, "%s{\"role\":\"%s\",\"content\":", i ? "," : "", roles[call->messages[i].role]);
        json_write_str(b, call->messages[i].content);
        buf_add_byte(b, '}');
    }
    buf_add_byte(b, ']');
}

static void write_request(struct buf *b, const struct model_call *call, unsigned unlike)
{
    const struct model_settings *settings = call->settings;
    buf_add_c(b, "{\"model\":");
    json_write_str(b, str_c(settings->name));
    buf_add_byte(b, ',');
    write_messages(b, call);
    buf_add_c(b, ",\"stream\":true");
    if (!(unlike & UNLIKE_USAGE)) {
        buf_add_c(b, ",\"stream_options\":{\"include_usage\":true}");
    }
    if (!(unlike & UNLIKE_TEMPERATURE)) {
        unsigned hundredths = (unsigned)(settings->temperature * 100 + 0.5);
        buf_addf(b, ",\"temperature\":%u.%02u", hundredths / 100, hundredths % 100);
    }
    if (settings->output_tokens_max) {
        buf_addf(b, ",\"%s\":%u",
                 unlike & UNLIKE_MAX_TOKENS ? "max_completion_tokens" : "max_tokens",
                 settings->output_tokens_max);
    }
    buf_add_byte(b, '}');
}

/* Joins the configured base and the method: a base without a path is one without "/v1". */
static err endpoint(struct arena *a, const char *base, str *ret)
{
    static const str method = STR_INIT("/chat/completions");
    struct url url;
    err e = url_parse(a, str_c(base), &url);
    if (!err_ok(e)) {
        return e;
    }
    str path = url.path;
    while (str_ends(path, STR("/"))) {
        path = str_slice(path, 0, path.n - 1);
    }
    if (str_ends(path, method)) {
        path = str_slice(path, 0, path.n - method.n);
    } else if (path.n == 0) {
        path = STR("/v1");
    }
    url.path = arena_printf(a, "%.*s%.*s", STR_ARG(path), STR_ARG(method));
    url.user = STR_EMPTY;
    *ret = url_text(a, &url, false);
    return url.path.p && ret->p ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for the request");
}

/* ── one try ── */

static bool on_head(void *user, int status)
{
    ((struct answer *)user)->status = status;
    return true;
}

static bool on_body(void *user, str piece) { return answer_push(user, piece); }

static unsigned rest_ms(const struct model_call *call)
{
    int64_t rest = call->deadline_ms - clock_mono_ms();
    return rest > 1 ? (unsigned)rest : 1;
}

static err try_once(struct model_call *call, str url, str body, struct answer *answer,
                    str *ret_retry_after)
{
    const struct model_settings *settings = call->settings;
    str key = secret_view(&settings->key);
    struct buf bearer;
    buf_init(&bearer, 16 << 10);
    buf_add_c(&bearer, "Bearer ");
    buf_add(&bearer, key);
    const struct fetch_header headers[] = {
        {STR("Content-Type"), STR("application/json")},
        {STR("Accept"), STR("text/event-stream, application/json")},
        {STR("Authorization"), buf_str(&bearer)},
    };
    unsigned rest = rest_ms(call);
    struct fetch_request request = {
        .method = "POST",
        .url = url,
        .headers = headers,
        .header_count = secret_empty(&settings->key) ? 2 : 3,
        .body = body,
        .user_agent = STR("Doorward/" DOORWARD_VERSION),
        .allow_private = settings->allow_private,
        .connect_ms = rest < 5000 ? rest : 5000,
        .first_ms = settings->first_ms,
        .stall_ms = settings->stall_ms,
        .total_ms = rest,
        .body_max = UINT64_C(64) << 20,
        .ca_file = str_c(settings->ca_file),
        .on_head = on_head,
        .on_body = on_body,
        .user = answer,
    };
    struct fetch_answer head = {0};
    str reason = STR_EMPTY;
    err e = buf_err(&bearer);
    if (err_ok(e)) {
        e = fetch(call->arena, &request, &head, &reason);
    }
    buf_wipe(&bearer);
    *ret_retry_after = head.retry_after;
    if (!err_ok(e) && e.code != ERR_CLOSED) {
        LOG(LOG_WARN, "model", "request failed", log_str("reason", reason), log_c("error", e.what));
    }
    return e;
}

/* Makes one verdict of what the transport said and of what the answer held. */
static err judge(struct answer *answer, err transport)
{
    if (err_ok(transport) || transport.code == ERR_CLOSED) {
        if (answer->status == 429) {
            return err_new(ERR_BUDGET, "the model's server refuses for now (429)");
        }
        if (answer->status != 200) {
            LOG(LOG_WARN, "model", "refused", log_int("status", answer->status));
            return err_new(ERR_UPSTREAM, "the model's server refused the request");
        }
        return answer_end(answer);
    }
    /* The end may be known although the connection was cut or fell silent behind it. */
    if (answer->status == 200 && answer->finished) {
        return answer_end(answer);
    }
    if (transport.code == ERR_UPSTREAM_TIMEOUT || transport.code == ERR_NO_MEMORY) {
        return transport;
    }
    return err_new(ERR_UPSTREAM, transport.what);
}

/* ── tries ── */

/* What to leave out after a refusal that names it; 0 when the refusal has another cause. */
static unsigned adapt(const struct answer *answer, unsigned unlike)
{
    str body = buf_str(&answer->body);
    if (answer->status != 400 && answer->status != 422) {
        return 0;
    }
    if (!(unlike & UNLIKE_USAGE) && str_find(body, STR("stream_options"), 0) != SIZE_MAX) {
        return UNLIKE_USAGE;
    }
    if (!(unlike & UNLIKE_MAX_TOKENS) &&
        str_find(body, STR("max_completion_tokens"), 0) != SIZE_MAX) {
        return UNLIKE_MAX_TOKENS;
    }
    bool warm = str_find(body, STR("temperature"), 0) != SIZE_MAX;
    return !(unlike & UNLIKE_TEMPERATURE) && warm ? UNLIKE_TEMPERATURE : 0;
}

/* Milliseconds to wait before the one retry, or -1 when it makes no sense. */
static int64_t retry_wait(const struct model_call *call, const struct answer *answer, err e,
                          str retry_after)
{
    bool passing = answer->status == 0 || answer->status == 429 || answer->status == 502 ||
                   answer->status == 503;
    uint64_t seconds = 0;
    if (call->begun || !passing || e.code == ERR_UPSTREAM_TIMEOUT || e.code == ERR_NO_MEMORY) {
        return -1;
    }
    int64_t wait = 200;
    if (retry_after.n > 0) {
        bool plain = str_u64(retry_after, &seconds);
        wait = plain && seconds * 1000 <= RETRY_AFTER_MAX_MS ? (int64_t)seconds * 1000 : -1;
    }
    return wait >= 0 && rest_ms(call) > wait + RETRY_ROOM_MS ? wait : -1;
}

static void pause_ms(int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&t, &t) != 0) {
    }
}

/* Asks until there is an answer, a refusal that stays, or no retry left. */
static err ask(struct model_call *call, str url, unsigned *unlike, struct buf *body)
{
    bool retried = false;
    for (unsigned adaptions = 0;;) {
        struct answer answer;
        str retry_after = STR_EMPTY;
        buf_clear(body);
        write_request(body, call, *unlike);
        err e = buf_err(body);
        if (!err_ok(e)) {
            return e;
        }
        answer_init(&answer, call);
        e = judge(&answer, try_once(call, url, buf_str(body), &answer, &retry_after));
        unsigned more = err_ok(e) ? 0 : adapt(&answer, *unlike);
        int64_t wait = err_ok(e) ? -1 : retry_wait(call, &answer, e, retry_after);
        answer_done(&answer);
        if (more && adaptions < ADAPTIONS_MAX) {
            adaptions++;
            *unlike |= more;
        } else if (wait >= 0 && !retried) {
            retried = true;
            pause_ms(wait);
        } else {
            return e;
        }
    }
}

err openai_chat(struct model_call *call)
{
    str url;
    err e = endpoint(call->arena, call->settings->url, &url);
    if (!err_ok(e)) {
        return e.code == ERR_NO_MEMORY ? e : err_new(ERR_UPSTREAM, "the model's URL is not valid");
    }
    uint64_t server = server_hash(call->settings), known = atomic_load(&learnt);
    unsigned unlike = (known & ~UINT64_C(0xff)) == server ? (unsigned)(known & 0xff) : 0;
    struct buf body;
    buf_init(&body, REQUEST_MAX);
    e = ask(call, url, &unlike, &body);
    buf_done(&body);
    if (err_ok(e)) {
        atomic_store(&learnt, server | unlike);
    }
    return e;
}
