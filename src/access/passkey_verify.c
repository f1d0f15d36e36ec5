/* SPDX-License-Identifier: Apache-2.0 */
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <sodium.h>

#include "access/passkey_private.h"
#include "base/crypto.h"

enum { ES256_BYTES = 64, EDDSA_BYTES = 32, RS256_BYTES = 256 + 3 };

/* One row for each algorithm (RFC 8152, RFC 8812) and how it is written in front of the key. */
static const struct scheme {
    int algorithm;
    str prefix;
    size_t key_bytes; /* of libfido2's form */
} schemes[] = {
    {COSE_ES256, STR_INIT("es256:"), ES256_BYTES},
    {COSE_EDDSA, STR_INIT("eddsa:"), EDDSA_BYTES},
    {COSE_RS256, STR_INIT("rs256:"), RS256_BYTES},
};

enum { SCHEMES = sizeof schemes / sizeof *schemes };

static err refuse(const char *what) { return (err){ERR_UNPROCESSABLE, what}; }

static err no_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for a passkey"); }

static const unsigned char *bytes_of(str s) { return (const unsigned char *)s.p; }

/* libfido2's key of any of the algorithms. */
union public_key {
    es256_pk_t *es256;
    eddsa_pk_t *eddsa;
    rs256_pk_t *rs256;
    const void *any;
};

static void key_free(int algorithm, union public_key *key)
{
    if (algorithm == COSE_ES256) {
        es256_pk_free(&key->es256);
    } else if (algorithm == COSE_EDDSA) {
        eddsa_pk_free(&key->eddsa);
    } else {
        rs256_pk_free(&key->rs256);
    }
}

/* Makes a key of stored bytes; false when they are none, a point off its curve for one. */
static bool key_new(int algorithm, str bytes, union public_key *ret)
{
    union public_key key = {0};
    int rc = FIDO_ERR_INTERNAL;
    if (algorithm == COSE_ES256 && (key.es256 = es256_pk_new())) {
        rc = es256_pk_from_ptr(key.es256, bytes.p, bytes.n);
    } else if (algorithm == COSE_EDDSA && (key.eddsa = eddsa_pk_new())) {
        rc = eddsa_pk_from_ptr(key.eddsa, bytes.p, bytes.n);
    } else if (algorithm == COSE_RS256 && (key.rs256 = rs256_pk_new())) {
        rc = rs256_pk_from_ptr(key.rs256, bytes.p, bytes.n);
    }
    if (rc != FIDO_OK) {
        key_free(algorithm, &key);
        return false;
    }
    *ret = key;
    return true;
}

static const struct scheme *scheme_of(int64_t algorithm)
{
    for (size_t i = 0; i < SCHEMES; i++) {
        if (schemes[i].algorithm == algorithm) {
            return &schemes[i];
        }
    }
    return NULL;
}

/* Refuses what everybody can sign for: a short modulus or an odd exponent, a point of small order.
 */
static bool key_strong(int algorithm, str bytes)
{
    if (algorithm == COSE_RS256) {
        return (unsigned char)bytes.p[0] >= 0x80 &&
               str_eq(str_slice(bytes, RS256_BYTES - 3, RS256_BYTES), STR("\x01\x00\x01"));
    }
    return algorithm != COSE_EDDSA || crypto_core_ed25519_is_valid_point(bytes_of(bytes)) == 1;
}

/* Writes prefix and key; the bytes must make a key again. */
static err keep_key(struct arena *a, const struct scheme *scheme, str bytes, str *ret)
{
    union public_key key;
    if (bytes.n != scheme->key_bytes || !key_strong(scheme->algorithm, bytes) ||
        !key_new(scheme->algorithm, bytes, &key)) {
        return refuse("the passkey's public key is malformed or weak");
    }
    key_free(scheme->algorithm, &key);
    char *out = arena_alloc(a, scheme->prefix.n + bytes.n);
    if (!out) {
        return no_memory();
    }
    memcpy(out, scheme->prefix.p, scheme->prefix.n);
    memcpy(out + scheme->prefix.n, bytes.p, bytes.n);
    *ret = str_n(out, scheme->prefix.n + bytes.n);
    return ERR_NONE;
}

/* Lets libfido2 read the key and, where the credential vouches for itself, check that. */
static err read_credential(struct arena *a, fido_cred_t *made, const struct passkey_site *site,
                           const struct passkey_attestation *object, str client_data,
                           const struct scheme *scheme, str *ret_key)
{
    struct crypto_digest hash = crypto_sha256(client_data);
    str rp_id = arena_str(a, site->rp_id); /* NUL-terminated */
    if (!rp_id.p) {
        return no_memory();
    }
    if (fido_cred_set_type(made, scheme->algorithm) != FIDO_OK ||
        fido_cred_set_clientdata_hash(made, hash.bytes, sizeof hash.bytes) != FIDO_OK ||
        fido_cred_set_rp(made, rp_id.p, NULL) != FIDO_OK ||
        fido_cred_set_authdata_raw(made, bytes_of(object->auth), object->auth.n) != FIDO_OK) {
        return refuse("the passkey's public key is malformed");
    }
    if (object->self &&
        (object->algorithm != scheme->algorithm || fido_cred_set_fmt(made, "packed") != FIDO_OK ||
         fido_cred_set_sig(made, bytes_of(object->signature), object->signature.n) != FIDO_OK ||
         fido_cred_verify_self(made) != FIDO_OK)) {
        return refuse("the passkey's attestation does not hold");
    }
    str key = str_n((const char *)fido_cred_pubkey_ptr(made), fido_cred_pubkey_len(made));
    return keep_key(a, scheme, key, ret_key);
}

static err verify_object(struct arena *a, const struct passkey_site *site,
                         const struct passkey_response *response, struct passkey_made *ret)
{
    struct passkey_attestation object;
    struct passkey_auth auth;
    if (!passkey_attestation_parse(response->object, &object) ||
        !passkey_auth_parse(object.auth, true, &auth)) {
        return refuse("the passkey's attestation is malformed or of a kind nobody asked for");
    }
    err e = passkey_auth_check(&auth, site);
    if (!err_ok(e)) {
        return e;
    }
    const struct scheme *scheme = scheme_of(auth.algorithm);
    if (!scheme) {
        return refuse("the passkey's algorithm is not one of ES256, EdDSA and RS256");
    }
    if (str_empty(auth.credential) || !str_eq(auth.credential, response->credential)) {
        return refuse("the passkey's answer has two ids");
    }
    fido_cred_t *made = fido_cred_new();
    if (!made) {
        return no_memory();
    }
    struct passkey_made kept = {.credential = auth.credential, .counter = auth.counter};
    e = read_credential(a, made, site, &object, response->client_data, scheme, &kept.public_key);
    fido_cred_free(&made);
    if (err_ok(e)) {
        *ret = kept;
    }
    return e;
}

err passkey_verify_create(struct arena *a, const struct passkey_site *site, str challenge,
                          str response_json, struct passkey_made *ret)
{
    struct passkey_response response;
    err e = passkey_response_parse(a, response_json, true, &response);
    if (err_ok(e)) {
        e = passkey_client_check(response.client_data, true, site, challenge);
    }
    return err_ok(e) ? verify_object(a, site, &response, ret) : e;
}

static bool signature_holds(const char *rp_id, const struct passkey_response *response,
                            int algorithm, str key_bytes)
{
    struct crypto_digest hash = crypto_sha256(response->client_data);
    union public_key key;
    fido_assert_t *shown = fido_assert_new();
    if (!shown || !key_new(algorithm, key_bytes, &key)) {
        fido_assert_free(&shown);
        return false;
    }
    bool fine = fido_assert_set_rp(shown, rp_id) == FIDO_OK &&
                fido_assert_set_clientdata_hash(shown, hash.bytes, sizeof hash.bytes) == FIDO_OK &&
                fido_assert_set_count(shown, 1) == FIDO_OK &&
                fido_assert_set_up(shown, FIDO_OPT_TRUE) == FIDO_OK &&
                fido_assert_set_authdata_raw(shown, 0, bytes_of(response->object),
                                             response->object.n) == FIDO_OK &&
                fido_assert_set_sig(shown, 0, bytes_of(response->signature),
                                    response->signature.n) == FIDO_OK &&
                fido_assert_verify(shown, 0, algorithm, key.any) == FIDO_OK;
    fido_assert_free(&shown);
    key_free(algorithm, &key);
    return fine;
}

static err verify_assertion(struct arena *a, const struct passkey_site *site,
                            const struct passkey_response *response, str public_key)
{
    str rp_id = arena_str(a, site->rp_id); /* NUL-terminated */
    if (!rp_id.p) {
        return no_memory();
    }
    for (size_t i = 0; i < SCHEMES; i++) {
        str bytes = str_slice(public_key, schemes[i].prefix.n, public_key.n);
        if (str_starts(public_key, schemes[i].prefix) && bytes.n == schemes[i].key_bytes) {
            return signature_holds(rp_id.p, response, schemes[i].algorithm, bytes)
                       ? ERR_NONE
                       : refuse("the passkey's signature does not hold");
        }
    }
    return err_new(ERR_CORRUPT, "a stored passkey is damaged");
}

err passkey_verify_get(struct arena *a, const struct passkey_site *site, str challenge,
                       str response_json, str public_key, uint64_t counter, uint64_t *ret_counter)
{
    struct passkey_response response;
    struct passkey_auth auth;
    err e = passkey_response_parse(a, response_json, false, &response);
    if (err_ok(e)) {
        e = passkey_client_check(response.client_data, false, site, challenge);
    }
    if (err_ok(e) && !passkey_auth_parse(response.object, false, &auth)) {
        e = refuse("the authenticator's data is malformed");
    }
    if (err_ok(e)) {
        e = passkey_auth_check(&auth, site);
    }
    if (err_ok(e)) {
        e = verify_assertion(a, site, &response, public_key);
    }
    if (err_ok(e) && auth.counter <= counter && (auth.counter || counter)) {
        e = refuse("the passkey's counter went back: it may have been copied");
    }
    if (err_ok(e)) {
        *ret_counter = auth.counter;
    }
    return e;
}
