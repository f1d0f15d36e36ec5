/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/jwt_private.h"
#include "unit/access/jose.h"

enum { ALGS = JWT_EDDSA + 1 };

static struct arena memory;
static struct jose_key keys[ALGS];

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 256 << 20);
    for (unsigned alg = 0; alg < ALGS; alg++) {
        keys[alg] = jose_key_new(&memory, (enum jwt_alg)alg);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (unsigned alg = 0; alg < ALGS; alg++) {
        EVP_PKEY_free(keys[alg].pair);
    }
    arena_done(&memory);
    return 0;
}

static str unbase64(const char *text)
{
    str bytes = STR_EMPTY;
    assert_true(err_ok(bytes_unbase64url(&memory, str_c(text), &bytes)));
    return bytes;
}

/* Puts what stands in front of a key's coordinates in SPKI before them. */
static str spki(str head, const char *x, const char *y)
{
    str one = unbase64(x), other = unbase64(y);
    char *out = arena_alloc(&memory, head.n + one.n + other.n);
    memcpy(out, head.p, head.n);
    memcpy(out + head.n, one.p, one.n);
    memcpy(out + head.n + one.n, other.p, other.n);
    return str_n(out, head.n + one.n + other.n);
}

/* RFC 7515 appendices A.1 and A.3, RFC 8037 appendix A.4. */
static void the_standards_examples_verify(void **state)
{
    (void)state;
    static const str p256 = STR_INIT(
        "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04");
    static const str ed25519 = STR_INIT("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00");
#define CLAIMS_OF_JOE                                                                              \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    const struct {
        struct jwt_key key;
        str input;
        const char *signature;
    } table[] = {
        {{JWT_HS256,
          unbase64(
              "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")},
         STR("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS_OF_JOE),
         "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
        {{JWT_ES256, spki(p256, "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                          "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")},
         STR("eyJhbGciOiJFUzI1NiJ9." CLAIMS_OF_JOE),
         "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
        {{JWT_EDDSA, spki(ed25519, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "")},
         STR("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"),
         "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct jwt_parts parts = {.input = table[i].input,
                                  .signature = unbase64(table[i].signature)};
        assert_true(jwt_signed_by(&parts, &table[i].key));
        parts.input = str_slice(parts.input, 0, parts.input.n - 1);
        assert_false(jwt_signed_by(&parts, &table[i].key));
    }
}

static str pem_of(EVP_PKEY *key, bool private)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *p;
    assert_int_equal(private ? PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)
                             : PEM_write_bio_PUBKEY(bio, key),
                     1);
    long n = BIO_get_mem_data(bio, &p);
    str text = arena_str(&memory, str_n(p, (size_t)n));
    BIO_free(bio);
    return text;
}

static void public_keys_are_read_from_pem_and_der(void **state)
{
    (void)state;
    for (unsigned alg = JWT_ES256; alg < ALGS; alg++) {
        str der = STR_EMPTY, pem = pem_of(keys[alg].pair, false);
        assert_true(err_ok(jwt_key_read(&memory, (enum jwt_alg)alg, pem, &der)));
        assert_true(str_eq(der, keys[alg].site.key));
        der = STR_EMPTY;
        assert_true(err_ok(jwt_key_read(&memory, (enum jwt_alg)alg, keys[alg].site.key, &der)));
        assert_true(str_eq(der, keys[alg].site.key));
        assert_true(err_ok(jwt_key_read(&memory, (enum jwt_alg)alg,
                                        arena_printf(&memory, "\n  %.*s\n", STR_ARG(pem)), &der)));
    }
}

static void a_compressed_point_is_stored_uncompressed(void **state)
{
    (void)state;
    EVP_PKEY *copy = EVP_PKEY_dup(keys[JWT_ES256].pair);
    assert_int_equal(EVP_PKEY_set_utf8_string_param(copy, "point-format", "compressed"), 1);
    str small = pem_of(copy, false), der = STR_EMPTY;
    assert_true(small.n < pem_of(keys[JWT_ES256].pair, false).n);
    assert_true(err_ok(jwt_key_read(&memory, JWT_ES256, small, &der)));
    assert_true(str_eq(der, keys[JWT_ES256].site.key));
    EVP_PKEY_free(copy);
}

static void refuse_key(enum jwt_alg alg, str text)
{
    str der = STR("untouched");
    assert_int_equal(jwt_key_read(&memory, alg, text, &der).code, ERR_INVALID);
    assert_true(str_eq(der, STR("untouched")));
}

static void other_keys_are_refused(void **state)
{
    (void)state;
    EVP_PKEY *others[] = {EVP_RSA_gen(2048), EVP_EC_gen("P-384"), EVP_EC_gen("secp256k1"),
                          EVP_PKEY_Q_keygen(NULL, NULL, "X25519"),
                          EVP_PKEY_Q_keygen(NULL, NULL, "ED448")};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        refuse_key(JWT_ES256, pem_of(others[i], false));
        refuse_key(JWT_EDDSA, pem_of(others[i], false));
        EVP_PKEY_free(others[i]);
    }
    refuse_key(JWT_ES256, pem_of(keys[JWT_EDDSA].pair, false));
    refuse_key(JWT_EDDSA, pem_of(keys[JWT_ES256].pair, false));
    for (unsigned alg = JWT_ES256; alg < ALGS; alg++) {
        str der = keys[alg].site.key, pem = pem_of(keys[alg].pair, false);
        refuse_key((enum jwt_alg)alg, pem_of(keys[alg].pair, true));
        refuse_key((enum jwt_alg)alg, STR_EMPTY);
        refuse_key((enum jwt_alg)alg,
                   STR("-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----"));
        refuse_key((enum jwt_alg)alg, str_slice(der, 0, der.n - 1));
        refuse_key((enum jwt_alg)alg, arena_printf(&memory, "%.*s%c", STR_ARG(der), 'x'));
        refuse_key((enum jwt_alg)alg, str_slice(pem, 0, pem.n / 2));
        refuse_key(JWT_HS256, pem);
    }
    /* An encrypted one must not ask on the terminal. */
    refuse_key(JWT_ES256, STR("-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
                              "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
                              "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PUBLIC KEY-----\n"));
}

static void weak_points_are_refused(void **state)
{
    (void)state;
    str good = keys[JWT_EDDSA].site.key;
    char *der = arena_alloc(&memory, good.n);
    memcpy(der, good.p, good.n);
    memset(der + good.n - 32, 0, 32); /* of order 4: any signature fits some text */
    refuse_key(JWT_EDDSA, str_n(der, good.n));
    der[good.n - 32] = 1; /* the neutral element */
    refuse_key(JWT_EDDSA, str_n(der, good.n));
    good = keys[JWT_ES256].site.key;
    der = arena_alloc(&memory, good.n);
    memcpy(der, good.p, good.n);
    der[good.n - 1] = (char)(der[good.n - 1] ^ 1); /* off the curve */
    refuse_key(JWT_ES256, str_n(der, good.n));
}

static void shared_secrets_are_long_and_varied(void **state)
{
    (void)state;
    static const char text[] = "k3Jx9QpZ7vLmR2sT8wYb4NcD6fGh1aUeX0iOoPq5";
    str kept;
    assert_true(err_ok(jwt_key_read(&memory, JWT_HS256, str_n(text, 32), &kept)));
    assert_true(str_eq(kept, str_n(text, 32)));
    assert_true(err_ok(
        jwt_key_read(&memory, JWT_HS256, STR(" k3Jx9QpZ7vLmR2sT8wYb4NcD6fGh1aUe\n"), &kept)));
    assert_true(str_eq(kept, str_n(text, 32)));
    refuse_key(JWT_HS256, str_n(text, 31));
    refuse_key(JWT_HS256, STR("                                        "));
    refuse_key(JWT_HS256, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    refuse_key(JWT_HS256, STR_EMPTY);
    struct jwt_key short_key = {JWT_HS256, str_n(text, 31)};
    struct jose_key signer = {.alg = JWT_HS256, .secret = short_key.key};
    struct jwt_visitor visitor;
    str token = jose_token(&memory, &signer, STR("{\"alg\":\"HS256\",\"kid\":\"k\"}"),
                           STR("{\"sub\":\"u\",\"aud\":\"shop\",\"exp\":1795294800}"));
    assert_false(
        err_ok(jwt_verify(&memory, token, &short_key, STR("shop"), 1795291200000, &visitor)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_examples_verify),
        cmocka_unit_test(public_keys_are_read_from_pem_and_der),
        cmocka_unit_test(a_compressed_point_is_stored_uncompressed),
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(weak_points_are_refused),
        cmocka_unit_test(shared_secrets_are_long_and_varied),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
