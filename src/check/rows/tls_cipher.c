/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/tls_private.h"

/* The worst trait counts, so that one cipher suite is one finding. */
static const unsigned ranks[] = {TLS_TRAIT_NULL, TLS_TRAIT_ANON, TLS_TRAIT_EXPORT,
                                 TLS_TRAIT_RC4,  TLS_TRAIT_DES,  TLS_TRAIT_3DES};

static unsigned worst_trait(const char *name)
{
    unsigned traits = tls_cipher_traits(name);
    for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
        if ((traits & ranks[i]) != 0) {
            return ranks[i];
        }
    }
    return 0;
}

/* Those of SSL 2 go with the protocol. */
static bool counts(const struct tls_cipher *c) { return c->version != TLS_SSL2; }

struct family {
    unsigned trait;
    const char *words; /* "NULL suites, which do not encrypt" */
    bool dangerous;    /* fail, else warn */
};

static void judge_family(const struct facts *facts, struct verdict *v, const struct family *f)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        struct tls_text found = {.n = 0};
        for (size_t i = 0; i < w.x->cipher_count; i++) {
            const struct tls_cipher *c = &w.x->ciphers[i];
            if (counts(c) && worst_trait(c->name) == f->trait && !strstr(found.c, c->name)) {
                tls_text_add(&found, ", ", str_c(c->name));
            }
        }
        if (found.n > 0) {
            (f->dangerous ? verdict_fail : verdict_warn)(v, w.host, "%s accepts %s", w.where.c,
                                                         found.c);
            tls_fix_ciphers(v, w.x);
        } else if (!w.x->ciphers_complete) {
            verdict_error(v, w.host, "%s: not all families of cipher suites could be tried",
                          w.where.c);
        } else {
            verdict_pass(v, w.host, "%s: none of %s is among the %zu accepted", w.where.c, f->words,
                         w.x->cipher_count);
        }
    }
}

void tls_check_null(const struct facts *facts, struct verdict *v)
{
    static const struct family f = {TLS_TRAIT_NULL, "the suites that do not encrypt (NULL)", true};
    judge_family(facts, v, &f);
}

void tls_check_anon(const struct facts *facts, struct verdict *v)
{
    static const struct family f = {TLS_TRAIT_ANON, "the suites without certificate (anon)", true};
    judge_family(facts, v, &f);
}

void tls_check_export(const struct facts *facts, struct verdict *v)
{
    static const struct family f = {TLS_TRAIT_EXPORT, "the suites with 40 or 56 bits (EXPORT)",
                                    true};
    judge_family(facts, v, &f);
}

void tls_check_rc4(const struct facts *facts, struct verdict *v)
{
    static const struct family f = {TLS_TRAIT_RC4, "the suites with RC4", true};
    judge_family(facts, v, &f);
}

void tls_check_des(const struct facts *facts, struct verdict *v)
{
    static const struct family f = {TLS_TRAIT_DES, "the suites with DES, RC2 or IDEA", true};
    judge_family(facts, v, &f);
}

void tls_check_3des(const struct facts *facts, struct verdict *v)
{
    static const struct family f = {TLS_TRAIT_3DES, "the suites with 3DES", false};
    judge_family(facts, v, &f);
}

/* ── key exchange ── */

/* Suites up to TLS 1.2 that are sound otherwise: with forward secrecy, and without. */
static void count_suites(const struct tls_endpoint *x, size_t *ret_with, size_t *ret_without)
{
    size_t with = 0, without = 0;
    for (size_t i = 0; i < x->cipher_count; i++) {
        const struct tls_cipher *c = &x->ciphers[i];
        if (counts(c) && c->version != TLS_13 && worst_trait(c->name) == 0) {
            bool forward = (tls_cipher_traits(c->name) & TLS_TRAIT_FORWARD) != 0;
            with += forward;
            without += !forward;
        }
    }
    *ret_with = with;
    *ret_without = without;
}

static void judge_forward(struct tls_walk *w)
{
    size_t with, without;
    bool modern = w->x->versions[TLS_13] == TLS_OFFERED;
    count_suites(w->x, &with, &without);
    if (without > 0 && with == 0) {
        (modern ? verdict_warn : verdict_fail)(
            w->v, w->host, "%s: below TLS 1.3 none of %zu cipher suites has forward secrecy",
            w->where.c, without);
        tls_fix_ciphers(w->v, w->x);
    } else if (with > 0 || modern) {
        verdict_pass(w->v, w->host, "%s: %s%zu suites with forward secrecy, %zu without%s",
                     w->where.c, modern ? "TLS 1.3, and below it " : "", with, without,
                     without ? " (a note: only old clients choose those)" : "");
    } else if (!w->x->ciphers_complete) {
        verdict_error(w->v, w->host, "%s: not all families of cipher suites could be tried",
                      w->where.c);
    } else {
        verdict_skip(w->v, w->host,
                     "%s accepts no sound cipher suite; see the other tls.cipher "
                     "checks",
                     w->where.c);
    }
}

void tls_check_forward(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        judge_forward(&w);
    }
}

enum { DH_BROKEN = 1024, DH_MIN = 2048, GROUP_STRENGTH_MIN = 100 };

static void judge_groups(struct tls_walk *w)
{
    const struct tls_endpoint *x = w->x;
    struct tls_text all = {.n = 0}, weak = {.n = 0};
    bool hybrid = false, elliptic = false;
    for (size_t i = 0; i < x->group_count; i++) {
        str name = str_c(tls_group_name(x->groups[i]));
        unsigned strength = tls_group_strength(x->groups[i]);
        tls_text_add(&all, ", ", name);
        hybrid |= tls_group_is_hybrid(x->groups[i]);
        elliptic |= x->groups[i] < 256 && strength >= 128;
        if (strength > 0 && strength < GROUP_STRENGTH_MIN) {
            tls_text_add(&weak, ", ", name);
        }
    }
    if (weak.n > 0) {
        verdict_fail(w->v, w->host, "%s accepts the groups %s", w->where.c, weak.c);
    } else if (x->dh_bits > 0 && x->dh_bits < DH_MIN) {
        (x->dh_bits <= DH_BROKEN ? verdict_fail : verdict_warn)(
            w->v, w->host, "%s accepts DHE with %u bits", w->where.c, x->dh_bits);
    } else if (x->group_count == 0) {
        verdict_skip(w->v, w->host, "%s agreed on no group; see tls.cipher.forward-secrecy",
                     w->where.c);
        return;
    } else if (!elliptic && !hybrid) {
        verdict_warn(w->v, w->host, "%s accepts %s: neither X25519 nor P-256", w->where.c, all.c);
    } else {
        verdict_pass(w->v, w->host, "%s accepts %s%s", w->where.c, all.c,
                     hybrid ? "" : " (a note: no hybrid group such as X25519MLKEM768 yet)");
        return;
    }
    tls_fix_ciphers(w->v, x);
}

void tls_check_group(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        judge_groups(&w);
    }
}
