/* SPDX-License-Identifier: Apache-2.0 */
/* An authenticator and its browser: makes passkeys and answers as they would, or a little wrong. */
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "access/passkey.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/crypto.h"

enum { WEBAUTHN_ES256 = -7, WEBAUTHN_EDDSA = -8, WEBAUTHN_RS256 = -257 };

/* A passkey and everything that is said with it; change a member to say it wrong. */
struct webauthn {
    EVP_PKEY *key;
    int algorithm;
    str credential;
    /* client data */
    const char *type, *origin, *more; /* more: further members, ",\"crossOrigin\":true" */
    str challenge;
    /* authenticator data */
    const char *rp_id;
    unsigned flags;
    uint32_t counter;
    str extensions;
    /* answer */
    bool self; /* "packed" instead of "none" */
};

static inline EVP_PKEY *webauthn_key(int algorithm)
{
    return algorithm == WEBAUTHN_ES256   ? EVP_EC_gen("P-256")
           : algorithm == WEBAUTHN_EDDSA ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                                         : EVP_RSA_gen(2048);
}

static inline str webauthn_keep(struct arena *a, struct buf *b)
{
    str kept = arena_str(a, buf_str(b));
    if (b->failed || !kept.p) {
        abort();
    }
    buf_done(b);
    return kept;
}

static inline str webauthn_base64url(struct arena *a, str bytes)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    bytes_base64url(&b, bytes.p, bytes.n);
    return webauthn_keep(a, &b);
}

static inline void webauthn_number(struct buf *b, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0) {
        buf_add_byte(b, (char)(value >> (8 * bytes)));
    }
}

/* A CBOR head in its shortest form. */
static inline void webauthn_head(struct buf *b, unsigned major, uint64_t value)
{
    unsigned bytes = value < 24 ? 0 : value < 256 ? 1 : value < 65536 ? 2 : 4;
    unsigned low = bytes == 0 ? (unsigned)value : bytes == 1 ? 24 : bytes == 2 ? 25 : 26;
    buf_add_byte(b, (char)(major << 5 | low));
    webauthn_number(b, value, bytes);
}

static inline void webauthn_int(struct buf *b, int64_t value)
{
    webauthn_head(b, value < 0, (uint64_t)(value < 0 ? -1 - value : value));
}

static inline void webauthn_bytes(struct buf *b, unsigned major, str bytes)
{
    webauthn_head(b, major, bytes.n);
    buf_add(b, bytes);
}

/* A big number of the key as bytes. */
static inline void webauthn_part(struct buf *b, const EVP_PKEY *key, const char *name, int n)
{
    unsigned char bytes[256];
    BIGNUM *number = NULL;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1 || BN_bn2binpad(number, bytes, n) != n) {
        abort();
    }
    webauthn_bytes(b, 2, str_n((const char *)bytes, (size_t)n));
    BN_free(number);
}

/* The public key as COSE has it (RFC 8152 section 13, RFC 8230 section 4). */
static inline str webauthn_cose(struct arena *a, const struct webauthn *w)
{
    struct buf b;
    buf_init(&b, 4096);
    bool es256 = w->algorithm == WEBAUTHN_ES256, eddsa = w->algorithm == WEBAUTHN_EDDSA;
    webauthn_head(&b, 5, es256 ? 5 : 4);
    webauthn_int(&b, 1);
    webauthn_int(&b, es256 ? 2 : eddsa ? 1 : 3);
    webauthn_int(&b, 3);
    webauthn_int(&b, w->algorithm);
    webauthn_int(&b, -1);
    if (es256) {
        webauthn_int(&b, 1);
        webauthn_int(&b, -2);
        webauthn_part(&b, w->key, OSSL_PKEY_PARAM_EC_PUB_X, 32);
        webauthn_int(&b, -3);
        webauthn_part(&b, w->key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    } else if (eddsa) {
        unsigned char point[32];
        size_t n = sizeof point;
        webauthn_int(&b, 6);
        webauthn_int(&b, -2);
        if (EVP_PKEY_get_raw_public_key(w->key, point, &n) != 1) {
            abort();
        }
        webauthn_bytes(&b, 2, str_n((const char *)point, n));
    } else {
        webauthn_part(&b, w->key, OSSL_PKEY_PARAM_RSA_N, 256);
        webauthn_int(&b, -2);
        webauthn_part(&b, w->key, OSSL_PKEY_PARAM_RSA_E, 3);
    }
    return webauthn_keep(a, &b);
}

static inline str webauthn_client_data(struct arena *a, const struct webauthn *w)
{
    return arena_printf(a, "{\"type\":\"%s\",\"challenge\":\"%.*s\",\"origin\":\"%s\"%s}", w->type,
                        STR_ARG(w->challenge), w->origin, w->more ? w->more : "");
}

/* Authenticator data; with attested credential data when the flags say so. */
static inline str webauthn_auth(struct arena *a, const struct webauthn *w)
{
    struct buf b;
    struct crypto_digest hash = crypto_sha256(str_c(w->rp_id));
    buf_init(&b, 8192);
    buf_add(&b, str_n((const char *)hash.bytes, sizeof hash.bytes));
    buf_add_byte(&b, (char)w->flags);
    webauthn_number(&b, w->counter, 4);
    if (w->flags & 0x40) {
        buf_add(&b, STR("an aaguid of 16b"));
        webauthn_number(&b, w->credential.n, 2);
        buf_add(&b, w->credential);
        buf_add(&b, webauthn_cose(a, w));
    }
    buf_add(&b, w->extensions);
    return webauthn_keep(a, &b);
}

/* The signature over authenticator data and the hash of the client data. */
static inline str webauthn_sign(struct arena *a, const struct webauthn *w, str auth, str client)
{
    struct crypto_digest hash = crypto_sha256(client);
    struct buf b;
    unsigned char out[512];
    size_t n = sizeof out;
    buf_init(&b, 16384);
    buf_add(&b, auth);
    buf_add(&b, str_n((const char *)hash.bytes, sizeof hash.bytes));
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const EVP_MD *digest = w->algorithm == WEBAUTHN_EDDSA ? NULL : EVP_sha256();
    if (EVP_DigestSignInit(ctx, NULL, digest, NULL, w->key) != 1 ||
        EVP_DigestSign(ctx, out, &n, (const unsigned char *)b.p, b.n) != 1) {
        abort();
    }
    EVP_MD_CTX_free(ctx);
    buf_done(&b);
    return arena_str(a, str_n((const char *)out, n));
}

static inline str webauthn_attestation(struct arena *a, const struct webauthn *w, str auth,
                                       str signature)
{
    struct buf b;
    buf_init(&b, 16384);
    webauthn_head(&b, 5, 3);
    webauthn_bytes(&b, 3, STR("fmt"));
    webauthn_bytes(&b, 3, w->self ? STR("packed") : STR("none"));
    webauthn_bytes(&b, 3, STR("attStmt"));
    webauthn_head(&b, 5, w->self ? 2 : 0);
    if (w->self) {
        webauthn_bytes(&b, 3, STR("alg"));
        webauthn_int(&b, w->algorithm);
        webauthn_bytes(&b, 3, STR("sig"));
        webauthn_bytes(&b, 2, signature);
    }
    webauthn_bytes(&b, 3, STR("authData"));
    webauthn_bytes(&b, 2, auth);
    return webauthn_keep(a, &b);
}

/* A RegistrationResponseJSON of these bytes. */
static inline str webauthn_created(struct arena *a, str credential, str client, str attestation)
{
    str id64 = webauthn_base64url(a, credential);
    client = webauthn_base64url(a, client);
    attestation = webauthn_base64url(a, attestation);
    return arena_printf(a,
                        "{\"id\":\"%.*s\",\"rawId\":\"%.*s\",\"type\":\"public-key\",\"response\":{"
                        "\"clientDataJSON\":\"%.*s\",\"attestationObject\":\"%.*s\","
                        "\"transports\":[\"internal\"]},\"clientExtensionResults\":{}}",
                        STR_ARG(id64), STR_ARG(id64), STR_ARG(client), STR_ARG(attestation));
}

/* An AuthenticationResponseJSON of these bytes. */
static inline str webauthn_shown(struct arena *a, str credential, str client, str auth,
                                 str signature)
{
    str id64 = webauthn_base64url(a, credential);
    client = webauthn_base64url(a, client);
    auth = webauthn_base64url(a, auth);
    signature = webauthn_base64url(a, signature);
    return arena_printf(a,
                        "{\"id\":\"%.*s\",\"rawId\":\"%.*s\",\"type\":\"public-key\",\"response\":{"
                        "\"clientDataJSON\":\"%.*s\",\"authenticatorData\":\"%.*s\","
                        "\"signature\":\"%.*s\",\"userHandle\":null},"
                        "\"clientExtensionResults\":{}}",
                        STR_ARG(id64), STR_ARG(id64), STR_ARG(client), STR_ARG(auth),
                        STR_ARG(signature));
}

/* Everything in one go. */
static inline str webauthn_create(struct arena *a, const struct webauthn *w)
{
    str auth = webauthn_auth(a, w), client = webauthn_client_data(a, w);
    str signature = w->self ? webauthn_sign(a, w, auth, client) : STR_EMPTY;
    return webauthn_created(a, w->credential, client, webauthn_attestation(a, w, auth, signature));
}

static inline str webauthn_get(struct arena *a, const struct webauthn *w)
{
    str auth = webauthn_auth(a, w), client = webauthn_client_data(a, w);
    return webauthn_shown(a, w->credential, client, auth, webauthn_sign(a, w, auth, client));
}
