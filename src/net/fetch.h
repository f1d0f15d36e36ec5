/* SPDX-License-Identifier: Apache-2.0 */
/* Outbound HTTP through libcurl that cannot be led astray: addresses are resolved, each is judged,
 * and only the judged one is connected to; again on each redirect. Blocking: for workers only. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "net/url.h"

enum { FETCH_BODY_DEFAULT = 16 << 20 };

struct fetch_header {
    str name, value;
};

/* Called with pieces of the body as they come, uncompressed by the server; false stops with CLOSED.
 * Must not fetch. */
typedef bool (*fetch_body_fn)(void *user, str piece);

struct fetch_request {
    const char *method; /* "GET" when NULL */
    str url;
    const struct fetch_header *headers;
    size_t header_count;
    str body;
    str user_agent;
    bool allow_private;     /* loopback and private addresses too */
    const str *allow_hosts; /* when count > 0: only these hosts (exact, or "*.example.com") */
    size_t allow_host_count;
    unsigned redirects_max;      /* 0: a redirect is an answer */
    bool same_host_redirects;    /* a redirect to another host is an answer, not followed */
    unsigned connect_ms;         /* name look-up, and connection with TLS, each; 0: 10 s */
    unsigned first_ms, stall_ms; /* until the first byte, between bytes; 0: only total_ms counts */
    unsigned total_ms;           /* 0: 60 s */
    uint64_t body_max;           /* after decompression; 0: FETCH_BODY_DEFAULT */
    str ca_file;                 /* empty: the system's */
    fetch_body_fn on_body;       /* NULL: collected in the answer */
    bool (*on_head)(void *user,
                    int status); /* may be NULL; before the first body byte; false stops */
    void *user;
};

struct fetch_answer {
    int status;
    str url;          /* after redirects */
    str content_type; /* with parameters */
    str etag, last_modified, location, retry_after;
    str source_map; /* SourceMap, or X-SourceMap (ECMA-426 section 5) */
    str body;       /* in the arena */
};

/* FORBIDDEN when an address or host is not allowed; UPSTREAM (unreachable, TLS, protocol),
 * UPSTREAM_TIMEOUT, TOO_LARGE, CLOSED; INVALID for a URL that is not http or https or carries a
 * password. An answer of any status is ERR_NONE. A redirect that cannot be followed without
 * breaking a rule is an answer; on one to another origin headers stay behind. `ret_reason` (may be
 * NULL) is a text a person can act on: "the certificate of docs.example.com has expired", and for a
 * status of 400 and above "docs.example.com answered 404". */
err fetch(struct arena *a, const struct fetch_request *request, struct fetch_answer *ret,
          str *ret_reason);
