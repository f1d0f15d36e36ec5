/* SPDX-License-Identifier: Apache-2.0 */
/* The front of the site, its origin around it, and what it believes of X-Forwarded-For. Labels:
 * "front", "origin", "forwarded". */
#include "check/facts/cdn.h"
#include "check/facts/edge.h"
#include "check/facts/http_pages.h"
#include "check/facts/resolver.h"
#include "check/facts/site.h"

enum { CANDIDATES_MAX = 12, BODY_MAX = 256 << 10 };

struct candidates {
    struct addr list[CANDIDATES_MAX];
    size_t count;
    const struct addr *front; /* where the site itself is: no way around */
    size_t front_count;
};

static bool has(const struct addr *list, size_t count, const struct addr *a)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(list[i].bytes, a->bytes, sizeof a->bytes) == 0) {
            return true;
        }
    }
    return false;
}

static void add(struct candidates *s, const struct addr *a)
{
    if (s->count < CANDIDATES_MAX && !has(s->list, s->count, a) &&
        !has(s->front, s->front_count, a) && !cdn_of_address(a)) {
        s->list[s->count++] = *a;
    }
}

static void add_host(struct collect *c, struct candidates *s, str host, unsigned port)
{
    const struct addr *list;
    size_t count = host.n ? resolver_addresses(c, host, port, &list) : 0;
    for (size_t i = 0; i < count; i++) {
        add(s, &list[i]);
    }
}

/* What launch.yaml says, and names that usually lead to the server itself. */
static void find_candidates(struct collect *c, struct visit *v, struct candidates *s)
{
    const struct intent *intent = facts_intent(c->facts);
    str domain = facts_domain(c->facts);
    for (size_t i = 0; i < intent->origin_address_count; i++) {
        struct addr a;
        if (addr_parse(intent->origin_addresses[i], &a)) {
            a.port = v->url.port;
            add(s, &a);
        }
    }
    for (size_t i = 0; edge_names[i]; i++) {
        add_host(c, s, arena_printf(v->a, "%s.%.*s", edge_names[i], STR_ARG(domain)), v->url.port);
    }
    const struct dns_answer *mx = resolver_ask(c, domain, DNS_MX);
    const struct dns_record *r;
    for (size_t at = 0; (r = dns_answer_next(mx, DNS_MX, &at)) != NULL;) {
        unsigned preference;
        str name;
        if (dns_record_mx(v->a, r, &preference, &name) && site_same(v->a, name, domain)) {
            add_host(c, s, name, v->url.port);
        }
    }
}

void collect_edge(struct collect *c)
{
    struct visit v;
    struct candidates s = {.count = 0};
    if (!visit_open(c, HTTP_EDGE, &v)) {
        return;
    }
    struct http_ask ask = {
        .url = v.page.url, .label = STR("front"), .purpose = HTTP_EDGE, .body_max = BODY_MAX};
    const struct http_exchange *front = http_ask(c, v.a, &ask);
    const struct http_field forged[] = {{STR("X-Forwarded-For"), STR(EDGE_FORGED)},
                                        {STR("X-Real-IP"), STR(EDGE_FORGED)}};
    ask.label = STR("forwarded");
    ask.extra = forged;
    ask.extra_count = sizeof forged / sizeof forged[0];
    (void)http_ask(c, v.a, &ask);
    ask.extra_count = 0;
    ask.label = STR("origin");
    s.front_count = resolver_addresses(c, v.url.host, v.url.port, &s.front);
    bool behind = cdn_of_exchange(front, NULL) || cdn_of_address(&front->address) ||
                  facts_intent(c->facts)->cdn == INTENT_CDN_YES ||
                  facts_intent(c->facts)->origin_address_count > 0;
    if (behind) {
        find_candidates(c, &v, &s);
    }
    for (size_t i = 0; i < s.count; i++) {
        ask.address = &s.list[i];
        ask.wait_ms = COLLECT_CONNECT_MS;
        (void)http_ask(c, v.a, &ask);
    }
}
