/* SPDX-License-Identifier: Apache-2.0 */
/* What should not be there (repositories, environment files, backups, listings, traces), documents
 * that should, and the monitoring of Doorward's own server. Each is one plain GET. */
#include "check/facts/http_pages.h"

#include "base/crowd.h"
#include "check/facts/probe.h"
#include "check/facts/site.h"
#include "check/facts/widget.h"

enum { LISTINGS_MAX = 6, URLS_MAX = HTTP_PROBES_MAX };

struct probes {
    struct visit *v;
    struct {
        str url;
        enum http_purpose purpose;
    } list[URLS_MAX];
    size_t count;
};

static void add(struct probes *p, str url, enum http_purpose purpose)
{
    for (size_t i = 0; i < p->count; i++) {
        if (str_eq(p->list[i].url, url)) {
            return;
        }
    }
    if (url.n && p->count < URLS_MAX) {
        p->list[p->count].url = url;
        p->list[p->count++].purpose = purpose;
    }
}

static void add_paths(struct probes *p)
{
    for (size_t i = 0; probe_paths[i].path; i++) {
        add(p, visit_at(p->v, probe_paths[i].path), probe_paths[i].purpose);
    }
    str domain = site_registrable(p->v->a, p->v->url.host);
    str archive = arena_printf(p->v->a, "%.*s/%.*s.zip", STR_ARG(p->v->origin), STR_ARG(domain));
    add(p, archive.p ? archive : STR_EMPTY, HTTP_PROBE);
}

/* Folders of what the page loads from its own origin. */
static void add_folders(struct probes *p)
{
    struct visit *v = p->v;
    size_t folders = 0;
    for (size_t i = 0; i < v->page.item_count && folders < LISTINGS_MAX; i++) {
        const struct page_item *item = &v->page.items[i];
        bool asset = item->kind == PAGE_SCRIPT || item->kind == PAGE_STYLE ||
                     item->kind == PAGE_IMAGE || item->kind == PAGE_MEDIA;
        struct url url;
        if (!asset || !item->url.n || !err_ok(url_parse(v->a, item->url, &url)) ||
            !url_same_origin(&url, &v->url)) {
            continue;
        }
        size_t end = url.path.n;
        while (end > 0 && url.path.p[end - 1] != '/') {
            end--;
        }
        if (end > 1) {
            size_t before = p->count;
            str folder = arena_printf(v->a, "%.*s%.*s", STR_ARG(v->origin), (int)end, url.path.p);
            add(p, folder.p ? folder : STR_EMPTY, HTTP_PROBE);
            folders += p->count > before;
        }
    }
}

/* Of the server that the page's widget comes from. */
static void add_monitoring(struct probes *p)
{
    struct visit *v = p->v;
    const struct page_item *widget = widget_doorward(&v->page);
    static const char *const paths[] = {"/healthz", "/readyz", "/metrics"};
    struct url url;
    if (!widget || !err_ok(url_parse(v->a, widget->url, &url))) {
        return;
    }
    str origin = url_origin(v->a, &url);
    for (size_t i = 0; origin.p && i < sizeof paths / sizeof paths[0]; i++) {
        str at = arena_printf(v->a, "%.*s%s", STR_ARG(origin), paths[i]);
        add(p, at.p ? at : STR_EMPTY, HTTP_PROBE);
    }
}

static void probe(void *user, size_t i)
{
    struct probes *p = user;
    struct collect *c = p->v->c;
    struct arena *a = facts_arena(c->facts);
    if (a) {
        const struct http_ask ask = {.url = p->list[i].url,
                                     .label = p->v->page.url,
                                     .purpose = p->list[i].purpose,
                                     .body_max = HTTP_PROBE_BODY_MAX};
        (void)http_ask(c, a, &ask);
    }
}

void visit_probes(struct visit *v)
{
    struct probes p = {.v = v};
    add_paths(&p);
    add_folders(&p);
    add_monitoring(&p);
    crowd_each(p.count, HTTP_WIDTH / 2, probe, &p);
}

static void ask_with_origin(struct visit *v, str url, str origin)
{
    const struct http_field extra = {STR("Origin"), origin};
    const struct http_ask ask = {.url = url,
                                 .label = origin,
                                 .purpose = HTTP_ORIGIN,
                                 .extra = &extra,
                                 .extra_count = 1,
                                 .body_max = HTTP_PROBE_BODY_MAX};
    (void)http_ask(v->c, v->a, &ask);
}

void visit_origins(struct visit *v)
{
    ask_with_origin(v, v->page.url, STR(SITE_FOREIGN));
    ask_with_origin(v, v->page.url, STR("null"));
    const struct page_item *widget = widget_doorward(&v->page);
    struct url url;
    if (!widget || !err_ok(url_parse(v->a, widget->url, &url))) {
        return;
    }
    str server = url_origin(v->a, &url);
    str project = probe_project_url(v->a, server, widget->project);
    str domain = site_registrable(v->a, v->url.host);
    const str origins[] = {
        STR(SITE_FOREIGN),
        STR("null"),
        arena_printf(v->a, "https://%.*s.evil.test", STR_ARG(v->url.host)),
        arena_printf(v->a, "https://evil%.*s", STR_ARG(domain)),
        v->origin,
    };
    for (size_t i = 0; project.n && i < sizeof origins / sizeof origins[0]; i++) {
        if (origins[i].p) {
            ask_with_origin(v, project, origins[i]);
        }
    }
}

void visit_latency(struct collect *c, const struct visit *v)
{
    const struct intent_latency *wanted = &facts_intent(c->facts)->latency;
    struct http_session *session = http_session_open();
    struct arena *a = facts_arena(c->facts);
    size_t urls = wanted->count ? wanted->count : 1;
    size_t samples = wanted->count && wanted->samples ? wanted->samples : 10;
    samples = samples * urls > HTTP_SAMPLES_MAX ? HTTP_SAMPLES_MAX / urls : samples;
    for (size_t i = 0; a && i < urls && (wanted->count || v); i++) {
        struct url url;
        str text = wanted->count ? wanted->urls[i] : v->page.url;
        bool fine =
            v ? err_ok(url_resolve(a, &v->url, text, &url)) : err_ok(url_parse(a, text, &url));
        str at = fine ? url_text(a, &url, false) : STR_EMPTY;
        for (size_t k = 0; at.n && k < samples; k++) {
            const struct http_ask ask = {.url = at,
                                         .purpose = HTTP_LATENCY,
                                         .body_max = HTTP_PROBE_BODY_MAX,
                                         .session = session};
            const struct http_exchange *x = http_ask(c, a, &ask);
            if (x->outcome != HTTP_ANSWERED) {
                break;
            }
        }
    }
    http_session_close(session);
}
