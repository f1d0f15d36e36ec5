/* SPDX-License-Identifier: Apache-2.0 */
/* One site while it is read, for the files of site only. */
#pragma once

#include <pthread.h>

#include "net/url.h"
#include "scan/content.h"
#include "scan/site_refs.h"
#include "scan/sources.h"

enum {
    SITE_REQUESTS_MAX = 1000,
    SITE_URLS_MAX = 5000,     /* known and waiting */
    SITE_BODY_MAX = 16 << 20, /* of one answer */
    SITE_ANSWER_MS = 20000,   /* one request */
    SITE_WIDTH = 6,           /* requests at once, as a browser has */
    SITE_REDIRECTS_MAX = 5,
    SITE_HOSTS_MAX = 32,  /* other hosts that are named as not read */
    SITE_INLINE_MAX = 64, /* source maps within one text */
    SITE_TABLE = 16384,   /* a power of two above SITE_URLS_MAX */
    SITE_MEMORY_MAX = 16 << 20,
};
#define SITE_BYTES_MAX (UINT64_C(512) << 20)

enum site_kind {
    SITE_START, /* the page that was named */
    SITE_PAGE,
    SITE_TEXT, /* a script, style, manifest, state */
    SITE_MAP,
    SITE_PROBE, /* what should not be there */
};

struct site_target {
    str url;
    enum site_kind kind;
    unsigned hops;
    bool guessed; /* nobody named it: its absence is no news */
};

struct site {
    struct scan *scan;
    struct url start;
    unsigned pages_max;
    int64_t deadline_ms; /* monotonic */

    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t changed;
    struct arena a; /* of the URLs */
    struct site_target *targets;
    size_t count, next, active, requests, pages;
    uint64_t bytes;
    uint32_t table[SITE_TABLE];         /* index of a target + 1, by its URL */
    uint64_t bodies[SITE_REQUESTS_MAX]; /* of pages, to know one that stands for all */
    size_t body_count;
    str hosts[SITE_HOSTS_MAX]; /* said to be not read */
    size_t host_count;
    bool limited;
};

/* One thread's. */
struct visitor {
    struct site *site;
    struct scan_worker *worker;
    struct arena a; /* of one target */
};

/* Adds a target unless it is known, of another site, or there are too many. `url` is absolute. From
 * every thread. */
void site_add(struct visitor *v, const struct url *url, enum site_kind kind, unsigned hops,
              bool guessed);

/* Reads one target: asks, searches, adds what it leads to. */
void site_visit(struct visitor *v, const struct site_target *target);

/* What a page or a text at `at` leads to. */
void site_follow_page(struct visitor *v, const struct url *at, const struct scan_answer *answer);
void site_follow_text(struct visitor *v, const struct url *at, const struct scan_answer *answer);

/* Searches the sources of a map that was found at `path` ("https://…/app.js.map"). False: it is no
 * map. */
bool site_search_map(struct visitor *v, str path, str json);

/* Adds the files that a server should not give away, and those that tools put there. */
void site_add_probes(struct visitor *v, const struct url *at);

/* Asks through scan_options. */
err site_ask(const struct scan *s, struct arena *a, str url, unsigned wait_ms,
             struct scan_answer *ret);
