/* SPDX-License-Identifier: Apache-2.0 */
#include "net/webhook.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "net/fetch.h"

enum { ANSWER_MAX = 16 << 10, SIGNED_MAX = 8 << 20, DAY_MS = 24 * 3600 * 1000 };

static const str prefix = STR_INIT("whsec_");

static err secret_key(struct arena *a, str secret, str *ret)
{
    str key = STR_EMPTY;
    err e = ERR_NONE;
    if (str_starts(secret, prefix)) {
        e = bytes_unbase64(a, str_slice(secret, prefix.n, secret.n), &key);
    }
    if (e.code == ERR_NO_MEMORY) {
        return e;
    }
    if (!err_ok(e) || key.n < WEBHOOK_KEY_MIN || key.n > WEBHOOK_KEY_MAX) {
        return err_new(ERR_INVALID, "a webhook secret is whsec_ and the base64 of 24 to 64 bytes");
    }
    *ret = key;
    return ERR_NONE;
}

err webhook_sign(struct arena *a, str secret, str message_id, int64_t timestamp_s, str body,
                 str *ret)
{
    str key;
    err e = secret_key(a, secret, &key);
    if (!err_ok(e)) {
        return e;
    }
    struct buf text, signature;
    buf_init(&text, SIGNED_MAX);
    buf_init(&signature, 128);
    buf_addf(&text, "%.*s.%lld.", STR_ARG(message_id), (long long)timestamp_s);
    buf_add(&text, body);
    e = buf_err(&text);
    if (err_ok(e)) {
        struct crypto_digest digest = crypto_hmac(key, buf_str(&text));
        buf_add_c(&signature, "v1,");
        bytes_base64(&signature, digest.bytes, sizeof(digest.bytes));
        str kept = arena_str(a, buf_str(&signature));
        e = signature.failed || !kept.p ? err_new(ERR_NO_MEMORY, "no memory for a signature")
                                        : ERR_NONE;
        *ret = err_ok(e) ? kept : *ret;
    }
    buf_done(&signature);
    buf_done(&text);
    return e;
}

err webhook_settings_check(struct arena *a, const struct webhook_settings *settings,
                           bool allow_private, str *ret_reason)
{
    struct url url;
    str key;
    err e = url_parse(a, str_c(settings->url), &url);
    if (err_ok(e) && url.user.n) {
        e = err_new(ERR_INVALID, "a webhook's URL must not carry a user name or password");
    }
    if (err_ok(e) && !allow_private && !str_eq(url.scheme, STR("https"))) {
        e = err_new(ERR_INVALID, "a webhook's URL must start with https://");
    }
    e = err_ok(e) ? secret_key(a, secret_view(&settings->secret), &key) : e;
    if (err_ok(e) && !secret_empty(&settings->secret_old)) {
        e = secret_key(a, secret_view(&settings->secret_old), &key);
    }
    if (!err_ok(e)) {
        *ret_reason = str_c(e.what);
    }
    return e;
}

struct answer {
    int status;
    size_t bytes;
};

static bool on_head(void *user, int status)
{
    ((struct answer *)user)->status = status;
    return true;
}

/* The body says nothing; it is read a little so that the connection can be used again. */
static bool on_body(void *user, str piece)
{
    struct answer *answer = user;
    answer->bytes += piece.n;
    return answer->bytes <= ANSWER_MAX;
}

static int64_t retry_after_ms(str value, int64_t now_ms)
{
    uint64_t seconds;
    int64_t at, wait = 0;
    if (str_u64(value, &seconds)) {
        wait = seconds < DAY_MS / 1000 ? (int64_t)seconds * 1000 : DAY_MS;
    } else if (clock_http_parse(value, &at)) {
        wait = at - now_ms;
    }
    return wait < 0 ? 0 : wait > DAY_MS ? DAY_MS : wait;
}

/* Judges by the status alone as soon as there is one: a receiver that has answered 204 and then
 * fails has the event. */
static err judge(struct arena *a, const struct url *url, err e, struct webhook_result *ret)
{
    if (ret->status >= 200 && ret->status < 300) {
        ret->reason = arena_printf(a, "%.*s answered %d", STR_ARG(url->host), ret->status);
        return ERR_NONE;
    }
    if (ret->status == 0) {
        return err_ok(e) ? err_new(ERR_UPSTREAM, "the webhook's receiver did not answer") : e;
    }
    const char *more = ret->status == 410                        ? "; it wants no more events"
                       : ret->status >= 300 && ret->status < 400 ? "; redirects are not followed"
                                                                 : "";
    ret->reason = arena_printf(a, "%.*s answered %d%s", STR_ARG(url->host), ret->status, more);
    return ret->status == 410
               ? err_new(ERR_GONE, "the webhook's receiver wants no more events")
               : err_new(ERR_UPSTREAM, "the webhook's receiver answered with an error");
}

static err signatures(struct arena *a, const struct webhook_settings *settings, str message_id,
                      int64_t at_s, str body, str *ret)
{
    str now = STR_EMPTY, old = STR_EMPTY;
    err e = webhook_sign(a, secret_view(&settings->secret), message_id, at_s, body, &now);
    if (err_ok(e) && !secret_empty(&settings->secret_old)) {
        e = webhook_sign(a, secret_view(&settings->secret_old), message_id, at_s, body, &old);
    }
    if (!err_ok(e)) {
        return e;
    }
    *ret = arena_printf(a, "%.*s%s%.*s", STR_ARG(now), old.n ? " " : "", STR_ARG(old));
    return ret->p ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for a signature");
}

static err post(struct arena *a, const struct webhook_settings *settings, bool allow_private,
                str message_id, int64_t now_ms, str body, struct webhook_result *ret)
{
    str signature, time = arena_printf(a, "%lld", (long long)(now_ms / 1000));
    err e = signatures(a, settings, message_id, now_ms / 1000, body, &signature);
    if (!err_ok(e) || !time.p) {
        return err_ok(e) ? err_new(ERR_NO_MEMORY, "no memory for a webhook") : e;
    }
    const struct fetch_header headers[] = {
        {STR("Content-Type"), STR("application/json")},
        {STR("webhook-id"), message_id},
        {STR("webhook-timestamp"), time},
        {STR("webhook-signature"), signature},
    };
    struct answer answer = {.status = 0};
    struct fetch_request request = {
        .method = "POST",
        .url = str_c(settings->url),
        .headers = headers,
        .header_count = sizeof(headers) / sizeof(headers[0]),
        .body = body,
        .allow_private = allow_private,
        .first_ms = WEBHOOK_TOTAL_MS,
        .total_ms = WEBHOOK_TOTAL_MS,
        .body_max = INT64_MAX, /* on_body stops it */
        .on_body = on_body,
        .on_head = on_head,
        .user = &answer,
    };
    struct fetch_answer got;
    e = fetch(a, &request, &got, &ret->reason);
    ret->status = answer.status;
    ret->retry_after_ms = err_ok(e) ? retry_after_ms(got.retry_after, now_ms) : 0;
    return e;
}

err webhook_send(struct arena *a, const struct webhook_settings *settings, bool allow_private,
                 str message_id, int64_t now_ms, str body, struct webhook_result *ret)
{
    struct webhook_result result = {.reason = STR_EMPTY};
    struct url url;
    err e = webhook_settings_check(a, settings, allow_private, &result.reason);
    e = err_ok(e) ? url_parse(a, str_c(settings->url), &url) : e;
    if (err_ok(e)) {
        e = post(a, settings, allow_private, message_id, now_ms, body, &result);
        e = judge(a, &url, e, &result);
    }
    if (!result.reason.n) {
        result.reason = str_c(e.what);
    }
    *ret = result;
    return e;
}
