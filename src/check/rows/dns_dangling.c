/* SPDX-License-Identifier: Apache-2.0 */
/* Records that lead to what is gone: whoever takes the name or address has the visitors. */
#include "check/rows/dns_private.h"
#include "check/rows/takeover.h"

/* The domain of a name is not registered: anybody may. */
static bool is_free(const struct facts *f, struct arena *a, str name, str *ret_domain)
{
    str domain = zone_registrable(a, name);
    const struct dns_answer *x = str_empty(domain) ? NULL : facts_dns(f, domain, DNS_SOA);
    *ret_domain = domain;
    return x && x->outcome == DNS_ANSWERED && x->rcode == DNS_NXDOMAIN;
}

static bool is_missing(const struct facts *f, str name)
{
    const struct dns_answer *x = facts_dns(f, name, DNS_A);
    return x && x->outcome == DNS_ANSWERED && x->rcode == DNS_NXDOMAIN;
}

/* Says what a missing target means. */
static void fail_missing(const struct facts *f, struct verdict *v, str subject,
                         const struct dns_record *r, str target)
{
    str domain, line = dns_line(v, r);
    const struct takeover *service = takeover_of(target);
    if (is_free(f, v->a, target, &domain)) {
        verdict_fail(v, subject, "%.*s: %.*s is not registered, anybody can buy it", STR_ARG(line),
                     STR_ARG(domain));
    } else if (service && service->nxdomain) {
        verdict_fail(v, subject, "%.*s: the target does not exist, and anybody can claim it at %s",
                     STR_ARG(line), service->service);
    } else {
        verdict_fail(v, subject, "%.*s: the target does not exist (NXDOMAIN)", STR_ARG(line));
    }
    dns_fix_delete(v, r);
}

/* The body of a page that came from this host and shows a service's text for free names. */
static const struct http_exchange *free_page(const struct facts *f, str host, str target,
                                             const struct takeover **ret)
{
    size_t count;
    const struct http_exchange *const *all = facts_http_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        const struct http_exchange *x = all[i];
        size_t start = str_find(x->url, STR("://"), 0);
        str rest = start == SIZE_MAX ? STR_EMPTY : str_slice(x->url, start + 3, x->url.n);
        bool here = rest.n >= host.n && str_ieq(str_slice(rest, 0, host.n), host) &&
                    (rest.n == host.n || str_find_byte(STR("/:?"), rest.p[host.n], 0) != SIZE_MAX);
        if (here && x->outcome == HTTP_ANSWERED && x->status >= 400 &&
            (*ret = takeover_shown(target, x->body))) {
            return x;
        }
    }
    return NULL;
}

static void judge_alias(const struct facts *f, struct verdict *v, const struct dns_record *r,
                        str target)
{
    const struct takeover *service = NULL;
    str name = r->owner, line = dns_line(v, r);
    const struct http_exchange *page;
    if (dns_dangles(f, v->a, name)) {
        fail_missing(f, v, name, r, target);
    } else if ((page = free_page(f, name, target, &service)) != NULL) {
        verdict_fail(v, name, "%.*s: %.*s shows \"%s\": the name is free at %s", STR_ARG(line),
                     STR_ARG(page->url), service->text, service->service);
        dns_fix_delete(v, r);
    } else {
        verdict_pass(v, name, "%.*s: the target exists", STR_ARG(line));
    }
}

void dns_dangling_cname(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        const struct dns_answer *x = all[i];
        str names[ZONE_CHAIN_MAX];
        if (!str_empty(x->server) || x->type != DNS_A || x->outcome != DNS_ANSWERED ||
            x->security == DNS_BOGUS || !dns_name_under(x->name, facts_domain(f)) ||
            str_starts(x->name, STR(ZONE_PROBE_LABEL))) {
            continue;
        }
        size_t n = zone_chain(f, v->a, x->name, names);
        const struct dns_record *r = n > 1 ? dns_alias_at(f, x->name) : NULL;
        if (r && !dns_loops(f, v->a, x->name)) {
            judge_alias(f, v, r, names[n - 1]);
        }
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "no name is an alias");
    } else if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Delete the alias, or claim its target again before somebody else does.");
    }
}

/* One name server; the record is made up when only the parent names it. */
static void judge_server(const struct facts *f, struct verdict *v, str name)
{
    str zone = zone_apex(f), domain;
    const struct dns_record *r = dns_ns_record(f, v->a, name);
    str line =
        r ? dns_line(v, r)
          : arena_printf(v->a, "%.*s. IN NS %.*s. (at the parent)", STR_ARG(zone), STR_ARG(name));
    const struct dns_answer *x4 = facts_dns(f, name, DNS_A), *x6 = facts_dns(f, name, DNS_AAAA);
    if (is_free(f, v->a, name, &domain)) {
        verdict_fail(v, zone, "%.*s: %.*s is not registered, anybody can buy it", STR_ARG(line),
                     STR_ARG(domain));
    } else if (is_missing(f, name)) {
        verdict_fail(v, zone, "%.*s: the name server does not exist (NXDOMAIN)", STR_ARG(line));
    } else if (x4 && x6 && dns_answer_is_nothing(x4) && dns_answer_is_nothing(x6)) {
        verdict_fail(v, zone, "%.*s: the name server has no address", STR_ARG(line));
    } else {
        if (zone_resolves(f, name)) {
            verdict_pass(v, zone, "%.*s: the name server exists", STR_ARG(line));
        }
        return;
    }
    dns_fix_delete(v, r);
    verdict_fix_record(v, "; at the registrar, delete: %.*s. IN NS %.*s.", STR_ARG(zone),
                       STR_ARG(name));
}

void dns_dangling_ns(const struct facts *f, struct verdict *v)
{
    struct zone_server servers[ZONE_SERVERS_MAX];
    size_t n = zone_servers(f, v->a, servers);
    for (size_t i = 0; i < n; i++) {
        judge_server(f, v, servers[i].name);
    }
    if (v->count == 0) {
        verdict_skip(v, zone_apex(f), "no name server was looked up");
    } else if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Delete the name server from the zone and at the registrar at once: who "
                       "takes its name answers for the whole domain.");
    }
}

/* An address, or a name without a dot: no host is meant, so nobody can take it. */
static bool is_no_host(str target)
{
    struct addr literal;
    return addr_parse(target, &literal) || str_find_byte(target, '.', 0) == SIZE_MAX;
}

/* MX and SRV records of one name. */
static void judge_targets(const struct facts *f, struct verdict *v, const struct dns_answer *x)
{
    const struct dns_record *r;
    for (size_t at = 0; (r = dns_answer_next(x, x->type, &at)) != NULL;) {
        str target, domain;
        if (!dns_record_name(v->a, r, &target) || str_empty(target) ||
            !facts_dns(f, target, DNS_A)) {
            continue;
        }
        if (x->type == DNS_MX && is_no_host(target)) {
            verdict_skip(v, x->name, "%.*s: see email.mx.unresolvable", STR_ARG(dns_line(v, r)));
        } else if (is_missing(f, target) || is_free(f, v->a, target, &domain)) {
            fail_missing(f, v, x->name, r, target);
        } else {
            verdict_pass(v, x->name, "%.*s: the target exists", STR_ARG(dns_line(v, r)));
        }
    }
}

void dns_dangling_mx(const struct facts *f, struct verdict *v)
{
    const struct dns_answer *x = facts_dns(f, facts_domain(f), DNS_MX);
    if (x) {
        judge_targets(f, v, x);
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "no MX record leads to a host");
    } else if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Delete the MX record: who takes the name reads the mail, password resets "
                       "too.");
    }
}

void dns_dangling_srv(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->type == DNS_SRV && str_empty(all[i]->server)) {
            judge_targets(f, v, all[i]);
        }
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "no SRV record was found");
    } else if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Delete the SRV record, or claim its target again.");
    }
}

void dns_dangling_a(const struct facts *f, struct verdict *v)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(f, &count);
    for (size_t i = 0; i < count; i++) {
        str names[ZONE_CHAIN_MAX];
        const struct takeover *service = NULL;
        const struct dns_answer *x = facts_dns(f, hosts[i].name, DNS_A);
        if (!x || !dns_answer_has(x) || zone_chain(f, v->a, hosts[i].name, names) > 1) {
            continue;
        }
        const struct http_exchange *page = free_page(f, hosts[i].name, STR_EMPTY, &service);
        if (page) {
            verdict_fail(v, hosts[i].name, "%.*s: %.*s shows \"%s\": the name is free at %s",
                         STR_ARG(dns_lines(v, x)), STR_ARG(page->url), service->text,
                         service->service);
            verdict_fix(v, "Delete the address record, or claim the name at %s.", service->service);
            for (size_t at = 0; at < x->count; at++) {
                dns_fix_delete(v, &x->records[at]);
            }
        } else {
            verdict_pass(v, hosts[i].name, "%.*s: no service shows it as free",
                         STR_ARG(dns_lines(v, x)));
        }
    }
    if (v->count == 0) {
        verdict_skip(v, facts_domain(f), "no host has an address of its own");
    }
}
