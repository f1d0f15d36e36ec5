/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/id.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void base64_gives_the_vectors_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const table[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    struct arena a;
    arena_init(&a, 65536);
    for (size_t i = 0; i < COUNT(table); i++) {
        struct buf b;
        str back;
        buf_init(&b, 100);
        bytes_base64(&b, table[i][0], strlen(table[i][0]));
        assert_string_equal(buf_c(&b), table[i][1]);
        assert_true(err_ok(bytes_unbase64(&a, buf_str(&b), &back)));
        assert_true(str_eq(back, str_c(table[i][0])));
        buf_done(&b);
    }
    arena_done(&a);
}

static void base64_that_is_not_canonical_is_refused(void **state)
{
    (void)state;
    static const char *const table[] = {
        "Z", "Zh==", "Zm9=", "Zg=", "Zg===", "Z g=", "Zm9v\n", "=", "Zm=v"};
    struct arena a;
    arena_init(&a, 65536);
    for (size_t i = 0; i < COUNT(table); i++) {
        str back;
        assert_int_equal(bytes_unbase64(&a, str_c(table[i]), &back).code, ERR_INVALID);
    }
    arena_done(&a);
}

static void base64url_has_one_form_only(void **state)
{
    (void)state;
    static const char *const refused[] = {"Zg==", "Zm9=",   "=",  "-_8=", "+_8",
                                          "-/8",  "Zm9v\n", "Zh", "Z"};
    struct arena a;
    str back;
    arena_init(&a, 65536);
    assert_true(err_ok(bytes_unbase64url(&a, STR("-_8"), &back)));
    assert_true(str_eq(back, STR("\xfb\xff")));
    for (size_t i = 0; i < COUNT(refused); i++) {
        assert_int_equal(bytes_unbase64url(&a, str_c(refused[i]), &back).code, ERR_INVALID);
    }
    arena_done(&a);
}

static void random_bytes_survive_every_text_form(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t n = 0; n < 200; n++) {
        char bytes[200];
        struct buf url, hex;
        str back;
        crypto_random(bytes, n);
        buf_init(&url, 1000);
        buf_init(&hex, 1000);
        bytes_base64url(&url, bytes, n);
        bytes_hex(&hex, bytes, n);
        assert_true(err_ok(bytes_unbase64(&a, buf_str(&url), &back)));
        assert_true(str_eq(back, str_n(bytes, n)));
        assert_true(err_ok(bytes_unhex(&a, buf_str(&hex), &back)));
        assert_true(str_eq(back, str_n(bytes, n)));
        buf_done(&url);
        buf_done(&hex);
    }
    arena_done(&a);
}

static void crc_32_gives_its_check_value(void **state)
{
    (void)state;
    assert_int_equal(crypto_crc32(STR("123456789")), 0xcbf43926u);
}

static void hmac_gives_the_vector_of_rfc_4231(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    struct crypto_digest d = crypto_hmac(STR("Jefe"), STR("what do ya want for nothing?"));
    bytes_hex(&b, d.bytes, sizeof d.bytes);
    assert_string_equal(buf_c(&b),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    buf_done(&b);
}

static void ordered_ids_sort_by_time_and_parse_back(void **state)
{
    (void)state;
    id last = id_ordered();
    for (int i = 0; i < 1000; i++) {
        id next = id_ordered(), back;
        assert_true(strncmp(last.c, next.c, 13) <= 0);
        assert_true(id_parse(id_str(&next), &back));
        assert_true(id_eq(&next, &back));
        assert_int_equal(next.c[14], '7');
        last = next;
    }
}

static void ids_of_other_forms_are_refused(void **state)
{
    (void)state;
    static const char *const table[] = {"",
                                        "x",
                                        "00000000-0000-4000-8000-00000000000",
                                        "00000000-0000-4000-8000-0000000000000",
                                        "00000000x0000-4000-8000-000000000000",
                                        "g0000000-0000-4000-8000-000000000000",
                                        "{0000000-0000-4000-8000-000000000000"};
    for (size_t i = 0; i < COUNT(table); i++) {
        id back;
        assert_false(id_parse(str_c(table[i]), &back));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_gives_the_vectors_of_rfc_4648),
        cmocka_unit_test(base64_that_is_not_canonical_is_refused),
        cmocka_unit_test(base64url_has_one_form_only),
        cmocka_unit_test(random_bytes_survive_every_text_form),
        cmocka_unit_test(crc_32_gives_its_check_value),
        cmocka_unit_test(hmac_gives_the_vector_of_rfc_4231),
        cmocka_unit_test(ordered_ids_sort_by_time_and_parse_back),
        cmocka_unit_test(ids_of_other_forms_are_refused),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
