/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "check/facts/tls_private.h"

enum { SKEW_SECONDS = 300 };

/* The certificate that issued the leaf, out of the chain or the anchors; NULL. Free it. */
static X509 *issuer_of(SSL_CTX *context, STACK_OF(X509) * sent)
{
    X509 *leaf = sk_X509_value(sent, 0), *found = NULL;
    for (int i = 1; i < sk_X509_num(sent); i++) {
        X509 *x = sk_X509_value(sent, i);
        if (X509_check_issued(x, leaf) == X509_V_OK && X509_up_ref(x) == 1) {
            return x;
        }
    }
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    if (ctx && X509_STORE_CTX_init(ctx, SSL_CTX_get_cert_store(context), leaf, NULL) == 1 &&
        X509_STORE_CTX_get1_issuer(&found, ctx, leaf) != 1) {
        found = NULL;
    }
    X509_STORE_CTX_free(ctx);
    return found;
}

/* Signed by the issuer or by one that the issuer appointed, whatever else is trusted. */
static bool is_signed(OCSP_BASICRESP *basic, STACK_OF(X509) * sent, X509 *issuer)
{
    X509_STORE *store = X509_STORE_new();
    bool fine = store && X509_STORE_add_cert(store, issuer) == 1 &&
                X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
                OCSP_basic_verify(basic, sent, store, 0) == 1;
    X509_STORE_free(store);
    return fine;
}

/* The response about the leaf among those in it; they may name it by different digests. */
static OCSP_SINGLERESP *find_single(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer)
{
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
        OCSP_CERTID *theirs = NULL;
        ASN1_OBJECT *digest = NULL;
        const OCSP_CERTID *borrowed = OCSP_SINGLERESP_get0_id(single);
        theirs = borrowed ? OCSP_CERTID_dup(borrowed) : NULL;
        if (!theirs || OCSP_id_get0_info(NULL, &digest, NULL, NULL, theirs) != 1) {
            OCSP_CERTID_free(theirs);
            continue;
        }
        const EVP_MD *md = EVP_get_digestbyobj(digest);
        OCSP_CERTID *ours = md ? OCSP_cert_to_id(md, leaf, issuer) : NULL;
        bool same = ours && OCSP_id_cmp(ours, theirs) == 0;
        OCSP_CERTID_free(ours);
        OCSP_CERTID_free(theirs);
        if (same) {
            return single;
        }
    }
    return NULL;
}

static void judge_single(OCSP_SINGLERESP *single, struct tls_endpoint *x)
{
    int reason = -1;
    ASN1_GENERALIZEDTIME *this_update = NULL, *next_update = NULL;
    int status = OCSP_single_get0_status(single, &reason, NULL, &this_update, &next_update);
    x->ocsp = TLS_OCSP_BAD;
    if (status == V_OCSP_CERTSTATUS_REVOKED) {
        x->ocsp = TLS_OCSP_REVOKED;
        x->ocsp_words = reason >= 0 ? str_c(OCSP_crl_reason_str(reason)) : STR("no reason given");
    } else if (OCSP_check_validity(this_update, next_update, SKEW_SECONDS, -1) != 1) {
        x->ocsp_words = STR("the response is out of date");
    } else if (status == V_OCSP_CERTSTATUS_GOOD) {
        x->ocsp = TLS_OCSP_GOOD;
        x->ocsp_words = STR("good");
    } else {
        x->ocsp_words = STR("the authority does not know the certificate");
    }
}

static void judge_basic(OCSP_BASICRESP *basic, SSL_CTX *context, STACK_OF(X509) * sent,
                        struct tls_endpoint *x)
{
    X509 *issuer = issuer_of(context, sent);
    OCSP_SINGLERESP *single = issuer ? find_single(basic, sk_X509_value(sent, 0), issuer) : NULL;
    if (!issuer) {
        x->ocsp_words = STR("the issuer's certificate is not there to judge it with");
    } else if (!is_signed(basic, sent, issuer)) {
        x->ocsp = TLS_OCSP_BAD;
        x->ocsp_words = STR("the response is not signed by the issuer");
    } else if (!single) {
        x->ocsp = TLS_OCSP_BAD;
        x->ocsp_words = STR("the response is about another certificate");
    } else {
        judge_single(single, x);
    }
    X509_free(issuer);
}

void tls_staple_judge(SSL_CTX *context, STACK_OF(X509) * sent, str response, struct tls_endpoint *x)
{
    const unsigned char *p = (const unsigned char *)response.p;
    x->stapled = response.n > 0;
    if (!x->stapled || sk_X509_num(sent) <= 0) {
        return;
    }
    OCSP_RESPONSE *outer = d2i_OCSP_RESPONSE(NULL, &p, (long)response.n);
    OCSP_BASICRESP *basic = NULL;
    if (outer && OCSP_response_status(outer) == OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        basic = OCSP_response_get1_basic(outer);
    }
    if (basic) {
        judge_basic(basic, context, sent, x);
    } else {
        x->ocsp = TLS_OCSP_BAD;
        x->ocsp_words = outer ? str_c(OCSP_response_status_str(OCSP_response_status(outer)))
                              : STR("the response is garbage");
    }
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(outer);
    ERR_clear_error();
}
