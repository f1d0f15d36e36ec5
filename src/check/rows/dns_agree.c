/* SPDX-License-Identifier: Apache-2.0 */
/* Name servers: whether they and the parent say the same. */
#include "check/rows/dns_private.h"

enum { TTL_ROTATES = 120 }; /* below: addresses that a provider changes all the time */

static void skip_unasked(const struct facts *f, struct verdict *v)
{
    if (v->count == 0) {
        verdict_skip(v, zone_apex(f), "no name server of the zone could be asked");
    }
}

/* Records of a type in x that y has too, by rdata. */
static size_t shared(const struct dns_answer *x, const struct dns_answer *y, unsigned type)
{
    const struct dns_record *r, *s;
    size_t n = 0;
    for (size_t i = 0; (r = dns_answer_next(x, type, &i)) != NULL;) {
        size_t j = 0;
        while ((s = dns_answer_next(y, type, &j)) != NULL && !str_eq(r->rdata, s->rdata)) {
        }
        n += s != NULL;
    }
    return n;
}

static bool rotates(const struct dns_answer *x, unsigned type)
{
    size_t at = 0;
    const struct dns_record *r = dns_answer_next(x, type, &at);
    return r && r->ttl < TTL_ROTATES;
}

/* Addresses of one name may be a part of many each time; anything else is the same everywhere. */
static bool differ(const struct dns_answer *x, const struct dns_answer *y, unsigned type)
{
    size_t nx = dns_answer_count(x, type), ny = dns_answer_count(y, type),
           both = shared(x, y, type);
    if (nx == 0 && ny == 0) {
        return x->rcode != y->rcode;
    }
    if (type == DNS_A || type == DNS_AAAA) {
        return both == 0 && !(nx && ny && rotates(x, type));
    }
    return both != nx || nx != ny;
}

/* Compares what the servers say of one name; counts those that differ, with evidence when v. */
static size_t compare(const struct facts *f, struct verdict *v, str name, unsigned type)
{
    size_t at = 0, faults = 0, same = 0;
    const struct dns_answer *first = dns_authority_next(f, name, type, &at), *x;
    while (first && (x = dns_authority_next(f, name, type, &at)) != NULL) {
        if (!differ(first, x, type) && !differ(first, x, DNS_CNAME)) {
            same++;
            continue;
        }
        faults++;
        if (v) {
            verdict_fail(v, name, "%.*s says %.*s; %.*s says %.*s", STR_ARG(dns_seat(v, first)),
                         STR_ARG(dns_lines(v, first)), STR_ARG(dns_seat(v, x)),
                         STR_ARG(dns_lines(v, x)));
        }
    }
    if (v && first && faults == 0 && same > 0) {
        verdict_pass(v, name, "all servers say %.*s", STR_ARG(dns_lines(v, first)));
    }
    return faults;
}

static size_t compare_all(const struct facts *f, struct verdict *v)
{
    size_t count, faults = 0;
    const struct facts_host *hosts = facts_hosts(f, &count);
    str zone = zone_apex(f);
    faults += compare(f, v, zone, DNS_NS) + compare(f, v, zone, DNS_MX);
    for (size_t i = 0; i < count; i++) {
        faults += compare(f, v, hosts[i].name, DNS_A) + compare(f, v, hosts[i].name, DNS_AAAA);
    }
    return faults;
}

void dns_ns_answers(const struct facts *f, struct verdict *v)
{
    if (compare_all(f, v) > 0) {
        verdict_fix(v, "Reload the zone at the name server that is behind, and raise the serial "
                       "of the SOA record with every change.");
    }
    if (v->count == 0) {
        verdict_skip(v, zone_apex(f), "there are no two servers to compare");
    }
}

void dns_ns_serial(const struct facts *f, struct verdict *v)
{
    str zone = zone_apex(f), primary;
    uint32_t first[5] = {0}, soa[5], newest = 0;
    size_t n = 0;
    bool differs = false;
    const struct dns_answer *x;
    const struct dns_record *r;
    for (size_t at = 0, i = 0; (x = dns_authority_next(f, zone, DNS_SOA, &at)) != NULL; i = 0) {
        if ((r = dns_answer_next(x, DNS_SOA, &i)) && dns_record_soa(v->a, r, &primary, soa)) {
            differs |= n++ > 0 && soa[0] != first[0];
            newest = n == 1 || (int32_t)(soa[0] - newest) > 0 ? soa[0] : newest; /* RFC 1982 */
            memcpy(first, n == 1 ? soa : first, sizeof first);
        }
    }
    if (n == 0) {
        skip_unasked(f, v);
        return;
    }
    if (differs && compare_all(f, NULL) > 0) {
        verdict_skip(v, zone, "the servers' answers differ too: see dns.ns.answers");
        return;
    }
    for (size_t at = 0, i = 0; (x = dns_authority_next(f, zone, DNS_SOA, &at)) != NULL; i = 0) {
        if (!(r = dns_answer_next(x, DNS_SOA, &i)) || !dns_record_soa(v->a, r, &primary, soa)) {
            continue;
        }
        if (soa[0] == newest) {
            verdict_pass(v, dns_seat(v, x), "serial %u", soa[0]);
        } else {
            verdict_warn(v, dns_seat(v, x), "serial %u, another server has %u already", soa[0],
                         newest);
            verdict_fix(v, "Let this server transfer the zone again: changes do not reach it.");
        }
    }
}

static bool set_has(const struct zone_server *servers, size_t n, bool parent)
{
    for (size_t i = 0; i < n; i++) {
        if (parent ? servers[i].parent : servers[i].child) {
            return true;
        }
    }
    return false;
}

void dns_ns_delegation(const struct facts *f, struct verdict *v)
{
    struct zone_server servers[ZONE_SERVERS_MAX];
    size_t n = zone_servers(f, v->a, servers);
    str zone = zone_apex(f);
    if (!set_has(servers, n, true) || !set_has(servers, n, false)) {
        verdict_skip(v, zone,
                     set_has(servers, n, true) ? "no server of the zone names its name servers"
                                               : "no server of the parent zone could be asked");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        str name = servers[i].name;
        if (servers[i].parent && servers[i].child) {
            verdict_pass(v, zone, "%.*s. IN NS %.*s. at the parent and in the zone", STR_ARG(zone),
                         STR_ARG(name));
            continue;
        }
        verdict_warn(v, zone, "%.*s. IN NS %.*s. is only %s", STR_ARG(zone), STR_ARG(name),
                     servers[i].parent ? "at the parent" : "in the zone");
        verdict_fix(v, "Name the same servers in the zone and at the registrar. For a server that "
                       "is meant: the line below; else delete it where it is.");
        verdict_fix_record(v, "%.*s. 86400 IN NS %.*s.", STR_ARG(zone), STR_ARG(name));
    }
}

/* The parent's glue for one server against what its name resolves to. */
static void judge_glue(const struct facts *f, struct verdict *v, const struct dns_answer *referral,
                       str server)
{
    size_t glue = 0;
    for (size_t i = 0; i < referral->additional_count; i++) {
        const struct dns_record *r = &referral->additional[i], *s;
        const struct dns_answer *x = facts_dns(f, server, r->type);
        bool found = false;
        struct addr address;
        if (!str_eq(r->owner, server) || !dns_record_addr(r, &address)) {
            continue;
        }
        glue++;
        if (!x || x->outcome != DNS_ANSWERED) {
            continue;
        }
        for (size_t at = 0; (s = dns_answer_next(x, r->type, &at)) != NULL;) {
            found |= str_eq(s->rdata, r->rdata);
        }
        if (found) {
            verdict_pass(v, server, "%.*s at the parent and in the zone", STR_ARG(dns_line(v, r)));
        } else {
            verdict_fail(v, server, "the parent's glue is %.*s; the zone says %.*s",
                         STR_ARG(dns_line(v, r)), STR_ARG(dns_lines(v, x)));
            verdict_fix(v, "Correct the address of the name server (\"host object\" or \"glue\") "
                           "at the registrar.");
        }
    }
    if (glue == 0) {
        verdict_fail(v, server,
                     "lies in the zone that it serves, and the parent has no address of "
                     "it");
        verdict_fix(v, "Add the address of the name server (\"glue\") at the registrar.");
    }
}

void dns_ns_glue(const struct facts *f, struct verdict *v)
{
    str zone = zone_apex(f), server;
    size_t at = 0;
    const struct dns_answer *referral = zone_referral(f, &at);
    for (size_t i = 0; referral && i < referral->authority_count; i++) {
        const struct dns_record *r = &referral->authority[i];
        if (r->type == DNS_NS && str_eq(r->owner, zone) && dns_record_name(v->a, r, &server) &&
            dns_name_under(server, zone)) {
            judge_glue(f, v, referral, server);
        }
    }
    if (v->count == 0) {
        verdict_skip(v, zone,
                     referral ? "the name servers lie in other zones: no glue is needed"
                              : "no server of the parent zone could be asked");
    }
}
