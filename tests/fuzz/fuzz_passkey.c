/* SPDX-License-Identifier: Apache-2.0 */
/* What browsers and authenticators send. The first byte says what the rest is: a whole answer, an
 * attestation object, authenticator data of a log-in, or client data. */
#include <stdlib.h>

#include "access/passkey_private.h"
#include "base/bytes.h"
#include "base/crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct passkey_site site = {STR_INIT("https://a.test"), STR_INIT("a.test"),
                                         STR_INIT("A")};
static const str challenge = STR_INIT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
static const str client_of_create =
    STR_INIT("{\"type\":\"webauthn.create\",\"challenge\":"
             "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"origin\":\"https://a.test\"}");
static const str client_of_get =
    STR_INIT("{\"type\":\"webauthn.get\",\"challenge\":"
             "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"origin\":\"https://a.test\"}");
/* The public key of RFC 8037 appendix A.2, whose owner is not here. */
static const str stored =
    STR_INIT("eddsa:\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72"
             "\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a");

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void add(struct buf *b, const char *name, str bytes)
{
    buf_addf(b, "\"%s\":\"", name);
    bytes_base64url(b, bytes.p, bytes.n);
    buf_add_byte(b, '"');
}

static void try_answer(struct arena *a, str json)
{
    struct passkey_made made;
    uint64_t counter;
    str id = STR_EMPTY;
    (void)err_ok(passkey_response_credential(a, json, &id));
    check(id.n <= PASSKEY_CREDENTIAL_MAX);
    if (err_ok(passkey_verify_create(a, &site, challenge, json, &made))) {
        check(str_eq(made.credential, id) && made.public_key.n > 32);
    }
    check(!err_ok(passkey_verify_get(a, &site, challenge, json, stored, 0, &counter)));
}

/* Puts the right site and id around an attestation object, so that the rest decides. */
static void try_attestation(struct arena *a, str bytes)
{
    struct passkey_attestation object;
    struct passkey_auth auth;
    struct crypto_digest hash = crypto_sha256(site.rp_id);
    char *copy = arena_alloc(a, bytes.n + 1);
    struct buf b;
    memcpy(copy, bytes.p, bytes.n);
    if (!passkey_attestation_parse(str_n(copy, bytes.n), &object) ||
        !passkey_auth_parse(object.auth, true, &auth)) {
        return;
    }
    memcpy(copy + (auth.rp_id_hash.p - copy), hash.bytes, sizeof hash.bytes);
    buf_init(&b, 256 << 10);
    buf_add_c(&b, "{\"type\":\"public-key\",");
    add(&b, "id", auth.credential);
    buf_add_c(&b, ",\"response\":{");
    add(&b, "clientDataJSON", client_of_create);
    buf_add_byte(&b, ',');
    add(&b, "attestationObject", str_n(copy, bytes.n));
    buf_add_c(&b, "}}");
    try_answer(a, buf_str(&b));
    buf_done(&b);
}

/* A signature of 64 bytes, then flags, counter and what follows. */
static void try_assertion(struct arena *a, str bytes)
{
    struct crypto_digest hash = crypto_sha256(site.rp_id);
    str tail = str_slice(bytes, 64, bytes.n);
    char *auth = arena_alloc(a, sizeof hash.bytes + tail.n);
    struct buf b;
    memcpy(auth, hash.bytes, sizeof hash.bytes);
    memcpy(auth + sizeof hash.bytes, tail.p, tail.n);
    buf_init(&b, 256 << 10);
    buf_add_c(&b, "{\"type\":\"public-key\",\"id\":\"AAAA\",\"response\":{");
    add(&b, "clientDataJSON", client_of_get);
    buf_add_byte(&b, ',');
    add(&b, "authenticatorData", str_n(auth, sizeof hash.bytes + tail.n));
    buf_add_byte(&b, ',');
    add(&b, "signature", str_slice(bytes, 0, 64));
    buf_add_c(&b, "}}");
    try_answer(a, buf_str(&b));
    buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    str rest = str_n((const char *)data + 1, size - 1);
    if (size == 0 || !err_ok(crypto_init())) {
        return 0;
    }
    arena_init(&a, 8 << 20);
    switch (data[0]) {
    case 'o':
        try_attestation(&a, rest);
        break;
    case 'a':
        try_assertion(&a, rest);
        break;
    case 'c':
        (void)err_ok(passkey_client_check(rest, true, &site, challenge));
        (void)err_ok(passkey_client_check(rest, false, &site, challenge));
        break;
    default:
        try_answer(&a, rest);
    }
    arena_done(&a);
    return 0;
}
