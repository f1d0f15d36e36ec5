/* SPDX-License-Identifier: Apache-2.0 */
/* DNSSEC (RFC 4033, 4034, 4035), and how long the domain is registered. */
#include "base/clock.h"
#include "check/facts/dns_private.h"
#include "check/rows/dns_private.h"

enum { HOUR_MS = 3600000, DAY = 86400000, REGISTRATION_SOON = 30, REGISTRATION_NOW = 7 };

void dns_dnssec_bogus(const struct facts *f, struct verdict *v)
{
    size_t count, secure = 0, insecure = 0;
    const struct dns_answer *const *all = facts_dns_all(f, &count);
    str domain = facts_domain(f);
    for (size_t i = 0; i < count; i++) {
        const struct dns_answer *x = all[i];
        if (!str_empty(x->server) || !dns_name_under(x->name, domain)) {
            continue;
        }
        secure += x->security == DNS_SECURE;
        insecure += x->security == DNS_INSECURE && dns_answer_says(x);
        if (x->security == DNS_BOGUS) {
            verdict_fail(v, x->name, "%.*s: %.*s", STR_ARG(dns_type_name(v->a, x->type)),
                         STR_ARG(x->why_bogus));
        }
    }
    if (v->state == CHECK_FAIL) {
        verdict_fix(v, "Sign the zone again. When that is not possible at once, delete the DS "
                       "records at the registrar: unsigned is reachable, wrongly signed is not.");
        verdict_fix_record(v, "; at the registrar, delete: %.*s. IN DS, every one",
                           STR_ARG(domain));
    } else if (secure > 0) {
        verdict_pass(v, domain, "%zu answers validate", secure);
    } else if (insecure > 0) {
        verdict_pass(v, domain, "the zone is not signed (a note, no fault)");
    } else {
        verdict_skip(v, domain, "no validating resolver could be asked");
    }
}

void dns_dnssec_insecure(const struct facts *f, struct verdict *v)
{
    str zone = zone_apex(f);
    const struct dns_answer *keys = facts_dns(f, zone, DNS_DNSKEY),
                            *ds = facts_dns(f, zone, DNS_DS);
    const struct dns_answer *soa = facts_dns(f, zone, DNS_SOA);
    if ((keys && keys->security == DNS_BOGUS) || (soa && soa->security == DNS_BOGUS)) {
        verdict_skip(v, zone, "the answers do not validate: see dns.dnssec.bogus");
    } else if (!dns_answer_says(keys) || !dns_answer_says(ds) || keys->security == DNS_UNCHECKED) {
        verdict_skip(v, zone, "DNSKEY and DS could not be looked up with validation");
    } else if (dns_answer_has(ds)) {
        verdict_pass(v, zone, "%.*s", STR_ARG(dns_lines(v, ds)));
    } else if (!dns_answer_has(keys)) {
        verdict_pass(v, zone, "the zone is not signed (a note, no fault)");
    } else {
        verdict_warn(v, zone,
                     "the zone is signed, and the parent has no DS record: nobody checks "
                     "the signatures");
        verdict_fix(v, "Enter the DS record that the provider of the zone shows (\"DNSSEC\") at "
                       "the registrar.");
    }
}

/* Times of an RRSIG; false when it covers another type or is malformed. */
static bool signature(const struct dns_record *r, unsigned type, int64_t *ret_from_ms,
                      int64_t *ret_to_ms)
{
    struct dns_cursor c = dns_cursor(r->rdata);
    unsigned covered = dns_take_u16(&c);
    dns_take(&c, 6); /* algorithm, labels, TTL */
    uint32_t to = dns_take_u32(&c), from = dns_take_u32(&c);
    if (r->type != DNS_RRSIG || c.bad || covered != type) {
        return false;
    }
    *ret_to_ms = (int64_t)to * 1000;
    *ret_from_ms = (int64_t)from * 1000;
    return true;
}

/* Signers renew well before the end; those that sign for each answer live for two days. */
static void judge_signature(const struct facts *f, struct verdict *v, const struct dns_answer *x,
                            int64_t from_ms, int64_t to_ms)
{
    int64_t left = to_ms - facts_now_ms(f), life = to_ms - from_ms;
    int64_t enough = life / 8 < 2 * (int64_t)DAY ? life / 8 : 2 * (int64_t)DAY;
    struct clock_text end = clock_rfc3339(to_ms);
    if (left <= 0) {
        verdict_fail(v, dns_seat(v, x), "the signature of the SOA record ended %.10s", end.c);
    } else if (left < enough) {
        verdict_warn(v, dns_seat(v, x), "the signature of the SOA record ends %.16sZ, in %d hours",
                     end.c, (int)(left / HOUR_MS));
    } else {
        verdict_pass(v, dns_seat(v, x), "signatures are good until %.10s", end.c);
    }
}

void dns_dnssec_expiring(const struct facts *f, struct verdict *v)
{
    str zone = zone_apex(f);
    const struct dns_answer *soa = facts_dns(f, zone, DNS_SOA), *x;
    if (soa && soa->security == DNS_BOGUS) {
        verdict_skip(v, zone, "the answers do not validate: see dns.dnssec.bogus");
        return;
    }
    for (size_t at = 0; (x = dns_authority_next(f, zone, DNS_SOA, &at)) != NULL;) {
        const struct dns_record *r;
        int64_t from, to;
        for (size_t i = 0; (r = dns_answer_next(x, DNS_RRSIG, &i)) != NULL;) {
            if (signature(r, DNS_SOA, &from, &to)) {
                judge_signature(f, v, x, from, to);
            }
        }
    }
    if (v->count == 0) {
        verdict_skip(v, zone, "no server gave a signature");
    } else if (v->state > CHECK_PASS) {
        verdict_fix(v, "Sign the zone again and find out why the signer stopped: after the end of "
                       "the signatures the domain is gone for everybody who validates.");
    }
}

void dns_registration_expiry(const struct facts *f, struct verdict *v)
{
    const struct registration *x = facts_registration(f);
    if (!x || !x->found || x->expires_ms == 0) {
        verdict_skip(v, facts_domain(f), "%.*s",
                     STR_ARG(x && !str_empty(x->reason) ? x->reason : STR("was not asked")));
        return;
    }
    int64_t days = (x->expires_ms - facts_now_ms(f)) / DAY;
    if (x->expires_ms <= facts_now_ms(f)) {
        verdict_fail(v, x->domain, "%.*s (%.*s): it has ended", STR_ARG(x->line),
                     STR_ARG(x->server));
    } else if (days < REGISTRATION_NOW) {
        verdict_fail(v, x->domain, "%.*s (%.*s): in %d days", STR_ARG(x->line), STR_ARG(x->server),
                     (int)days);
    } else if (days < REGISTRATION_SOON) {
        verdict_warn(v, x->domain, "%.*s (%.*s): in %d days", STR_ARG(x->line), STR_ARG(x->server),
                     (int)days);
    } else {
        verdict_pass(v, x->domain, "%.*s (%.*s): in %d days", STR_ARG(x->line), STR_ARG(x->server),
                     (int)days);
        return;
    }
    verdict_fix(v, "Renew the domain at the registrar now, switch automatic renewal on, and look "
                   "whether the card on file is still valid.");
}
