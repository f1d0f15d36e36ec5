/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of sites. The first byte says what the rest is: a token, a header and claims that are
 * signed rightly, a signature, or a key that an owner gives. */
#include <stdlib.h>

#include "access/jwt_private.h"
#include "base/bytes.h"
#include "base/crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t now_ms = 1795291200000;
static const str secret = STR_INIT("0123456789abcdef0123456789abcdef");
/* The keys of RFC 7515 appendix A.3 and RFC 8037 appendix A.2. */
static const str p256 = STR_INIT(
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
    "\x03\x42\x00\x04\x7f\xcd\xce\x27\x70\xf6\xc4\x5d\x41\x83\xcb\xee\x6f\xdb\x4b\x7b\x58\x07\x33"
    "\x35\x7b\xe9\xef\x13\xba\xcf\x6e\x3c\x7b\xd1\x54\x45\xc7\xf1\x44\xcd\x1b\xbd\x9b\x7e\x87\x2c"
    "\xdf\xed\xb9\xee\xb9\xf4\xb3\x69\x5d\x6e\xa9\x0b\x24\xad\x8a\x46\x23\x28\x85\x88\xe5\xad");
static const str ed25519 =
    STR_INIT("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5"
             "\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07"
             "\x51\x1a");

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_visitor(const struct jwt_visitor *visitor)
{
    str rest = visitor->groups, group, last = STR_EMPTY;
    size_t count = 0;
    check(visitor->subject.n > 0 && visitor->subject.n <= 255 &&
          !str_has_control(visitor->subject));
    check(!str_has_control(visitor->email) && !str_has_control(visitor->name));
    check(visitor->expires_ms > now_ms &&
          visitor->expires_ms <= now_ms + JWT_LIFE_MAX_MS + JWT_SKEW_MS);
    check(str_empty(rest) || str_ends(rest, STR("\n")));
    while (str_split(&rest, '\n', &group)) {
        check(group.n > 0 && group.n <= 64 && str_cmp(last, group) < 0);
        last = group;
        count++;
    }
    check(count <= JWT_GROUPS_MAX);
}

static void add_signed(struct buf *token, str header, str claims)
{
    bytes_base64url(token, header.p, header.n);
    buf_add_byte(token, '.');
    bytes_base64url(token, claims.p, claims.n);
    struct crypto_digest mac = crypto_hmac(secret, buf_str(token));
    buf_add_byte(token, '.');
    bytes_base64url(token, mac.bytes, sizeof mac.bytes);
}

/* Nobody has the private keys, so nothing may verify. */
static void try_public(struct arena *a, str token)
{
    const struct jwt_key keys[] = {{JWT_ES256, p256}, {JWT_EDDSA, ed25519}};
    struct jwt_visitor visitor;
    for (size_t i = 0; i < 2; i++) {
        check(!err_ok(jwt_verify(a, token, &keys[i], STR("shop"), now_ms, &visitor)));
    }
}

static void try_token(struct arena *a, str token)
{
    const struct jwt_key shared = {JWT_HS256, secret};
    struct jwt_visitor visitor;
    str kid;
    err e = jwt_kid(a, token, &kid);
    check(err_ok(e) ? kid.n > 0 && kid.n <= 64 && !str_has_control(kid) : e.code == ERR_INVALID);
    if (err_ok(jwt_verify(a, token, &shared, STR("shop"), now_ms, &visitor))) {
        check(err_ok(e));
        check_visitor(&visitor);
    }
    try_public(a, token);
}

static void try_signature(struct arena *a, str bytes)
{
    struct jwt_parts parts = {.input = STR("eyJhbGciOiJFUzI1NiJ9.e30"), .signature = bytes};
    const struct jwt_key keys[] = {{JWT_HS256, secret}, {JWT_ES256, p256}, {JWT_EDDSA, ed25519}};
    (void)a;
    for (size_t i = 0; i < 3; i++) {
        check(!jwt_signed_by(&parts, &keys[i]));
    }
}

/* A key that was taken is taken again as it is stored. */
static void try_key(struct arena *a, str text)
{
    for (unsigned alg = JWT_HS256; alg <= JWT_EDDSA; alg++) {
        str der, again;
        if (err_ok(jwt_key_read(a, (enum jwt_alg)alg, text, &der))) {
            check(err_ok(jwt_key_read(a, (enum jwt_alg)alg, der, &again)) && str_eq(der, again));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct buf token;
    str rest = str_n((const char *)data + 1, size - 1);
    if (size == 0 || !err_ok(crypto_init())) {
        return 0;
    }
    arena_init(&a, 4 << 20);
    buf_init(&token, 64 << 10);
    switch (data[0]) {
    case 'c':
        add_signed(&token, STR("{\"alg\":\"HS256\",\"kid\":\"k\"}"), rest);
        try_token(&a, buf_str(&token));
        break;
    case 'h':
        add_signed(&token, rest, STR("{\"sub\":\"u\",\"aud\":\"shop\",\"exp\":1795294800}"));
        try_token(&a, buf_str(&token));
        break;
    case 's':
        try_signature(&a, rest);
        break;
    case 'k':
        try_key(&a, rest);
        break;
    default:
        try_token(&a, rest);
    }
    buf_done(&token);
    arena_done(&a);
    return 0;
}
