/* SPDX-License-Identifier: Apache-2.0 */
#include "access/domain.h"

#include "net/url.h"

enum { DOMAIN_BYTES_MAX = 300 };

err domain_parse(struct arena *a, str text, str *ret)
{
    text = str_trim(text);
    if (str_empty(text) || text.n > DOMAIN_BYTES_MAX) {
        return err_new(ERR_INVALID, "a domain is 1 to 300 characters long");
    }
    str scheme = str_starts(text, STR("http://")) ? STR("http://") : STR("https://");
    str rest = str_starts(text, scheme) ? str_slice(text, scheme.n, text.n) : text;
    bool wildcard = str_starts(rest, STR("*."));
    if (wildcard) {
        rest = str_slice(rest, 2, rest.n);
    }
    if (str_find_byte(rest, '*', 0) != SIZE_MAX) {
        return err_new(ERR_INVALID, "a wildcard may only stand in front, as in *.example.com");
    }
    struct url url;
    str whole = arena_printf(a, "%.*s%.*s", STR_ARG(scheme), STR_ARG(rest));
    err e = whole.p ? url_parse(a, whole, &url) : err_new(ERR_NO_MEMORY, "out of memory");
    if (!err_ok(e)) {
        return e;
    }
    if (url.path.n > 1 || url.query.n || url.fragment.n || url.user.n) {
        return err_new(ERR_INVALID, "a domain has no path: https://www.example.com is enough");
    }
    if (wildcard && (url.host_is_ip || str_find_byte(url.host, '.', 0) == SIZE_MAX)) {
        return err_new(ERR_INVALID, "a wildcard needs a domain with a dot, as in *.example.com");
    }
    str origin = url_origin(a, &url);
    if (!origin.p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    if (!wildcard) {
        *ret = origin;
        return ERR_NONE;
    }
    str host = str_slice(origin, scheme.n, origin.n);
    *ret = arena_printf(a, "%.*s*.%.*s", STR_ARG(scheme), STR_ARG(host));
    return ret->p ? ERR_NONE : err_new(ERR_NO_MEMORY, "out of memory");
}

bool domain_matches(str domain, str origin)
{
    size_t star = str_find(domain, STR("://*."), 0);
    if (star == SIZE_MAX) {
        return str_eq(domain, origin);
    }
    str scheme = str_slice(domain, 0, star + 3);
    str suffix =
        str_slice(domain, star + 4, domain.n); /* ".example.com", with the port when there is one */
    if (!str_starts(origin, scheme)) {
        return false;
    }
    str host = str_slice(origin, scheme.n, origin.n);
    return host.n > suffix.n && str_ends(host, suffix) && host.p[0] != '.';
}

/* Brings an Origin or Referer to the form of domain_parse; empty when it is no http(s) URL. */
static str page_origin(struct arena *a, str text, bool whole)
{
    struct url url;
    if (!err_ok(url_parse(a, text, &url))) {
        return STR_EMPTY;
    }
    if (whole && (url.path.n > 1 || url.query.n || url.fragment.n || url.user.n)) {
        return STR_EMPTY;
    }
    str origin = url_origin(a, &url);
    return origin.p ? origin : STR_EMPTY;
}

static enum domain_verdict judge_page(struct arena *a, const str *domains, size_t count, str self,
                                      str page, str *ret_page)
{
    enum domain_verdict verdict = DOMAIN_REFUSED;
    if (str_empty(page)) {
        return verdict;
    }
    if (str_eq(page, page_origin(a, self, true))) {
        verdict = DOMAIN_SAME;
    }
    for (size_t i = 0; verdict == DOMAIN_REFUSED && i < count; i++) {
        verdict = domain_matches(domains[i], page) ? DOMAIN_ALLOWED : DOMAIN_REFUSED;
    }
    if (verdict != DOMAIN_REFUSED) {
        *ret_page = page;
    }
    return verdict;
}

enum domain_verdict domain_judge(struct arena *a, const str *domains, size_t count,
                                 const struct domain_request *request, str *ret_page)
{
    *ret_page = STR_EMPTY;
    if (!str_empty(request->origin)) {
        str page = page_origin(a, request->origin, true);
        return judge_page(a, domains, count, request->self, page, ret_page);
    }
    if (!str_empty(request->fetch_site)) {
        /* A browser leaves Origin out only for same-origin reads and for no-cors loads of other
         * sites. */
        bool same = str_eq(request->fetch_site, STR("same-origin"));
        str page = same ? page_origin(a, request->self, true) : STR_EMPTY;
        return judge_page(a, domains, count, request->self, page, ret_page);
    }
    if (!str_empty(request->referer)) {
        str page = page_origin(a, request->referer, false);
        return judge_page(a, domains, count, request->self, page, ret_page);
    }
    return request->has_credential ? DOMAIN_ABSENT : DOMAIN_REFUSED;
}
