/* SPDX-License-Identifier: Apache-2.0 */
#include "http/exchange.h"

#include "base/bytes.h"
#include "http/syntax.h"

enum http_method http_req_method(const struct http_req *req) { return req->head.method; }

str http_req_method_text(const struct http_req *req)
{
    return http_span_str(req->base, req->head.method_text);
}

str http_req_path(const struct http_req *req)
{
    str path = http_span_str(req->base, req->head.path);
    while (path.n > 1 && path.p[path.n - 1] == '/') {
        path.n--;
    }
    return path;
}

str http_req_query(const struct http_req *req) { return http_span_str(req->base, req->head.query); }

bool http_req_header(const struct http_req *req, str name, str *ret)
{
    for (unsigned i = 0; i < req->head.field_count; i++) {
        const struct http_field *field = &req->head.fields[i];
        if (field->name.n == name.n && str_ieq(http_span_str(req->base, field->name), name)) {
            *ret = http_span_str(req->base, field->value);
            return true;
        }
    }
    return false;
}

unsigned http_req_header_count(const struct http_req *req, str name)
{
    unsigned count = 0;
    for (unsigned i = 0; i < req->head.field_count; i++) {
        count += str_ieq(http_span_str(req->base, req->head.fields[i].name), name);
    }
    return count;
}

/* Percent-decodes a form component into the arena; "+" is a space. */
static bool decode(struct arena *a, str s, str *ret)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    if (!out) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? bytes_hex_digit(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? bytes_hex_digit(s.p[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        if (c == '\0') {
            return false;
        }
        out[n++] = c;
    }
    *ret = (str){out, n};
    return true;
}

bool http_req_param(struct http_req *req, str name, str *ret)
{
    str query = http_req_query(req), item;
    while (str_split(&query, '&', &item)) {
        size_t equals = str_find_byte(item, '=', 0);
        str key = str_slice(item, 0, equals), decoded;
        bool plain =
            str_find_byte(key, '%', 0) == SIZE_MAX && str_find_byte(key, '+', 0) == SIZE_MAX;
        if (plain) {
            decoded = key;
        } else if (!decode(&req->arena, key, &decoded)) {
            continue;
        }
        if (str_eq(decoded, name)) {
            str value = equals == SIZE_MAX ? STR_EMPTY : str_slice(item, equals + 1, item.n);
            return decode(&req->arena, value, ret);
        }
    }
    return false;
}

str http_req_arg(const struct http_req *req, unsigned i)
{
    return i < sizeof req->plan.args / sizeof *req->plan.args ? req->plan.args[i] : STR_EMPTY;
}

str http_req_body(const struct http_req *req) { return buf_str(&req->body); }

str http_req_content_type(const struct http_req *req)
{
    str value;
    if (req->content_type.n == 0 && http_req_header(req, STR("content-type"), &value)) {
        value = syntax_trim(str_slice(value, 0, str_find_byte(value, ';', 0)));
        char *out = arena_alloc(&req->self->arena, value.n + 1);
        for (size_t i = 0; out && i < value.n; i++) {
            out[i] = str_lower(value.p[i]);
        }
        req->self->content_type = (str){out ? out : "", out ? value.n : 0};
    }
    return req->content_type.n ? req->content_type : STR_EMPTY;
}

str http_req_client(const struct http_req *req)
{
    if (req->client_text.c[0] == '\0') {
        struct addr plain = req->client;
        plain.port = 0;
        req->self->client_text = addr_text(&plain);
    }
    return str_c(req->client_text.c);
}

str http_req_origin_self(const struct http_req *req)
{
    if (req->origin_self.n == 0) {
        req->self->origin_self =
            arena_printf(&req->self->arena, "%s%.*s", req->https ? "https://" : "http://",
                         STR_ARG(http_span_str(req->base, req->head.authority)));
    }
    return req->origin_self.p ? req->origin_self : STR_EMPTY;
}

bool http_req_is_tls(const struct http_req *req) { return req->https; }

const id *http_req_id(const struct http_req *req) { return &req->record.request_id; }

struct arena *http_req_arena(struct http_req *req) { return &req->arena; }

void http_req_set_user(struct http_req *req, void *user) { req->user = user; }

void *http_req_user(const struct http_req *req) { return req->user; }
