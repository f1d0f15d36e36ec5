/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of TLS share: walking over the endpoints, and the fixes. */
#pragma once

#include "check/facts/tls_traits.h"
#include "check/rows/rows.h"

/* Goes over the HTTPS endpoints that spoke TLS. */
struct tls_walk {
    const struct facts *facts;
    struct verdict *v;
    size_t at, seen;
    bool with_chain;              /* only those whose certificate was seen */
    const struct tls_endpoint *x; /* the current one */
    str host;
    struct addr_text where; /* its address */
};

struct tls_walk tls_walk_start(const struct facts *facts, struct verdict *v, bool with_chain);
/* False at the end; when there was none, the verdict then says why. */
bool tls_walk_next(struct tls_walk *w);

/* A list of names into a fixed text, cut with "…" when it is too long. */
struct tls_text {
    char c[512];
    size_t n;
};
void tls_text_add(struct tls_text *t, const char *separator, str piece);

/* "3 days"; rounded down. */
struct tls_text tls_days(int64_t ms);
/* "2026-11-30" */
struct tls_text tls_date(int64_t wall_ms);

/* ── fixes, each for one endpoint that has the fault ── */

void tls_fix_reach(struct verdict *v, const struct tls_endpoint *x);
void tls_fix_chain(struct verdict *v, const struct tls_endpoint *x);
void tls_fix_issue(struct verdict *v, const struct tls_endpoint *x, const char *why);
void tls_fix_protocols(struct verdict *v, const struct tls_endpoint *x);
void tls_fix_ciphers(struct verdict *v, const struct tls_endpoint *x);
void tls_fix_h2(struct verdict *v, const struct tls_endpoint *x);
void tls_fix_stapling(struct verdict *v, const struct tls_endpoint *x);
void tls_fix_hsts(struct verdict *v, str host);
/* The command with which to look for oneself. */
void tls_fix_look(struct verdict *v, const struct tls_endpoint *x, const char *options);

/* ── the checks ── */

void tls_check_reach(const struct facts *facts, struct verdict *v);
void tls_check_incomplete(const struct facts *facts, struct verdict *v);
void tls_check_untrusted(const struct facts *facts, struct verdict *v);
void tls_check_self_signed(const struct facts *facts, struct verdict *v);
void tls_check_order(const struct facts *facts, struct verdict *v);
void tls_check_name(const struct facts *facts, struct verdict *v);

void tls_check_expiry(const struct facts *facts, struct verdict *v);
void tls_check_lifetime(const struct facts *facts, struct verdict *v);
void tls_check_key(const struct facts *facts, struct verdict *v);
void tls_check_signature(const struct facts *facts, struct verdict *v);
void tls_check_revoked(const struct facts *facts, struct verdict *v);
void tls_check_stapling(const struct facts *facts, struct verdict *v);

void tls_check_13(const struct facts *facts, struct verdict *v);
void tls_check_12(const struct facts *facts, struct verdict *v);
void tls_check_old(const struct facts *facts, struct verdict *v);
void tls_check_ssl(const struct facts *facts, struct verdict *v);
void tls_check_renegotiation(const struct facts *facts, struct verdict *v);
void tls_check_compression(const struct facts *facts, struct verdict *v);
void tls_check_h2(const struct facts *facts, struct verdict *v);
void tls_check_same(const struct facts *facts, struct verdict *v);

void tls_check_null(const struct facts *facts, struct verdict *v);
void tls_check_anon(const struct facts *facts, struct verdict *v);
void tls_check_export(const struct facts *facts, struct verdict *v);
void tls_check_rc4(const struct facts *facts, struct verdict *v);
void tls_check_des(const struct facts *facts, struct verdict *v);
void tls_check_3des(const struct facts *facts, struct verdict *v);
void tls_check_forward(const struct facts *facts, struct verdict *v);
void tls_check_group(const struct facts *facts, struct verdict *v);

void tls_check_hsts_missing(const struct facts *facts, struct verdict *v);
void tls_check_hsts_age(const struct facts *facts, struct verdict *v);
void tls_check_hsts_subdomains(const struct facts *facts, struct verdict *v);
void tls_check_hsts_preload(const struct facts *facts, struct verdict *v);
