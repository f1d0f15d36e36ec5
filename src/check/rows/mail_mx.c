/* SPDX-License-Identifier: Apache-2.0 */
/* email.mx.*: the records. */
#include "check/rows/mail_servers.h"

/* Where mail goes at providers whose name says it; p is NULL for others. */
static str provider_mx(const struct facts *f, struct arena *a)
{
    const struct intent *intent = facts_intent(f);
    str domain = facts_domain(f);
    for (size_t i = 0; i < intent->sender_count; i++) {
        if (str_eq(intent->senders[i], STR("google-workspace"))) {
            return STR("1 smtp.google.com.");
        }
        if (str_eq(intent->senders[i], STR("microsoft365"))) {
            str copy = arena_str(a, domain);
            char *p = copy.p ? arena_alloc(a, domain.n + 1) : NULL;
            for (size_t k = 0; p && k < domain.n; k++) {
                p[k] = domain.p[k] == '.' ? '-' : domain.p[k];
            }
            return arena_printf(a, "0 %s.mail.protection.outlook.com.", p ? p : "");
        }
    }
    return (str){NULL, 0};
}

static bool declared_without_mail(const struct facts *f)
{
    const struct intent *intent = facts_intent(f);
    return intent->sends_mail_given && !intent->sends_mail;
}

static void show_records(struct verdict *v, const struct dns_answer *x, str domain)
{
    size_t at = 0;
    const struct dns_record *r;
    while ((r = dns_answer_next(x, DNS_MX, &at)) != NULL) {
        verdict_pass(v, domain, "%.*s", STR_ARG(dns_record_show(v->a, r)));
    }
}

static void run_missing(const struct facts *f, struct verdict *v)
{
    str domain = facts_domain(f);
    const struct dns_answer *x = mail_answer(f, v, domain, DNS_MX);
    if (!x) {
        return;
    }
    if (dns_answer_count(x, DNS_MX) > 0) {
        show_records(v, x, domain);
    } else if (mail_sends_nothing(f, v->a)) {
        verdict_skip(v, domain, "the domain has no mail: see email.mx.null");
    } else {
        str mx = provider_mx(f, v->a);
        verdict_warn(v, domain,
                     "no MX record: answers to your mail go to the web server's address "
                     "and are lost");
        verdict_fix(v, "%s",
                    mx.p ? "Publish the MX record of your mail provider."
                         : "Publish the MX record of your mail provider; when the domain "
                           "shall take no mail, this one, which says so.");
        verdict_fix_record(v, "%.*s. 3600 IN MX %.*s", STR_ARG(domain),
                           STR_ARG(mx.p ? mx : STR("0 .")));
    }
}

/* How many MX records there are, and how many of them are the null MX. */
static size_t count_null(struct verdict *v, const struct dns_answer *x)
{
    size_t at = 0, count = 0;
    const struct dns_record *r;
    unsigned preference;
    str host;
    while ((r = dns_answer_next(x, DNS_MX, &at)) != NULL) {
        count += dns_record_mx(v->a, r, &preference, &host) && str_empty(host);
    }
    return count;
}

static void delete_records(struct verdict *v, const struct dns_answer *x, bool null)
{
    size_t at = 0;
    const struct dns_record *r;
    unsigned preference;
    str host;
    while ((r = dns_answer_next(x, DNS_MX, &at)) != NULL) {
        if (dns_record_mx(v->a, r, &preference, &host) && str_empty(host) == null) {
            verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, r)));
        }
    }
}

static void judge_without_mail(const struct facts *f, struct verdict *v, const struct dns_answer *x,
                               size_t null)
{
    str domain = facts_domain(f);
    if (null > 0) {
        verdict_pass(v, domain, "%.*s. MX 0 . says that it takes no mail", STR_ARG(domain));
        return;
    }
    verdict_warn(v, domain, "%s",
                 dns_answer_count(x, DNS_MX) > 0
                     ? "launch.yaml says that the domain has no mail, and it has MX records"
                     : "the domain sends no mail, and no null MX says that it takes none either");
    verdict_fix(v, "Publish the null MX.");
    delete_records(v, x, false);
    verdict_fix_record(v, "%.*s. 3600 IN MX 0 .", STR_ARG(domain));
}

static void run_null(const struct facts *f, struct verdict *v)
{
    str domain = facts_domain(f);
    const struct dns_answer *x = mail_answer(f, v, domain, DNS_MX);
    if (!x) {
        return;
    }
    size_t count = dns_answer_count(x, DNS_MX), null = count_null(v, x);
    const struct intent *intent = facts_intent(f);
    if (null > 0 && count > null) {
        verdict_fail(v, domain, "the null MX stands beside other MX records");
        show_records(v, x, domain);
        verdict_fix(v, "Delete the null MX: the domain takes mail.");
        delete_records(v, x, true);
    } else if (null > 0 && intent->sends_mail_given && intent->sends_mail) {
        verdict_fail(v, domain,
                     "the null MX says that nobody can be answered: many servers refuse "
                     "mail from such a domain, and launch.yaml declares that it sends");
        verdict_fix(v, "Publish the MX record of your mail provider instead.");
        delete_records(v, x, true);
    } else if (declared_without_mail(f) || (count == 0 && mail_sends_nothing(f, v->a))) {
        judge_without_mail(f, v, x, null);
    } else if (null > 0) {
        verdict_pass(v, domain, "MX 0 . says that it takes no mail");
    } else {
        verdict_skip(v, domain, count > 0 ? "the domain takes mail" : "see email.mx.missing");
    }
}

/* ── names and addresses ── */

/* An MX name that no resolver turns into an address. */
static const char *bad_host(str host)
{
    struct addr literal;
    size_t dot = str_find_byte(host, '.', 0);
    if (addr_parse(host, &literal)) {
        return "is an address; MX takes the name of a host only";
    }
    if (dot == SIZE_MAX) {
        return "has no dot: a final dot or the domain was forgotten";
    }
    for (size_t i = 0; i < host.n; i++) {
        char c = str_lower(host.p[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) {
            return "has a letter that host names do not have";
        }
    }
    return NULL;
}

/* Says whether the addresses are known; false after saying why not. */
static bool has_addresses(const struct facts *f, struct verdict *v, str host)
{
    const struct dns_answer *x4 = facts_dns(f, host, DNS_A), *x6 = facts_dns(f, host, DNS_AAAA);
    if ((x4 && dns_answer_has(x4)) || (x6 && dns_answer_has(x6))) {
        verdict_pass(v, host, "has an address");
        return true;
    }
    if (!x4 || mail_answer_failed(x4) || (x6 && mail_answer_failed(x6))) {
        verdict_error(v, host, "the look-up of its addresses failed");
    } else if (x4->rcode == DNS_NXDOMAIN) {
        verdict_skip(v, host, "NXDOMAIN: see dns.dangling.mx");
    } else {
        verdict_fail(v, host, "exists and has neither A nor AAAA");
        verdict_fix(v, "Give %.*s an address, or name another host in MX.", STR_ARG(host));
    }
    return false;
}

static void run_unresolvable(const struct facts *f, struct verdict *v)
{
    str domain = facts_domain(f), host;
    const struct dns_answer *x = mail_answer(f, v, domain, DNS_MX);
    size_t at = 0, seen = 0;
    unsigned preference;
    const struct dns_record *r;
    while (x && seen < MAIL_HOSTS_MAX && (r = dns_answer_next(x, DNS_MX, &at)) != NULL) {
        if (!dns_record_mx(v->a, r, &preference, &host) || str_empty(host)) {
            continue;
        }
        seen++;
        const char *wrong = bad_host(host);
        if (wrong) {
            verdict_fail(v, domain, "%.*s %s: %.*s", STR_ARG(host), wrong,
                         STR_ARG(dns_record_show(v->a, r)));
            verdict_fix(v, "Let MX name a host, and give the host the address.");
            verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, r)));
            verdict_fix_record(v, "%.*s. 3600 IN MX %u mail.%.*s.", STR_ARG(domain), preference,
                               STR_ARG(domain));
            struct addr literal;
            if (addr_parse(host, &literal)) {
                verdict_fix_record(v, "mail.%.*s. 3600 IN %s %.*s", STR_ARG(domain),
                                   addr_is_v4(&literal) ? "A" : "AAAA", STR_ARG(host));
            }
        } else {
            (void)has_addresses(f, v, host);
        }
    }
    if (x && seen == 0) {
        verdict_skip(v, domain, "no MX record names a host");
    }
}

/* Lets MX name the host behind the alias, for each record that names the alias. */
static void fix_cname(const struct facts *f, struct verdict *v, str host, str target)
{
    const struct dns_answer *x = facts_dns(f, facts_domain(f), DNS_MX);
    const struct dns_record *r;
    size_t at = 0;
    unsigned preference;
    str named;
    verdict_fix(v, "Let MX name the host behind the alias.");
    while (x && (r = dns_answer_next(x, DNS_MX, &at)) != NULL) {
        if (dns_record_mx(v->a, r, &preference, &named) && str_ieq(named, host)) {
            verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, r)));
            verdict_fix_record(v, "%.*s. %u IN MX %u %.*s.", STR_ARG(r->owner), r->ttl, preference,
                               STR_ARG(target));
        }
    }
}

static void judge_cname(const struct facts *f, struct verdict *v, str host)
{
    const struct dns_answer *x = mail_answer(f, v, host, DNS_A);
    const struct dns_record *r;
    size_t at = 0;
    str end = host; /* of the chain */
    if (!x) {
        return;
    }
    while ((r = dns_answer_next(x, DNS_CNAME, &at)) != NULL) {
        if (str_ieq(r->owner, host)) {
            verdict_warn(v, host, "is an alias, which MX must not name: %.*s",
                         STR_ARG(dns_record_show(v->a, r)));
        }
        if (str_ieq(r->owner, end) && !dns_record_name(v->a, r, &end)) {
            break;
        }
    }
    if (v->state == CHECK_WARN && !str_ieq(end, host)) {
        fix_cname(f, v, host, end);
    } else if (str_ieq(end, host)) {
        verdict_pass(v, host, "is no alias");
    }
}

/* Runs `judge` for each MX host. */
static void each_host(const struct facts *f, struct verdict *v,
                      void (*judge)(const struct facts *f, struct verdict *v, str host))
{
    str hosts[MAIL_HOSTS_MAX];
    const struct dns_answer *x = mail_answer(f, v, facts_domain(f), DNS_MX);
    size_t count = x ? mail_hosts(f, v->a, hosts) : 0;
    for (size_t i = 0; i < count; i++) {
        judge(f, v, hosts[i]);
    }
    if (x && count == 0) {
        verdict_skip(v, facts_domain(f), "no MX record names a host");
    }
}

static void run_cname(const struct facts *f, struct verdict *v) { each_host(f, v, judge_cname); }

/* What was seen of a host at an address; NULL: it was not asked. */
static const struct smtp_server *server_at(const struct facts *f, str host,
                                           const struct addr *address)
{
    size_t count;
    const struct smtp_server *const *all = facts_smtp_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        if (str_ieq(all[i]->host, host) &&
            memcmp(all[i]->address.bytes, address->bytes, sizeof address->bytes) == 0) {
            return all[i];
        }
    }
    return NULL;
}

/* With --allow-private such an address was spoken to, and counts as public. */
static bool was_allowed(const struct facts *f, str host, const struct addr *address)
{
    const struct smtp_server *server = server_at(f, host, address);
    return server && server->outcome != SMTP_NOT_ALLOWED;
}

static void each_address(const struct facts *f, struct verdict *v, str host,
                         void (*judge)(const struct facts *f, struct verdict *v, str host,
                                       const struct dns_record *r, const struct addr *address))
{
    static const unsigned types[] = {DNS_A, DNS_AAAA};
    size_t seen = 0;
    for (size_t t = 0; t < 2; t++) {
        const struct dns_answer *x = facts_dns(f, host, types[t]);
        const struct dns_record *r;
        struct addr address;
        size_t at = 0;
        while (x && seen < SMTP_ADDRESSES_MAX && (r = dns_answer_next(x, types[t], &at)) != NULL) {
            if (dns_record_addr(r, &address)) {
                judge(f, v, host, r, &address);
                seen++;
            }
        }
    }
    if (seen == 0) {
        verdict_skip(v, host, "has no address: see email.mx.unresolvable");
    }
}

static void judge_private(const struct facts *f, struct verdict *v, str host,
                          const struct dns_record *r, const struct addr *address)
{
    if (addr_is_private(address) && !was_allowed(f, host, address)) {
        verdict_fail(v, host, "a private address, where no other server can deliver: %.*s",
                     STR_ARG(dns_record_show(v->a, r)));
        verdict_fix(v, "Publish the public address of %.*s.", STR_ARG(host));
        verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, r)));
    } else {
        verdict_pass(v, host, "%.*s", STR_ARG(dns_record_show(v->a, r)));
    }
}

static void private_host(const struct facts *f, struct verdict *v, str host)
{
    each_address(f, v, host, judge_private);
}
static void run_private(const struct facts *f, struct verdict *v) { each_host(f, v, private_host); }

/* A name of the address that leads back to it. */
static bool leads_back(const struct facts *f, struct arena *a, const struct dns_answer *names,
                       const struct addr *address, str *ret_name)
{
    const struct dns_record *r, *back;
    size_t at = 0;
    while ((r = dns_answer_next(names, DNS_PTR, &at)) != NULL) {
        unsigned type = addr_is_v4(address) ? DNS_A : DNS_AAAA;
        if (!dns_record_name(a, r, ret_name)) {
            continue;
        }
        const struct dns_answer *x = facts_dns(f, *ret_name, type);
        size_t i = 0;
        struct addr found;
        while (x && (back = dns_answer_next(x, type, &i)) != NULL) {
            if (dns_record_addr(back, &found) &&
                memcmp(found.bytes, address->bytes, sizeof found.bytes) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void judge_fcrdns(const struct facts *f, struct verdict *v, str host,
                         const struct dns_record *r, const struct addr *address)
{
    str reverse = mail_reverse_name(v->a, address), name = STR_EMPTY;
    const struct dns_answer *names = facts_dns(f, reverse, DNS_PTR);
    struct addr_text text = addr_text(address);
    const struct smtp_server *server = server_at(f, host, address);
    (void)r;
    if (server && server->outcome == SMTP_UNREACHABLE) {
        verdict_skip(v, host, "%s does not answer: see email.mx.unreachable", text.c);
    } else if (addr_is_private(address) && !was_allowed(f, host, address)) {
        verdict_skip(v, host, "%s is a private address", text.c);
    } else if (!names || mail_answer_failed(names)) {
        verdict_skip(v, host, "the name of %s could not be looked up", text.c);
    } else if (dns_answer_count(names, DNS_PTR) == 0) {
        verdict_warn(v, host, "%s has no name (PTR): mail that it sends is often refused", text.c);
        verdict_fix(v, "Let whoever gave you the address set its reverse name to %.*s.",
                    STR_ARG(host));
        verdict_fix_record(v, "%.*s. 3600 IN PTR %.*s.", STR_ARG(reverse), STR_ARG(host));
    } else if (!leads_back(f, v->a, names, address, &name)) {
        verdict_warn(v, host, "%s is called %.*s, and that name does not lead back to it", text.c,
                     STR_ARG(name));
        verdict_fix(v, "Let whoever gave you the address set its reverse name to %.*s.",
                    STR_ARG(host));
        verdict_fix_record(v, "%.*s. 3600 IN PTR %.*s.", STR_ARG(reverse), STR_ARG(host));
    } else {
        verdict_pass(v, host, "%s and %.*s lead to each other", text.c, STR_ARG(name));
    }
}

static void fcrdns_host(const struct facts *f, struct verdict *v, str host)
{
    each_address(f, v, host, judge_fcrdns);
}
static void run_fcrdns(const struct facts *f, struct verdict *v) { each_host(f, v, fcrdns_host); }

const struct check checks_mail_mx[] = {
    {.id = "email.mx.missing",
     .row = "L4",
     .title = "The domain takes mail",
     .why = "Customers who answer your mail get an error, and providers distrust a sender that "
            "cannot be answered.",
     .refs = "RFC 5321 section 5.1",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_MAIL_DNS,
     .run = run_missing},
    {.id = "email.mx.null",
     .row = "L4",
     .title = "A null MX is there exactly when there is no mail",
     .why = "Without it, others keep trying for days to deliver to a domain that takes no mail; "
            "where it is wrong, no mail arrives.",
     .refs = "RFC 7505",
     .severity = SEVERITY_LOW,
     .needs = NEEDS_MAIL_DNS,
     .run = run_null},
    {.id = "email.mx.unresolvable",
     .row = "L4",
     .title = "MX records name hosts that have addresses",
     .why = "Mail to your domain cannot be delivered to a server that has no address.",
     .refs = "RFC 5321 section 5.1; RFC 1035 section 3.3.9",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_unresolvable},
    {.id = "email.mx.cname",
     .row = "L4",
     .title = "MX records name no aliases",
     .why = "Some servers refuse to deliver to an alias, so some customers' mail never arrives.",
     .refs = "RFC 2181 section 10.3; RFC 5321 section 5.1",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_cname},
    {.id = "email.mx.private",
     .row = "L4",
     .title = "Mail servers have public addresses",
     .why = "Nobody outside can reach a private address, so mail waits and comes back.",
     .refs = "RFC 6890",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_private},
    {.id = "email.mx.fcrdns",
     .row = "L4",
     .title = "Mail servers' addresses and names lead to each other",
     .why = "Providers such as Google refuse mail from servers whose address has no proper name.",
     .refs = "RFC 8601 section 3; RFC 1912 section 2.1",
     .severity = SEVERITY_LOW,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_fcrdns},
    {0},
};
