/* SPDX-License-Identifier: Apache-2.0 */
/* Name servers: each for itself. */
#include "check/rows/dns_private.h"

/* Adds the skip when no server was asked. */
static void skip_unasked(const struct facts *f, struct verdict *v)
{
    if (v->count == 0) {
        verdict_skip(v, zone_apex(f), "no name server of the zone could be asked");
    }
}

/* The line of a server that should go, in the zone and at the parent. */
static void fix_server(const struct facts *f, struct verdict *v, str server)
{
    str name;
    const struct dns_record *r = dns_ns_record(f, v->a, server);
    dns_fix_delete(v, r);
    name = r ? r->owner : zone_apex(f);
    verdict_fix_record(v, "; at the registrar, delete: %.*s. IN NS %.*s.", STR_ARG(name),
                       STR_ARG(server));
}

void dns_ns_lame(const struct facts *f, struct verdict *v)
{
    str zone = zone_apex(f);
    const struct dns_answer *x;
    for (size_t at = 0; (x = dns_server_next(f, zone, DNS_SOA, false, &at)) != NULL;) {
        str seat = dns_seat(v, x);
        if (x->outcome == DNS_MALFORMED) {
            verdict_fail(v, seat, "%.*s", STR_ARG(dns_trouble(x)));
        } else if (x->outcome != DNS_ANSWERED) {
            continue; /* dns.ns.unreachable */
        } else if (x->authoritative && dns_answer_has(x)) {
            verdict_pass(v, seat, "%.*s", STR_ARG(dns_lines(v, x)));
            continue;
        } else {
            verdict_fail(v, seat, "is named for %.*s and does not serve it: %.*s, %s",
                         STR_ARG(zone), STR_ARG(dns_trouble(x)),
                         x->authoritative ? "authoritative" : "not authoritative");
        }
        fix_server(f, v, x->server);
    }
    if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Set the zone up at this server, or delete the server from the zone and at "
                       "the registrar.");
    }
    skip_unasked(f, v);
}

/* No server of the zone answered, but the resolver had its answers from somewhere: the way from
 * here to port 53 is closed, and nothing can be said of the servers. */
static bool is_shut_in(const struct facts *f, str zone)
{
    const struct dns_answer *x, *told = facts_dns(f, zone, DNS_NS);
    for (size_t at = 0; (x = dns_server_next(f, zone, DNS_SOA, false, &at)) != NULL;) {
        if (x->outcome != DNS_TIMEOUT && x->outcome != DNS_UNREACHABLE) {
            return false;
        }
    }
    return told && dns_answer_has(told);
}

void dns_ns_unreachable(const struct facts *f, struct verdict *v)
{
    str zone = zone_apex(f);
    const struct dns_answer *x;
    bool shut_in = is_shut_in(f, zone);
    for (size_t at = 0; (x = dns_server_next(f, zone, DNS_SOA, false, &at)) != NULL;) {
        str seat = dns_seat(v, x);
        if (zone_is_mute(f)) {
            verdict_error(v, seat, "%.*s, and nobody else answered anything: is there a network?",
                          STR_ARG(dns_trouble(x)));
        } else if (shut_in) {
            verdict_skip(v, seat,
                         "cannot be reached, like all the others, while the resolver has their "
                         "answers: port 53 seems to be closed from here");
        } else if (dns_no_way(f, x)) {
            verdict_skip(v, seat, "this network or these options do not lead there");
        } else if (x->outcome == DNS_TIMEOUT || x->outcome == DNS_UNREACHABLE) {
            verdict_fail(v, seat, "does not answer over UDP: %.*s", STR_ARG(dns_trouble(x)));
            fix_server(f, v, x->server);
        } else {
            verdict_pass(v, seat, "answers in %u ms", x->ms);
        }
    }
    if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Start the server or let UDP port 53 through to it; else delete it from the "
                       "zone and at the registrar.");
    }
    skip_unasked(f, v);
}

void dns_ns_tcp(const struct facts *f, struct verdict *v)
{
    str zone = zone_apex(f);
    const struct dns_answer *x;
    for (size_t at = 0; (x = dns_server_next(f, zone, DNS_SOA, true, &at)) != NULL;) {
        const struct dns_answer *udp = NULL;
        str seat = dns_seat(v, x);
        for (size_t i = 0; (udp = dns_server_next(f, zone, DNS_SOA, false, &i)) != NULL;) {
            if (memcmp(&udp->address, &x->address, sizeof x->address) == 0 &&
                str_eq(udp->server, x->server)) {
                break;
            }
        }
        if (!udp || udp->outcome != DNS_ANSWERED) {
            continue; /* told by dns.ns.unreachable */
        }
        if (x->outcome == DNS_ANSWERED) {
            verdict_pass(v, seat, "answers over TCP in %u ms", x->ms);
        } else {
            verdict_fail(v, seat, "answers over UDP and not over TCP: %.*s",
                         STR_ARG(dns_trouble(x)));
            verdict_fix(v, "Let TCP port 53 through to this name server.");
        }
    }
    skip_unasked(f, v);
}

void dns_ns_single(const struct facts *f, struct verdict *v)
{
    struct zone_server servers[ZONE_SERVERS_MAX];
    size_t n = zone_servers(f, v->a, servers);
    str zone = zone_apex(f);
    if (n == 0) {
        skip_unasked(f, v);
    } else if (n == 1) {
        verdict_warn(v, zone, "the only name server is %.*s", STR_ARG(servers[0].name));
        verdict_fix(v, "Add a second name server in another network, in the zone and at the "
                       "registrar; most providers of name servers give at least two.");
        verdict_fix_other(v, "%.*s. 86400 IN NS <second name server>.", STR_ARG(zone));
    } else {
        for (size_t i = 0; i < n; i++) {
            verdict_pass(v, zone, "%.*s. IN NS %.*s.", STR_ARG(zone), STR_ARG(servers[i].name));
        }
    }
}

static bool same_network(const struct addr *a, const struct addr *b)
{
    return addr_is_v4(a) == addr_is_v4(b) &&
           memcmp(a->bytes, b->bytes, addr_is_v4(a) ? 15 : 6) == 0; /* /24, /48 */
}

void dns_ns_same_network(const struct facts *f, struct verdict *v)
{
    struct zone_server servers[ZONE_SERVERS_MAX];
    str zone = zone_apex(f);
    const struct dns_answer *first = NULL, *x;
    bool apart = false;
    size_t seats = 0;
    if (zone_servers(f, v->a, servers) == 1) {
        verdict_skip(v, zone, "there is only one: see dns.ns.single");
        return;
    }
    for (size_t at = 0; (x = dns_server_next(f, zone, DNS_SOA, false, &at)) != NULL; seats++) {
        if (!first) {
            first = x;
        }
        /* Two families of one network are two networks to nobody: only the first's is compared. */
        apart |= addr_is_v4(&x->address) == addr_is_v4(&first->address) &&
                 !same_network(&x->address, &first->address);
    }
    if (!first) {
        skip_unasked(f, v);
        return;
    }
    for (size_t at = 0; (x = dns_server_next(f, zone, DNS_SOA, false, &at)) != NULL;) {
        if (apart || seats == 1) {
            verdict_pass(v, zone, "%.*s", STR_ARG(dns_seat(v, x)));
        } else {
            verdict_warn(v, zone, "%.*s is in the same network as all the others",
                         STR_ARG(dns_seat(v, x)));
        }
    }
    if (v->state == CHECK_WARN) {
        verdict_fix(v, "Move one of the name servers to another network, or take a provider whose "
                       "servers stand in several.");
    }
}

/* The server answers other questions of the zone over TCP. */
static bool answers_over_tcp(const struct facts *f, str zone, const struct dns_answer *like)
{
    const struct dns_answer *x;
    for (size_t at = 0; (x = dns_server_next(f, zone, DNS_SOA, true, &at)) != NULL;) {
        if (dns_answer_says(x) && memcmp(&x->address, &like->address, sizeof x->address) == 0) {
            return true;
        }
    }
    return false;
}

void dns_axfr(const struct facts *f, struct verdict *v)
{
    str zone = zone_apex(f);
    const struct dns_answer *x;
    for (size_t at = 0; (x = dns_server_next(f, zone, DNS_AXFR, true, &at)) != NULL;) {
        str seat = dns_seat(v, x);
        bool given = x->outcome == DNS_ANSWERED && x->rcode == DNS_NOERROR &&
                     dns_answer_count(x, DNS_SOA) > 0 && x->count > 1;
        if (x->outcome == DNS_TIMEOUT && !answers_over_tcp(f, zone, x)) {
            verdict_skip(v, seat, "says nothing over TCP: see dns.ns.tcp");
            continue;
        }
        if (!given) {
            verdict_pass(v, seat, "refuses to hand the zone over: %.*s",
                         STR_ARG(x->count ? STR("nothing of it came") : dns_trouble(x)));
            continue;
        }
        verdict_fail(v, seat,
                     "hands the whole zone to anybody, %zu records in its first message: "
                     "%.*s",
                     x->count, STR_ARG(dns_line(v, &x->records[1])));
        verdict_fix(v, "Let only the secondary name servers transfer the zone.");
        verdict_fix_other(v,
                          "# BIND: zone \"%.*s\" { allow-transfer { key secondary; }; };\n# "
                          "NSD: remove \"provide-xfr: 0.0.0.0/0 NOKEY\"\n# Knot: remove the acl "
                          "with action: transfer and no key",
                          STR_ARG(zone));
    }
    skip_unasked(f, v);
}
