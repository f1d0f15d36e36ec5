/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void numbers_parse_whole_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        uint64_t value;
    } table[] = {{"0", true, 0},
                 {"18446744073709551615", true, UINT64_MAX},
                 {"18446744073709551616", false, 0},
                 {"99999999999999999999", false, 0},
                 {"", false, 0},
                 {"-1", false, 0},
                 {"+1", false, 0},
                 {" 1", false, 0},
                 {"1 ", false, 0},
                 {"0x1", false, 0}};
    for (size_t i = 0; i < COUNT(table); i++) {
        uint64_t value = 7;
        assert_int_equal(str_u64(str_c(table[i].text), &value), table[i].good);
        assert_true(value == (table[i].good ? table[i].value : 7));
    }
    int64_t number;
    assert_true(str_i64(STR("-9223372036854775808"), &number) && number == INT64_MIN);
    assert_false(str_i64(STR("9223372036854775808"), &number));
    assert_false(str_i64(STR("--1"), &number));
}

static void splitting_gives_each_field_once(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t fields;
    } table[] = {{"", 0}, {"a", 1}, {"a,b", 2}, {"a,,b", 3}, {",a", 2}, {"a,", 1}, {",", 1}};
    for (size_t i = 0; i < COUNT(table); i++) {
        str rest = str_c(table[i].text), field;
        size_t n = 0;
        while (str_split(&rest, ',', &field)) {
            n++;
        }
        assert_int_equal(n, table[i].fields);
    }
}

static void finding_stays_inside(void **state)
{
    (void)state;
    str s = STR("abcabc");
    assert_int_equal(str_find(s, STR("bc"), 0), 1);
    assert_int_equal(str_find(s, STR("bc"), 2), 4);
    assert_int_equal(str_find(s, STR("bc"), 5), SIZE_MAX);
    assert_int_equal(str_find(s, STR("bc"), 100), SIZE_MAX);
    assert_int_equal(str_find(s, STR("abcabcabc"), 0), SIZE_MAX);
    assert_int_equal(str_find(STR_EMPTY, STR("a"), 0), SIZE_MAX);
    assert_int_equal(str_find_byte(s, 'c', 3), 5);
    assert_int_equal(str_find_byte(s, 'c', 6), SIZE_MAX);
    assert_true(str_eq(str_slice(s, 4, 100), STR("bc")));
    assert_true(str_empty(str_slice(s, 5, 2)));
}

static void cases_fold_only_in_ascii(void **state)
{
    (void)state;
    assert_true(str_ieq(STR("Content-Type"), STR("content-TYPE")));
    assert_false(str_ieq(STR("\xc3\x84"), STR("\xc3\xa4")));
    assert_false(str_ieq(STR("a"), STR("ab")));
    assert_true(str_istarts(STR("Bearer x"), STR("bearer ")));
}

static void control_bytes_are_seen(void **state)
{
    (void)state;
    assert_false(str_has_control(STR("a\tb ä")));
    assert_true(str_has_control(STR("a\r\nb")));
    assert_true(str_has_control(str_n("a\0b", 3)));
    assert_true(str_has_control(STR("\x7f")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_parse_whole_or_not_at_all),
        cmocka_unit_test(splitting_gives_each_field_once),
        cmocka_unit_test(finding_stays_inside),
        cmocka_unit_test(cases_fold_only_in_ascii),
        cmocka_unit_test(control_bytes_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
