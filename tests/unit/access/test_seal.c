/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sodium.h>

#include "access/seal.h"
#include "base/crypto.h"

static struct secret make(str text)
{
    struct secret secret = {0};
    assert_true(err_ok(secret_set(&secret, text)));
    return secret;
}

static void a_sealed_secret_opens_again(void **state)
{
    (void)state;
    struct arena a;
    struct secret key = make(STR("0123456789abcdef0123456789abcdef")), open = {0};
    arena_init(&a, 1 << 20);
    for (size_t n = 0; n < 300; n++) {
        char plain[300];
        str sealed;
        crypto_random(plain, sizeof plain);
        assert_true(err_ok(seal_close(&a, &key, STR("row 1"), str_n(plain, n), &sealed)));
        assert_int_equal(sealed.n, n + 1 + 24 + 16);
        assert_true(err_ok(seal_open(&key, STR("row 1"), sealed, &open)));
        assert_true(str_eq(secret_view(&open), str_n(plain, n)));
    }
    secret_done(&open);
    secret_done(&key);
    arena_done(&a);
}

static void the_same_secret_is_never_sealed_alike(void **state)
{
    (void)state;
    struct arena a;
    struct secret key = make(STR("0123456789abcdef0123456789abcdef"));
    str one, other;
    arena_init(&a, 1 << 20);
    assert_true(err_ok(seal_close(&a, &key, STR("row"), STR("secret"), &one)));
    assert_true(err_ok(seal_close(&a, &key, STR("row"), STR("secret"), &other)));
    assert_memory_not_equal(one.p + 1, other.p + 1, 24);
    assert_int_equal(str_find(one, STR("secret"), 0), SIZE_MAX);
    secret_done(&key);
    arena_done(&a);
}

static void damage_another_key_and_another_row_are_corrupt(void **state)
{
    (void)state;
    struct arena a;
    struct secret key = make(STR("0123456789abcdef0123456789abcdef")),
                  other = make(STR("0123456789abcdef0123456789abcdeg")), open = {0};
    str sealed;
    arena_init(&a, 1 << 20);
    assert_true(err_ok(seal_close(&a, &key, STR("row 1"), STR("JBSWY3DP"), &sealed)));
    assert_int_equal(seal_open(&other, STR("row 1"), sealed, &open).code, ERR_CORRUPT);
    assert_int_equal(seal_open(&key, STR("row 2"), sealed, &open).code, ERR_CORRUPT);
    assert_int_equal(seal_open(&key, STR("row 11"), sealed, &open).code, ERR_CORRUPT);
    assert_int_equal(seal_open(&key, STR_EMPTY, sealed, &open).code, ERR_CORRUPT);
    for (size_t i = 0; i < sealed.n; i++) {
        char *copy = arena_alloc(&a, sealed.n);
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(copy, sealed.p, sealed.n);
            copy[i] = (char)(copy[i] ^ (1 << bit));
            assert_int_equal(seal_open(&key, STR("row 1"), str_n(copy, sealed.n), &open).code,
                             ERR_CORRUPT);
        }
        assert_int_equal(seal_open(&key, STR("row 1"), str_slice(sealed, 0, i), &open).code,
                         ERR_CORRUPT);
        assert_int_equal(
            seal_open(&key, STR("row 1"), str_slice(sealed, i + 1, sealed.n), &open).code,
            ERR_CORRUPT);
    }
    assert_null(open.p); /* nothing was handed out on the way */
    secret_done(&key);
    secret_done(&other);
    arena_done(&a);
}

/* The form on disk, made with OpenSSL's HKDF, so that it cannot change unseen. */
static void the_form_is_hkdf_and_xchacha20_poly1305(void **state)
{
    (void)state;
    static const char ikm[] = "0123456789abcdef0123456789abcdef", aad[] = "\x01row 1";
    unsigned char key[32], sealed[1 + 24 + 6 + 16] = {1, 2, 3};
    char digest[] = "SHA256", salt[] = "doorward seal", info[] = "xchacha20", secret[33];
    memcpy(secret, ikm, sizeof secret);
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, 32),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, strlen(salt)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, strlen(info)),
        OSSL_PARAM_construct_end()};
    assert_int_equal(EVP_KDF_derive(ctx, key, sizeof key, params), 1);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    assert_int_equal(crypto_aead_xchacha20poly1305_ietf_encrypt(
                         sealed + 25, NULL, (const unsigned char *)"secret", 6,
                         (const unsigned char *)aad, sizeof aad - 1, NULL, sealed + 1, key),
                     0);
    struct secret installation = make(str_c(ikm)), open = {0};
    assert_true(err_ok(
        seal_open(&installation, STR("row 1"), str_n((const char *)sealed, sizeof sealed), &open)));
    assert_true(str_eq(secret_view(&open), STR("secret")));
    secret_done(&open);
    secret_done(&installation);
}

static void nothing_is_sealed_without_a_key_or_an_owner(void **state)
{
    (void)state;
    struct arena a;
    struct secret none = {0}, key = make(STR("k"));
    str sealed = STR_EMPTY;
    arena_init(&a, 1 << 20);
    assert_int_equal(seal_close(&a, &none, STR("row"), STR("s"), &sealed).code, ERR_INTERNAL);
    assert_int_equal(seal_close(&a, &key, STR_EMPTY, STR("s"), &sealed).code, ERR_INTERNAL);
    assert_int_equal(seal_close(&a, &key, STR("row"), (str){"", (64 << 10) + 1}, &sealed).code,
                     ERR_INTERNAL);
    assert_true(str_empty(sealed));
    secret_done(&key);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_secret_opens_again),
        cmocka_unit_test(the_same_secret_is_never_sealed_alike),
        cmocka_unit_test(damage_another_key_and_another_row_are_corrupt),
        cmocka_unit_test(the_form_is_hkdf_and_xchacha20_poly1305),
        cmocka_unit_test(nothing_is_sealed_without_a_key_or_an_owner),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
