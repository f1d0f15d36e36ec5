/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "guard/text.h"

static void check(const char *in, const char *expected)
{
    struct arena a;
    str out;
    arena_init(&a, 1 << 20);
    assert_true(err_ok(guard_text_clean(&a, str_c(in), 1000, &out)));
    if (!str_eq(out, str_c(expected))) {
        print_message("in: %s\nout: %.*s\n", in, STR_ARG(out));
    }
    assert_true(str_eq(out, str_c(expected)));
    str again;
    assert_true(err_ok(guard_text_clean(&a, out, 1000, &again)));
    assert_true(str_eq(out, again));
    arena_done(&a);
}

static void text_keeps_what_people_write(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "How do I reset my password?",
        "Größe, naïve, señor, Łódź, Ελληνικά, русский, 日本語、中文, العربية, עברית, हिन्दी, ไทย",
        "two\nlines\tand a tab",
        "👩‍💻 ❤️‍🔥 🏳️‍🌈 👍🏽 1️⃣",
        "می‌خواهم", /* Persian with a zero-width non-joiner */
        "a < b && c > d; `code` [1] {x}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(rows[i], rows[i]);
    }
}

static void text_loses_what_nobody_sees(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"  \n\t x \r\n", "x"},
        {"a\r\nb\rc\xe2\x80\xa8"
         "d\xc2\x85"
         "e",
         "a\nb\nc\nd\ne"},
        {"a\x01\x1b[31mb\x7f\xc2\x9b"
         "c",
         "a[31mbc"},
        {"a\xe2\x80\xae"
         "b\xe2\x81\xa6"
         "c\xe2\x81\xa9",
         "abc"}, /* override, isolate */
        {"a\xf3\xa0\x81\x81\xf3\xa0\x81\x82"
         "b",
         "ab"}, /* tag letters */
        {"p\xe2\x80\x8b"
         "a\xe2\x81\xa0s\xef\xbb\xbfs\xc2\xad",
         "pass"}, /* zero width, soft hyphen */
        {"a\xe2\x80\x8d\xe2\x80\x8d\xe2\x80\x8c\xe2\x80\x8d"
         "b",
         "a\xe2\x80\x8d"
         "b"}, /* a run of joiners */
        {"\xe2\x80\x8d"
         "a \xe2\x80\x8d"
         "b",
         "a b"},
        {"x\xef\xb8\x8f\xef\xb8\x8f\xef\xb8\x8e", "x\xef\xb8\x8f"}, /* a run of selectors */
        {"x\xf3\xa0\x84\x80\xf3\xa0\x84\x81", "x"},                 /* the hidden selectors */
        {"\xef\xb7\x90\xef\xbf\xbf"
         "a",
         "a"}, /* noncharacters */
        {"\xe3\x85\xa4"
         "a",
         "a"},                                        /* filler */
        {"e\xcc\x81", "\xc3\xa9"},                    /* NFC */
        {"\xe2\x84\xab", "\xc3\x85"},                 /* the Angstrom sign */
        {"q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87"},   /* canonical order */
        {"\xe1\x84\x80\xe1\x85\xa1", "\xea\xb0\x80"}, /* Hangul */
        {"", ""},
        {" \xc2\xa0\xe3\x80\x80", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(rows[i].in, rows[i].out);
    }
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80",
                                       "\xf4\x90\x80\x80"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a;
        str out;
        arena_init(&a, 1 << 20);
        assert_int_equal(guard_text_clean(&a, str_c(rows[i]), 10, &out).code, ERR_INVALID);
        arena_done(&a);
    }
}

static void text_is_measured_in_characters_after_cleaning(void **state)
{
    (void)state;
    struct arena a;
    str out;
    arena_init(&a, 1 << 20);
    assert_true(err_ok(guard_text_clean(&a, STR("äöüßé"), 5, &out)));
    assert_int_equal(guard_text_clean(&a, STR("äöüßéx"), 5, &out).code, ERR_TOO_LARGE);
    assert_true(err_ok(guard_text_clean(&a, STR("  a\xcc\x88o\xcc\x88\xe2\x80\x8b  "), 2, &out)));
    assert_int_equal(guard_text_clean(&a, STR("x"), 0, &out).code, ERR_TOO_LARGE);
    arena_done(&a);
}

/* Combining marks of alternating classes are the worst case of canonical ordering. */
static void text_of_a_hundred_thousand_marks_is_cut_and_quick(void **state)
{
    (void)state;
    enum { MARKS = 100000 };
    struct arena a;
    str out;
    char *text = mem_alloc(MARKS * 2 + 1);
    assert_non_null(text);
    text[0] = 'a';
    for (size_t i = 0; i < MARKS; i++) {
        memcpy(text + 1 + i * 2, i % 2 ? "\xcc\x81" : "\xcc\xa3", 2);
    }
    arena_init(&a, 8 << 20);
    int64_t start = clock_mono_ms();
    assert_true(err_ok(guard_text_clean(&a, (str){text, MARKS * 2 + 1}, MARKS * 2, &out)));
    assert_true(clock_mono_ms() - start < 2000);
    assert_true(out.n < 64);
    arena_done(&a);
    mem_free(text);
}

static void text_without_memory_is_an_error(void **state)
{
    (void)state;
    for (long i = 0; i < 4; i++) {
        struct arena a;
        str out = STR("untouched");
        arena_init(&a, 1 << 20);
        mem_fail_after(i);
        err e = guard_text_clean(&a, STR("some text"), 100, &out);
        mem_fail_after(-1);
        if (!err_ok(e)) {
            assert_int_equal(e.code, ERR_NO_MEMORY);
            assert_true(str_eq(out, STR("untouched")));
        }
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_keeps_what_people_write),
        cmocka_unit_test(text_loses_what_nobody_sees),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(text_is_measured_in_characters_after_cleaning),
        cmocka_unit_test(text_of_a_hundred_thousand_marks_is_cut_and_quick),
        cmocka_unit_test(text_without_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
