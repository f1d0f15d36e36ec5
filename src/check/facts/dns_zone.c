/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/dns_zone.h"

#include <libpsl.h>

str zone_registrable(struct arena *a, str name)
{
    const psl_ctx_t *list = psl_builtin();
    str text = arena_str(a, name);
    const char *domain = list && text.p ? psl_registrable_domain(list, text.p) : NULL;
    return str_c(domain);
}

str zone_name(struct arena *a, const char *label, str zone)
{
    str name = arena_printf(a, "%s%s%.*s", label, zone.n ? "." : "", STR_ARG(zone));
    return name.p ? name : STR_EMPTY;
}

str zone_apex(const struct facts *f)
{
    str domain = facts_domain(f);
    const struct dns_answer *x = facts_dns(f, domain, DNS_SOA);
    for (size_t i = 0; x && i < x->authority_count; i++) {
        const struct dns_record *r = &x->authority[i];
        if (r->type == DNS_SOA && r->owner.n > 0 && dns_name_under(domain, r->owner) &&
            !dns_answer_has(x) && x->rcode == DNS_NOERROR) {
            return r->owner;
        }
    }
    return domain;
}

const struct dns_answer *zone_referral(const struct facts *f, size_t *at)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    str zone = zone_apex(f);
    while (*at < count) {
        const struct dns_answer *x = all[(*at)++];
        if (x->type != DNS_NS || str_empty(x->server) || x->authoritative || x->count > 0 ||
            x->outcome != DNS_ANSWERED || x->rcode != DNS_NOERROR || !str_ieq(x->name, zone)) {
            continue;
        }
        for (size_t i = 0; i < x->authority_count; i++) {
            if (x->authority[i].type == DNS_NS && str_eq(x->authority[i].owner, zone)) {
                return x;
            }
        }
    }
    return NULL;
}

static void add_servers(struct arena *a, const struct dns_record *records, size_t count, str zone,
                        bool parent, struct zone_server *list, size_t *n)
{
    for (size_t i = 0; i < count; i++) {
        str name;
        size_t at = 0;
        if (records[i].type != DNS_NS || !str_eq(records[i].owner, zone) ||
            !dns_record_name(a, &records[i], &name)) {
            continue;
        }
        while (at < *n && !str_eq(list[at].name, name)) {
            at++;
        }
        if (at == *n && *n < ZONE_SERVERS_MAX) {
            list[(*n)++] = (struct zone_server){.name = name};
        }
        if (at < *n) {
            list[at].parent |= parent;
            list[at].child |= !parent;
        }
    }
}

size_t zone_servers(const struct facts *f, struct arena *a, struct zone_server *ret)
{
    str zone = zone_apex(f);
    size_t n = 0, count, at = 0;
    const struct dns_answer *const *all = facts_dns_all(f, &count), *x;
    while ((x = zone_referral(f, &at)) != NULL) {
        add_servers(a, x->authority, x->authority_count, zone, true, ret, &n);
    }
    /* The zone's own, from its servers or through the resolver. */
    for (size_t i = 0; i < count; i++) {
        x = all[i];
        if (x->type == DNS_NS && x->outcome == DNS_ANSWERED && str_ieq(x->name, zone) &&
            (x->authoritative || str_empty(x->server))) {
            add_servers(a, x->records, x->count, zone, false, ret, &n);
        }
    }
    return n;
}

static bool cname_of(struct arena *a, const struct dns_answer *x, str name, str *ret)
{
    const struct dns_record *r;
    for (size_t at = 0; x && (r = dns_answer_next(x, DNS_CNAME, &at));) {
        if (str_eq(r->owner, name) && dns_record_name(a, r, ret)) {
            return true;
        }
    }
    return false;
}

/* An authoritative server's word, for chains that the resolver gives up on. */
static bool cname_of_servers(const struct facts *f, struct arena *a, str name, str *ret)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        if (!str_empty(all[i]->server) && all[i]->authoritative && cname_of(a, all[i], name, ret)) {
            return true;
        }
    }
    return false;
}

size_t zone_chain(const struct facts *f, struct arena *a, str name, str names[ZONE_CHAIN_MAX])
{
    size_t n = 0;
    const struct dns_answer *first = facts_dns(f, name, DNS_A);
    names[n++] = name;
    while (n < ZONE_CHAIN_MAX) {
        str next;
        if (!cname_of(a, facts_dns(f, names[n - 1], DNS_CNAME), names[n - 1], &next) &&
            !cname_of(a, first, names[n - 1], &next) &&
            !cname_of(a, facts_dns(f, names[n - 1], DNS_A), names[n - 1], &next) &&
            !cname_of_servers(f, a, names[n - 1], &next)) {
            break;
        }
        names[n++] = next;
        for (size_t i = 0; i + 1 < n; i++) {
            if (str_eq(names[i], next)) {
                return n;
            }
        }
    }
    return n;
}

/* Every record of the type in x is also in y, by rdata. */
static bool within(const struct dns_answer *x, const struct dns_answer *y, unsigned type)
{
    const struct dns_record *r, *s;
    for (size_t i = 0; (r = dns_answer_next(x, type, &i));) {
        size_t j = 0;
        while ((s = dns_answer_next(y, type, &j)) && !str_eq(r->rdata, s->rdata)) {
        }
        if (!s) {
            return false;
        }
    }
    return true;
}

bool zone_is_wildcard(const struct facts *f, str zone, const struct dns_answer *x)
{
    struct arena a;
    arena_init(&a, 4096);
    const struct dns_answer *wild = facts_dns(f, zone_name(&a, ZONE_PROBE_LABEL, zone), x->type);
    arena_done(&a);
    if (!wild || !dns_answer_has(wild)) {
        return false;
    }
    return within(x, wild, x->type) && within(x, wild, DNS_CNAME);
}

bool zone_resolves(const struct facts *f, str host)
{
    const struct dns_answer *x4 = facts_dns(f, host, DNS_A), *x6 = facts_dns(f, host, DNS_AAAA);
    return (x4 && dns_answer_has(x4)) || (x6 && dns_answer_has(x6));
}

/* The resolver has something of the domain: a record, or that this one is not there. */
static bool zone_is_known(const struct facts *f)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        if (str_empty(all[i]->server) && dns_answer_says(all[i]) && all[i]->rcode == DNS_NOERROR &&
            dns_name_under(all[i]->name, facts_domain(f))) {
            return true;
        }
    }
    return false;
}

bool zone_is_missing(const struct facts *f)
{
    const struct dns_answer *x = facts_dns(f, facts_domain(f), DNS_A);
    return dns_answer_says(x) && x->rcode == DNS_NXDOMAIN && !zone_is_known(f);
}

bool zone_is_deaf(const struct facts *f)
{
    const struct dns_answer *x = facts_dns(f, facts_domain(f), DNS_A);
    const struct dns_answer *above = facts_dns(f, dns_name_parent(facts_domain(f)), DNS_SOA);
    bool bogus = (x && x->security == DNS_BOGUS) || (above && above->security == DNS_BOGUS);
    return x && above && !bogus && !zone_is_known(f) &&
           !(dns_answer_says(above) && above->rcode == DNS_NOERROR);
}

bool zone_is_mute(const struct facts *f)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        if (dns_answer_says(all[i])) {
            return false;
        }
    }
    return true;
}
