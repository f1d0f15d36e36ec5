/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "check/facts/tls_private.h"

enum { DEPTH_MAX = 10 };

/* One attempt of the verifier. */
struct attempt {
    int error, depth;
    str subject; /* of the certificate that the error is about */
};

/* Browsers judge keys and digests by rules of their own, which are checks of their own here. */
static bool verify(SSL_CTX *context, STACK_OF(X509) * sent, int64_t now_ms, bool with_time,
                   struct arena *a, struct attempt *ret)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    *ret = (struct attempt){.error = X509_V_ERR_OUT_OF_MEM};
    if (!ctx || X509_STORE_CTX_init(ctx, SSL_CTX_get_cert_store(context), sk_X509_value(sent, 0),
                                    sent) != 1) {
        X509_STORE_CTX_free(ctx);
        return false;
    }
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_STORE_CTX_set_default(ctx, "ssl_server");
    X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
    X509_VERIFY_PARAM_set_auth_level(param, 0);
    if (with_time) {
        X509_VERIFY_PARAM_set_time(param, (time_t)(now_ms / 1000));
    } else {
        X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
    }
    bool fine = X509_verify_cert(ctx) == 1;
    ret->error = X509_STORE_CTX_get_error(ctx);
    ret->depth = X509_STORE_CTX_get_error_depth(ctx);
    X509 *about = X509_STORE_CTX_get_current_cert(ctx);
    if (!fine && about) {
        char name[256];
        X509_NAME_oneline(X509_get_subject_name(about), name, sizeof name);
        ret->subject = arena_str(a, str_c(name));
    }
    X509_STORE_CTX_free(ctx);
    ERR_clear_error();
    return fine;
}

/* Says where its issuer's certificate can be fetched, as certificates of public authorities do. */
static bool has_issuer_url(X509 *x)
{
    AUTHORITY_INFO_ACCESS *list = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(list); i++) {
        found |= OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(list, i)->method) == NID_ad_ca_issuers;
    }
    AUTHORITY_INFO_ACCESS_free(list);
    return found;
}

/* The last certificate on the way up is known by its depth only when the chain is in order, so it
 * is looked for from the leaf. */
static X509 *top_of(STACK_OF(X509) * sent)
{
    X509 *at = sk_X509_value(sent, 0);
    for (int steps = 0; steps < DEPTH_MAX; steps++) {
        X509 *next = NULL;
        for (int i = 1; i < sk_X509_num(sent) && !next; i++) {
            X509 *x = sk_X509_value(sent, i);
            next = x != at && X509_check_issued(x, at) == X509_V_OK ? x : NULL;
        }
        if (!next) {
            break;
        }
        at = next;
    }
    return at;
}

static enum tls_trust trust_of(const struct attempt *attempt, STACK_OF(X509) * sent)
{
    switch (attempt->error) {
    case X509_V_OK:
        return TLS_TRUSTED;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return TLS_SELF_SIGNED;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return TLS_UNKNOWN_ROOT;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        /* An intermediate that is sent and whose issuer nobody knows nor can fetch stands below a
         * private root. */
        return attempt->depth > 0 && !has_issuer_url(top_of(sent)) ? TLS_UNKNOWN_ROOT
                                                                   : TLS_MISSING_INTERMEDIATE;
    case X509_V_ERR_OUT_OF_MEM:
        return TLS_TRUST_UNKNOWN;
    default:
        return TLS_BROKEN_CHAIN;
    }
}

static bool is_misordered(STACK_OF(X509) * sent)
{
    int count = sk_X509_num(sent) < TLS_CHAIN_MAX ? sk_X509_num(sent) : TLS_CHAIN_MAX;
    for (int i = 0; i < count; i++) {
        X509 *x = sk_X509_value(sent, i);
        bool next_fits =
            i + 1 < count && X509_check_issued(sk_X509_value(sent, i + 1), x) == X509_V_OK;
        if (next_fits || X509_check_issued(x, x) == X509_V_OK) {
            continue;
        }
        for (int j = 0; j < count; j++) {
            if (j != i && j != i + 1 && X509_check_issued(sk_X509_value(sent, j), x) == X509_V_OK) {
                return true;
            }
        }
    }
    return false;
}

static void keep_chain(STACK_OF(X509) * sent, struct arena *a, struct tls_endpoint *x)
{
    int count = sk_X509_num(sent) < TLS_CHAIN_MAX ? sk_X509_num(sent) : TLS_CHAIN_MAX;
    struct tls_certificate *chain = arena_array(a, (size_t)count, sizeof *chain);
    size_t kept = 0;
    for (int i = 0; chain && i < count; i++) {
        unsigned char *der = NULL;
        int n = i2d_X509(sk_X509_value(sent, i), &der);
        bool fine = n > 0 && err_ok(tls_certificate_read(a, str_n((const char *)der, (size_t)n),
                                                         &chain[kept]));
        OPENSSL_free(der);
        if (!fine && i == 0) {
            return; /* nothing is known of the certificate itself */
        }
        kept += fine;
    }
    x->chain = chain;
    x->chain_count = kept;
}

void tls_chain_judge(SSL_CTX *context, STACK_OF(X509) * sent, int64_t now_ms, struct arena *a,
                     struct tls_endpoint *x)
{
    struct attempt timed, timeless;
    if (sk_X509_num(sent) <= 0) {
        return;
    }
    keep_chain(sent, a, x);
    x->name_matches = x->chain_count > 0 && tls_certificate_names(&x->chain[0], x->host);
    x->chain_misordered = is_misordered(sent);
    bool fine = verify(context, sent, now_ms, true, a, &timed);
    timeless = timed;
    if (!fine) {
        fine = verify(context, sent, now_ms, false, a, &timeless);
        if (fine && timed.depth > 0) {
            x->path_expired = timed.subject.p ? timed.subject : STR("an intermediate");
        }
    }
    x->trust = fine ? TLS_TRUSTED : trust_of(&timeless, sent);
    str words =
        arena_printf(a, "%s%s%.*s", X509_verify_cert_error_string(timeless.error),
                     fine || !timeless.subject.n ? "" : ": ", fine ? 0 : (int)timeless.subject.n,
                     timeless.subject.n ? timeless.subject.p : "");
    x->trust_words = words.p ? words : STR_EMPTY;
    ERR_clear_error();
}
