/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/http_collect.h"
#include "check/facts/widget.h"
#include "check/rows/page.h"

enum {
    WIDGET_BYTES_MAX = 500 << 10, /* of its first script, on the wire */
    SAMPLES_MIN = 5,
    P95_MS = 500, /* without launch.yaml */
    LIGHTHOUSE_MIN = 85,
};

void page_status(const struct facts *f, struct verdict *v)
{
    const struct http_exchange *x = web_page_exchange(f);
    if (!x) {
        verdict_skip(v, facts_target(f), "no page was asked for");
    } else if (x->outcome == HTTP_NO_ADDRESS) {
        verdict_skip(v, x->url, "the name does not resolve: see dns.resolve.*");
    } else if (x->outcome == HTTP_TLS_FAILED) {
        verdict_skip(v, x->url, "no TLS connection: see tls.*");
    } else if (x->outcome != HTTP_ANSWERED) {
        verdict_error(v, x->url, "%.*s", STR_ARG(x->reason));
    } else if (http_is_redirect(x)) {
        verdict_skip(v, x->url, "redirects without an end: see redirect.*");
    } else if (x->status >= 200 && x->status < 300) {
        verdict_pass(v, x->url, "answers %u over HTTP/%s in %u ms", x->status,
                     x->version == 20   ? "2"
                     : x->version == 10 ? "1.0"
                                        : "1.1",
                     x->first_byte_ms);
    } else {
        verdict_fail(v, x->url, "answers %u", x->status);
    }
    verdict_fix(v,
                "Make the address answer with 200: look into the server's error log, and whether "
                "a firewall refuses unknown clients (this one calls itself doorward-check).");
}

/* Says which widget a script loads and what its first script costs. */
static void widget_one(const struct facts *f, struct verdict *v, const struct page *page,
                       const struct page_item *item, const char *name)
{
    const struct http_exchange *x =
        item->url.n ? web_find(f, HTTP_ASSET, item->url, page->url) : NULL;
    if (!item->url.n) {
        verdict_pass(v, page->url,
                     "%s, by an inline loader in line %u (what that loads was not "
                     "measured)",
                     name, item->line);
        return;
    }
    bool slow = item->kind == PAGE_SCRIPT && !item->deferred;
    bool measured = x && x->outcome == HTTP_ANSWERED && x->status == 200;
    unsigned kib = measured ? (unsigned)((x->transferred + 1023) / 1024) : 0;
    if (x && !measured && x->outcome == HTTP_ANSWERED) {
        verdict_fail(v, item->url, "%s: its script answers %u", name, x->status);
    } else if (slow) {
        verdict_warn(v, item->url, "%s: neither async nor defer, so the page waits for it", name);
    }
    if (measured && x->transferred > WIDGET_BYTES_MAX) {
        verdict_warn(v, item->url, "%s: 1 request, %u KiB on the wire for its first script", name,
                     kib);
    } else if (measured) {
        verdict_pass(v, item->url, "%s: 1 request, %u KiB on the wire for its first script", name,
                     kib);
    } else if (!x) {
        verdict_pass(v, item->url, "%s (its cost was not measured)", name);
    }
}

void page_widget(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    size_t count, scripts = 0;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; page && i < page->item_count; i++) {
        const char *name = widget_of_item(&page->items[i]);
        if (name) {
            widget_one(f, v, page, &page->items[i], name);
        }
    }
    for (size_t i = 0; page && i < count; i++) {
        scripts += list[i]->purpose == HTTP_ASSET && str_eq(list[i]->label, page->url);
    }
    if (page && v->count == 0) {
        verdict_pass(v, page->url, "note: no chat widget found among %zu scripts and styles",
                     scripts);
    }
    verdict_fix(v, "Load the widget after the page: <script async src=\"…\"></script> before "
                   "</body>.");
}

/* ── latency ── */

static void sort(unsigned *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        unsigned x = values[i];
        size_t k = i;
        for (; k > 0 && values[k - 1] > x; k--) {
            values[k] = values[k - 1];
        }
        values[k] = x;
    }
}

/* Judges all samples of one URL, which the i-th exchange is the first of. */
static void latency_one(const struct facts *f, struct verdict *v, size_t i)
{
    enum { MAX = 64 };
    size_t count, n = 0;
    unsigned values[MAX], limit = facts_intent(f)->latency.p95_ms;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    const struct http_exchange *page = web_page_exchange(f);
    str url = list[i]->url;
    limit = limit ? limit : P95_MS;
    if (page && str_eq(page->url, url) && (page->outcome != HTTP_ANSWERED || page->status >= 400)) {
        verdict_skip(v, url, "the page does not answer as it should: see page.status");
        return;
    }
    for (size_t k = i; k < count; k++) {
        if (list[k]->purpose != HTTP_LATENCY || !str_eq(list[k]->url, url)) {
            continue;
        }
        if (list[k]->outcome != HTTP_ANSWERED) {
            verdict_error(v, url, "%.*s", STR_ARG(list[k]->reason));
            return;
        }
        if (list[k]->status >= 500) {
            verdict_fail(v, url, "answers %u", list[k]->status);
            return;
        }
        if (n < MAX) {
            values[n++] = list[k]->first_byte_ms;
        }
    }
    if (n < SAMPLES_MIN) {
        verdict_error(v, url, "only %zu answers in the time there was", n);
        return;
    }
    sort(values, n);
    unsigned p95 = values[(n * 95 + 99) / 100 - 1], median = values[n / 2];
    if (p95 < limit) {
        verdict_pass(v, url, "p95 %u ms, median %u ms of %zu requests, below %u ms", p95, median, n,
                     limit);
    } else {
        verdict_warn(v, url, "p95 %u ms, median %u ms of %zu requests, over %u ms", p95, median, n,
                     limit);
    }
}

void page_latency(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        bool first = list[i]->purpose == HTTP_LATENCY;
        for (size_t k = 0; k < i && first; k++) {
            first = list[k]->purpose != HTTP_LATENCY || !str_eq(list[k]->url, list[i]->url);
        }
        if (first) {
            latency_one(f, v, i);
        }
    }
    if (v->count == 0) {
        verdict_skip(v, facts_target(f),
                     "nothing was measured: see page.status, or name endpoints "
                     "in launch.yaml (latency.urls)");
    }
    verdict_fix(v, "Find what the time is spent on (Server-Timing, the slow query log), cache what "
                   "is the same for everybody, and put the server near its visitors.");
}

void page_lighthouse(const struct facts *f, struct verdict *v)
{
    const struct lighthouse_result *r = facts_lighthouse(f);
    if (!r) {
        verdict_skip(v, facts_target(f),
                     "launch.yaml names no command, for instance  lighthouse: lighthouse {url} "
                     "--output=json --quiet --chrome-flags=--headless");
    } else if (r->problem.n) {
        verdict_error(v, r->url, "%.*s", STR_ARG(r->problem));
    } else if (r->performance > LIGHTHOUSE_MIN) {
        verdict_pass(v, r->url, "performance %.0f of 100", r->performance);
    } else {
        verdict_warn(v, r->url, "performance %.0f of 100, wanted over %d", r->performance,
                     LIGHTHOUSE_MIN);
    }
    verdict_fix(v, "Open Lighthouse's report and begin with what it names first under "
                   "\"Opportunities\": usually images and scripts that block.");
}
