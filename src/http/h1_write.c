/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an HTTP/1.x answer, composed in one piece. */
#include <stdio.h>

#include "http/conn.h"

enum { HEAD_ROOM = 1024 };

/* A cursor over a head that is being composed; it never runs past its end. */
struct writer {
    char *at, *end;
};

static void put(struct writer *w, str s)
{
    size_t n = s.n <= (size_t)(w->end - w->at) ? s.n : 0;
    memcpy(w->at, s.p, n);
    w->at += n;
}

static void put_number(struct writer *w, uint64_t value)
{
    char digits[20];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    put(w, str_n(digits + n, sizeof digits - n));
}

static void put_status(struct writer *w, int status)
{
    if (status == 200) {
        put(w, STR("HTTP/1.1 200 OK\r\nDate: "));
        return;
    }
    put(w, STR("HTTP/1.1 "));
    put_number(w, (uint64_t)status);
    put(w, STR(" "));
    put(w, str_c(http_status_text(status)));
    put(w, STR("\r\nDate: "));
}

static void put_field(struct writer *w, str name, str value)
{
    put(w, name);
    put(w, STR(": "));
    put(w, value);
    put(w, STR("\r\n"));
}

/* The usual case, all defaults, is one copy. */
static void put_defaults(struct writer *w, unsigned overridden, bool https)
{
    static const str all =
        STR_INIT("x-content-type-options: nosniff\r\n"
                 "referrer-policy: same-origin\r\n"
                 "x-frame-options: DENY\r\n"
                 "content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n"
                 "cross-origin-resource-policy: same-origin\r\n"
                 "cache-control: no-store\r\n");
    if (!https) {
        overridden |= 1u << HTTP_DEFAULT_HSTS;
    }
    if (overridden == 1u << HTTP_DEFAULT_HSTS) {
        put(w, all);
        return;
    }
    for (unsigned i = 0; i < HTTP_DEFAULT_COUNT; i++) {
        if (!(overridden & 1u << i)) {
            put_field(w, http_defaults[i].name, http_defaults[i].value);
        }
    }
}

/* How the end of the body is told (RFC 9112 section 6). */
static void put_framing(struct writer *w, const struct http_req *req, bool keep_alive)
{
    const struct http_res *res = &req->res;
    if (res->state == HTTP_RES_STREAM) {
        put(w, STR("x-accel-buffering: no\r\n"));
        if (req->head.minor == 1) {
            put(w, STR("Transfer-Encoding: chunked\r\n"));
        }
    } else if (!http_status_bare(res->status)) {
        put(w, STR("Content-Length: "));
        put_number(w, res->body.n);
        put(w, STR("\r\n"));
    }
    if (!keep_alive) {
        put(w, STR("Connection: close\r\n"));
    } else if (req->head.minor == 0) {
        put(w, STR("Connection: keep-alive\r\n"));
    }
}

void h1_write_head(struct http_conn *c, struct http_req *req, bool keep_alive)
{
    const struct http_res *res = &req->res;
    size_t room = HEAD_ROOM + res->content_type.n;
    for (unsigned i = 0; i < res->field_count; i++) {
        room += res->fields[i].name.n + res->fields[i].value.n + 4;
    }
    char *bytes = http_conn_reserve(c, room);
    if (!bytes) {
        http_conn_close(c);
        return;
    }
    struct writer w = {bytes, bytes + room};
    put_status(&w, res->status);
    put(&w, http_loop_date(c->loop));
    put(&w, STR("\r\nX-Request-Id: "));
    put(&w, id_str(&req->record.request_id));
    put(&w, STR("\r\n"));
    if (res->content_type.n) {
        put_field(&w, STR("Content-Type"), res->content_type);
    }
    put_framing(&w, req, keep_alive);
    put_defaults(&w, res->overridden, req->https);
    for (unsigned i = 0; i < res->field_count; i++) {
        put_field(&w, res->fields[i].name, res->fields[i].value);
    }
    put(&w, STR("\r\n"));
    http_conn_commit(c, (size_t)(w.at - bytes));
}
