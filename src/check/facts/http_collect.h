/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP exchange for a collector (RFC 9110): no redirect followed, no proxy, no cookie kept, any
 * certificate accepted (the TLS rows judge those), bounded in time and bytes. What one run asks of
 * one host is bounded too, by the limits below. */
#pragma once

#include "check/facts/collect.h"
#include "net/url.h"

enum {
    HTTP_ASK_FIELDS_MAX = 8,
    HTTP_ASK_ADDRESSES_MAX = 16,
    HTTP_PROBE_BODY_MAX = 64 << 10, /* of what should not be there */
    HTTP_HOPS_MAX = 10,             /* of one chain of redirects */
    HTTP_WIDTH = 8,                 /* requests at once, all hosts together */
    HTTP_CHAINS_PER_HOST = 4,       /* both schemes, "/" and a deep path */
    HTTP_ASSETS_MAX = 40,           /* scripts, styles and what they import, of one page */
    HTTP_PROBES_MAX = 48,           /* paths that should not be there, of one host */
    HTTP_SAMPLES_MAX = 60,          /* for latency, all URLs together */
};

/* A connection kept for the next exchange of the same thread. */
struct http_session;

struct http_ask {
    str url;
    str label; /* empty: the URL */
    enum http_purpose purpose;
    unsigned hop;
    bool head;                      /* HEAD instead of GET */
    const struct http_field *extra; /* request headers; Host may be among them */
    size_t extra_count;
    const struct addr *address;   /* go here whatever the name says, port included; NULL: look up */
    size_t body_max;              /* 0: HTTP_BODY_KEPT_MAX */
    unsigned wait_ms;             /* 0: COLLECT_EXCHANGE_MS */
    bool identity;                /* do not offer compression */
    struct http_session *session; /* NULL: a connection of its own */
};

/* Asks, adds the exchange to the facts and gives it; never NULL. What it borrows lives in `a`,
 * which must live as long as the facts (facts_arena). From every thread. */
const struct http_exchange *http_ask(struct collect *c, struct arena *a,
                                     const struct http_ask *ask);

/* The same without adding it to the facts; the exchange lives in `a`, whose owner asks. */
const struct http_exchange *http_ask_apart(struct collect *c, struct arena *a,
                                           const struct http_ask *ask);

/* NULL without memory, which http_ask takes as none. One thread uses it at a time. */
struct http_session *http_session_open(void);
void http_session_close(struct http_session *s);

/* 301, 302, 303, 307, 308 with a Location; *ret_to is absolute and http or https. INVALID: it is no
 * redirect, or leads to something else; *ret_raw (may be NULL) is the header then. */
err http_redirect(struct arena *a, const struct http_exchange *x, struct url *ret_to, str *ret_raw);
/* Any of these codes with a Location, whatever that says. */
bool http_is_redirect(const struct http_exchange *x);
