/* SPDX-License-Identifier: Apache-2.0 */
/* What the server behind a Doorward widget lets in, and what it tells everybody. */
#include "check/facts/probe.h"
#include "check/facts/widget.h"
#include "check/rows/page.h"

/* The widget's project on its server; false after a skip. */
static bool find_project(const struct facts *f, struct verdict *v, str *ret_project,
                         str *ret_server)
{
    const struct page *page = web_page(f, v);
    const struct page_item *widget = page ? widget_doorward(page) : NULL;
    struct url url;
    if (!page) {
        return false;
    }
    if (!widget || !err_ok(url_parse(v->a, widget->url, &url))) {
        verdict_skip(v, page->url, "there is no Doorward widget on the page");
        return false;
    }
    *ret_server = url_origin(v->a, &url);
    *ret_project = probe_project_url(v->a, *ret_server, widget->project);
    if (!ret_project->n) {
        verdict_skip(v, page->url, "data-project is no name of a project");
    }
    return ret_project->n > 0;
}

static void must_refuse(struct verdict *v, const struct http_exchange *x)
{
    const str *allow = http_header(x, "access-control-allow-origin", 0);
    bool lets = allow && (str_eq(*allow, x->label) || str_eq(*allow, STR("*")));
    if (x->outcome != HTTP_ANSWERED) {
        verdict_error(v, x->url, "Origin: %.*s: %.*s", STR_ARG(x->label), STR_ARG(x->reason));
    } else if ((x->status >= 200 && x->status < 300) || lets) {
        verdict_fail(v, x->url, "Origin: %.*s is let in: %u%s%.*s", STR_ARG(x->label), x->status,
                     allow ? ", Access-Control-Allow-Origin: " : "",
                     STR_ARG(allow ? *allow : STR_EMPTY));
    } else if (x->status >= 500) {
        verdict_error(v, x->url, "Origin: %.*s: answers %u", STR_ARG(x->label), x->status);
    } else {
        verdict_pass(v, x->url, "Origin: %.*s is refused: %u", STR_ARG(x->label), x->status);
    }
}

/* Which of the probes a check looks at. */
enum origin_kind { ORIGIN_FOREIGN, ORIGIN_NULL, ORIGIN_LOOK_ALIKE, ORIGIN_OWN };

static enum origin_kind kind_of(str origin, str own)
{
    if (str_eq(origin, STR(SITE_FOREIGN))) {
        return ORIGIN_FOREIGN;
    }
    if (str_eq(origin, STR("null"))) {
        return ORIGIN_NULL;
    }
    return str_eq(origin, own) ? ORIGIN_OWN : ORIGIN_LOOK_ALIKE;
}

static str own_origin(const struct facts *f, struct arena *a)
{
    const struct page *page = web_page_any(f);
    struct url url;
    return page && err_ok(url_parse(a, page->url, &url)) ? url_origin(a, &url) : STR_EMPTY;
}

static void access_fix(const struct facts *f, struct verdict *v)
{
    str own = own_origin(f, v->a);
    verdict_fix(v,
                "Let the project list exactly the pages that show the widget, and nothing with a "
                "* that you do not need.");
    verdict_fix_other(v, "doorward project update PROJECT --domain %.*s", STR_ARG(own));
}

static void origins(const struct facts *f, struct verdict *v, enum origin_kind kind,
                    void (*judge)(struct verdict *v, const struct http_exchange *x))
{
    str project, server, own = own_origin(f, v->a);
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    if (!find_project(f, v, &project, &server)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i]->purpose == HTTP_ORIGIN && str_eq(list[i]->url, project) &&
            kind_of(list[i]->label, own) == kind) {
            judge(v, list[i]);
        }
    }
    if (v->count == 0) {
        verdict_skip(v, project, "was not asked with this Origin");
    }
    access_fix(f, v);
}

void access_foreign(const struct facts *f, struct verdict *v)
{
    origins(f, v, ORIGIN_FOREIGN, must_refuse);
}

void access_null(const struct facts *f, struct verdict *v)
{
    origins(f, v, ORIGIN_NULL, must_refuse);
}

void access_look_alike(const struct facts *f, struct verdict *v)
{
    origins(f, v, ORIGIN_LOOK_ALIKE, must_refuse);
}

static void must_allow(struct verdict *v, const struct http_exchange *x)
{
    const str *allow = http_header(x, "access-control-allow-origin", 0);
    if (x->outcome != HTTP_ANSWERED) {
        verdict_error(v, x->url, "%.*s", STR_ARG(x->reason));
    } else if (x->status == 200 && allow &&
               (str_eq(*allow, x->label) || str_eq(*allow, STR("*")))) {
        verdict_pass(v, x->url, "Origin: %.*s is let in: Access-Control-Allow-Origin: %.*s",
                     STR_ARG(x->label), STR_ARG(*allow));
    } else if (x->status == 200 && str_starts(x->url, x->label)) {
        verdict_pass(v, x->url, "the page and the widget's server are one origin");
    } else {
        verdict_fail(v, x->url,
                     "the page's own Origin %.*s is refused (%u): the widget does not "
                     "open",
                     STR_ARG(x->label), x->status);
    }
}

void access_own(const struct facts *f, struct verdict *v) { origins(f, v, ORIGIN_OWN, must_allow); }

/* ── monitoring ── */

static const struct http_exchange *monitor_probe(const struct facts *f, struct verdict *v,
                                                 const char *path)
{
    str project, server;
    if (!find_project(f, v, &project, &server)) {
        return NULL;
    }
    str url = arena_printf(v->a, "%.*s%s", STR_ARG(server), path);
    const struct http_exchange *x = url.p ? web_find(f, HTTP_PROBE, url, STR_EMPTY) : NULL;
    if (!x) {
        verdict_skip(v, server, "%s was not asked for", path);
    }
    return x;
}

static void monitor(const struct facts *f, struct verdict *v, const char *path)
{
    const struct http_exchange *x = monitor_probe(f, v, path);
    if (!x) {
        return;
    }
    bool says = str_find(x->body, STR("\"status\""), 0) != SIZE_MAX;
    if (x->outcome != HTTP_ANSWERED) {
        verdict_error(v, x->url, "%.*s", STR_ARG(x->reason));
    } else if (x->status == 200 && says) {
        verdict_pass(v, x->url, "answers 200: %.*s", STR_ARG(str_slice(x->body, 0, 100)));
    } else {
        verdict_fail(v, x->url, "answers %u%s", x->status,
                     x->status == 200 ? " with something else than Doorward's answer" : "");
    }
    verdict_fix(v,
                "Let the proxy before Doorward pass %s on, and point your uptime monitor at "
                "%.*s.",
                path, STR_ARG(x->url));
    verdict_fix_nginx(v, "location = %s { proxy_pass http://127.0.0.1:8080; }", path);
}

void monitor_health(const struct facts *f, struct verdict *v) { monitor(f, v, "/healthz"); }
void monitor_ready(const struct facts *f, struct verdict *v) { monitor(f, v, "/readyz"); }

/* On the widget's server and on the site: Prometheus' text format is for nobody outside. */
void monitor_metrics(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page(f, v);
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; page && i < count; i++) {
        const struct http_exchange *x = list[i];
        if (x->purpose != HTTP_PROBE || !str_ends(x->url, STR("/metrics"))) {
            continue;
        }
        bool metrics = str_find(x->body, STR("# TYPE "), 0) != SIZE_MAX && !page_is_html(x);
        if (x->outcome != HTTP_ANSWERED) {
            verdict_error(v, x->url, "%.*s", STR_ARG(x->reason));
        } else if (x->status == 200 && metrics) {
            verdict_fail(v, x->url, "shows metrics to everybody: %.*s",
                         STR_ARG(str_slice(x->body, 0, 120)));
        } else {
            verdict_pass(v, x->url, "answers %u, no metrics", x->status);
        }
    }
    if (page && v->count == 0) {
        verdict_skip(v, page->url, "/metrics was not asked for");
    }
    verdict_fix(v, "Refuse /metrics from outside; let Prometheus come with a key or over the "
                   "private network.");
    verdict_fix_nginx(v, "location = /metrics { return 404; }");
    verdict_fix_caddy(v, "respond /metrics 404");
    verdict_fix_cloudflare(v, "Security > WAF > Custom rules\n"
                              "  When: (http.request.uri.path eq \"/metrics\")\n"
                              "  Then: Block");
}
