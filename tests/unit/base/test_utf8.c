/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/utf8.h"

static void every_code_point_survives(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 16);
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        uint32_t back;
        buf_clear(&b);
        utf8_add(&b, code);
        str s = buf_str(&b);
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        assert_true(utf8_valid(s));
        assert_true(utf8_next(&s, &back));
        assert_int_equal(back, surrogate ? 0xfffd : code);
        assert_int_equal(s.n, 0);
    }
    buf_done(&b);
}

static void malformed_bytes_are_refused_and_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t replaced;
    } table[] = {{"\x80", 1},
                 {"\xc0\x80", 2},
                 {"\xc1\xbf", 2},
                 {"\xe0\x80\x80", 3},
                 {"\xed\xa0\x80", 3},
                 {"\xf0\x80\x80\x80", 4},
                 {"\xf4\x90\x80\x80", 4},
                 {"\xf5\x80\x80\x80", 4},
                 {"\xe2\x82", 1},
                 {"\xf0\x9f\x98", 1},
                 {"\xff", 1},
                 {"\xe2\x28\xa1", 2 /* and "(" */}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        str s = str_c(table[i].bytes);
        uint32_t code;
        size_t replaced = 0;
        assert_false(utf8_valid(s));
        while (utf8_next(&s, &code)) {
            replaced += code == 0xfffd;
        }
        assert_int_equal(replaced, table[i].replaced);
    }
}

static void random_bytes_always_end(void **state)
{
    (void)state;
    for (int round = 0; round < 2000; round++) {
        char bytes[64];
        crypto_random(bytes, sizeof bytes);
        str s = str_n(bytes, sizeof bytes);
        uint32_t code;
        size_t n = 0;
        while (utf8_next(&s, &code)) {
            assert_true(++n <= sizeof bytes);
        }
        assert_int_equal(n, utf8_count(str_n(bytes, sizeof bytes)));
    }
}

static void a_cut_never_splits_a_character(void **state)
{
    (void)state;
    str s = STR("aä€😀z");
    for (size_t n = 0; n <= s.n + 1; n++) {
        str cut = utf8_cut(s, n);
        assert_true(utf8_valid(cut));
        assert_true(cut.n <= n && n - cut.n <= 3 + (n > s.n));
    }
}

static void a_tail_is_what_is_still_missing(void **state)
{
    (void)state;
    assert_int_equal(utf8_tail(STR("abc")), 0);
    assert_int_equal(utf8_tail(STR("ab\xc3")), 1);
    assert_int_equal(utf8_tail(STR("a\xe2\x82")), 2);
    assert_int_equal(utf8_tail(STR("\xf0\x9f\x98")), 3);
    assert_int_equal(utf8_tail(STR("\xf0\x9f\x98\x80")), 0);
    assert_int_equal(utf8_tail(STR("a\xff")), 0);
    assert_int_equal(utf8_tail(STR("\x80\x80\x80\x80")), 0);
    assert_int_equal(utf8_tail(STR_EMPTY), 0);
}

static void markup_is_escaped_and_nothing_else(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 256);
    for (str text = STR("a<b>\"&'\xc3\xa9"); text.n > 0;) {
        uint32_t code;
        assert_true(utf8_next(&text, &code));
        utf8_add_markup(&b, code);
    }
    assert_string_equal(buf_c(&b), "a&lt;b&gt;&quot;&amp;&#39;\xc3\xa9");
    buf_done(&b);
    assert_true(utf8_is_hidden(0x202e) && utf8_is_hidden(0x200b) && utf8_is_hidden(0xfeff));
    assert_false(utf8_is_hidden('a') || utf8_is_hidden(0x2014) || utf8_is_hidden('\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_survives),
        cmocka_unit_test(malformed_bytes_are_refused_and_replaced),
        cmocka_unit_test(random_bytes_always_end),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(a_tail_is_what_is_still_missing),
        cmocka_unit_test(markup_is_escaped_and_nothing_else),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
