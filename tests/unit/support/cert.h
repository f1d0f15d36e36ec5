/* SPDX-License-Identifier: Apache-2.0 */
/* Self-signed certificates made at run time, and TLS on an accepted connection, for tests. */
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>

/* Makes a P-256 key and a self-signed certificate for `san` ("DNS:localhost,IP:127.0.0.1"), valid
 * between the two offsets in seconds from now. Free both. */
static inline X509 *cert_make(const char *san, long from, long until, EVP_PKEY **ret_key)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), from);
    X509_gmtime_adj(X509_getm_notAfter(cert), until);
    X509_NAME *name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_set_pubkey(cert, key);
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name, san);
    X509_add_ext(cert, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(cert, key, EVP_sha256());
    *ret_key = key;
    return cert;
}

/* Writes the certificate as PEM; false when that failed. */
static inline int cert_write(const X509 *cert, const char *path)
{
    FILE *file = fopen(path, "w");
    int fine = file && PEM_write_X509(file, cert) == 1;
    return file && fclose(file) == 0 && fine;
}

/* Shakes hands as a server; NULL when the client did not go along. Free with SSL_free, then the
 * context. */
static inline SSL *cert_accept(SSL_CTX *context, int fd)
{
    SSL *tls = SSL_new(context);
    SSL_set_fd(tls, fd);
    if (SSL_accept(tls) != 1) {
        SSL_free(tls);
        return NULL;
    }
    return tls;
}

static inline SSL_CTX *cert_context(X509 *cert, EVP_PKEY *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, cert);
    SSL_CTX_use_PrivateKey(context, key);
    return context;
}
