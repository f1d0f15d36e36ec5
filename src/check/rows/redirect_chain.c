/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/redirect_chain.h"

#include "base/buf.h"

static bool is_site_name(const struct facts *f, struct arena *a, str host)
{
    struct url canonical;
    str domain = facts_domain(f);
    if (str_ieq(host, facts_target(f)) ||
        (web_canonical(f, a, &canonical) && str_ieq(host, canonical.host))) {
        return true;
    }
    bool www = str_istarts(host, STR("www.")) && str_ieq(str_slice(host, 4, host.n), domain);
    return site_is_apex(f) && (www || str_ieq(host, domain));
}

static void add_hops(struct chain *chain, const struct http_exchange *const *list, size_t count,
                     struct arena *a)
{
    str label = chain->hops[0]->url;
    for (unsigned hop = 1; hop <= HTTP_HOPS_MAX; hop++) {
        const struct http_exchange *found = NULL;
        for (size_t i = 0; i < count && !found; i++) {
            if (list[i]->purpose == HTTP_REDIRECT_HOP && list[i]->hop == hop &&
                str_eq(list[i]->label, label)) {
                found = list[i];
            }
        }
        if (!found || !err_ok(url_parse(a, found->url, &chain->urls[hop]))) {
            return;
        }
        chain->hops[chain->count++] = found;
    }
}

static bool visited(const struct chain *chain, str url)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (str_eq(chain->hops[i]->url, url)) {
            return true;
        }
    }
    return false;
}

static void find_end(struct chain *chain, const struct facts *f, struct arena *a)
{
    const struct http_exchange *last = chain->hops[chain->count - 1];
    if (last->outcome != HTTP_ANSWERED) {
        chain->end = CHAIN_FAILED;
    } else if (!http_is_redirect(last)) {
        chain->end = CHAIN_ANSWER;
    } else if (!err_ok(http_redirect(a, last, &chain->next, &chain->raw))) {
        chain->end = CHAIN_BROKEN;
    } else if (!site_own(a, f, chain->next.host)) {
        chain->end = CHAIN_FOREIGN;
    } else if (visited(chain, url_text(a, &chain->next, false))) {
        chain->end = CHAIN_LOOP;
    } else {
        chain->end = chain->count > HTTP_HOPS_MAX ? CHAIN_LONG : CHAIN_OPEN;
    }
}

size_t chain_list(const struct facts *f, struct arena *a, struct chain **ret)
{
    size_t count, n = 0;
    const struct http_exchange *const *list = facts_http_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        n += list[i]->purpose == HTTP_REDIRECT_FIRST;
    }
    struct chain *chains = arena_array(a, n ? n : 1, sizeof *chains);
    *ret = chains;
    n = 0;
    for (size_t i = 0; chains && i < count; i++) {
        struct chain *chain = &chains[n];
        if (list[i]->purpose != HTTP_REDIRECT_FIRST ||
            !err_ok(url_parse(a, list[i]->url, &chain->urls[0]))) {
            continue;
        }
        chain->hops[chain->count++] = list[i];
        chain->site = is_site_name(f, a, chain->urls[0].host);
        chain->deep = !str_eq(chain->urls[0].path, STR("/"));
        add_hops(chain, list, count, a);
        find_end(chain, f, a);
        n++;
    }
    return n;
}

size_t chain_list_or_skip(const struct facts *f, struct verdict *v, struct chain **ret)
{
    size_t count = chain_list(f, v->a, ret);
    if (count == 0) {
        verdict_skip(v, facts_target(f), "no redirect was looked at");
    }
    return count;
}

const struct url *chain_to(const struct chain *chain, size_t i)
{
    if (i + 1 < chain->count) {
        return &chain->urls[i + 1];
    }
    bool leads = chain->end == CHAIN_LOOP || chain->end == CHAIN_LONG ||
                 chain->end == CHAIN_FOREIGN || chain->end == CHAIN_OPEN;
    return leads ? &chain->next : NULL;
}

str chain_first(const struct chain *chain) { return chain->hops[0]->url; }

str chain_show(struct arena *a, const struct chain *chain)
{
    struct buf b;
    buf_init(&b, 8192);
    for (size_t i = 0; i < chain->count; i++) {
        const struct http_exchange *x = chain->hops[i];
        buf_addf(&b, "%.*s ", STR_ARG(x->url));
        if (x->outcome != HTTP_ANSWERED) {
            buf_addf(&b, "(%.*s)", STR_ARG(x->reason));
        } else if (i + 1 < chain->count || chain->end != CHAIN_ANSWER) {
            buf_addf(&b, "-%u-> ", x->status);
        } else {
            buf_addf(&b, "%u", x->status);
        }
    }
    if (chain->end == CHAIN_BROKEN) {
        buf_add(&b, str_slice(chain->raw, 0, 200));
    } else if (chain->end != CHAIN_ANSWER && chain->end != CHAIN_FAILED) {
        buf_add(&b, url_text(a, &chain->next, false));
    }
    str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text.p ? text : STR_EMPTY;
}

/* Names of the site besides the canonical one, separated as the format wants. */
static str other_names(const struct facts *f, struct arena *a, const struct url *canonical,
                       const char *before, const char *after)
{
    struct buf b;
    struct chain *chains;
    size_t count = chain_list(f, a, &chains);
    buf_init(&b, 16384);
    for (size_t i = 0; i < count; i++) {
        str host = chains[i].urls[0].host;
        bool again = false;
        for (size_t k = 0; k < i; k++) {
            again = again || str_eq(chains[k].urls[0].host, host);
        }
        bool there = chains[i].hops[0]->outcome != HTTP_NO_ADDRESS;
        if (chains[i].site && !again && there && !str_eq(host, canonical->host)) {
            buf_addf(&b, "%s%.*s%s", before, STR_ARG(host), after);
        }
    }
    str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text.p ? text : STR_EMPTY;
}

static const char *hsts_line(const struct facts *f)
{
    const struct page *page = web_page_any(f);
    return page && http_header(page->exchange, "strict-transport-security", 0)
               ? "    add_header Strict-Transport-Security \"max-age=31536000; includeSubDomains\" "
                 "always;\n"
               : "";
}

void chain_fix(const struct facts *f, struct verdict *v, const char *what)
{
    struct url c;
    if (!web_canonical(f, v->a, &c)) {
        c = (struct url){.host = facts_target(f)};
    }
    str h = c.host;
    str others = other_names(f, v->a, &c, " ", "");
    str first = str_trim(others);
    verdict_fix(v,
                "%s Send every other name and plain HTTP straight to https://%.*s, in one "
                "permanent redirect that keeps path and query.",
                what, STR_ARG(h));
    verdict_fix_nginx(v,
                      "server {\n"
                      "    listen 80;\n"
                      "    listen [::]:80;\n"
                      "    server_name %.*s;\n"
                      "    return 301 https://%.*s$request_uri;\n"
                      "}",
                      STR_ARG(h), STR_ARG(h));
    if (first.n) {
        verdict_fix_nginx(v,
                          "server {\n"
                          "    listen 80;\n"
                          "    listen [::]:80;\n"
                          "    server_name %.*s%.*s;\n"
                          "    return 301 https://%.*s$request_uri;\n"
                          "}\n"
                          "server {\n"
                          "    listen 443 ssl http2;\n"
                          "    listen [::]:443 ssl http2;\n"
                          "    server_name %.*s;\n"
                          "    # ssl_certificate and ssl_certificate_key as they are now\n%s"
                          "    return 301 https://%.*s$request_uri;\n"
                          "}",
                          STR_ARG(h), STR_ARG(others), STR_ARG(h), STR_ARG(first), hsts_line(f),
                          STR_ARG(h));
    }
    str caddy = other_names(f, v->a, &c, ", http://", "");
    str caddy_tls = other_names(f, v->a, &c, ", https://", "");
    verdict_fix_caddy(v, "http://%.*s%.*s%.*s {\n    redir https://%.*s{uri} permanent\n}",
                      STR_ARG(h), STR_ARG(caddy), STR_ARG(caddy_tls), STR_ARG(h));
    str hosts = other_names(f, v->a, &c, " or http.host eq \"", "\"");
    verdict_fix_cloudflare(v,
                           "Rules > Redirect Rules, before all others\n"
                           "  When: (http.host eq \"%.*s\" and not ssl)%.*s\n"
                           "  Then: Dynamic  concat(\"https://%.*s\", http.request.uri.path)\n"
                           "        301, Preserve query string: on\n"
                           "SSL/TLS > Overview: Full (strict), never Flexible (it loops)",
                           STR_ARG(h), STR_ARG(hosts), STR_ARG(h));
}
