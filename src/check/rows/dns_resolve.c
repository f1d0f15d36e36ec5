/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the hosts of the site resolve, and to what. */
#include "check/rows/dns_private.h"

enum { TTL_LONG = 7 * 86400 };

/* What a host's two answers say; false when neither was asked. */
static bool judge_host(const struct facts *f, struct verdict *v, str name, bool must)
{
    const struct dns_answer *both[] = {facts_dns(f, name, DNS_A), facts_dns(f, name, DNS_AAAA)};
    if (!both[0] && !both[1]) {
        return false;
    }
    if (dns_skip_bogus(f, v, name)) {
        return true;
    }
    if (dns_loops(f, v->a, name)) {
        verdict_skip(v, name, "its aliases come back to themselves: see dns.cname.loop");
        return true;
    }
    if (dns_dangles(f, v->a, name)) {
        verdict_skip(v, name, "it is an alias of nothing: see dns.dangling.cname");
        return true;
    }
    bool resolves = zone_resolves(f, name), silent = false;
    for (size_t i = 0; i < 2; i++) {
        const struct dns_answer *x = both[i];
        if (x && dns_answer_has(x)) {
            verdict_pass(v, name, "%.*s", STR_ARG(dns_lines(v, x)));
        } else if (x && resolves && x->outcome == DNS_ANSWERED && x->rcode != DNS_NOERROR) {
            verdict_fail(v, name, "%s: %.*s, though the other family resolves", i ? "AAAA" : "A",
                         STR_ARG(dns_trouble(x)));
        }
        silent |= x && (x->outcome != DNS_ANSWERED || (!dns_answer_says(x) && zone_is_mute(f)));
    }
    if (resolves) {
        return true;
    }
    const struct dns_answer *x = both[0] ? both[0] : both[1];
    if (silent) {
        verdict_error(v, name, "%.*s", STR_ARG(dns_trouble(x)));
    } else if (must) {
        verdict_fail(v, name, "A: %.*s; AAAA: %.*s", STR_ARG(dns_trouble(x)),
                     STR_ARG(both[1] ? dns_trouble(both[1]) : STR("not asked")));
    } else {
        verdict_pass(v, name, "has no address, and nothing asks for one");
    }
    return true;
}

/* The addresses that other hosts of the site have: the likeliest ones to put in. */
static void fix_address(const struct facts *f, struct verdict *v, str name)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    verdict_fix(v, "Add an address record for %.*s at the provider of the zone.", STR_ARG(name));
    for (size_t i = 0; i < count; i++) {
        const struct dns_answer *x = facts_dns(f, hosts[i].name, DNS_A);
        const struct dns_record *r;
        struct addr address;
        size_t at = 0;
        if (hosts[i].stale || !x || !(r = dns_answer_next(x, DNS_A, &at)) ||
            !dns_record_addr(r, &address)) {
            continue;
        }
        verdict_fix_record(v, "%.*s. 300 IN A %s", STR_ARG(name), addr_text(&address).c);
        return;
    }
    verdict_fix_other(v, "%.*s. 300 IN A <address of the web server>", STR_ARG(name));
}

void dns_resolve_apex(const struct facts *f, struct verdict *v)
{
    str domain = facts_domain(f), above = dns_name_parent(domain);
    if (zone_is_deaf(f)) {
        verdict_error(v, domain,
                      "%.*s, and the resolver says nothing of %.*s either: it has no way out. Name "
                      "another one: --resolver IP",
                      STR_ARG(dns_trouble(facts_dns(f, domain, DNS_A))), STR_ARG(above));
    } else if (zone_is_missing(f)) {
        verdict_fail(v, domain, "NXDOMAIN: there is no such domain in %.*s", STR_ARG(above));
        verdict_fix(v,
                    "Register %.*s, or renew it, or let its registrar delegate it again: the "
                    "registry of %.*s does not know it. Is it spelt right?",
                    STR_ARG(domain), STR_ARG(above));
    } else if (!judge_host(f, v, domain, true)) {
        verdict_skip(v, domain, "was not looked up");
    } else if (v->state == CHECK_FAIL) {
        fix_address(f, v, domain);
    }
}

void dns_resolve_host(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    str faulty = STR_EMPTY;
    for (size_t i = 0; i < count; i++) {
        bool failed = v->state == CHECK_FAIL;
        if (hosts[i].stale || str_eq(hosts[i].name, facts_domain(f))) {
            continue;
        }
        judge_host(f, v, hosts[i].name, hosts[i].declared);
        faulty = !failed && v->state == CHECK_FAIL ? hosts[i].name : faulty;
    }
    if (v->count == 0) {
        verdict_skip(v, facts_target(f), "there is no host beside the domain itself");
    } else if (v->state == CHECK_FAIL) {
        fix_address(f, v, faulty);
    }
}

static bool has_address(const struct dns_answer *x, const struct addr *address)
{
    const struct dns_record *r;
    for (size_t at = 0; x && (r = dns_answer_next(x, x->type, &at));) {
        struct addr found;
        if (dns_record_addr(r, &found) && memcmp(found.bytes, address->bytes, 16) == 0) {
            return true;
        }
    }
    return false;
}

/* Addresses that are there and were not declared. */
static void judge_extra(struct verdict *v, const struct intent_host *host, str name,
                        const struct dns_answer *x)
{
    const struct dns_record *r;
    for (size_t at = 0; x && (r = dns_answer_next(x, x->type, &at));) {
        struct addr found, wanted;
        bool declared = false;
        for (size_t i = 0; i < host->address_count && dns_record_addr(r, &found); i++) {
            declared |= addr_parse(host->addresses[i], &wanted) &&
                        memcmp(found.bytes, wanted.bytes, 16) == 0;
        }
        if (!declared) {
            verdict_fail(v, name, "%.*s is not in launch.yaml", STR_ARG(dns_line(v, r)));
            dns_fix_delete(v, r);
        }
    }
}

static void judge_addresses(const struct facts *f, struct verdict *v,
                            const struct intent_host *host, str name)
{
    for (size_t i = 0; i < host->address_count; i++) {
        struct addr wanted;
        if (!addr_parse(host->addresses[i], &wanted)) {
            continue;
        }
        if (has_address(facts_dns(f, name, addr_is_v4(&wanted) ? DNS_A : DNS_AAAA), &wanted)) {
            verdict_pass(v, name, "%s %.*s, as declared", dns_addr_type(&wanted),
                         STR_ARG(host->addresses[i]));
        } else {
            verdict_fail(v, name, "%s %.*s is declared in launch.yaml and not there",
                         dns_addr_type(&wanted), STR_ARG(host->addresses[i]));
            verdict_fix_record(v, "%.*s. 300 IN %s %.*s", STR_ARG(name), dns_addr_type(&wanted),
                               STR_ARG(host->addresses[i]));
        }
    }
    if (host->address_count > 0) {
        judge_extra(v, host, name, facts_dns(f, name, DNS_A));
        judge_extra(v, host, name, facts_dns(f, name, DNS_AAAA));
    }
}

static void judge_cname(const struct facts *f, struct verdict *v, const struct intent_host *host,
                        str name)
{
    str names[ZONE_CHAIN_MAX], wanted;
    size_t n = zone_chain(f, v->a, name, names);
    if (str_empty(host->cname) || !err_ok(dns_name_normalise(v->a, host->cname, &wanted))) {
        return;
    }
    if (n > 1 && str_eq(names[1], wanted)) {
        verdict_pass(v, name, "CNAME %.*s, as declared", STR_ARG(wanted));
        return;
    }
    verdict_fail(v, name, "launch.yaml declares CNAME %.*s; there is %s%.*s", STR_ARG(wanted),
                 n > 1 ? "CNAME " : "no alias", STR_ARG(n > 1 ? names[1] : STR_EMPTY));
    if (n > 1) {
        dns_fix_delete(v, dns_alias_at(f, name));
    }
    verdict_fix_record(v, "%.*s. 300 IN CNAME %.*s.", STR_ARG(name), STR_ARG(wanted));
}

void dns_resolve_intent(const struct facts *f, struct verdict *v)
{
    const struct intent *intent = facts_intent(f);
    for (size_t i = 0; i < intent->host_count; i++) {
        const struct intent_host *host = &intent->hosts[i];
        str name;
        if ((host->address_count == 0 && str_empty(host->cname)) ||
            !err_ok(dns_name_normalise(v->a, host->name, &name)) || dns_skip_bogus(f, v, name)) {
            continue;
        }
        const struct dns_answer *x = facts_dns(f, name, DNS_A);
        if (!x || x->outcome != DNS_ANSWERED) {
            verdict_error(v, name, "%.*s", STR_ARG(x ? dns_trouble(x) : STR("was not looked up")));
            continue;
        }
        judge_addresses(f, v, host, name);
        judge_cname(f, v, host, name);
    }
    if (v->count == 0) {
        verdict_skip(v, facts_target(f), "launch.yaml says of no host where it must point");
    }
    if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Change the zone to what launch.yaml declares, or launch.yaml to what is "
                       "meant.");
    }
}

void dns_resolve_wildcard(const struct facts *f, struct verdict *v)
{
    str domain = facts_domain(f), name = zone_name(v->a, ZONE_PROBE_LABEL, domain);
    str star = zone_name(v->a, "*", domain);
    const struct dns_answer *x4 = facts_dns(f, name, DNS_A), *x6 = facts_dns(f, name, DNS_AAAA);
    const struct intent *intent = facts_intent(f);
    const struct dns_answer *x = x4 && dns_answer_has(x4) ? x4 : x6;
    if (!dns_answer_says(x4) || dns_skip_bogus(f, v, name)) {
        verdict_skip(v, star, "a name that nobody has was not looked up");
    } else if (!x || !dns_answer_has(x)) {
        verdict_pass(v, star, "a name that nobody has does not resolve: %.*s",
                     STR_ARG(dns_trouble(x4)));
    } else {
        for (size_t i = 0; i < intent->host_count; i++) {
            if (str_ieq(intent->hosts[i].name, star)) {
                verdict_pass(v, star, "declared in launch.yaml: %.*s", STR_ARG(dns_lines(v, x)));
                return;
            }
        }
        verdict_warn(v, star, "every name resolves: %.*s", STR_ARG(dns_lines(v, x)));
        verdict_fix(v,
                    "Delete the wildcard and add the hosts that are meant one by one, or "
                    "declare the host \"%.*s\" in launch.yaml.",
                    STR_ARG(star));
        for (size_t at = 0, n = 0; n < 8 && at < x->count; n++) {
            struct dns_record r = x->records[at++];
            if (str_eq(r.owner, name)) {
                r.owner = star;
                dns_fix_delete(v, &r);
            }
        }
    }
}

/* RFC 5737, RFC 3849, RFC 9637. */
static bool is_documentation(const struct addr *a)
{
    static const char *const nets[] = {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
                                       "2001:db8::/32", "3fff::/20"};
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        struct addr_net net;
        if (addr_net_parse(str_c(nets[i]), &net) && addr_net_has(&net, a)) {
            return true;
        }
    }
    return false;
}

static void judge_private(const struct facts *f, struct verdict *v, const struct dns_answer *x)
{
    const struct dns_record *r;
    for (size_t at = 0; x && (r = dns_answer_next(x, x->type, &at));) {
        struct addr address;
        if (!dns_record_addr(r, &address)) {
            verdict_fail(v, x->name, "%.*s is malformed", STR_ARG(dns_line(v, r)));
        } else if (!addr_is_public(&address) && !facts_private(f)) {
            verdict_fail(v, x->name, "%.*s: %s", STR_ARG(dns_line(v, r)),
                         is_documentation(&address) ? "an address of examples and manuals"
                                                    : "an address that the internet cannot reach");
            dns_fix_delete(v, r);
        } else {
            verdict_pass(v, x->name, "%.*s", STR_ARG(dns_line(v, r)));
        }
    }
}

void dns_private_address(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    for (size_t i = 0; i < count; i++) {
        judge_private(f, v, facts_dns(f, hosts[i].name, DNS_A));
        judge_private(f, v, facts_dns(f, hosts[i].name, DNS_AAAA));
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "no host has an address");
    } else if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Replace the address by the public one of the server; names for inside "
                       "belong into a zone that is not public.");
    }
}

static void judge_ttl(struct verdict *v, const struct dns_answer *x, const struct dns_record *r)
{
    struct dns_record better = *r;
    better.ttl = r->ttl == 0 ? 300 : 86400;
    if (r->ttl == 0 || r->ttl > TTL_LONG) {
        verdict_warn(v, x->name, "%.*s: %s", STR_ARG(dns_line(v, r)),
                     r->ttl == 0 ? "every visit asks the name server again"
                                 : "a change takes more than a week to be seen");
        verdict_fix(v, "Set the time to live to between five minutes and a day.");
        dns_fix_delete(v, r);
        verdict_fix_record(v, "%.*s", STR_ARG(dns_line(v, &better)));
    } else {
        verdict_pass(v, x->name, "%.*s", STR_ARG(dns_line(v, r)));
    }
}

/* The first server's word: resolvers count the time down. */
static void judge_ttls(const struct facts *f, struct verdict *v, str name, unsigned type)
{
    size_t first = 0, at = 0;
    const struct dns_answer *x = dns_authority_next(f, name, type, &first);
    const struct dns_record *r;
    if (x && dns_answer_has(x) && (r = dns_answer_next(x, type, &at)) && str_eq(r->owner, name)) {
        judge_ttl(v, x, r);
    }
    at = 0;
    if (x && type == DNS_A && (r = dns_answer_next(x, DNS_CNAME, &at))) {
        judge_ttl(v, x, r);
    }
}

void dns_ttl(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    str zone = zone_apex(f);
    judge_ttls(f, v, zone, DNS_NS);
    judge_ttls(f, v, zone, DNS_MX);
    for (size_t i = 0; i < count; i++) {
        judge_ttls(f, v, hosts[i].name, DNS_A);
        judge_ttls(f, v, hosts[i].name, DNS_AAAA);
    }
    if (v->count == 0) {
        verdict_skip(v, zone, "no name server of the zone could be asked");
    }
}

void dns_stale(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    for (size_t i = 0; i < count; i++) {
        const struct dns_answer *x = facts_dns(f, hosts[i].name, DNS_A);
        x = x && dns_answer_has(x) ? x : facts_dns(f, hosts[i].name, DNS_AAAA);
        if (!hosts[i].stale || hosts[i].declared || !x) {
            continue;
        }
        verdict_warn(v, hosts[i].name, "is public: %.*s", STR_ARG(dns_lines(v, x)));
        verdict_fix(v, "Delete what is no longer used, and let only your own network or a login "
                       "reach what is; declare in launch.yaml what is meant to be public.");
        for (size_t at = 0, n = 0; n < 8 && at < x->count; at++) {
            if (str_eq(x->records[at].owner, hosts[i].name)) {
                dns_fix_delete(v, &x->records[at]);
                n++;
            }
        }
    }
    if (v->count == 0) {
        if (dns_answer_says(facts_dns(f, facts_domain(f), DNS_A))) {
            verdict_pass(v, facts_domain(f), "no host called dev, staging, test, old or the like");
        } else {
            verdict_skip(v, facts_domain(f), "could not be looked up");
        }
    }
}
