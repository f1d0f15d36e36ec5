/* SPDX-License-Identifier: Apache-2.0 */
/* A certification authority for one test: certificates of every kind. */
#pragma once

#include "support/cert.h"

struct holder {
    X509 *cert;
    EVP_PKEY *key;
};

struct wish {
    const char *name;
    const struct holder *issuer; /* NULL: itself */
    const char *names;           /* "DNS:example.com" */
    const char *feature;         /* "status_request": must-staple */
    bool ca;
    long from, until;     /* seconds from now; both 0: an hour around it */
    unsigned rsa_bits;    /* 0: P-256 */
    const EVP_MD *digest; /* NULL: SHA-256 */
};

static inline void holder_extend(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
}

static inline struct holder holder_make(struct wish w)
{
    static long serial = 1000;
    struct holder h = {.cert = X509_new(),
                       .key = w.rsa_bits ? EVP_RSA_gen(w.rsa_bits) : EVP_EC_gen("P-256")};
    const struct holder *issuer = w.issuer ? w.issuer : &h;
    X509_set_version(h.cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(h.cert), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(h.cert), w.from || w.until ? w.from : -3600);
    X509_gmtime_adj(X509_getm_notAfter(h.cert), w.from || w.until ? w.until : 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(h.cert), "CN", MBSTRING_UTF8,
                               (const unsigned char *)w.name, -1, -1, 0);
    X509_set_issuer_name(h.cert, X509_get_subject_name(issuer->cert));
    X509_set_pubkey(h.cert, h.key);
    if (w.ca) {
        holder_extend(h.cert, issuer->cert, NID_basic_constraints, "critical,CA:TRUE");
    }
    if (w.names) {
        holder_extend(h.cert, issuer->cert, NID_subject_alt_name, w.names);
    }
    if (w.feature) {
        holder_extend(h.cert, issuer->cert, NID_tlsfeature, w.feature);
    }
    X509_sign(h.cert, issuer->key, w.digest ? w.digest : EVP_sha256());
    return h;
}

static inline void holder_done(struct holder *h)
{
    X509_free(h->cert);
    EVP_PKEY_free(h->key);
}
