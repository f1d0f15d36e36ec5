/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void hostile_texts_are_refused_with_a_position(void **state)
{
    (void)state;
    static const char *const table[] = {"",
                                        "{",
                                        "{\"a\":1,}",
                                        "{\"a\":1}x",
                                        "{\"a\":1,\"a\":2}",
                                        "[1,2",
                                        "{'a':1}",
                                        "{\"a\":01}",
                                        "\"\\ud800\"",
                                        "\"\xff\"",
                                        "nul",
                                        "{\"a\":\"\n\"}",
                                        "[1 2]",
                                        "{\"a\":NaN}"};
    for (size_t i = 0; i < COUNT(table); i++) {
        json_t *value = NULL;
        struct json_fault fault = {0};
        assert_int_equal(json_read(str_c(table[i]), &value, &fault).code, ERR_INVALID);
        assert_null(value);
        assert_true(fault.line >= 1 && fault.column >= 1 && fault.text[0]);
    }
}

static void deep_nesting_is_refused_not_followed(void **state)
{
    (void)state;
    struct buf b;
    json_t *value = NULL;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 500000; i++) {
        buf_add_byte(&b, '[');
    }
    assert_int_equal(json_read(buf_str(&b), &value, NULL).code, ERR_INVALID);
    buf_done(&b);
}

static void the_reason_never_quotes_the_text(void **state)
{
    (void)state;
    json_t *value;
    struct json_fault fault;
    assert_false(err_ok(json_read(STR("{\"a\": very-private}"), &value, &fault)));
    assert_null(strstr(fault.text, "private"));
}

static void only_objects_pass_where_one_is_expected(void **state)
{
    (void)state;
    json_t *value;
    assert_int_equal(json_read_object(STR("[]"), &value, NULL).code, ERR_INVALID);
    assert_int_equal(json_read_object(STR("1"), &value, NULL).code, ERR_INVALID);
    assert_true(err_ok(json_read_object(STR(" {} "), &value, NULL)));
    json_decref(value);
}

static void written_texts_are_safe_in_html_and_read_back(void **state)
{
    (void)state;
    static const char *const table[] = {"",    "plain",        "\"\\", "</script><!--",
                                        "a&b", "\x01\x1f\x7f", "ä€😀",  "\xe2\x80\xa8"};
    for (size_t i = 0; i < COUNT(table); i++) {
        struct buf b;
        json_t *value;
        buf_init(&b, 1000);
        json_write_str(&b, str_c(table[i]));
        assert_int_equal(str_find_byte(buf_str(&b), '<', 0), SIZE_MAX);
        assert_int_equal(str_find_byte(buf_str(&b), '&', 0), SIZE_MAX);
        assert_true(err_ok(json_read(buf_str(&b), &value, NULL)));
        assert_string_equal(json_string_value(value), table[i]);
        json_decref(value);
        buf_done(&b);
    }
}

static void malformed_utf8_becomes_the_replacement_character(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    json_write_str(&b, STR("a\xff\xc3"));
    assert_string_equal(buf_c(&b), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
    buf_done(&b);
}

static void an_unknown_member_is_found(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", NULL};
    json_t *value;
    assert_true(err_ok(json_read_object(STR("{\"b\":1,\"c\":2}"), &value, NULL)));
    assert_string_equal(json_unknown_member(value, names), "c");
    json_decref(value);
    assert_true(err_ok(json_read_object(STR("{\"b\":1}"), &value, NULL)));
    assert_null(json_unknown_member(value, names));
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_texts_are_refused_with_a_position),
        cmocka_unit_test(deep_nesting_is_refused_not_followed),
        cmocka_unit_test(the_reason_never_quotes_the_text),
        cmocka_unit_test(only_objects_pass_where_one_is_expected),
        cmocka_unit_test(written_texts_are_safe_in_html_and_read_back),
        cmocka_unit_test(malformed_utf8_becomes_the_replacement_character),
        cmocka_unit_test(an_unknown_member_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
