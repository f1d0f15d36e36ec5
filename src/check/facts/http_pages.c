/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/http_pages.h"

#include "check/facts/site.h"
#include "check/rows/rows.h"

/* Follows from `first`; the last exchange. */
static const struct http_exchange *walk(struct collect *c, struct arena *a, str first,
                                        enum http_purpose purpose)
{
    struct http_ask ask = {.url = first, .purpose = purpose};
    const struct http_exchange *x = NULL;
    for (unsigned hop = 0; hop <= HTTP_HOPS_MAX; hop++) {
        struct url to;
        ask.hop = hop;
        x = http_ask(c, a, &ask);
        if (!err_ok(http_redirect(a, x, &to, NULL)) || !site_own(a, c->facts, to.host)) {
            break;
        }
        ask.url = url_text(a, &to, false);
        if (!ask.url.p) {
            break;
        }
    }
    return x;
}

bool visit_open(struct collect *c, enum http_purpose purpose, struct visit *ret)
{
    const struct intent *intent = facts_intent(c->facts);
    struct arena *a = facts_arena(c->facts);
    struct url origin;
    if (!a) {
        return false;
    }
    str first = arena_printf(a, "https://%.*s/", STR_ARG(facts_target(c->facts)));
    if (intent->origin.n && err_ok(url_parse(a, intent->origin, &origin))) {
        first = url_text(a, &origin, false);
    }
    const struct http_exchange *x = first.p ? walk(c, a, first, purpose) : NULL;
    if (x && !intent->origin.n &&
        (x->outcome == HTTP_UNREACHABLE || x->outcome == HTTP_TLS_FAILED)) {
        /* no HTTPS at all: what plain HTTP shows is still worth a look */
        const struct http_exchange *plain =
            walk(c, a, arena_printf(a, "http://%.*s/", STR_ARG(facts_target(c->facts))), purpose);
        x = plain->outcome == HTTP_ANSWERED ? plain : x;
    }
    if (!x) {
        return false;
    }
    struct visit v = {.c = c, .a = a};
    page_read(a, x, &v.page);
    if (x->outcome != HTTP_ANSWERED || !err_ok(url_parse(a, x->url, &v.url))) {
        return false;
    }
    v.origin = url_origin(a, &v.url);
    *ret = v;
    return v.origin.p != NULL;
}

str visit_at(const struct visit *v, const char *path)
{
    str url = arena_printf(v->a, "%.*s%s", STR_ARG(v->origin), path);
    return url.p ? url : STR_EMPTY;
}

void collect_pages(struct collect *c)
{
    unsigned needs = c->options->needs;
    struct visit v;
    bool open = visit_open(c, HTTP_PAGE, &v);
    if (open && (needs & NEEDS_PAGES || !(needs & NEEDS_REDIRECTS))) {
        facts_add_page(c->facts, &v.page);
    }
    if (open && needs & NEEDS_PAGES) {
        visit_assets(&v);
        visit_probes(&v);
        visit_origins(&v);
    }
    if (needs & NEEDS_LATENCY) {
        visit_latency(c, open ? &v : NULL);
    }
    if (open && needs & NEEDS_LIGHTHOUSE) {
        visit_lighthouse(c, v.page.url);
    }
}
