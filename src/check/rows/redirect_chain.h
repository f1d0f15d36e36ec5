/* SPDX-License-Identifier: Apache-2.0 */
/* Chains of redirects out of the facts. */
#pragma once

#include "check/facts/http_collect.h"
#include "check/rows/web.h"

enum chain_end {
    CHAIN_ANSWER, /* an answer that is no redirect */
    CHAIN_FAILED, /* no answer */
    CHAIN_LOOP,
    CHAIN_LONG,    /* more than HTTP_HOPS_MAX */
    CHAIN_FOREIGN, /* leads to somebody else's host: not followed */
    CHAIN_BROKEN,  /* a Location that is no http or https URL */
    CHAIN_OPEN,    /* was not followed to its end */
};

struct chain {
    const struct http_exchange *hops[HTTP_HOPS_MAX + 1];
    struct url urls[HTTP_HOPS_MAX + 1]; /* of the hops */
    struct url next; /* where the last hop leads, for LOOP, LONG, FOREIGN, OPEN */
    str raw;         /* the last Location, for BROKEN */
    size_t count;
    enum chain_end end;
    bool site; /* starts at a name of the site itself, which must lead to the canonical one */
    bool deep; /* starts at SITE_DEEP */
};

/* All chains in the order they were collected. */
size_t chain_list(const struct facts *f, struct arena *a, struct chain **ret);

/* The chains, after a skip was added when there are none. */
size_t chain_list_or_skip(const struct facts *f, struct verdict *v, struct chain **ret);

/* "http://example.com/ -301-> https://www.example.com/ 200" */
str chain_show(struct arena *a, const struct chain *chain);

/* The URL that hop i leads to: of the next hop or `next`; NULL when it leads nowhere. */
const struct url *chain_to(const struct chain *chain, size_t i);

/* The first URL of the chain. */
str chain_first(const struct chain *chain);

/* Rules that send every name of the site to the canonical one in one hop. */
void chain_fix(const struct facts *f, struct verdict *v, const char *what);
