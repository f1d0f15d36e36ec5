/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/web.h"

const struct page *web_page_any(const struct facts *f)
{
    size_t count;
    const struct page *const *pages = facts_page_all(f, &count);
    return count ? pages[0] : NULL;
}

const struct http_exchange *web_page_exchange(const struct facts *f)
{
    size_t count;
    const struct page *page = web_page_any(f);
    const struct http_exchange *const *list = facts_http_all(f, &count), *last = NULL;
    for (size_t i = 0; i < count && !page; i++) {
        last = list[i]->purpose == HTTP_PAGE ? list[i] : last;
    }
    return page ? page->exchange : last;
}

const struct page *web_page(const struct facts *f, struct verdict *v)
{
    const struct page *page = web_page_any(f);
    const struct http_exchange *x = web_page_exchange(f);
    if (!x) {
        verdict_skip(v, facts_target(f), "no page was asked for");
        return NULL;
    }
    if (!page || x->outcome != HTTP_ANSWERED || x->status < 200 || x->status > 299) {
        verdict_skip(v, x->url, "there is no page to look at: see page.status");
        return NULL;
    }
    return page;
}

bool web_canonical(const struct facts *f, struct arena *a, struct url *ret)
{
    const struct page *page = web_page_any(f);
    str declared = facts_intent(f)->origin;
    if (declared.n && err_ok(url_parse(a, declared, ret))) {
        return true;
    }
    return page && err_ok(url_parse(a, page->url, ret));
}

const struct http_exchange *web_find(const struct facts *f, enum http_purpose purpose, str url,
                                     str label)
{
    size_t count;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        if (list[i]->purpose == purpose && str_eq(list[i]->url, url) &&
            (str_empty(label) || str_eq(list[i]->label, label))) {
            return list[i];
        }
    }
    return NULL;
}

bool web_incomplete(const struct page *page, struct verdict *v)
{
    if (page->problem.n) {
        verdict_error(v, page->url, "the page was not read to the end: %.*s",
                      STR_ARG(page->problem));
    } else if (page->more) {
        verdict_error(v, page->url, "only the first %u elements were looked at", PAGE_ITEMS_MAX);
    }
    return page->problem.n || page->more;
}

bool web_has(str s, const char *text)
{
    str t = str_c(text);
    for (size_t at = 0; at + t.n <= s.n; at++) {
        if (str_istarts(str_slice(s, at, s.n), t)) {
            return true;
        }
    }
    return false;
}

str web_site_host(const struct facts *f, struct arena *a)
{
    struct url url;
    return web_canonical(f, a, &url) ? url.host : facts_target(f);
}

/* `beside`: a second policy beside the one that is there; all of them hold. */
static void fix_header(struct verdict *v, const struct facts *f, const char *name, str value,
                       bool beside)
{
    str host = web_site_host(f, v->a);
    verdict_fix_nginx(v,
                      "# in the server block of %.*s, and in each location there that has an\n"
                      "# add_header of its own, %s\n"
                      "add_header %s \"%.*s\" always;",
                      STR_ARG(host),
                      beside ? "beside a policy that is there"
                             : "in place of a line for this header that is there",
                      name, STR_ARG(value));
    verdict_fix_caddy(v, "%.*s {\n    header %s%s \"%.*s\"\n}", STR_ARG(host), beside ? "+" : "",
                      name, STR_ARG(value));
    verdict_fix_cloudflare(v,
                           "Rules > Transform Rules > Modify Response Header\n"
                           "  When: (http.host eq \"%.*s\")\n"
                           "  Then: %s static  %s = %.*s",
                           STR_ARG(host), beside ? "Add" : "Set", name, STR_ARG(value));
}

void web_fix_header(struct verdict *v, const struct facts *f, const char *name, str value)
{
    fix_header(v, f, name, value, false);
}

void web_fix_policy(struct verdict *v, const struct facts *f, const char *directive)
{
    fix_header(v, f, "Content-Security-Policy", str_c(directive), true);
}
