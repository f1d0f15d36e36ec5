/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/dns_private.h"

enum { LINES_MAX = 8 };

str dns_line(const struct verdict *v, const struct dns_record *r)
{
    return dns_record_show(v->a, r);
}

str dns_lines(const struct verdict *v, const struct dns_answer *x)
{
    str text = STR_EMPTY;
    const struct dns_record *r;
    size_t n = 0;
    for (size_t at = 0; n < LINES_MAX && (r = dns_answer_next(x, x->type, &at)); n++) {
        text = arena_printf(v->a, "%.*s%s%.*s", STR_ARG(text), n ? " | " : "",
                            STR_ARG(dns_line(v, r)));
        text = text.p ? text : STR_EMPTY;
    }
    return n > 0 ? text : dns_trouble(x);
}

const struct dns_record *dns_alias_at(const struct facts *f, str name)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        const struct dns_record *r;
        for (size_t at = 0; (r = dns_answer_next(all[i], DNS_CNAME, &at)) != NULL;) {
            if (str_eq(r->owner, name)) {
                return r;
            }
        }
    }
    return NULL;
}

void dns_fix_delete(struct verdict *v, const struct dns_record *r)
{
    if (r && r->type != DNS_RRSIG) { /* signatures are the signer's */
        verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_line(v, r)));
    }
}

const struct dns_record *dns_ns_record(const struct facts *f, struct arena *a, str server)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    str zone = zone_apex(f), name;
    for (size_t i = 0; i < count; i++) {
        const struct dns_record *r;
        for (size_t at = 0; (r = dns_answer_next(all[i], DNS_NS, &at)) != NULL;) {
            if (str_eq(r->owner, zone) && dns_record_name(a, r, &name) && str_eq(name, server)) {
                return r;
            }
        }
    }
    return NULL;
}

str dns_trouble(const struct dns_answer *x)
{
    switch (x->outcome) {
    case DNS_ANSWERED:
        return x->rcode == DNS_NOERROR ? STR("no such record") : dns_rcode_name(x->rcode);
    case DNS_UNREACHABLE:
        return STR("cannot be reached");
    case DNS_MALFORMED:
        return STR("an answer that is no DNS message for the question");
    case DNS_NOT_ALLOWED:
        return STR("a private address; --allow-private goes there");
    case DNS_TIMEOUT:
        break;
    }
    return STR("no answer in time");
}

str dns_seat(const struct verdict *v, const struct dns_answer *x)
{
    struct addr bare = x->address;
    bare.port = 0;
    str text = arena_printf(v->a, "%.*s (%s)", STR_ARG(x->server), addr_text(&bare).c);
    return text.p ? text : x->server;
}

const struct dns_answer *dns_server_next(const struct facts *f, str name, unsigned type, bool tcp,
                                         size_t *at)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    while (*at < count) {
        const struct dns_answer *x = all[(*at)++];
        if (!str_empty(x->server) && x->type == type && x->tcp == tcp && str_ieq(x->name, name)) {
            return x;
        }
    }
    return NULL;
}

const struct dns_answer *dns_authority_next(const struct facts *f, str name, unsigned type,
                                            size_t *at)
{
    const struct dns_answer *x;
    while ((x = dns_server_next(f, name, type, false, at)) != NULL &&
           !(x->outcome == DNS_ANSWERED && x->authoritative)) {
    }
    return x;
}

bool dns_no_way(const struct facts *f, const struct dns_answer *x)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    if (x->outcome == DNS_NOT_ALLOWED) {
        return true;
    }
    if (x->outcome == DNS_ANSWERED || addr_is_v4(&x->address)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!str_empty(all[i]->server) && all[i]->outcome == DNS_ANSWERED &&
            !addr_is_v4(&all[i]->address)) {
            return false;
        }
    }
    return true;
}

bool dns_skip_bogus(const struct facts *f, struct verdict *v, str name)
{
    const struct dns_answer *x = facts_dns(f, name, DNS_A), *y = facts_dns(f, name, DNS_AAAA);
    if ((x && x->security == DNS_BOGUS) || (y && y->security == DNS_BOGUS)) {
        verdict_skip(v, name, "its answers do not validate: see dns.dnssec.bogus");
        return true;
    }
    return false;
}

bool dns_loops(const struct facts *f, struct arena *a, str name)
{
    str names[ZONE_CHAIN_MAX];
    size_t n = zone_chain(f, a, name, names);
    for (size_t i = 0; i + 1 < n; i++) {
        if (str_eq(names[i], names[n - 1])) {
            return true;
        }
    }
    return false;
}

bool dns_dangles(const struct facts *f, struct arena *a, str name)
{
    str names[ZONE_CHAIN_MAX];
    size_t n = zone_chain(f, a, name, names);
    const struct dns_answer *x = facts_dns(f, name, DNS_A);
    return n > 1 && x && x->outcome == DNS_ANSWERED && x->rcode == DNS_NXDOMAIN;
}

const char *dns_addr_type(const struct addr *a) { return addr_is_v4(a) ? "A" : "AAAA"; }
