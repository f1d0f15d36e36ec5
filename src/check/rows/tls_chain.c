/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/tls_private.h"

#define DAY_MS INT64_C(86400000)

enum {
    EXPIRY_WARN_DAYS = 21,
    RSA_MIN = 2048,
    EC_MIN = 256,
};

/* ── dates ── */

/* Certificates that live shorter than 9 weeks are renewed later than three weeks ahead. */
static int64_t renewal_ms(const struct tls_certificate *leaf)
{
    int64_t third = (leaf->not_after_ms - leaf->not_before_ms) / 3;
    return third < EXPIRY_WARN_DAYS * DAY_MS ? third : EXPIRY_WARN_DAYS * DAY_MS;
}

static void judge_dates(struct tls_walk *w, int64_t now_ms)
{
    const struct tls_certificate *leaf = &w->x->chain[0];
    int64_t left = leaf->not_after_ms - now_ms;
    if (leaf->not_before_ms > now_ms) {
        verdict_fail(w->v, w->host, "%s: not valid before %s (in %s)", w->where.c,
                     tls_date(leaf->not_before_ms).c, tls_days(leaf->not_before_ms - now_ms).c);
        tls_fix_issue(w->v, w->x, "Serve the previous certificate until then, or issue a new one");
    } else if (left < 0) {
        verdict_fail(w->v, w->host, "%s: expired on %s (%s ago)", w->where.c,
                     tls_date(leaf->not_after_ms).c, tls_days(left).c);
        tls_fix_issue(w->v, w->x, "Renew the certificate now");
    } else if (!str_empty(w->x->path_expired)) {
        verdict_fail(w->v, w->host, "%s: above it in the chain, %.*s is out of date", w->where.c,
                     STR_ARG(w->x->path_expired));
        tls_fix_chain(w->v, w->x);
    } else if (left < renewal_ms(leaf)) {
        verdict_warn(w->v, w->host, "%s: expires on %s, in %s", w->where.c,
                     tls_date(leaf->not_after_ms).c, tls_days(left).c);
        tls_fix_issue(w->v, w->x,
                      "Renew the certificate, and see why it was not renewed by itself");
    } else {
        verdict_pass(w->v, w->host, "%s: valid until %s, another %s", w->where.c,
                     tls_date(leaf->not_after_ms).c, tls_days(left).c);
    }
}

void tls_check_expiry(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        judge_dates(&w, facts_now_ms(facts));
    }
}

/* CA/Browser Forum Baseline Requirements section 6.3.2, with ballot SC-081v3. */
static unsigned days_allowed(int64_t issued_ms)
{
    static const struct {
        int64_t since_ms;
        unsigned days;
    } steps[] = {
        {INT64_C(1868227200000), 47},  /* 2029-03-15 */
        {INT64_C(1805068800000), 100}, /* 2027-03-15 */
        {INT64_C(1773532800000), 200}, /* 2026-03-15 */
        {INT64_C(1598918400000), 398}, /* 2020-09-01 */
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (issued_ms >= steps[i].since_ms) {
            return steps[i].days;
        }
    }
    return 825;
}

void tls_check_lifetime(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        const struct tls_certificate *leaf = &w.x->chain[0];
        int64_t life = leaf->not_after_ms - leaf->not_before_ms;
        unsigned allowed = days_allowed(leaf->not_before_ms);
        if (w.x->trust != TLS_TRUSTED) {
            verdict_skip(v, w.host, "%s: no trusted authority issued it", w.where.c);
        } else if (life > allowed * DAY_MS) {
            verdict_fail(v, w.host, "%s: issued on %s for %s; %u days are allowed from then on",
                         w.where.c, tls_date(leaf->not_before_ms).c, tls_days(life).c, allowed);
            tls_fix_issue(v, w.x, "Issue a certificate that lives shorter");
        } else {
            verdict_pass(v, w.host, "%s: issued on %s for %s, of %u allowed", w.where.c,
                         tls_date(leaf->not_before_ms).c, tls_days(life).c, allowed);
        }
    }
}

/* ── strength ── */

static bool is_anchor(const struct tls_certificate *c) { return str_eq(c->subject, c->issuer); }

static bool key_is_weak(const struct tls_certificate *c)
{
    bool rsa = strncmp(c->key_kind, "RSA", 3) == 0, ec = strcmp(c->key_kind, "EC") == 0;
    return (rsa && c->key_bits < RSA_MIN) || (ec && c->key_bits < EC_MIN) ||
           strcmp(c->key_kind, "DSA") == 0;
}

void tls_check_key(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        for (size_t i = 0; i < w.x->chain_count; i++) {
            const struct tls_certificate *c = &w.x->chain[i];
            if (i > 0 && is_anchor(c)) {
                continue; /* trusted by itself */
            }
            if (strcmp(c->key_kind, "unknown") == 0) {
                verdict_error(v, w.host, "%s: \"%.*s\" has a key of a kind that is not known",
                              w.where.c, STR_ARG(c->subject));
            } else if (key_is_weak(c)) {
                verdict_fail(v, w.host, "%s: \"%.*s\" has a key of %s with %u bits", w.where.c,
                             STR_ARG(c->subject), c->key_kind, c->key_bits);
                tls_fix_issue(v, w.x,
                              "Make a new key (EC P-256, or RSA of 2048 bits) and a "
                              "certificate for it");
            } else if (i == 0) {
                verdict_pass(v, w.host, "%s: %s, %u bits", w.where.c, c->key_kind, c->key_bits);
            }
        }
    }
}

static bool has_word(const char *text, const char *upper, const char *lower)
{
    return strstr(text, upper) != NULL || strstr(text, lower) != NULL;
}

static bool signature_is_weak(const char *name)
{
    return has_word(name, "SHA1", "sha1") || has_word(name, "MD5", "md5") ||
           has_word(name, "MD2", "md2") || has_word(name, "MD4", "md4") ||
           strcmp(name, "dsaWithSHA") == 0 || strcmp(name, "shaWithRSAEncryption") == 0;
}

void tls_check_signature(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        for (size_t i = 0; i < w.x->chain_count; i++) {
            const struct tls_certificate *c = &w.x->chain[i];
            if (is_anchor(c)) {
                if (i == 0) {
                    verdict_skip(v, w.host, "%s: see tls.chain.self-signed", w.where.c);
                }
            } else if (signature_is_weak(c->signature)) {
                verdict_fail(v, w.host, "%s: \"%.*s\" is signed with %s", w.where.c,
                             STR_ARG(c->subject), c->signature);
                tls_fix_issue(v, w.x, "Get a certificate that is signed with SHA-256");
            } else if (i == 0) {
                verdict_pass(v, w.host, "%s: signed with %s", w.where.c, c->signature);
            }
        }
    }
}

/* ── revocation ── */

void tls_check_revoked(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        if (w.x->ocsp == TLS_OCSP_REVOKED) {
            verdict_fail(v, w.host,
                         "%s: the stapled response of the authority says: revoked (%.*s)",
                         w.where.c, STR_ARG(w.x->ocsp_words));
            tls_fix_issue(v, w.x,
                          "Find out who revoked it and why, make a new key, and issue a "
                          "new certificate");
        } else if (w.x->ocsp == TLS_OCSP_GOOD) {
            verdict_pass(v, w.host, "%s: the stapled response says: good", w.where.c);
        } else if (w.x->stapled) {
            verdict_skip(v, w.host, "%s: see tls.stapling", w.where.c);
        } else {
            verdict_skip(v, w.host, "%s: no response of the authority is stapled", w.where.c);
        }
    }
}

void tls_check_stapling(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        if (w.x->ocsp == TLS_OCSP_REVOKED) {
            verdict_skip(v, w.host, "%s: see tls.revoked", w.where.c);
        } else if (w.x->chain[0].must_staple && !w.x->stapled) {
            verdict_fail(v, w.host,
                         "%s: the certificate says that a response must be stapled, and none is",
                         w.where.c);
            tls_fix_stapling(v, w.x);
        } else if (w.x->ocsp == TLS_OCSP_BAD) {
            verdict_warn(v, w.host, "%s: the stapled response is of no use: %.*s", w.where.c,
                         STR_ARG(w.x->ocsp_words));
            tls_fix_stapling(v, w.x);
        } else if (w.x->stapled) {
            verdict_pass(v, w.host, "%s: a response is stapled: %.*s", w.where.c,
                         STR_ARG(w.x->ocsp_words));
        } else {
            verdict_pass(v, w.host,
                         "%s: no response is stapled (a note: the certificate does not ask for it)",
                         w.where.c);
        }
    }
}
