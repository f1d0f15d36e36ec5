/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"

#include "base/clock.h"
#include "guard/text.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

err answer_json(struct call *call, int status, struct buf *b)
{
    err e = buf_err(b);
    if (err_ok(e)) {
        http_res_send(call->res, status, STR("application/json"), buf_str(b));
    }
    buf_done(b);
    return e;
}

void answer_member_name(struct buf *b, const char *key)
{
    char last = b->n ? b->p[b->n - 1] : '{';
    buf_addf(b, "%s\"%s\":", last == '{' ? "" : ",", key);
}

void answer_member(struct buf *b, const char *key, str text)
{
    answer_member_name(b, key);
    json_write_str(b, text);
}

void answer_member_time(struct buf *b, const char *key, int64_t wall_ms)
{
    answer_member_name(b, key);
    if (wall_ms) {
        buf_addf(b, "\"%s\"", clock_rfc3339(wall_ms).c);
    } else {
        buf_add_c(b, "null");
    }
}

void answer_member_number(struct buf *b, const char *key, uint64_t number)
{
    answer_member_name(b, key);
    buf_addf(b, "%llu", (unsigned long long)number);
}

void answer_member_bool(struct buf *b, const char *key, bool value)
{
    answer_member_name(b, key);
    buf_add_c(b, value ? "true" : "false");
}

err answer_nothing(struct call *call)
{
    http_res_send(call->res, 204, STR_EMPTY, STR_EMPTY);
    return ERR_NONE;
}

err body_text(struct call *call, const char *key, size_t max_chars, str *ret)
{
    const json_t *value = call->body ? json_object_get(call->body, key) : NULL;
    str text;
    *ret = STR_EMPTY;
    if (!value || json_is_null(value)) {
        return ERR_NONE;
    }
    err e = json_get_str(call->body, key, &text) ? guard_text_clean(call->a, text, max_chars, ret)
                                                 : err_new(ERR_INVALID, "a field is not a text");
    if (!err_ok(e)) {
        str why = arena_printf(call->a, "the field \"%s\" must be a text of at most %zu characters",
                               key, max_chars);
        call->why = why.p ? why.p : e.what;
    }
    return e;
}

static id scope_of(const struct principal *who)
{
    return who->kind == PRINCIPAL_VISITOR ? who->session.visitor
           : who->kind == PRINCIPAL_STAFF ? who->staff.person.id
                                          : who->key;
}

err body_idempotency(struct call *call, struct idempotency *ret)
{
    str key = STR_EMPTY;
    *ret = (struct idempotency){0};
    if (http_req_header(call->req, STR("idempotency-key"), &key)) {
        key = str_trim(key);
    }
    if (key.n > IDEMPOTENCY_KEY_MAX) {
        return err_new(ERR_INVALID, "Idempotency-Key must be at most 255 characters long");
    }
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] < 0x21 || key.p[i] > 0x7e) {
            return err_new(ERR_INVALID, "Idempotency-Key must be printable ASCII without spaces");
        }
    }
    struct buf asked;
    buf_init(&asked, ANSWER_BYTES_MAX);
    buf_add(&asked, http_req_method_text(call->req));
    buf_add_byte(&asked, ' ');
    buf_add(&asked, http_req_path(call->req));
    buf_add_byte(&asked, '\n');
    buf_add(&asked, http_req_body(call->req));
    err e = buf_err(&asked);
    if (err_ok(e)) {
        *ret = (struct idempotency){
            .key = key, .scope = scope_of(&call->who), .request = crypto_sha256(buf_str(&asked))};
    }
    buf_done(&asked);
    return e;
}
