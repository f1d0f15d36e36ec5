/* SPDX-License-Identifier: Apache-2.0 */
/* Asks whatever the checks of mail need to know from the DNS; the answers stay in the facts. */
#include "base/crowd.h"
#include "check/facts/resolver.h"
#include "check/mail/dmarc.h"
#include "check/mail/senders.h"
#include "check/mail/spf.h"

enum { SELECTORS_MAX = 256, EXCHANGES_MAX = 16, MAIL_DNS_WIDTH = 12 };

/* DKIM selectors that are often used and belong to no sender of the table. */
static const char common_selectors[] =
    "default dkim mail email key1 key2 k1 k2 k3 s1 s2 s1024 s2048 m1 mx smtp dk dkim1 dkim2 "
    "selector1 selector2 google pm sig1 everlytickey1 turbo-smtp cm";

/* Work on one domain. */
struct job {
    struct collect *c;
    str domain;
    str selectors[SELECTORS_MAX];
    size_t selector_count;
    str exchanges[EXCHANGES_MAX];
    size_t exchange_count;
    const struct spf_question *questions; /* of one prefetch */
};

static void ask_one(void *user, size_t i)
{
    struct job *job = user;
    (void)resolver_ask(job->c, job->questions[i].name, job->questions[i].type);
}

static void ask_all(void *user, const struct spf_question *questions, size_t count)
{
    struct job job = {.c = user, .questions = questions};
    crowd_each(count, MAIL_DNS_WIDTH, ask_one, &job);
}

static void see_spf(struct job *job)
{
    const struct spf_prefetch prefetch = {ask_all, job->c};
    struct arena *a = facts_arena(job->c->facts);
    struct spf_audit audit;
    if (a) {
        err e = spf_audit(a, resolver_lookup(job->c), &prefetch, job->domain, &audit);
        (void)e; /* the checks walk the same way over the facts, and say so */
    }
}

static void see_reports(struct job *job, struct arena *a, const struct dmarc_tag *tag)
{
    struct dmarc_uri uris[DMARC_URIS_MAX];
    size_t count = tag ? dmarc_uris(a, tag->value, uris) : 0;
    for (size_t i = 0; i < count; i++) {
        str name;
        if (dmarc_is_external(a, resolver_lookup(job->c), job->domain, &uris[i], &name)) {
            (void)resolver_ask(job->c, name, DNS_TXT);
        }
    }
}

static void see_dmarc(struct job *job)
{
    struct arena *a = facts_arena(job->c->facts);
    struct dmarc_walk *walk = a ? arena_alloc(a, sizeof *walk) : NULL;
    if (!walk || !err_ok(dmarc_walk(a, resolver_lookup(job->c), job->domain, walk))) {
        return;
    }
    const struct dmarc_step *step = dmarc_applies(walk);
    if (step && step == &walk->steps[0]) {
        see_reports(job, a, step->record.rua);
        see_reports(job, a, step->record.ruf);
    }
}

static void add_selectors(struct job *job, str rest, char separator)
{
    str one;
    while (job->selector_count < SELECTORS_MAX && str_split(&rest, separator, &one)) {
        bool there = str_empty(one);
        for (size_t i = 0; i < job->selector_count; i++) {
            there = there || str_ieq(job->selectors[i], one);
        }
        if (!there) {
            job->selectors[job->selector_count++] = one;
        }
    }
}

static void list_selectors(struct job *job)
{
    const struct intent *intent = facts_intent(job->c->facts);
    const struct mail_sender *sender;
    for (size_t i = 0; i < intent->selector_count; i++) {
        add_selectors(job, intent->selectors[i], ' ');
    }
    for (size_t i = 0; (sender = sender_at(i)) != NULL; i++) {
        add_selectors(job, str_c(sender->selectors), ' ');
    }
    add_selectors(job, str_c(common_selectors), ' ');
}

/* Asks for "<label>.<domain>". */
static void ask_below(struct job *job, str label, unsigned type)
{
    char name[DNS_NAME_TEXT_MAX];
    size_t n = 0;
    if (label.n + job->domain.n + 1 > sizeof name) {
        return;
    }
    memcpy(name, label.p, label.n);
    n = label.n;
    name[n++] = '.';
    memcpy(name + n, job->domain.p, job->domain.n);
    (void)resolver_ask(job->c, str_n(name, n + job->domain.n), type);
}

static void see_selector(void *user, size_t i)
{
    static const str middle = STR_INIT("._domainkey");
    struct job *job = user;
    str selector = job->selectors[i];
    char label[DNS_NAME_TEXT_MAX];
    if (selector.n + middle.n <= sizeof label) {
        memcpy(label, selector.p, selector.n);
        memcpy(label + selector.n, middle.p, middle.n);
        ask_below(job, str_n(label, selector.n + middle.n), DNS_TXT);
    }
}

static void see_selectors(struct job *job)
{
    list_selectors(job);
    crowd_each(job->selector_count, MAIL_DNS_WIDTH, see_selector, job);
}

/* "4.3.2.1.in-addr.arpa" and its like. */
static str reverse_name(struct arena *a, const struct addr *address)
{
    const unsigned char *b = address->bytes;
    char text[80];
    size_t n = 0;
    if (addr_is_v4(address)) {
        return arena_printf(a, "%u.%u.%u.%u.in-addr.arpa", b[15], b[14], b[13], b[12]);
    }
    for (size_t i = 16; i-- > 0;) {
        static const char hex[] = "0123456789abcdef";
        text[n++] = hex[b[i] & 15];
        text[n++] = '.';
        text[n++] = hex[b[i] >> 4];
        text[n++] = '.';
    }
    return arena_printf(a, "%.*sip6.arpa", (int)n, text);
}

/* One MX host: addresses, the names that they have and the addresses of those, and TLSA. */
static void see_exchange(void *user, size_t i)
{
    struct job *job = user;
    struct arena *a = facts_arena(job->c->facts);
    const struct addr *addresses;
    const struct dns_record *r;
    if (!a) {
        return;
    }
    str host = job->exchanges[i], tlsa = arena_printf(a, "_25._tcp.%.*s", STR_ARG(host));
    size_t count = resolver_addresses(job->c, host, 25, &addresses);
    for (size_t k = 0; k < count && k < EXCHANGES_MAX; k++) {
        str name = reverse_name(a, &addresses[k]);
        const struct dns_answer *x = resolver_ask(job->c, name, DNS_PTR);
        size_t names = 0;
        for (size_t at = 0; names++ < SPF_NAMES_MAX && (r = dns_answer_next(x, DNS_PTR, &at));) {
            str back;
            if (dns_record_name(a, r, &back)) {
                (void)resolver_ask(job->c, back, addr_is_v4(&addresses[k]) ? DNS_A : DNS_AAAA);
            }
        }
    }
    if (tlsa.p) {
        (void)resolver_ask(job->c, tlsa, DNS_TLSA);
    }
}

static void see_exchanges(struct job *job)
{
    const struct dns_answer *x = resolver_ask(job->c, job->domain, DNS_MX);
    struct arena *a = facts_arena(job->c->facts);
    const struct dns_record *r;
    for (size_t at = 0; a && job->exchange_count < EXCHANGES_MAX &&
                        (r = dns_answer_next(x, DNS_MX, &at)) != NULL;) {
        str host;
        if (dns_record_name(a, r, &host) && host.n > 0) {
            job->exchanges[job->exchange_count++] = host;
        }
    }
    crowd_each(job->exchange_count, MAIL_DNS_WIDTH, see_exchange, job);
}

static void see_policies(struct job *job)
{
    static const struct {
        str label;
        unsigned type;
    } wanted[] = {{STR_INIT("_domainkey"), DNS_TXT}, /* NXDOMAIN: no key below, RFC 8020 */
                  {STR_INIT("_mta-sts"), DNS_TXT},      {STR_INIT("_smtp._tls"), DNS_TXT},
                  {STR_INIT("default._bimi"), DNS_TXT}, {STR_INIT("mta-sts"), DNS_A},
                  {STR_INIT("mta-sts"), DNS_AAAA}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        ask_below(job, wanted[i].label, wanted[i].type);
    }
}

static void see_part(void *user, size_t i)
{
    static void (*const parts[])(struct job *) = {see_selectors, see_spf, see_dmarc, see_exchanges,
                                                  see_policies};
    parts[i](user);
}

void collect_mail_dns(struct collect *c)
{
    struct job job = {.c = c, .domain = facts_domain(c->facts)};
    crowd_each(5, 5, see_part, &job);
}
