/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix: http and https, each host, "/" and a deep path; redirects followed by hand. */
#include "base/crowd.h"
#include "check/facts/http_pages.h"
#include "check/facts/site.h"
#include "check/rows/rows.h"

enum { HOSTS_MAX = 24, BODY_MAX = 4096 };

struct matrix {
    struct collect *c;
    str hosts[HOSTS_MAX];
    size_t count;
};

static void add_host(struct matrix *m, str host)
{
    for (size_t i = 0; i < m->count; i++) {
        if (str_ieq(m->hosts[i], host)) {
            return;
        }
    }
    if (m->count < HOSTS_MAX && host.n) {
        m->hosts[m->count++] = host;
    }
}

static void find_hosts(struct matrix *m, struct arena *a)
{
    const struct facts *f = m->c->facts;
    struct url origin;
    struct addr address;
    size_t count;
    add_host(m, facts_target(f));
    if (site_is_apex(f) && !addr_parse(facts_target(f), &address)) {
        add_host(m, facts_domain(f));
        add_host(m, arena_printf(a, "www.%.*s", STR_ARG(facts_domain(f))));
    }
    str declared = facts_intent(f)->origin;
    if (declared.n && err_ok(url_parse(a, declared, &origin))) {
        add_host(m, origin.host);
    }
    const struct facts_host *hosts = facts_hosts(f, &count);
    for (size_t i = 0; i < count; i++) {
        if (!hosts[i].stale) {
            add_host(m, hosts[i].name);
        }
    }
}

static bool seen(const str *urls, size_t count, str url)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(urls[i], url)) {
            return true;
        }
    }
    return false;
}

static void follow(struct collect *c, struct arena *a, str first)
{
    str visited[HTTP_HOPS_MAX + 1];
    struct http_session *session = http_session_open();
    struct http_ask ask = {.url = first,
                           .label = first,
                           .purpose = HTTP_REDIRECT_FIRST,
                           .body_max = BODY_MAX,
                           .session = session};
    for (unsigned hop = 0; hop <= HTTP_HOPS_MAX; hop++) {
        struct url to;
        ask.hop = hop;
        visited[hop] = ask.url;
        const struct http_exchange *x = http_ask(c, a, &ask);
        if (!err_ok(http_redirect(a, x, &to, NULL)) || !site_own(a, c->facts, to.host)) {
            break; /* the end, or somebody else's site: not ours to ask */
        }
        str next = url_text(a, &to, false);
        if (!next.p || seen(visited, hop + 1, next)) {
            break;
        }
        ask.url = next;
        ask.purpose = HTTP_REDIRECT_HOP;
    }
    http_session_close(session);
}

static void chain(void *user, size_t i)
{
    struct matrix *m = user;
    struct arena *a = facts_arena(m->c->facts);
    str host = m->hosts[i / HTTP_CHAINS_PER_HOST];
    if (a) {
        str first = arena_printf(a, "%s://%.*s%s", i & 1 ? "https" : "http", STR_ARG(host),
                                 i & 2 ? SITE_DEEP : "/");
        if (first.p) {
            follow(m->c, a, first);
        }
    }
}

void collect_redirects(struct collect *c)
{
    struct matrix m = {.c = c};
    struct arena *a = facts_arena(c->facts);
    struct visit v;
    if (!(c->options->needs & NEEDS_PAGES) && visit_open(c, HTTP_PAGE, &v)) {
        facts_add_page(c->facts, &v.page); /* says which address is the canonical one */
    }
    if (a) {
        find_hosts(&m, a);
        crowd_each(m.count * HTTP_CHAINS_PER_HOST, HTTP_WIDTH, chain, &m);
    }
}
