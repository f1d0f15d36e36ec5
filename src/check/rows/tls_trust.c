/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/tls_private.h"

static bool is_declared(const struct facts *facts, str host)
{
    size_t count;
    const struct facts_host *hosts = facts_hosts(facts, &count);
    for (size_t i = 0; i < count; i++) {
        if (str_ieq(hosts[i].name, host)) {
            return hosts[i].declared;
        }
    }
    return true;
}

/* Whether anything was reached over the family: if not, it may be us who cannot. */
static bool family_works(const struct facts *facts, bool v4)
{
    size_t count;
    const struct tls_endpoint *const *all = facts_tls_all(facts, &count);
    for (size_t i = 0; i < count; i++) {
        if ((all[i]->outcome == TLS_SPOKE || all[i]->outcome == TLS_NO_TLS) &&
            addr_is_v4(&all[i]->address) == v4) {
            return true;
        }
    }
    return false;
}

static void judge_reach(const struct facts *facts, struct verdict *v, const struct tls_endpoint *x)
{
    struct addr_text where = addr_text(&x->address);
    bool v4 = addr_is_v4(&x->address);
    if (x->outcome == TLS_SPOKE) {
        verdict_pass(v, x->host, "%s speaks TLS", where.c);
    } else if (x->outcome == TLS_NO_ADDRESS) {
        verdict_skip(v, x->host, "the name has no address; see dns.resolve");
    } else if (x->outcome == TLS_NOT_ALLOWED) {
        verdict_skip(v, x->host, "%s was not tried: %.*s; see dns.private-address", where.c,
                     STR_ARG(x->reason));
    } else if (!is_declared(facts, x->host)) {
        verdict_skip(v, x->host,
                     "%s: %.*s; the name was found by guessing and need not be a web site", where.c,
                     STR_ARG(x->reason));
    } else if (x->outcome != TLS_NO_TLS && !v4 && !family_works(facts, v4)) {
        verdict_skip(v, x->host, "%s: %.*s; no IPv6 address could be reached from here", where.c,
                     STR_ARG(x->reason));
    } else if (x->outcome == TLS_TIMEOUT && !family_works(facts, v4)) {
        verdict_error(v, x->host, "%s: %.*s", where.c, STR_ARG(x->reason));
    } else {
        verdict_fail(v, x->host, "%s: no TLS: %.*s", where.c, STR_ARG(x->reason));
        tls_fix_reach(v, x);
    }
}

void tls_check_reach(const struct facts *facts, struct verdict *v)
{
    size_t count, seen = 0;
    const struct tls_endpoint *const *all = facts_tls_all(facts, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i]->protocol, "https") == 0) {
            judge_reach(facts, v, all[i]);
            seen++;
        }
    }
    if (seen == 0) {
        verdict_skip(v, facts_target(facts), "no TLS server was looked at");
    }
}

/* What is no matter of this check. True: it was said. */
static bool judged_elsewhere(struct tls_walk *w, enum tls_trust mine)
{
    static const struct {
        enum tls_trust trust;
        const char *id;
    } ids[] = {
        {TLS_MISSING_INTERMEDIATE, "tls.chain.incomplete"},
        {TLS_SELF_SIGNED, "tls.chain.self-signed"},
        {TLS_UNKNOWN_ROOT, "tls.chain.untrusted"},
        {TLS_BROKEN_CHAIN, "tls.chain.untrusted"},
        {TLS_TRUST_UNKNOWN, "tls.chain.untrusted"},
    };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (ids[i].trust == w->x->trust && ids[i].trust != mine) {
            verdict_skip(w->v, w->host, "%s: see %s", w->where.c, ids[i].id);
            return true;
        }
    }
    return false;
}

static str issuer_of(const struct tls_endpoint *x) { return x->chain[x->chain_count - 1].issuer; }

void tls_check_incomplete(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        if (judged_elsewhere(&w, TLS_MISSING_INTERMEDIATE)) {
            continue;
        }
        if (w.x->trust == TLS_TRUSTED) {
            verdict_pass(v, w.host, "%s sends %zu certificate%s up to one issued by %.*s",
                         w.where.c, w.x->chain_count, w.x->chain_count == 1 ? "" : "s",
                         STR_ARG(issuer_of(w.x)));
        } else {
            verdict_fail(v, w.host,
                         "%s sends %zu certificate%s, and the certificate of their issuer "
                         "\"%.*s\" is missing (%.*s)",
                         w.where.c, w.x->chain_count, w.x->chain_count == 1 ? "" : "s",
                         STR_ARG(issuer_of(w.x)), STR_ARG(w.x->trust_words));
            tls_fix_chain(v, w.x);
        }
    }
}

void tls_check_self_signed(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        const struct tls_certificate *leaf = &w.x->chain[0];
        if (w.x->trust == TLS_SELF_SIGNED) {
            verdict_fail(v, w.host, "%s: \"%.*s\" is signed by itself", w.where.c,
                         STR_ARG(leaf->subject));
            tls_fix_issue(v, w.x, "Replace the self-signed certificate by one of an authority");
        } else {
            verdict_pass(v, w.host, "%s: issued by \"%.*s\"", w.where.c, STR_ARG(leaf->issuer));
        }
    }
}

void tls_check_untrusted(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        switch (w.x->trust) {
        case TLS_TRUSTED:
            verdict_pass(v, w.host, "%s: the chain ends at a trusted authority", w.where.c);
            break;
        case TLS_UNKNOWN_ROOT:
        case TLS_BROKEN_CHAIN:
            verdict_fail(v, w.host, "%s: issued by \"%.*s\": %.*s", w.where.c,
                         STR_ARG(issuer_of(w.x)), STR_ARG(w.x->trust_words));
            tls_fix_issue(v, w.x, "Get a certificate of an authority that browsers trust");
            break;
        case TLS_TRUST_UNKNOWN:
            verdict_error(v, w.host, "%s: the chain could not be judged: %.*s", w.where.c,
                          STR_ARG(w.x->trust_words));
            break;
        case TLS_MISSING_INTERMEDIATE:
        case TLS_SELF_SIGNED:
            judged_elsewhere(&w, TLS_UNKNOWN_ROOT);
            break;
        default:
            break;
        }
    }
}

void tls_check_order(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        struct tls_text order = {.n = 0};
        for (size_t i = 0; i < w.x->chain_count; i++) {
            tls_text_add(&order, " → ", w.x->chain[i].subject);
        }
        if (w.x->chain_misordered) {
            verdict_warn(v, w.host, "%s sends %s: no certificate is followed by its issuer's",
                         w.where.c, order.c);
            tls_fix_chain(v, w.x);
        } else {
            verdict_pass(v, w.host, "%s sends %s", w.where.c, order.c);
        }
    }
}

void tls_check_name(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        const struct tls_certificate *leaf = &w.x->chain[0];
        struct tls_text names = {.n = 0};
        for (size_t i = 0; i < leaf->name_count; i++) {
            tls_text_add(&names, ", ", leaf->names[i]);
        }
        if (w.x->name_matches) {
            verdict_pass(v, w.host, "%s: the certificate is for %s", w.where.c, names.c);
        } else if (w.x->trust == TLS_SELF_SIGNED) {
            verdict_skip(v, w.host, "%s: see tls.chain.self-signed", w.where.c);
        } else {
            verdict_fail(v, w.host, "%s: the certificate is for %s, not for %.*s", w.where.c,
                         names.n ? names.c : "no name at all", STR_ARG(w.host));
            tls_fix_issue(v, w.x, "Get a certificate that names this host and let it serve it");
        }
    }
}
