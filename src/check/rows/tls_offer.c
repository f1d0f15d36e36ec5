/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/tls_private.h"

static bool offers(const struct tls_endpoint *x, enum tls_version version)
{
    return x->versions[version] == TLS_OFFERED;
}

static bool offers_modern(const struct tls_endpoint *x)
{
    return offers(x, TLS_12) || offers(x, TLS_13);
}

static struct tls_text offered(const struct tls_endpoint *x)
{
    struct tls_text t = {.n = 0};
    for (unsigned v = 0; v < TLS_VERSIONS; v++) {
        if (x->versions[v] == TLS_OFFERED) {
            tls_text_add(&t, ", ", str_c(tls_version_name(v)));
        }
    }
    return t;
}

/* ── versions ── */

void tls_check_13(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        if (offers(w.x, TLS_13)) {
            verdict_pass(v, w.host, "%s offers %s", w.where.c, offered(w.x).c);
        } else if (w.x->versions[TLS_13] == TLS_UNKNOWN) {
            verdict_error(v, w.host, "%s did not answer whether it offers TLS 1.3", w.where.c);
        } else {
            verdict_pass(v, w.host, "%s offers %s, not TLS 1.3 (a note: TLS 1.2 is enough)",
                         w.where.c, offered(w.x).c);
            tls_fix_protocols(v, w.x);
        }
    }
}

void tls_check_12(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        if (offers_modern(w.x)) {
            verdict_pass(v, w.host, "%s offers %s", w.where.c, offered(w.x).c);
        } else if (w.x->versions[TLS_12] == TLS_UNKNOWN || w.x->versions[TLS_13] == TLS_UNKNOWN) {
            verdict_error(v, w.host, "%s did not answer whether it offers TLS 1.2", w.where.c);
        } else if (!offers(w.x, TLS_10) && !offers(w.x, TLS_11)) {
            verdict_skip(v, w.host, "%s offers nothing but SSL; see tls.protocol.ssl", w.where.c);
        } else {
            verdict_fail(v, w.host, "%s offers only %s", w.where.c, offered(w.x).c);
            tls_fix_protocols(v, w.x);
            tls_fix_look(v, w.x, "-tls1_2");
        }
    }
}

void tls_check_old(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        bool old = offers(w.x, TLS_10) || offers(w.x, TLS_11);
        if (old && !offers_modern(w.x)) {
            verdict_skip(v, w.host, "%s: see tls.protocol.1.2", w.where.c);
        } else if (old) {
            verdict_fail(v, w.host, "%s offers %s", w.where.c, offered(w.x).c);
            tls_fix_protocols(v, w.x);
            tls_fix_look(v, w.x,
                         offers(w.x, TLS_10) ? "-tls1 -cipher ALL@SECLEVEL=0"
                                             : "-tls1_1 -cipher ALL@SECLEVEL=0");
        } else if (w.x->versions[TLS_10] == TLS_UNKNOWN || w.x->versions[TLS_11] == TLS_UNKNOWN) {
            verdict_error(v, w.host, "%s did not answer whether it offers TLS 1.0 or 1.1",
                          w.where.c);
        } else {
            verdict_pass(v, w.host, "%s refuses TLS 1.0 and 1.1", w.where.c);
        }
    }
}

void tls_check_ssl(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        if (offers(w.x, TLS_SSL2) || offers(w.x, TLS_SSL3)) {
            verdict_fail(v, w.host, "%s offers %s", w.where.c, offered(w.x).c);
            tls_fix_protocols(v, w.x);
        } else if (w.x->versions[TLS_SSL3] == TLS_UNKNOWN) {
            verdict_error(v, w.host, "%s did not answer whether it offers SSL 3.0", w.where.c);
        } else {
            verdict_pass(v, w.host, "%s refuses SSL 2.0 and 3.0", w.where.c);
        }
    }
}

/* ── what else was agreed ── */

void tls_check_renegotiation(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        const struct tls_endpoint *x = w.x;
        if (x->secure_renegotiation == TLS_REFUSED) {
            verdict_fail(v, w.host,
                         "%s does not know secure renegotiation: its hello lacks the extension "
                         "renegotiation_info",
                         w.where.c);
            verdict_fix(v,
                        "Update the TLS library of the server at %s: it is older than RFC 5746 "
                        "(2010), or switches it off.",
                        w.where.c);
            tls_fix_look(v, x, "-tls1_2");
        } else if (x->client_renegotiation == TLS_OFFERED) {
            verdict_warn(v, w.host,
                         "%s lets clients ask for handshake after handshake on one connection",
                         w.where.c);
            verdict_fix(v,
                        "Switch renegotiation by clients off at %s: with OpenSSL that is the "
                        "default since 3.0 (SSL_OP_ALLOW_CLIENT_RENEGOTIATION must not be set), "
                        "or offer TLS 1.3 alone.",
                        w.where.c);
            verdict_fix_nginx(v, "ssl_protocols TLSv1.2 TLSv1.3;  # nginx never renegotiates; the "
                                 "server in front of it does");
            verdict_fix_caddy(v, "# Caddy never renegotiates; put it in front");
            tls_fix_look(v, x, "-tls1_2  # then type R and Enter");
        } else if (x->secure_renegotiation == TLS_UNKNOWN) {
            verdict_pass(v, w.host, "%s offers TLS 1.3 alone, which has no renegotiation",
                         w.where.c);
        } else {
            verdict_pass(v, w.host, "%s knows RFC 5746 and %s", w.where.c,
                         x->client_renegotiation == TLS_REFUSED ? "refuses renegotiation by clients"
                                                                : "was not asked to renegotiate");
        }
    }
}

void tls_check_compression(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        if (w.x->compression == TLS_OFFERED) {
            verdict_fail(v, w.host, "%s chose DEFLATE when it was offered", w.where.c);
            verdict_fix(v,
                        "Switch TLS compression off at %s; current nginx, Caddy and OpenSSL "
                        "never use it, so update them.",
                        w.where.c);
            verdict_fix_other(v, "# Apache\nSSLCompression off");
        } else {
            verdict_pass(v, w.host, "%s chose no compression", w.where.c);
        }
    }
}

void tls_check_h2(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, true); tls_walk_next(&w);) {
        if (str_eq(w.x->alpn, STR("h2"))) {
            verdict_pass(v, w.host, "%s chose h2", w.where.c);
        } else if (!offers_modern(w.x)) {
            verdict_skip(v, w.host, "%s: HTTP/2 needs TLS 1.2; see tls.protocol.1.2", w.where.c);
        } else {
            verdict_warn(v, w.host, "%s was offered h2 and http/1.1 and chose %.*s", w.where.c,
                         STR_ARG(str_empty(w.x->alpn) ? STR("nothing") : w.x->alpn));
            tls_fix_h2(v, w.x);
            tls_fix_look(v, w.x, "-alpn h2");
        }
    }
}

/* ── all addresses alike ── */

/* The first endpoint of the same host before this one; NULL when it is the first. */
static const struct tls_endpoint *first_of(const struct facts *facts, const struct tls_endpoint *x)
{
    size_t count;
    const struct tls_endpoint *const *all = facts_tls_all(facts, &count);
    for (size_t i = 0; i < count && all[i] != x; i++) {
        if (all[i]->outcome == TLS_SPOKE && str_ieq(all[i]->host, x->host) &&
            strcmp(all[i]->protocol, "https") == 0) {
            return all[i];
        }
    }
    return NULL;
}

static bool same_versions(const struct tls_endpoint *a, const struct tls_endpoint *b)
{
    for (unsigned v = 0; v < TLS_VERSIONS; v++) {
        if (a->versions[v] != b->versions[v] && a->versions[v] != TLS_UNKNOWN &&
            b->versions[v] != TLS_UNKNOWN) {
            return false;
        }
    }
    return true;
}

static void compare(struct tls_walk *w, const struct tls_endpoint *first)
{
    struct addr_text other = addr_text(&first->address);
    const struct tls_endpoint *x = w->x;
    bool differs = x->chain_count > 0 && first->chain_count > 0 &&
                   !str_eq(x->chain[0].sha256, first->chain[0].sha256);
    if (differs) {
        verdict_warn(w->v, w->host,
                     "%s shows the certificate %.16s… (serial %.*s), %s shows %.16s… (serial %.*s)",
                     other.c, first->chain[0].sha256.p, STR_ARG(first->chain[0].serial), w->where.c,
                     x->chain[0].sha256.p, STR_ARG(x->chain[0].serial));
    }
    if (!same_versions(x, first)) {
        verdict_warn(w->v, w->host, "%s offers %s, %s offers %s", other.c, offered(first).c,
                     w->where.c, offered(x).c);
        differs = true;
    }
    if (differs) {
        verdict_fix(w->v,
                    "Give the servers behind %s and %s the same certificate and the same "
                    "settings, and reload both.",
                    other.c, w->where.c);
        verdict_fix_other(w->v,
                          "for a in %s %s; do openssl s_client -connect $a:443 -servername %.*s "
                          "</dev/null 2>/dev/null | openssl x509 -noout -serial -enddate; done",
                          other.c, w->where.c, STR_ARG(w->host));
    } else {
        verdict_pass(w->v, w->host, "%s and %s show the same certificate and versions", other.c,
                     w->where.c);
    }
}

void tls_check_same(const struct facts *facts, struct verdict *v)
{
    for (struct tls_walk w = tls_walk_start(facts, v, false); tls_walk_next(&w);) {
        const struct tls_endpoint *first = first_of(facts, w.x);
        if (first) {
            compare(&w, first);
        }
    }
    if (v->count == 0) {
        verdict_skip(v, facts_target(facts), "no host has more than one address");
    }
}
