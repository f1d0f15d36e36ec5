/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP exchanges, without following redirects, and what pages contain. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "net/addr.h"
#include "net/page.h"

enum {
    HTTP_BODY_KEPT_MAX = 2 << 20, /* bytes of a page that are kept, after decompression */
    HTTP_HEAD_MAX = 64 << 10,
    HTTP_HEADERS_MAX = 256,
};

enum http_outcome {
    HTTP_ANSWERED,
    HTTP_NO_ADDRESS,  /* the name does not resolve */
    HTTP_NOT_ALLOWED, /* private address without --allow-private, or a scheme that is not HTTP */
    HTTP_UNREACHABLE, /* connection refused or reset */
    HTTP_TIMEOUT,
    HTTP_TLS_FAILED, /* the handshake itself; bad certificates do not stop an exchange */
    HTTP_MALFORMED,  /* no HTTP, or a head beyond the limits */
};

struct http_field {
    str name, value; /* name in lower case */
};

/* Why a URL was asked for. */
enum http_purpose {
    HTTP_REDIRECT_FIRST, /* a cell of the redirect matrix: the first request */
    HTTP_REDIRECT_HOP,   /* what it led to */
    HTTP_PAGE,           /* a page that visitors see */
    HTTP_ASSET,          /* script, style, frame of a page */
    HTTP_PROBE,          /* a path that should not be there: /.git/HEAD, … */
    HTTP_LATENCY,        /* one of several for page.latency */
    HTTP_POLICY,         /* a document of another protocol: MTA-STS, security.txt */
    HTTP_ORIGIN,         /* asked with an Origin header of somebody else's */
    HTTP_EDGE,           /* asked of an address around the CDN, or with forged headers */
};

struct http_exchange {
    str url;   /* as asked: scheme://host[:port]path?query */
    str label; /* groups what belongs together: the first URL of a chain, the page */
    enum http_purpose purpose;
    unsigned hop;        /* of a chain: 0 first */
    struct addr address; /* asked */
    enum http_outcome outcome;
    str reason;       /* in words for people unless answered */
    unsigned version; /* 10, 11, 20 */
    unsigned status;
    const struct http_field *fields;
    size_t field_count;
    str body;                         /* at most HTTP_BODY_KEPT_MAX */
    uint64_t bytes;                   /* of the body after decompression, as far as it was read */
    uint64_t transferred;             /* on the wire, head and body */
    bool cut;                         /* there was more */
    unsigned first_byte_ms, total_ms; /* from the start of the request, name look-up left out */
};

/* The n-th value of a header (0 first); NULL when there is none. `name` in lower case. */
const str *http_header(const struct http_exchange *x, const char *name, size_t n);

/* A page and what it refers to; assets are in the exchanges with label = page.url. */
struct page {
    str url; /* after redirects */
    const struct http_exchange *exchange;
    const struct page_item *items;
    size_t item_count;
    bool more;   /* items beyond the limit were left out */
    str problem; /* why it could not be parsed; empty: it was */
};

/* What a Lighthouse command printed. */
struct lighthouse_result {
    str url;
    double performance; /* 0 … 100 */
    str problem;        /* why there is no number; empty: there is */
};
