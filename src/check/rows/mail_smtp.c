/* SPDX-License-Identifier: Apache-2.0 */
/* email.mx.*: what the servers say on port 25; DANE. */
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "base/bytes.h"
#include "check/rows/mail_servers.h"

static bool was_refused(const struct smtp_server *s)
{
    return s->outcome == SMTP_UNREACHABLE && str_find(s->reason, STR("refused"), 0) != SIZE_MAX;
}

/* At least one server of this family spoke, so silence of another one is its own. */
static bool family_spoke(const struct facts *f, bool v4)
{
    size_t count;
    const struct smtp_server *const *all = facts_smtp_all(f, &count);
    for (size_t i = 0; i < count; i++) {
        if ((all[i]->outcome == SMTP_SPOKE || all[i]->outcome == SMTP_NO_SMTP ||
             was_refused(all[i])) &&
            addr_is_v4(&all[i]->address) == v4) {
            return true;
        }
    }
    return false;
}

bool mail_port_blocked(const struct facts *f)
{
    size_t count;
    (void)facts_smtp_all(f, &count);
    return count > 0 && !family_spoke(f, true) && !family_spoke(f, false);
}

static str subject_of(struct verdict *v, const struct smtp_server *s)
{
    struct addr_text text = addr_text(&s->address);
    return s->outcome == SMTP_NO_ADDRESS ? s->host
                                         : arena_printf(v->a, "%.*s %s", STR_ARG(s->host), text.c);
}

/* Runs `judge` for each server; what could not be looked at is skipped with the reason. */
static void each_server(const struct facts *f, struct verdict *v,
                        void (*judge)(const struct facts *f, struct verdict *v, str subject,
                                      const struct smtp_server *s))
{
    size_t count;
    const struct smtp_server *const *all = facts_smtp_all(f, &count);
    if (count == 0) {
        verdict_skip(v, facts_domain(f), "no mail server was asked");
    }
    for (size_t i = 0; i < count; i++) {
        str subject = subject_of(v, all[i]);
        if (all[i]->outcome == SMTP_NO_ADDRESS) {
            verdict_skip(v, subject, "has no address: see email.mx.unresolvable");
        } else if (all[i]->outcome == SMTP_NOT_ALLOWED) {
            verdict_skip(v, subject, "%.*s", STR_ARG(all[i]->reason));
        } else if (!family_spoke(f, addr_is_v4(&all[i]->address))) {
            verdict_skip(v, subject, "port 25 cannot be reached from here");
        } else {
            judge(f, v, subject, all[i]);
        }
    }
}

static void judge_reachable(const struct facts *f, struct verdict *v, str subject,
                            const struct smtp_server *s)
{
    (void)f;
    if (s->outcome == SMTP_SPOKE && !str_empty(s->ehlo)) {
        verdict_pass(v, subject, "220 %.*s", STR_ARG(s->greeting));
    } else if (s->outcome == SMTP_SPOKE) {
        verdict_pass(v, subject, "speaks SMTP, and turned this visitor away: %.*s",
                     STR_ARG(s->reason));
    } else if (s->outcome == SMTP_NO_SMTP || was_refused(s)) {
        verdict_fail(v, subject, "%.*s", STR_ARG(s->reason));
        verdict_fix(v, "Let a mail server listen on port 25 of %.*s, or take the host out of MX.",
                    STR_ARG(s->host));
    } else {
        verdict_warn(v, subject, "%.*s, while others answered", STR_ARG(s->reason));
        verdict_fix(v, "Let a mail server listen on port 25 of %.*s, or take the host out of MX.",
                    STR_ARG(s->host));
    }
}

static void run_unreachable(const struct facts *f, struct verdict *v)
{
    each_server(f, v, judge_reachable);
}

static bool has_tlsa(const struct facts *f, struct arena *a, str host)
{
    str name = arena_printf(a, "_25._tcp.%.*s", STR_ARG(host));
    const struct dns_answer *x = name.p ? facts_dns(f, name, DNS_TLSA) : NULL;
    return x && dns_answer_has(x) && x->security == DNS_SECURE;
}

/* The domain tells senders to deliver encrypted or not at all. */
static bool demands_tls(const struct facts *f, struct arena *a, str host)
{
    struct mta_sts_policy policy;
    return has_tlsa(f, a, host) || (mail_policy(f, a, &policy) && policy.mode == MTA_STS_ENFORCE);
}

static void fix_starttls(struct verdict *v, const struct smtp_server *s)
{
    verdict_fix(v, "Switch STARTTLS on at %.*s, with a certificate for that name.",
                STR_ARG(s->host));
    verdict_fix_other(v,
                      "# Postfix, /etc/postfix/main.cf\n"
                      "smtpd_tls_security_level = may\n"
                      "smtpd_tls_chain_files = /etc/letsencrypt/live/%.*s/privkey.pem, "
                      "/etc/letsencrypt/live/%.*s/fullchain.pem",
                      STR_ARG(s->host), STR_ARG(s->host));
}

static void judge_starttls(const struct facts *f, struct verdict *v, str subject,
                           const struct smtp_server *s)
{
    if (s->outcome != SMTP_SPOKE) {
        verdict_skip(v, subject, "does not speak SMTP: see email.mx.unreachable");
        return;
    }
    if (str_empty(s->ehlo)) {
        verdict_skip(v, subject, "%.*s", STR_ARG(s->reason));
        return;
    }
    if (!s->starttls) {
        if (demands_tls(f, v->a, s->host)) {
            verdict_fail(v, subject, "offers no STARTTLS, which MTA-STS or DANE demands");
        } else {
            verdict_warn(v, subject, "offers no STARTTLS: mail comes in readable for everybody");
        }
        fix_starttls(v, s);
    } else if (!s->tls || s->tls->outcome != TLS_SPOKE) {
        verdict_fail(v, subject, "offers STARTTLS, and no handshake follows: %.*s",
                     STR_ARG(s->tls ? s->tls->reason : s->reason));
        fix_starttls(v, s);
    } else {
        verdict_pass(v, subject, "250 STARTTLS, and the handshake succeeds");
    }
}

static void run_starttls(const struct facts *f, struct verdict *v)
{
    each_server(f, v, judge_starttls);
}

/* What is wrong with the certificate in the eyes of MTA-STS; NULL: nothing. */
static const char *certificate_fault(const struct facts *f, const struct tls_endpoint *tls)
{
    if (tls->chain_count == 0) {
        return "it shows no certificate";
    }
    if (tls->chain[0].not_after_ms <= facts_now_ms(f)) {
        return "it has expired";
    }
    if (tls->trust == TLS_SELF_SIGNED) {
        return "it is self-signed";
    }
    if (tls->trust != TLS_TRUSTED) {
        return "its chain is not trusted";
    }
    return tls->name_matches ? NULL : "it is for another name";
}

static void judge_certificate(const struct facts *f, struct verdict *v, str subject,
                              const struct smtp_server *s)
{
    struct mta_sts_policy policy;
    if (!s->tls || s->tls->outcome != TLS_SPOKE) {
        verdict_skip(v, subject, "no handshake after STARTTLS: see email.mx.starttls");
        return;
    }
    const char *fault = certificate_fault(f, s->tls);
    str who = s->tls->chain_count > 0 ? s->tls->chain[0].subject : STR_EMPTY;
    if (!fault) {
        verdict_pass(v, subject, "%.*s, trusted, for this name", STR_ARG(who));
    } else if (mail_policy(f, v->a, &policy) && policy.mode == MTA_STS_ENFORCE) {
        verdict_fail(v, subject, "MTA-STS demands a valid certificate, and %s: %.*s", fault,
                     STR_ARG(who));
        fix_starttls(v, s);
    } else {
        verdict_pass(v, subject,
                     "%s (%.*s); senders encrypt anyway, since neither MTA-STS nor DANE demands "
                     "more",
                     fault, STR_ARG(who));
    }
}

static void run_certificate(const struct facts *f, struct verdict *v)
{
    each_server(f, v, judge_certificate);
}

/* ── DANE ── */

/* The key of a certificate in DER; empty when it cannot be read. */
static str key_of(struct arena *a, const struct tls_certificate *c)
{
    const unsigned char *der = (const unsigned char *)c->der.p;
    unsigned char *spki = NULL;
    X509 *x = d2i_X509(NULL, &der, (long)c->der.n);
    int n = x ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki) : -1;
    str key = n > 0 ? arena_str(a, str_n((char *)spki, (size_t)n)) : STR_EMPTY;
    OPENSSL_free(spki);
    X509_free(x);
    return key.p ? key : STR_EMPTY;
}

/* Whether the data of a TLSA record is of this certificate (RFC 6698 sections 2.1.2 to 2.1.4). */
static bool tlsa_is_of(struct arena *a, const struct tls_certificate *c, unsigned selector,
                       unsigned matching, str data)
{
    unsigned char hash[SHA512_DIGEST_LENGTH];
    str known = selector == 0 ? c->sha256 : c->spki_sha256, bytes;
    if (selector > 1 || matching > 2) {
        return false;
    }
    if (matching == 1) {
        return !str_empty(known) && err_ok(bytes_unhex(a, known, &bytes)) && str_eq(bytes, data);
    }
    bytes = selector == 0 ? c->der : key_of(a, c);
    if (matching == 2) {
        SHA512((const unsigned char *)bytes.p, bytes.n, hash);
        return str_eq(str_n((char *)hash, sizeof hash), data);
    }
    return !str_empty(bytes) && str_eq(bytes, data);
}

/* RFC 7672 section 3.1: usages 2 and 3 alone count for SMTP. */
static bool tlsa_matches(struct arena *a, const struct dns_record *r, const struct tls_endpoint *t)
{
    unsigned usage, selector, matching;
    str data;
    if (!dns_record_tlsa(r, &usage, &selector, &matching, &data)) {
        return false;
    }
    for (size_t i = 0; i < t->chain_count; i++) {
        bool fits = (usage == 3 && i == 0) || (usage == 2 && i > 0);
        if (fits && tlsa_is_of(a, &t->chain[i], selector, matching, data)) {
            return true;
        }
    }
    return false;
}

static void judge_tlsa(struct verdict *v, str subject, const struct dns_answer *x,
                       const struct smtp_server *s)
{
    const struct dns_record *r, *last = NULL;
    size_t at = 0;
    while ((r = dns_answer_next(x, DNS_TLSA, &at)) != NULL) {
        if (tlsa_matches(v->a, r, s->tls)) {
            verdict_pass(v, subject, "fits: %.*s", STR_ARG(dns_record_show(v->a, r)));
            return;
        }
        last = r;
    }
    verdict_fail(v, subject,
                 "no TLSA record fits the certificate, so servers that check DANE do not deliver: "
                 "%.*s",
                 STR_ARG(last ? dns_record_show(v->a, last) : STR_EMPTY));
    verdict_fix(v, "Publish the TLSA record of the key that the server uses now.");
    if (last) {
        verdict_fix_record(v, "; delete: %.*s", STR_ARG(dns_record_show(v->a, last)));
    }
    if (s->tls->chain_count > 0) {
        verdict_fix_record(v, "%.*s. 3600 IN TLSA 3 1 1 %.*s", STR_ARG(x->name),
                           STR_ARG(s->tls->chain[0].spki_sha256));
    }
}

static void judge_dane(const struct facts *f, struct verdict *v, str subject,
                       const struct smtp_server *s)
{
    str name = arena_printf(v->a, "_25._tcp.%.*s", STR_ARG(s->host));
    const struct dns_answer *x = name.p ? facts_dns(f, name, DNS_TLSA) : NULL;
    if (!x || !dns_answer_has(x)) {
        verdict_pass(v, subject, "no TLSA record: DANE is not used, which is fine");
    } else if (x->security != DNS_SECURE) {
        verdict_pass(v, name, "the zone is not signed, so nobody looks at the TLSA record");
    } else if (!s->tls || s->tls->outcome != TLS_SPOKE) {
        verdict_skip(v, name, "no certificate to compare with: see email.mx.starttls");
    } else {
        judge_tlsa(v, name, x, s);
    }
}

static void run_dane(const struct facts *f, struct verdict *v) { each_server(f, v, judge_dane); }

const struct check checks_mail_smtp[] = {
    {.id = "email.mx.unreachable",
     .row = "L4",
     .title = "Every mail server answers",
     .why = "A mail server that does not answer delays customers' mail for hours, and the last one "
            "loses it.",
     .refs = "RFC 5321 section 5",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_unreachable},
    {.id = "email.mx.starttls",
     .row = "L4",
     .title = "Mail comes in encrypted",
     .why = "Without STARTTLS everybody on the way can read what your customers write.",
     .refs = "RFC 3207; RFC 8314",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_starttls},
    {.id = "email.mx.certificate",
     .row = "L4",
     .title = "Mail servers' certificates are as the policy demands",
     .why = "Servers that keep to your MTA-STS policy do not deliver where the certificate is not "
            "valid.",
     .refs = "RFC 8461 section 4.2; RFC 7672",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_certificate},
    {.id = "email.dane",
     .row = "L4",
     .title = "TLSA records fit the mail servers' certificates",
     .why = "Large European providers check DANE and stop delivering when the record does not fit.",
     .refs = "RFC 7672; RFC 6698",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_MAIL_DNS | NEEDS_SMTP,
     .run = run_dane},
    {0},
};
