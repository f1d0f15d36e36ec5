/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "access/jwt_private.h"
#include "net/mail_address.h"

enum { SUBJECT_MAX = 255, NAME_MAX_BYTES = 255, AUDIENCES_MAX = 64, GROUP_MAX = 64 };

static const int64_t last_second = 253402300799; /* of the year 9999 */

static err refuse(const char *what) { return (err){ERR_UNAUTHORIZED, what}; }

static err no_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for a token's claims"); }

/* A NumericDate (RFC 7519 section 2) in whole seconds; false when it is there and is none. */
static bool read_time(const json_t *claims, const char *name, bool *ret_there, int64_t *ret_ms)
{
    const json_t *value = json_object_get(claims, name);
    *ret_there = value != NULL;
    if (!value) {
        return true;
    }
    if (!json_is_integer(value)) {
        return false;
    }
    int64_t seconds = json_integer_value(value);
    if (seconds < 0 || seconds > last_second) {
        return false;
    }
    *ret_ms = seconds * 1000;
    return true;
}

static err judge_times(const json_t *claims, int64_t now_ms, int64_t *ret_expires_ms)
{
    bool has_expires, has_issued, has_begin;
    int64_t expires = 0, issued = now_ms, begin = 0;
    if (!read_time(claims, "exp", &has_expires, &expires) || !has_expires) {
        return refuse("the token has no `exp` in whole seconds since 1970");
    }
    if (!read_time(claims, "iat", &has_issued, &issued) ||
        !read_time(claims, "nbf", &has_begin, &begin)) {
        return refuse("the token's `iat` or `nbf` is no number of whole seconds since 1970");
    }
    if (expires <= now_ms) {
        return refuse("the token has expired");
    }
    if ((has_issued && issued > now_ms + JWT_SKEW_MS) ||
        (has_begin && begin > now_ms + JWT_SKEW_MS)) {
        return refuse("the token's `iat` or `nbf` is in the future; is the site's clock right?");
    }
    if (expires - issued > JWT_LIFE_MAX_MS) {
        return refuse("the token lives for more than 24 hours");
    }
    *ret_expires_ms = expires;
    return ERR_NONE;
}

static bool is_text(const json_t *value, str wanted)
{
    return json_is_string(value) &&
           str_eq(str_n(json_string_value(value), json_string_length(value)), wanted);
}

/* RFC 7519 section 4.1.3: a text or a list of them. */
static err judge_audience(const json_t *claims, str audience)
{
    const json_t *value = json_object_get(claims, "aud");
    bool found = is_text(value, audience), fine = json_is_string(value) || json_is_array(value);
    size_t count = json_is_array(value) ? json_array_size(value) : 0;
    fine = fine && count <= AUDIENCES_MAX;
    for (size_t i = 0; fine && i < count; i++) {
        const json_t *one = json_array_get(value, i);
        fine = json_is_string(one);
        found = found || is_text(one, audience);
    }
    return fine && found && !str_empty(audience) ? ERR_NONE
                                                 : refuse("the token's `aud` is not this project");
}

/* A text that may be missing or null; false when it is something else. */
static bool read_text(const json_t *claims, const char *name, size_t max, str *ret)
{
    const json_t *value = json_object_get(claims, name);
    *ret = STR_EMPTY;
    if (!value || json_is_null(value)) {
        return true;
    }
    return json_get_str(claims, name, ret) && ret->n <= max && !str_has_control(*ret) &&
           str_find_byte(*ret, '\t', 0) == SIZE_MAX;
}

static bool group_valid(str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool alnum = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!alnum && c != '.' && c != '_' && c != ':' && c != '-') {
            return false;
        }
    }
    return name.n > 0 && name.n <= GROUP_MAX;
}

static int by_text(const void *x, const void *y)
{
    const str *a = x, *b = y;
    return str_cmp(*a, *b);
}

/* Writes the names in order, each once, each with a line feed behind. */
static err join_groups(struct arena *a, str *names, size_t count, str *ret)
{
    char *out = arena_alloc(a, count * (GROUP_MAX + 1) + 1);
    size_t n = 0;
    if (!out) {
        return no_memory();
    }
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++) {
        if (i && str_eq(names[i - 1], names[i])) {
            continue;
        }
        memcpy(out + n, names[i].p, names[i].n);
        n += names[i].n;
        out[n++] = '\n';
    }
    *ret = str_n(out, n);
    return ERR_NONE;
}

static err read_groups(struct arena *a, const json_t *claims, str *ret)
{
    const json_t *value = json_object_get(claims, "groups");
    str names[JWT_GROUPS_MAX];
    if (!value || json_is_null(value)) {
        *ret = STR_EMPTY;
        return ERR_NONE;
    }
    size_t count = json_array_size(value);
    bool fine = json_is_array(value) && count <= JWT_GROUPS_MAX;
    for (size_t i = 0; fine && i < count; i++) {
        const json_t *one = json_array_get(value, i);
        fine = json_is_string(one);
        names[i] = fine ? str_n(json_string_value(one), json_string_length(one)) : STR_EMPTY;
        fine = fine && group_valid(names[i]);
    }
    return fine ? join_groups(a, names, count, ret)
                : refuse("the token's `groups` is no list of at most 64 names of 1 to 64 of "
                         "A-Z a-z 0-9 . _ : -");
}

static err keep(struct arena *a, str *text)
{
    *text = arena_str(a, *text);
    return text->p ? ERR_NONE : no_memory();
}

err jwt_claims_judge(struct arena *a, const json_t *claims, str audience, int64_t now_ms,
                     struct jwt_visitor *ret)
{
    struct jwt_visitor visitor;
    err e = judge_times(claims, now_ms, &visitor.expires_ms);
    if (err_ok(e)) {
        e = judge_audience(claims, audience);
    }
    if (err_ok(e) &&
        (!read_text(claims, "sub", SUBJECT_MAX, &visitor.subject) || str_empty(visitor.subject))) {
        e = refuse("the token has no `sub` of 1 to 255 bytes without control characters");
    }
    if (err_ok(e) && (!read_text(claims, "email", SUBJECT_MAX, &visitor.email) ||
                      (!str_empty(visitor.email) && !mail_address_valid(visitor.email)))) {
        e = refuse("the token's `email` is no mail address");
    }
    if (err_ok(e) && !read_text(claims, "name", NAME_MAX_BYTES, &visitor.name)) {
        e = refuse("the token's `name` is no text of at most 255 bytes");
    }
    if (err_ok(e)) {
        e = read_groups(a, claims, &visitor.groups);
    }
    str *kept[] = {&visitor.subject, &visitor.email, &visitor.name};
    for (size_t i = 0; err_ok(e) && i < sizeof kept / sizeof *kept; i++) {
        e = keep(a, kept[i]);
    }
    if (err_ok(e)) {
        *ret = visitor;
    }
    return e;
}
