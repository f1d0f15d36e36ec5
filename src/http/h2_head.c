/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an HTTP/2 request. libnghttp2 has checked order and number of the pseudo fields, that
 * names are in lower case and that no connection-specific field is there; the rest is checked here
 * as for HTTP/1.1. */
#include "http/h2.h"

static void defect(struct h2_stream *stream, int status, const char *what)
{
    if (stream->bad_status == 0) {
        stream->bad_status = status;
        stream->bad_what = what;
    }
}

/* Copies text behind what is there; the span stays right when the bytes move. */
static struct http_span keep(struct h2_stream *stream, str text)
{
    struct http_span span = {(uint16_t)stream->head.n, (uint16_t)text.n};
    buf_add(&stream->head, text);
    if (stream->head.failed) {
        defect(stream, 431, "the headers are too large");
        return (struct http_span){0, 0};
    }
    return span;
}

static void read_path(struct h2_stream *stream, str value)
{
    struct http_head *head = &stream->req->head;
    size_t mark = str_find_byte(value, '?', 0);
    str path = str_slice(value, 0, mark);
    str query = str_slice(value, mark == SIZE_MAX ? value.n : mark + 1, value.n);
    if (value.n > stream->session->c->loop->server->limits.target_max) {
        defect(stream, 414, "the request target is too long");
    } else if (!str_eq(value, STR("*")) && !http_is_path(path, query)) {
        defect(stream, 400, "the request target has bytes that a URL may not have");
    } else {
        head->path = keep(stream, path);
        head->query = keep(stream, query);
    }
}

static void read_pseudo(struct h2_stream *stream, str name, str value)
{
    struct http_head *head = &stream->req->head;
    if (str_eq(name, STR(":method"))) {
        if (!http_is_token(value) || value.n > HTTP_METHOD_MAX) {
            defect(stream, 400, "the method is malformed");
        } else if (str_eq(value, STR("CONNECT")) || str_eq(value, STR("TRACE"))) {
            defect(stream, 501, "this method is not implemented");
        }
        head->method = http_method_of(value);
        head->method_text = keep(stream, value);
    } else if (str_eq(name, STR(":path"))) {
        read_path(stream, value);
    } else if (str_eq(name, STR(":authority"))) {
        if (!http_is_authority(value)) {
            defect(stream, 400, "the authority is malformed");
        }
        head->authority = keep(stream, value);
    } else if (str_eq(name, STR(":scheme"))) {
        if (!str_eq(value, STR("https")) && !str_eq(value, STR("http"))) {
            defect(stream, 400, "the scheme is neither http nor https");
        }
    } else {
        defect(stream, 400, "a pseudo header is not known");
    }
}

static void read_host(struct h2_stream *stream, str value)
{
    struct http_head *head = &stream->req->head;
    str authority = str_slice(buf_str(&stream->head), head->authority.at,
                              (size_t)head->authority.at + head->authority.n);
    if (stream->has_host || !http_is_authority(value) ||
        (authority.n && !str_ieq(authority, value))) {
        defect(stream, 400, "Host and the authority are not one and the same");
        return;
    }
    stream->has_host = true;
    if (authority.n == 0) {
        head->authority = keep(stream, value);
    }
}

/* Cookies may come in pieces (RFC 9113 section 8.2.3): makes them one field again. */
static bool join_cookie(struct h2_stream *stream, str value)
{
    struct http_head *head = &stream->req->head;
    for (unsigned i = 0; i < head->field_count; i++) {
        struct http_field *field = &head->fields[i];
        if (str_eq(http_span_str(stream->head.p, field->name), STR("cookie"))) {
            struct buf joined;
            buf_init(&joined, HTTP_HEAD_MAX);
            buf_add(&joined, http_span_str(stream->head.p, field->value));
            buf_add_c(&joined, "; ");
            buf_add(&joined, value);
            if (joined.failed) {
                defect(stream, 431, "the headers are too large");
            } else {
                field->value = keep(stream, buf_str(&joined));
            }
            buf_done(&joined);
            return true;
        }
    }
    return false;
}

void h2_head_field(struct h2_stream *stream, str name, str value)
{
    struct http_head *head = &stream->req->head;
    const struct h1_limits *limits = &stream->session->c->loop->server->limits;
    if (stream->bad_status) {
        return; /* decoded for the sake of the connection's compression state only */
    }
    if (!http_is_value(value)) {
        defect(stream, 400, "a header value has control bytes");
        return;
    }
    if (name.n && name.p[0] == ':') {
        read_pseudo(stream, name, value);
        return;
    }
    if (str_eq(name, STR("host"))) {
        read_host(stream, value);
    } else if (str_eq(name, STR("expect"))) {
        head->expect_continue = str_eq(value, STR("100-continue"));
    } else if (str_eq(name, STR("content-length"))) {
        head->has_length = str_u64(value, &head->content_length);
    } else if (str_eq(name, STR("cookie")) && join_cookie(stream, value)) {
        return;
    }
    if (head->field_count >= limits->fields_max || head->field_count >= HTTP_FIELDS_MAX) {
        defect(stream, 431, "the request has too many headers");
        return;
    }
    struct http_field field;
    field.name = keep(stream, name);
    field.value = keep(stream, value);
    head->fields[head->field_count++] = field;
}

bool h2_head_check(struct h2_stream *stream)
{
    struct http_req *req = stream->req;
    struct http_head *head = &req->head;
    if (head->authority.n == 0) {
        defect(stream, 400, "the authority is missing");
    }
    if (head->path.n == 0 || (head->method != HTTP_OPTIONS && stream->head.p &&
                              !stream->bad_status && stream->head.p[head->path.at] == '*')) {
        defect(stream, 400, "the path is missing");
    }
    if (!http_req_keep_head(req, buf_str(&stream->head))) {
        defect(stream, 431, "the headers are too large");
    }
    buf_done(&stream->head);
    if (stream->bad_status) {
        head->method = head->method == HTTP_HEAD ? HTTP_HEAD : HTTP_GET;
    }
    return stream->bad_status == 0;
}
