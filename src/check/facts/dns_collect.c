/* SPDX-License-Identifier: Apache-2.0 */
/* The hosts of a domain and where their names lead; the name servers are in dns_servers.c. */
#include "check/facts/dns_collect.h"

#include "base/crowd.h"
#include "check/facts/dns_names.h"
#include "check/facts/dns_zone.h"
#include "check/facts/resolver.h"

enum { TARGETS_MAX = 24, CLIMB_MAX = 8 };

static const unsigned host_types[] = {DNS_A, DNS_AAAA};
enum { HOST_TYPES = sizeof host_types / sizeof host_types[0] };

static void start_host(struct collect *c, str name)
{
    for (size_t i = 0; i < HOST_TYPES; i++) {
        resolver_start(c, name, host_types[i]);
    }
}

static void ask_host(struct collect *c, str name)
{
    start_host(c, name);
    for (size_t i = 0; i < HOST_TYPES; i++) {
        resolver_ask(c, name, host_types[i]);
    }
}

/* What is asked about the domain itself. */
static void ask_domain(struct collect *c, struct arena *a, str domain)
{
    static const unsigned types[] = {DNS_SOA,   DNS_NS, DNS_A,      DNS_AAAA, DNS_MX,
                                     DNS_CNAME, DNS_DS, DNS_DNSKEY, DNS_CAA};
    str probe = zone_name(a, ZONE_PROBE_LABEL, domain);
    start_host(c, probe);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        resolver_start(c, domain, types[i]);
    }
    for (size_t i = 0; dns_usual_services[i]; i++) {
        resolver_start(c, zone_name(a, dns_usual_services[i], domain), DNS_SRV);
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        resolver_ask(c, domain, types[i]);
    }
    ask_host(c, probe);
}

static void add_host(struct collect *c, str name, bool declared, bool stale)
{
    if (!str_empty(name)) {
        facts_add_host(c->facts,
                       &(struct facts_host){.name = name, .declared = declared, .stale = stale});
    }
}

static str host_of_origin(struct arena *a, str origin)
{
    size_t start = str_find(origin, STR("://"), 0);
    str host = start == SIZE_MAX ? STR_EMPTY : str_slice(origin, start + 3, origin.n), name;
    size_t end = 0;
    while (end < host.n && host.p[end] != '/' && host.p[end] != ':') {
        end++;
    }
    return err_ok(dns_name_normalise(a, str_slice(host, 0, end), &name)) ? name : STR_EMPTY;
}

static void add_declared(struct collect *c, struct arena *a)
{
    const struct intent *intent = facts_intent(c->facts);
    add_host(c, facts_target(c->facts), true, false);
    add_host(c, host_of_origin(a, intent->origin), true, false);
    for (size_t i = 0; i < intent->host_count; i++) {
        str name;
        if (err_ok(dns_name_normalise(a, intent->hosts[i].name, &name))) {
            add_host(c, name, true, false);
        }
    }
}

/* Keeps those of the usual names that are there; a wildcard makes none. */
static void discover(struct collect *c, struct arena *a, str domain, const char *const *labels,
                     bool stale)
{
    for (size_t i = 0; labels[i]; i++) {
        start_host(c, zone_name(a, labels[i], domain));
    }
    for (size_t i = 0; labels[i]; i++) {
        str name = zone_name(a, labels[i], domain);
        ask_host(c, name);
        const struct dns_answer *x4 = facts_dns(c->facts, name, DNS_A),
                                *x6 = facts_dns(c->facts, name, DNS_AAAA);
        bool four = x4 && dns_answer_has(x4) && !zone_is_wildcard(c->facts, domain, x4);
        bool six = x6 && dns_answer_has(x6) && !zone_is_wildcard(c->facts, domain, x6);
        if (four || six) {
            add_host(c, name, false, stale);
        }
    }
}

static void add_hosts(struct collect *c, struct arena *a, str domain)
{
    add_declared(c, a);
    add_host(c, domain, false, false);
    str www = zone_name(a, "www", domain);
    ask_host(c, www);
    if (zone_resolves(c->facts, www)) {
        add_host(c, www, false, false);
    }
    discover(c, a, domain, dns_usual_hosts, false);
    discover(c, a, domain, dns_stale_hosts, true);
}

/* Follows the CNAMEs of a name one by one: a resolver hides loops and long chains. */
static void follow(struct collect *c, struct arena *a, str name)
{
    str names[ZONE_CHAIN_MAX];
    const struct dns_answer *x = facts_dns(c->facts, name, DNS_A);
    if (!x || (dns_answer_count(x, DNS_CNAME) == 0 && x->rcode != DNS_SERVFAIL)) {
        return;
    }
    for (size_t i = 0; i < ZONE_CHAIN_MAX; i++) {
        size_t before = zone_chain(c->facts, a, name, names);
        if (facts_dns(c->facts, names[before - 1], DNS_CNAME)) {
            break;
        }
        resolver_ask(c, names[before - 1], DNS_CNAME);
    }
    size_t n = zone_chain(c->facts, a, name, names);
    ask_host(c, names[n - 1]);
    collect_target(c, a, names[n - 1]);
}

void collect_target(struct collect *c, struct arena *a, str name)
{
    str domain = zone_registrable(a, name);
    ask_host(c, name);
    if (!str_empty(domain) && !str_eq(domain, facts_domain(c->facts))) {
        resolver_ask(c, domain, DNS_SOA); /* NXDOMAIN: anybody may register it */
    }
}

/* The targets of the MX or SRV records at a name. */
static void ask_targets(struct collect *c, struct arena *a, str name, unsigned type)
{
    const struct dns_answer *x = resolver_ask(c, name, type);
    const struct dns_record *r;
    size_t n = 0;
    for (size_t at = 0; n < TARGETS_MAX && (r = dns_answer_next(x, type, &at)); n++) {
        str target;
        if (dns_record_name(a, r, &target) && !str_empty(target)) {
            collect_target(c, a, target);
        }
    }
}

/* RFC 8659 section 3: the CAA set of the name or of the nearest parent that has one. */
static void climb_caa(struct collect *c, str name)
{
    str domain = facts_domain(c->facts);
    for (size_t i = 0; i < CLIMB_MAX && dns_name_under(name, domain); i++) {
        if (dns_answer_has(resolver_ask(c, name, DNS_CAA)) || str_eq(name, domain)) {
            return;
        }
        name = dns_name_parent(name);
    }
}

struct round {
    struct collect *c;
    const struct facts_host *hosts;
    str domain;
};

static void finish_host(void *user, size_t i)
{
    struct round *r = user;
    struct arena *a = facts_arena(r->c->facts);
    if (a) {
        ask_host(r->c, r->hosts[i].name);
        follow(r->c, a, r->hosts[i].name);
        climb_caa(r->c, r->hosts[i].name);
    }
}

/* Names that lead to nowhere are no hosts, but where they lead matters. */
static void follow_labels(struct collect *c, struct arena *a, str domain, const char *const *labels)
{
    for (size_t i = 0; labels[i]; i++) {
        follow(c, a, zone_name(a, labels[i], domain));
    }
}

static void one_part(void *user, size_t i)
{
    struct round *r = user;
    struct arena *a = facts_arena(r->c->facts);
    if (!a) {
        return;
    }
    if (i == 0) {
        collect_servers(r->c, a);
        return;
    }
    if (i == 1) {
        ask_targets(r->c, a, r->domain, DNS_MX);
        for (size_t s = 0; dns_usual_services[s]; s++) {
            ask_targets(r->c, a, zone_name(a, dns_usual_services[s], r->domain), DNS_SRV);
        }
        follow_labels(r->c, a, r->domain, dns_usual_hosts);
        follow_labels(r->c, a, r->domain, dns_stale_hosts);
        follow(r->c, a, zone_name(a, "www", r->domain));
        return;
    }
    size_t count;
    r->hosts = facts_hosts(r->c->facts, &count);
    crowd_each(count, 8, finish_host, r);
}

void collect_dns(struct collect *c)
{
    struct arena *a = facts_arena(c->facts);
    str domain = facts_domain(c->facts);
    if (!a || !c->resolver) {
        return;
    }
    facts_set_private(c->facts, c->options->allow_private);
    ask_domain(c, a, domain);
    const struct dns_answer *x = resolver_ask(c, domain, DNS_A);
    if (!dns_answer_says(x) || x->rcode != DNS_NOERROR) {
        resolver_ask(c, dns_name_parent(domain), DNS_SOA); /* is it the domain, or the resolver? */
    }
    if (zone_is_missing(c->facts) || zone_is_deaf(c->facts)) {
        return; /* there is nothing to look at */
    }
    add_hosts(c, a, domain);
    struct round r = {.c = c, .domain = domain};
    crowd_each(3, 3, one_part, &r);
}
