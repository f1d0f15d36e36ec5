/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "access/recovery.h"

enum { CODES = 10000 };

static int by_text(const void *x, const void *y)
{
    return strcmp(((const struct recovery_code *)x)->c, ((const struct recovery_code *)y)->c);
}

static void codes_are_distinct_and_have_no_ambiguous_characters(void **state)
{
    (void)state;
    size_t seen[256] = {0};
    struct recovery_code *codes = test_calloc(CODES, sizeof *codes);
    for (size_t i = 0; i < CODES; i++) {
        codes[i] = recovery_code_new();
        assert_int_equal(strlen(codes[i].c), RECOVERY_CODE_BYTES - 1);
        for (size_t k = 0; k < RECOVERY_CODE_BYTES - 1; k++) {
            assert_int_equal(codes[i].c[k] == '-', k % 5 == 4);
            seen[(unsigned char)codes[i].c[k]]++;
        }
    }
    qsort(codes, CODES, sizeof *codes, by_text);
    for (size_t i = 1; i < CODES; i++) {
        assert_string_not_equal(codes[i - 1].c, codes[i].c);
    }
    /* 31 characters, each about as often: 160,000 / 31 = 5,161, one in a billion is off by 450. */
    size_t kinds = 0;
    for (unsigned c = 0; c < 256; c++) {
        if (seen[c] && c != '-') {
            kinds++;
            assert_true((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
            assert_null(strchr("01ilo", (int)c));
            assert_in_range(seen[c], 4700, 5620);
        }
    }
    assert_int_equal(kinds, 31);
    test_free(codes);
}

static bool same(struct crypto_digest x, struct crypto_digest y)
{
    return memcmp(x.bytes, y.bytes, sizeof x.bytes) == 0;
}

static void what_is_typed_differently_is_the_same(void **state)
{
    (void)state;
    static const char *const table[] = {
        "ABCD-EFGH-JKMN-PQRS",
        "abcdefghjkmnpqrs",
        "  abcd efgh jkmn pqrs\n",
        "a-b-c-d-e-f-g-h-j-k-m-n-p-q-r-s",
        "abcd\xe2\x80\x93"
        "efgh\xe2\x80\x94jkmn\xc2\xa0pqrs", /* dashes of a word processor */
        "aBcD--EfGh\tJkMn PqRs",
    };
    struct secret key = {0};
    struct crypto_digest first, other;
    assert_true(err_ok(secret_set(&key, STR("the key of the installation"))));
    assert_true(recovery_hash(&key, STR("p1"), STR("abcd-efgh-jkmn-pqrs"), &first));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_true(recovery_hash(&key, STR("p1"), str_c(table[i]), &other));
        assert_true(same(first, other));
    }
    secret_done(&key);
}

static void what_cannot_be_a_code_is_refused(void **state)
{
    (void)state;
    static const str table[] = {
        STR_INIT(""),
        STR_INIT("abcd-efgh-jkmn-pqr"),
        STR_INIT("abcd-efgh-jkmn-pqrst"),
        STR_INIT("abcd-efgh-jkmn-pqr0"),
        STR_INIT("abcd-efgh-jkmn-pqro"),
        STR_INIT("abcd-efgh-jkmn-pqr1"),
        STR_INIT("abcd-efgh-jkmn-pqr!"),
        STR_INIT("abcd-efgh-jkmn-pqr\0"),
        STR_INIT("abcd-efgh-jkmn-pqrs\0"),
        STR_INIT("abcd-efgh-jkmn-pqr\xc3\xa9"),
        STR_INIT("abcd-efgh-jkmn-pqr\xff"),
        STR_INIT("abcd_efgh_jkmn_pqrs"),
        STR_INIT("----------------"),
    };
    struct secret key = {0};
    struct crypto_digest hash = {{7}}, before = hash;
    assert_true(err_ok(secret_set(&key, STR("the key of the installation"))));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_false(recovery_hash(&key, STR("p1"), table[i], &hash));
        assert_true(same(hash, before));
    }
    assert_false(recovery_hash(&key, STR_EMPTY, STR("abcd-efgh-jkmn-pqrs"), &hash));
    secret_done(&key);
}

static void a_hash_is_bound_to_person_and_installation(void **state)
{
    (void)state;
    struct secret key = {0}, other_key = {0};
    struct crypto_digest one, other, elsewhere;
    str code = STR("abcd-efgh-jkmn-pqrs");
    assert_true(err_ok(secret_set(&key, STR("one key"))));
    assert_true(err_ok(secret_set(&other_key, STR("other key"))));
    assert_true(recovery_hash(&key, STR("p1"), code, &one));
    assert_true(recovery_hash(&key, STR("p2"), code, &other));
    assert_true(recovery_hash(&other_key, STR("p1"), code, &elsewhere));
    assert_false(same(one, other) || same(one, elsewhere));
    secret_done(&key);
    secret_done(&other_key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_distinct_and_have_no_ambiguous_characters),
        cmocka_unit_test(what_is_typed_differently_is_the_same),
        cmocka_unit_test(what_cannot_be_a_code_is_refused),
        cmocka_unit_test(a_hash_is_bound_to_person_and_installation),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
