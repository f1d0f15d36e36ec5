/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases (RFC 1034 section 3.6.2, RFC 2181 section 10.1). */
#include "check/rows/dns_private.h"

enum { HOPS_MAX = 6 };

/* A record that must not stand beside a CNAME; NULL. */
static const struct dns_record *data_at(const struct facts *f, str name)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; all[i]->type != DNS_AXFR && k < all[i]->count; k++) {
            const struct dns_record *r = &all[i]->records[k];
            if (str_eq(r->owner, name) && r->type != DNS_CNAME && r->type != DNS_RRSIG &&
                r->type != DNS_NSEC && r->type != DNS_NSEC3 && r->type != DNS_DNAME) {
                return r;
            }
        }
    }
    return NULL;
}

void dns_cname_apex(const struct facts *f, struct verdict *v)
{
    str zone = zone_apex(f);
    const struct dns_record *r = dns_alias_at(f, zone);
    if (r) {
        verdict_fail(v, zone, "%.*s: an alias takes the place of everything, MX and TXT too",
                     STR_ARG(dns_line(v, r)));
        verdict_fix(v, "Replace the CNAME by the addresses it leads to, or by the ALIAS (ANAME, "
                       "\"CNAME flattening\") record of the provider.");
        verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_line(v, r)));
        const struct dns_answer *x = facts_dns(f, zone, DNS_A);
        struct addr address;
        for (size_t at = 0; x && (r = dns_answer_next(x, DNS_A, &at));) {
            if (dns_record_addr(r, &address)) {
                verdict_fix_record(v, "%.*s. 300 IN A %s", STR_ARG(zone), addr_text(&address).c);
            }
        }
    } else if (dns_answer_says(facts_dns(f, zone, DNS_A)) ||
               dns_answer_says(facts_dns(f, zone, DNS_SOA))) {
        verdict_pass(v, zone, "no CNAME at the domain itself");
    } else {
        verdict_skip(v, zone, "could not be looked up");
    }
}

void dns_cname_beside(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    str zone = zone_apex(f);
    for (size_t i = 0; i < count; i++) {
        str name = hosts[i].name;
        const struct dns_record *alias = str_eq(name, zone) ? NULL : dns_alias_at(f, name);
        const struct dns_record *data = alias ? data_at(f, name) : NULL;
        if (data) {
            verdict_fail(v, name, "%.*s stands beside %.*s", STR_ARG(dns_line(v, alias)),
                         STR_ARG(dns_line(v, data)));
            verdict_fix(v, "Keep one of the two: resolvers take either, by chance.");
            verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_line(v, data)));
        } else if (alias) {
            verdict_pass(v, name, "%.*s and nothing beside it", STR_ARG(dns_line(v, alias)));
        }
    }
    if (v->count == 0) {
        verdict_skip(v, zone, "no host is an alias");
    }
}

/* "a → b → c" */
static str chain_text(const struct verdict *v, const str *names, size_t n)
{
    str text = names[0];
    for (size_t i = 1; i < n; i++) {
        text = arena_printf(v->a, "%.*s → %.*s", STR_ARG(text), STR_ARG(names[i]));
        text = text.p ? text : STR_EMPTY;
    }
    return text;
}

void dns_cname_chain(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    for (size_t i = 0; i < count; i++) {
        str names[ZONE_CHAIN_MAX];
        size_t n = zone_chain(f, v->a, hosts[i].name, names);
        if (n < 2 || dns_loops(f, v->a, hosts[i].name)) {
            continue;
        }
        str text = chain_text(v, names, n);
        if (n - 1 > HOPS_MAX) {
            verdict_warn(v, hosts[i].name, "%zu aliases in a row: %.*s", n - 1, STR_ARG(text));
            verdict_fix(v, "Point the name at the last one directly: resolvers give up on long "
                           "chains, and each alias costs time.");
            dns_fix_delete(v, dns_alias_at(f, hosts[i].name));
            verdict_fix_record(v, "%.*s. 300 IN CNAME %.*s.", STR_ARG(hosts[i].name),
                               STR_ARG(names[n - 1]));
        } else {
            verdict_pass(v, hosts[i].name, "%.*s", STR_ARG(text));
        }
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "no host is an alias");
    }
}

/* Names whose aliases are known, hosts or not: the questions about them were asked. */
static bool is_question(const struct facts *f, const struct dns_answer *x)
{
    return str_empty(x->server) && x->type == DNS_A && dns_name_under(x->name, facts_domain(f));
}

void dns_cname_loop(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        str names[ZONE_CHAIN_MAX];
        size_t n = is_question(f, all[i]) ? zone_chain(f, v->a, all[i]->name, names) : 0;
        if (n < 2) {
            continue;
        }
        str text = chain_text(v, names, n);
        if (!dns_loops(f, v->a, all[i]->name)) {
            verdict_pass(v, all[i]->name, "%.*s", STR_ARG(text));
            continue;
        }
        verdict_fail(v, all[i]->name, "%.*s: never ends", STR_ARG(text));
        verdict_fix(v, "Replace one of the aliases by the address it was meant to lead to.");
        dns_fix_delete(v, dns_alias_at(f, names[0]));
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "no host is an alias");
    }
}
