/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>

#include "access/jwt_private.h"
#include "base/crypto.h"

enum {
    SECRET_MIN = 32,
    SECRET_MAX = 1024,
    SECRET_DISTINCT_MIN = 10,
    KEY_TEXT_MAX = 8192,
    MAC_BYTES = 32,
    HALF_BYTES = 32, /* of an ES256 signature: r, then s (RFC 7518 section 3.4) */
    SIGNATURE_BYTES = 64,
    ES256_DER_BYTES = 91, /* SPKI with the named curve and an uncompressed point */
    EDDSA_DER_BYTES = 44,
    EDDSA_POINT_BYTES = 32,
};

/* Reads an SPKI that is DER to its last byte; NULL for anything else. Free with EVP_PKEY_free. */
static EVP_PKEY *read_der(str der)
{
    const unsigned char *at = (const unsigned char *)der.p;
    EVP_PKEY *key = der.n && der.n <= KEY_TEXT_MAX ? d2i_PUBKEY(NULL, &at, (long)der.n) : NULL;
    if (key && at != (const unsigned char *)der.p + der.n) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    ERR_clear_error();
    return key;
}

/* A public key is not encrypted; OpenSSL would ask for a password on the terminal. */
static int no_password(char *p, int n, int writing, void *user)
{
    (void)p, (void)n, (void)writing, (void)user;
    return -1;
}

static EVP_PKEY *read_pem(str pem)
{
    pem = str_trim(pem);
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL) : NULL;
    BIO_free(bio);
    ERR_clear_error();
    return key;
}

/* P-256 by its name, or Ed25519. */
static bool is_kind(EVP_PKEY *key, enum jwt_alg alg)
{
    char group[32];
    size_t n = 0;
    if (alg == JWT_EDDSA) {
        return EVP_PKEY_is_a(key, "ED25519");
    }
    return alg == JWT_ES256 && EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_group_name(key, group, sizeof group, &n) &&
           str_eq(str_n(group, n), STR("prime256v1"));
}

static bool verify_with(EVP_PKEY *key, const EVP_MD *digest, str signature, str input)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool fine = ctx && EVP_DigestVerifyInit(ctx, NULL, digest, NULL, key) == 1 &&
                EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
                                 (const unsigned char *)input.p, input.n) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return fine;
}

/* Turns r and s into the DER form that OpenSSL takes; it refuses zeros and what is not below the
 * curve's order. */
static bool verify_es256(EVP_PKEY *key, str signature, str input)
{
    const unsigned char *raw = (const unsigned char *)signature.p;
    unsigned char der[SIGNATURE_BYTES + 16], *at = der;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, HALF_BYTES, NULL),
           *s = BN_bin2bn(raw + HALF_BYTES, HALF_BYTES, NULL);
    if (!pair || !r || !s || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(pair);
        return false;
    }
    int n = i2d_ECDSA_SIG(pair, NULL);
    bool fine = n > 0 && (size_t)n <= sizeof der && i2d_ECDSA_SIG(pair, &at) == n &&
                verify_with(key, EVP_sha256(), str_n((const char *)der, (size_t)n), input);
    ECDSA_SIG_free(pair);
    return fine;
}

static bool verify_mac(str secret, str signature, str input)
{
    if (secret.n < SECRET_MIN || signature.n != MAC_BYTES) {
        return false;
    }
    struct crypto_digest mac = crypto_hmac(secret, input);
    bool same = crypto_equal(signature, str_n((const char *)mac.bytes, sizeof mac.bytes));
    crypto_wipe(&mac, sizeof mac);
    return same;
}

bool jwt_signed_by(const struct jwt_parts *parts, const struct jwt_key *key)
{
    if (key->alg == JWT_HS256) {
        return verify_mac(key->key, parts->signature, parts->input);
    }
    EVP_PKEY *public = parts->signature.n == SIGNATURE_BYTES ? read_der(key->key) : NULL;
    bool fine = public && is_kind(public, key->alg) &&
                (key->alg == JWT_ES256 ? verify_es256(public, parts->signature, parts->input)
                                       : verify_with(public, NULL, parts->signature, parts->input));
    EVP_PKEY_free(public);
    return fine;
}

static err read_secret(struct arena *a, str text, str *ret)
{
    bool seen[256] = {false};
    size_t distinct = 0;
    text = str_trim(text);
    for (size_t i = 0; i < text.n; i++) {
        distinct += !seen[(unsigned char)text.p[i]];
        seen[(unsigned char)text.p[i]] = true;
    }
    if (str_find(text, STR("-----BEGIN "), 0) != SIZE_MAX) {
        return err_new(ERR_INVALID, "this is a key in PEM; HS256 takes a random shared secret");
    }
    if (text.n < SECRET_MIN || text.n > SECRET_MAX || distinct < SECRET_DISTINCT_MIN) {
        return err_new(ERR_INVALID,
                       "a shared secret is at least 32 random bytes: openssl rand -base64 48");
    }
    *ret = arena_str(a, text);
    return ret->p ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for a visitor key");
}

/* Brings the key to the one form it is stored in: named curve, uncompressed point. A point of small
 * order would let anybody sign. */
static err write_der(struct arena *a, EVP_PKEY *key, enum jwt_alg alg, str *ret)
{
    if (alg == JWT_ES256) {
        (void)EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                             OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
    }
    int wanted = alg == JWT_ES256 ? ES256_DER_BYTES : EDDSA_DER_BYTES;
    unsigned char *out = arena_alloc(a, (size_t)wanted), *at = out;
    if (!out) {
        return err_new(ERR_NO_MEMORY, "no memory for a visitor key");
    }
    bool fine = i2d_PUBKEY(key, NULL) == wanted && i2d_PUBKEY(key, &at) == wanted &&
                (alg == JWT_ES256 ||
                 crypto_core_ed25519_is_valid_point(out + wanted - EDDSA_POINT_BYTES) == 1);
    ERR_clear_error();
    if (!fine) {
        return err_new(ERR_INVALID, "this public key is malformed or weak");
    }
    *ret = str_n((const char *)out, (size_t)wanted);
    return ERR_NONE;
}

err jwt_key_read(struct arena *a, enum jwt_alg alg, str text, str *ret_der)
{
    if (text.n > KEY_TEXT_MAX) {
        return err_new(ERR_INVALID, "a key is at most 8,192 bytes long");
    }
    if (alg == JWT_HS256) {
        return read_secret(a, text, ret_der);
    }
    if (str_find(text, STR("PRIVATE KEY-----"), 0) != SIZE_MAX) {
        return err_new(ERR_INVALID,
                       "this is a private key, which stays with the site; give the public one");
    }
    bool pem = str_starts(str_trim(text), STR("-----BEGIN "));
    EVP_PKEY *key = pem ? read_pem(text) : read_der(text);
    if (!key) {
        return err_new(ERR_INVALID, "this is no public key in PEM or DER (BEGIN PUBLIC KEY)");
    }
    err e = is_kind(key, alg)
                ? write_der(a, key, alg, ret_der)
                : err_new(ERR_INVALID, alg == JWT_ES256 ? "this is no public key on P-256"
                                                        : "this is no Ed25519 public key");
    EVP_PKEY_free(key);
    return e;
}
