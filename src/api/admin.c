/* SPDX-License-Identifier: Apache-2.0 */
#include "api/admin.h"

#include <time.h>

#include "api/authorize.h"

enum { SECRET_BYTES_MAX = 8192, DAY_MS = 86400000, WAIT_S = 60 };

/* ── the body ── */

bool body_has(const struct call *call, const char *key)
{
    return call->body && json_object_get(call->body, key);
}

static err invalid(struct call *call, const char *key, const char *what)
{
    str why = arena_printf(call->a, "the field \"%s\" %s", key, what);
    call->why = why.p ? why.p : what;
    return err_new(ERR_INVALID, "a field is missing or wrong");
}

err unprocessable(struct call *call, str why)
{
    call->why = why.p && why.n ? why.p : NULL;
    return err_new(ERR_UNPROCESSABLE, "a field is not valid");
}

err body_needed(struct call *call, const char *key, size_t max_chars, str *ret)
{
    err e = body_text(call, key, max_chars, ret);
    return err_ok(e) && str_empty(*ret) ? invalid(call, key, "is missing") : e;
}

err body_secret(struct call *call, const char *key, str *ret)
{
    str text = STR_EMPTY;
    const json_t *value = call->body ? json_object_get(call->body, key) : NULL;
    if (value && !json_is_null(value) &&
        (!json_get_str(call->body, key, &text) || text.n > SECRET_BYTES_MAX)) {
        return invalid(call, key, "must be a text");
    }
    *ret = text;
    return ERR_NONE;
}

err body_bool(struct call *call, const char *key, bool *ret_given, bool *ret)
{
    const json_t *value = call->body ? json_object_get(call->body, key) : NULL;
    *ret_given = value != NULL;
    if (value && !json_is_boolean(value)) {
        return invalid(call, key, "must be true or false");
    }
    *ret = json_is_true(value);
    return ERR_NONE;
}

/* Takes `n` digits off the front. */
static bool digits(str *rest, size_t n, int *ret)
{
    uint64_t value;
    if (rest->n < n || !str_u64(str_slice(*rest, 0, n), &value)) {
        return false;
    }
    *ret = (int)value;
    *rest = str_slice(*rest, n, rest->n);
    return true;
}

static bool byte(str *rest, char c)
{
    if (rest->n == 0 || rest->p[0] != c) {
        return false;
    }
    *rest = str_slice(*rest, 1, rest->n);
    return true;
}

/* "+01:00", "-05:30" or "Z" in minutes. */
static bool offset(str *rest, int *ret_minutes)
{
    int hours, minutes, sign = byte(rest, '-') ? -1 : byte(rest, '+') ? 1 : 0;
    *ret_minutes = 0;
    if (sign == 0) {
        return byte(rest, 'Z');
    }
    if (!digits(rest, 2, &hours) || !byte(rest, ':') || !digits(rest, 2, &minutes)) {
        return false;
    }
    *ret_minutes = sign * (hours * 60 + minutes);
    return hours < 24 && minutes < 60;
}

/* RFC 3339 sections 5.6 and 5.7; fractions of seconds are dropped. */
static bool parse_time(str text, int64_t *ret_wall_ms)
{
    struct tm at = {0};
    int year, month, minutes = 0, ignored;
    bool good = digits(&text, 4, &year) && byte(&text, '-') && digits(&text, 2, &month) &&
                byte(&text, '-') && digits(&text, 2, &at.tm_mday) && year >= 1970 && month >= 1 &&
                month <= 12 && at.tm_mday >= 1 && at.tm_mday <= 31;
    int64_t end = DAY_MS;
    if (good && text.n) {
        end = 0;
        good = byte(&text, 'T') && digits(&text, 2, &at.tm_hour) && byte(&text, ':') &&
               digits(&text, 2, &at.tm_min) && byte(&text, ':') && digits(&text, 2, &at.tm_sec) &&
               at.tm_hour < 24 && at.tm_min < 60 && at.tm_sec < 61;
        for (bool dot = good && byte(&text, '.'); dot && digits(&text, 1, &ignored);) {
        }
        good = good && offset(&text, &minutes) && text.n == 0;
    }
    if (good) {
        at.tm_year = year - 1900;
        at.tm_mon = month - 1;
        int day = at.tm_mday;
        time_t seconds = timegm(&at);
        good = at.tm_mday == day || end == 0; /* 30 February is none */
        *ret_wall_ms = ((int64_t)seconds - (int64_t)minutes * 60) * 1000 + end;
    }
    return good;
}

err body_time(struct call *call, const char *key, bool *ret_given, int64_t *ret_wall_ms)
{
    const json_t *value = call->body ? json_object_get(call->body, key) : NULL;
    str text;
    int64_t at = 0;
    *ret_given = value != NULL;
    if (value && !json_is_null(value) &&
        (!json_get_str(call->body, key, &text) || !parse_time(text, &at))) {
        return invalid(call, key, "must be a time like 2026-11-21T20:25:01Z");
    }
    *ret_wall_ms = at;
    return ERR_NONE;
}

err admin_arg(const struct call *call, unsigned i, id *ret)
{
    return id_parse(http_req_arg(call->req, i), ret) ? ERR_NONE : route_not_found();
}

void admin_permissions_json(struct buf *b, permissions may)
{
    bool first = true;
    answer_member_name(b, "permissions");
    buf_add_byte(b, '[');
    for (unsigned bit = 0; bit < PERMISSION_COUNT; bit++) {
        permissions one = (permissions)1 << bit;
        if (may & one) {
            buf_addf(b, "%s\"%s\"", first ? "" : ",", permission_name(one));
            first = false;
        }
    }
    buf_add_byte(b, ']');
}

/* ── log-ins ── */

const char *admin_state_name(enum staff_state state)
{
    return state == STAFF_FULL           ? "full"
           : state == STAFF_NEEDS_FACTOR ? "needs_factor"
                                         : "needs_enrolment";
}

static void set_cookie(struct call *call, str token, const char *more)
{
    str cookie =
        arena_printf(call->a, ACCESS_COOKIE "=%.*s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
                     STR_ARG(token), more);
    if (cookie.p) {
        http_res_header(call->res, STR("set-cookie"), cookie);
        crypto_wipe((char *)(uintptr_t)cookie.p, cookie.n);
    }
}

void admin_clear_cookie(struct call *call) { set_cookie(call, STR_EMPTY, "; Max-Age=0"); }

err admin_wait(struct call *call, err e, unsigned seconds)
{
    str text = arena_printf(call->a, "%u", seconds ? seconds : WAIT_S);
    if (e.code == ERR_RATE_LIMITED && text.p) {
        http_res_header(call->res, STR("retry-after"), text);
    }
    return e;
}

static void add_factors(struct buf *b, const struct staff_login *login)
{
    answer_member_name(b, "factors");
    buf_add_byte(b, '[');
    buf_add_c(b, login->has_totp ? "\"totp\"" : "");
    buf_addf(b, "%s%s", login->has_totp && login->has_passkey ? "," : "",
             login->has_passkey ? "\"passkey\"" : "");
    buf_addf(b, "%s%s", (login->has_totp || login->has_passkey) && login->has_codes ? "," : "",
             login->has_codes ? "\"recovery\"" : "");
    buf_add_byte(b, ']');
}

err admin_logged_in(struct call *call, err e, struct staff_login *login, size_t codes_left)
{
    if (!err_ok(e)) {
        return admin_wait(call, e, login->wait_s);
    }
    struct buf b;
    buf_init(&b, 1024);
    buf_add_byte(&b, '{');
    answer_member(&b, "state", str_c(admin_state_name(login->state)));
    add_factors(&b, login);
    answer_member_time(&b, "expires_at", login->expires_ms);
    if (codes_left != SIZE_MAX) {
        answer_member_number(&b, "codes_left", codes_left);
    }
    buf_add_byte(&b, '}');
    set_cookie(call, str_c(login->token.c), "");
    crypto_wipe(&login->token, sizeof login->token);
    return answer_json(call, 200, &b);
}
