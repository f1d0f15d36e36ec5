/* SPDX-License-Identifier: Apache-2.0 */
/* Makes tokens as a site would, and wrong ones as no site would. */
#pragma once

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "access/jwt.h"
#include "base/bytes.h"
#include "base/crypto.h"

/* A key of either side. */
struct jose_key {
    enum jwt_alg alg;
    EVP_PKEY *pair;      /* ES256, EdDSA */
    str secret;          /* HS256 */
    struct jwt_key site; /* what the server has */
};

static inline struct jose_key jose_key_new(struct arena *a, enum jwt_alg alg)
{
    struct jose_key key = {.alg = alg, .site = {.alg = alg}};
    if (alg == JWT_HS256) {
        key.secret = key.site.key = STR("0123456789abcdef0123456789abcdef");
        return key;
    }
    key.pair = alg == JWT_ES256 ? EVP_EC_gen("P-256") : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(key.pair, &der);
    key.site.key = arena_str(a, str_n((const char *)der, (size_t)n));
    OPENSSL_free(der);
    return key;
}

/* The signature over a text: 32 bytes of MAC, or 64 raw bytes. */
static inline str jose_sign(struct arena *a, const struct jose_key *key, str input)
{
    unsigned char der[80], *out = arena_alloc(a, 64);
    size_t n = sizeof der;
    if (key->alg == JWT_HS256) {
        struct crypto_digest mac = crypto_hmac(key->secret, input);
        memcpy(out, mac.bytes, sizeof mac.bytes);
        return str_n((const char *)out, 32);
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool es256 = key->alg == JWT_ES256;
    if (EVP_DigestSignInit(ctx, NULL, es256 ? EVP_sha256() : NULL, NULL, key->pair) != 1 ||
        EVP_DigestSign(ctx, der, &n, (const unsigned char *)input.p, input.n) != 1) {
        abort();
    }
    EVP_MD_CTX_free(ctx);
    const unsigned char *at = der;
    ECDSA_SIG *pair = es256 ? d2i_ECDSA_SIG(NULL, &at, (long)n) : NULL;
    if (pair) {
        (void)BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, 32);
        (void)BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + 32, 32);
        ECDSA_SIG_free(pair);
    } else {
        memcpy(out, der, 64);
    }
    return str_n((const char *)out, 64);
}

static inline str jose_base64url(struct arena *a, str bytes)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    bytes_base64url(&b, bytes.p, bytes.n);
    str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

/* "header.claims" of two JSON texts. */
static inline str jose_input(struct arena *a, str header, str claims)
{
    str one = jose_base64url(a, header), other = jose_base64url(a, claims);
    return arena_printf(a, "%.*s.%.*s", STR_ARG(one), STR_ARG(other));
}

/* A whole token, signed rightly whatever it says. */
static inline str jose_token(struct arena *a, const struct jose_key *key, str header, str claims)
{
    str input = jose_input(a, header, claims);
    str signature = jose_base64url(a, jose_sign(a, key, input));
    return arena_printf(a, "%.*s.%.*s", STR_ARG(input), STR_ARG(signature));
}
