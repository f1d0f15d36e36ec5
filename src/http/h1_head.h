/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an HTTP/1.x request (RFC 9112), strictly: a pure function over the bytes so far, no
 * I/O. */
#pragma once

#include "base/str.h"
#include "http/http.h"

enum { HTTP_FIELDS_MAX = 128, HTTP_METHOD_MAX = 32, HTTP_HEAD_MAX = 32 << 10 };

/* A part of the head, as offsets from its first byte so that the bytes may move. */
struct http_span {
    uint16_t at, n;
};

struct http_field {
    struct http_span name, value;
};

/* What a request head says, however it came (HTTP/1.x or HTTP/2). */
struct http_head {
    enum http_method method;
    struct http_span method_text, path, query;
    struct http_span
        authority;       /* host[:port] that counts: of the target when it has one, else Host */
    unsigned char minor; /* of HTTP/1.x */
    bool keep_alive, chunked, has_length, expect_continue, expect_other;
    uint64_t content_length;
    unsigned field_count;
    struct http_field fields[HTTP_FIELDS_MAX];
};

struct h1_limits {
    unsigned head_max, fields_max,
        target_max; /* head_max at most HTTP_HEAD_MAX, fields_max HTTP_FIELDS_MAX */
};

enum h1_result { H1_MORE, H1_DONE, H1_BAD };

struct h1_parser {
    size_t line, seen; /* where the current line starts, and up to where its end was looked for */
    unsigned blank_lines; /* before the request line */
    bool has_request_line, absolute;
    bool has_host, has_coding;
    struct http_span target;
    /* after H1_DONE: bytes of the head; after H1_BAD: what to answer */
    size_t size;
    int status;
    const char *what;
};

/* Starts a head; `parser` and `head` are for one request. */
void h1_head_init(struct h1_parser *parser, struct http_head *head);

/* Reads on: `in` are all bytes of the request so far, from its first one. Refused with 400, 414,
 * 417, 431, 501, 505: anything that RFC 9112 lets a recipient refuse (bare CR or LF, obs-fold,
 * space before the colon, Content-Length with Transfer-Encoding or twice, codings other than
 * chunked, Host missing or twice, …). */
enum h1_result h1_head_feed(struct h1_parser *parser, struct http_head *head,
                            const struct h1_limits *limits, str in);

/* True for the bytes of a token (RFC 9110 section 5.6.2), not empty. */
bool http_is_token(str s);

/* True for host[:port] as a Host header may have it (RFC 9110 section 7.2), not empty. */
bool http_is_authority(str s);

/* True for a field value: no control bytes but tab (RFC 9110 section 5.5). */
bool http_is_value(str s);

/* True for a path and query ("/a?b") of visible ASCII with whole escapes in the path; also "*" for
 * OPTIONS. */
bool http_is_path(str path, str query);

enum http_method http_method_of(str text);

static inline str http_span_str(const char *base, struct http_span span)
{
    return (str){base + span.at, span.n};
}
