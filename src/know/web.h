/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching pages for a sync: robots.txt, politeness, conditional requests, and what an answer
 * means. */
#pragma once

#include <pthread.h>

#include "know/readers.h"
#include "know/robots.h"
#include "net/fetch.h"

enum {
    WEB_THREADS = 4, /* fetches at once */
    WEB_REDIRECTS_MAX = 5,
    WEB_HOSTS_MAX = 200,      /* hosts of one sync */
    WEB_RETRY_MAX_MS = 10000, /* a longer Retry-After is left to the next sync */
    WEB_MARK_MAX = 380,       /* bytes of an ETag or date that are worth keeping */
};

struct web_host {
    str origin;
    struct robots robots;
    str reason;      /* why robots.none, empty otherwise */
    int64_t next_ms; /* when the next request may go out */
};

struct web {
    const struct know_settings *settings;
    struct arena arena;    /* of robots.txt texts; for the syncing thread */
    pthread_mutex_t mutex; /* guards next_ms of the hosts */
    struct web_host hosts[WEB_HOSTS_MAX];
    size_t host_count;
};

void web_init(struct web *web, const struct know_settings *settings);
void web_done(struct web *web);

/* Gives the host's rules, fetching robots.txt the first time; only the syncing thread may call it.
 * `a` is for scratch. */
err web_host(struct web *web, struct arena *a, const struct url *url, struct web_host **ret);

/* A readers_fn (user is a struct web): fetches r->path when its turn has come and reads what came.
 * r->url becomes the address after redirects. */
void web_read(void *user, struct parser *parser, struct reading *r);

/* Fetches bytes for the syncing thread (a sitemap). `ret_reason` is what a person reads when it
 * fails. */
err web_get(struct web *web, struct arena *a, str url, bool same_host, struct fetch_answer *ret,
            str *ret_reason);

/* How the store keeps an ETag with how deep the page was found; unmark gives false for other
 * versions' marks. */
str web_mark(struct arena *a, unsigned depth, str etag);
bool web_unmark(str mark, unsigned *ret_depth, str *ret_etag);
