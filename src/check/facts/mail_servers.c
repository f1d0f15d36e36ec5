/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/mail_servers.h"

#include <unistd.h>

#include "check/facts/http_collect.h"
#include "check/mail/mta_sts.h"

enum { MAIL_POLICY_MS = 10000 };

/* One MX record. */
struct exchanger {
    unsigned preference;
    str host;
};

static bool has_host(const struct exchanger *list, size_t count, str host)
{
    for (size_t i = 0; i < count; i++) {
        if (str_ieq(list[i].host, host)) {
            return true;
        }
    }
    return false;
}

size_t mail_hosts(const struct facts *f, struct arena *a, str ret[MAIL_HOSTS_MAX])
{
    const struct dns_answer *x = facts_dns(f, facts_domain(f), DNS_MX);
    struct exchanger list[MAIL_HOSTS_MAX];
    size_t count = 0, at = 0;
    const struct dns_record *r;
    while (x && count < MAIL_HOSTS_MAX && (r = dns_answer_next(x, DNS_MX, &at)) != NULL) {
        struct exchanger one;
        struct addr literal;
        if (dns_record_mx(a, r, &one.preference, &one.host) && !str_empty(one.host) &&
            !addr_parse(one.host, &literal) && !has_host(list, count, one.host)) {
            size_t to = count++;
            for (; to > 0 && list[to - 1].preference > one.preference; to--) {
                list[to] = list[to - 1];
            }
            list[to] = one;
        }
    }
    for (size_t i = 0; i < count; i++) {
        ret[i] = list[i].host;
    }
    return count;
}

str mail_reverse_name(struct arena *a, const struct addr *address)
{
    const unsigned char *b = address->bytes;
    if (addr_is_v4(address)) {
        return arena_printf(a, "%u.%u.%u.%u.in-addr.arpa", b[15], b[14], b[13], b[12]);
    }
    char text[64 + 1];
    for (size_t i = 0; i < 16; i++) {
        static const char hex[] = "0123456789abcdef";
        unsigned char byte = b[15 - i];
        text[4 * i] = hex[byte & 15];
        text[4 * i + 2] = hex[byte >> 4];
        text[4 * i + 1] = text[4 * i + 3] = '.';
    }
    return arena_printf(a, "%.64sip6.arpa", text);
}

str mail_policy_url(struct arena *a, str domain)
{
    return arena_printf(a, "https://mta-sts.%.*s/.well-known/mta-sts.txt", STR_ARG(domain));
}

static bool has_policy_record(struct collect *c, struct arena *a)
{
    str name = arena_printf(a, "_mta-sts.%.*s", STR_ARG(facts_domain(c->facts))), text;
    const struct dns_answer *x = name.p ? resolver_ask(c, name, DNS_TXT) : NULL;
    const struct dns_record *r;
    size_t at = 0, strings;
    while (x && (r = dns_answer_next(x, DNS_TXT, &at)) != NULL) {
        if (dns_record_txt(a, r, &text, &strings) && mta_sts_is_record(text)) {
            return true;
        }
    }
    return false;
}

/* Senders take the policy only with a valid certificate (RFC 8461 section 3.3). */
static void look_at_certificate(struct collect *c, struct arena *a, str host)
{
    const struct addr *addresses = NULL;
    struct tls_endpoint tls;
    int fd = -1;
    if (resolver_addresses(c, host, 443, &addresses) > 0 &&
        err_ok(collect_dial(c, host, &addresses[0], COLLECT_CONNECT_MS, &fd))) {
        collect_tls_upgrade(c, host, fd, a, &tls);
        close(fd);
        tls.protocol = "mta-sts";
        tls.address = addresses[0];
        facts_add_tls(c->facts, &tls);
    }
}

void mail_policy_ask(struct collect *c)
{
    struct arena *a = facts_arena(c->facts);
    if (!a || !has_policy_record(c, a)) {
        return;
    }
    str domain = facts_domain(c->facts), host = arena_printf(a, "mta-sts.%.*s", STR_ARG(domain));
    struct http_ask ask = {.url = mail_policy_url(a, domain),
                           .purpose = HTTP_POLICY,
                           .body_max = MTA_STS_POLICY_MAX + 1,
                           .wait_ms = MAIL_POLICY_MS};
    if (ask.url.p && host.p) {
        (void)http_ask(c, a, &ask);
        look_at_certificate(c, a, host);
    }
}
