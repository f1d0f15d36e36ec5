/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ops/letter.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct letter_field fields[] = {
    {STR_INIT("Name"), STR_INIT("A visitor"), STR_INIT("")},
    {STR_INIT("E-mail"), STR_INIT("visitor@example.org"), STR_INIT("mailto:visitor@example.org")},
    {STR_INIT("Page"), STR_INIT("https://example.com/?a=1&b=2"),
     STR_INIT("https://example.com/?a=1&b=2")},
};
static const struct letter_line lines[] = {
    {STR_INIT("Visitor"), STR_INIT("Do you repair pumps?\nToday?"), 1795292701000},
    {STR_INIT("Assistant"), STR_INIT("Yes [1]."), 1795292702000},
};

static struct letter usual(void)
{
    return (struct letter){
        .subject = STR("New enquiry"),
        .heading = STR("New enquiry"),
        .intro = STR("A visitor left their details."),
        .fields = fields,
        .field_count = COUNT(fields),
        .message = STR("Please call.\nThank you."),
        .consent = STR("I agree."),
        .transcript = lines,
        .line_count = COUNT(lines),
        .closing = STR("Just reply."),
        .reply_name = STR("A visitor"),
        .reply_address = STR("visitor@example.org"),
        .message_id = STR("1@example.com"),
        .date_ms = 1795292701000,
    };
}

static const char *show(struct buf *b, err (*form)(struct buf *, const struct letter *),
                        const struct letter *letter)
{
    buf_init(b, LETTER_BYTES_MAX);
    assert_true(err_ok(form(b, letter)));
    return buf_c(b);
}

static void a_letter_comes_back_as_it_was_written(void **state)
{
    (void)state;
    struct letter letter = usual(), again;
    str only[] = {STR("a@example.com")};
    struct arena a;
    struct buf json, second;
    letter.only = only;
    letter.only_count = 1;
    arena_init(&a, 1 << 20);
    show(&json, letter_write, &letter);
    assert_true(err_ok(letter_read(&a, buf_str(&json), &again)));
    show(&second, letter_write, &again);
    assert_string_equal(buf_c(&json), buf_c(&second));
    assert_int_equal(again.line_count, 2);
    assert_int_equal(again.transcript[0].at_ms, 1795292701000);
    assert_true(str_eq(again.only[0], only[0]));
    buf_done(&json);
    buf_done(&second);
    arena_done(&a);
}

static void what_is_no_letter_is_refused(void **state)
{
    (void)state;
    static const char *const table[] = {"",
                                        "[]",
                                        "{}",
                                        "{\"subject\":1}",
                                        "null",
                                        "{\"fields\":[]}",
                                        "{\"subject\":\"x\",\"fields\":{}}"};
    for (size_t i = 0; i < COUNT(table); i++) {
        struct arena a;
        struct letter letter;
        arena_init(&a, 1 << 20);
        assert_int_equal(letter_read(&a, str_c(table[i]), &letter).code, ERR_INVALID);
        arena_done(&a);
    }
}

static void text_shows_everything_and_quotes_what_others_wrote(void **state)
{
    (void)state;
    struct letter letter = usual();
    struct buf b;
    const char *text = show(&b, letter_text, &letter);
    static const char *const parts[] = {
        "Name: A visitor\n", "E-mail: visitor@example.org\n", "> Please call.\n> Thank you.\n",
        "Just reply.\n",     "Visitor, 21 Nov 2026, ",        "  Do you repair pumps?\n  Today?\n",
        "I agree."};
    for (size_t i = 0; i < COUNT(parts); i++) {
        assert_non_null(strstr(text, parts[i]));
    }
    buf_done(&b);
}

static void html_escapes_every_text_and_loads_nothing(void **state)
{
    (void)state;
    static const str evil =
        STR_INIT("<script>alert(1)</script>\"'><img src=\"https://evil.example/x.png\">&amp;");
    const struct letter_field bad[] = {{evil, evil, STR("javascript:alert(1)")},
                                       {evil, evil, evil},
                                       {evil, evil, STR("https://x/\"onmouseover=\"y")}};
    const struct letter_line said[] = {{evil, evil, 1}};
    struct letter letter = {.subject = evil,
                            .heading = evil,
                            .intro = evil,
                            .fields = bad,
                            .field_count = COUNT(bad),
                            .message = evil,
                            .consent = evil,
                            .transcript = said,
                            .line_count = 1,
                            .closing = evil};
    struct buf b;
    const char *html = show(&b, letter_html, &letter);
    static const char *const absent[] = {"<script", "<img",    "javascript:", " src=\"",
                                         "url(",    "@import", "<link",       "\"onmouseover"};
    for (size_t i = 0; i < COUNT(absent); i++) {
        assert_null(strstr(html, absent[i]));
    }
    assert_non_null(strstr(html, "&lt;script&gt;"));
    assert_non_null(strstr(html, "name=\"viewport\""));
    assert_non_null(strstr(html, "prefers-color-scheme: dark"));
    buf_done(&b);
}

static void control_characters_do_not_survive(void **state)
{
    (void)state;
    struct letter letter = usual(), again;
    struct arena a;
    struct buf json;
    letter.message = STR("a\0b\rc\x1b[31m\x7f\xe2\x80\xae"
                         "d\xff\xc2\x85");
    arena_init(&a, 1 << 20);
    show(&json, letter_write, &letter);
    assert_true(err_ok(letter_read(&a, buf_str(&json), &again)));
    assert_true(str_eq(again.message, STR("abc[31md\xef\xbf\xbd")));
    buf_done(&json);
    arena_done(&a);
}

static void a_long_conversation_keeps_its_newest_lines(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    static struct letter_line many[MANY];
    static char text[1000];
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < MANY; i++) {
        many[i] = (struct letter_line){STR("Visitor"), str_n(text, sizeof(text)), (int64_t)i};
    }
    struct letter letter = usual(), again;
    letter.transcript = many;
    letter.line_count = MANY;
    struct arena a;
    struct buf json;
    arena_init(&a, 4 << 20);
    show(&json, letter_write, &letter);
    assert_true(err_ok(letter_read(&a, buf_str(&json), &again)));
    assert_true(again.cut);
    assert_in_range(again.line_count, 100, LETTER_LINES_MAX);
    assert_int_equal(again.transcript[again.line_count - 1].at_ms, MANY - 1);
    buf_done(&json);
    arena_done(&a);
}

static void every_failed_allocation_is_an_error(void **state)
{
    (void)state;
    struct letter letter = usual();
    for (long i = 0;; i++) {
        struct arena a;
        struct buf json, html;
        arena_init(&a, 1 << 20);
        buf_init(&json, LETTER_BYTES_MAX);
        buf_init(&html, LETTER_BYTES_MAX);
        mem_fail_after(i);
        struct letter again;
        err e = letter_write(&json, &letter);
        e = err_ok(e) ? letter_read(&a, buf_str(&json), &again) : e;
        e = err_ok(e) ? letter_html(&html, &again) : e;
        mem_fail_after(-1);
        buf_done(&json);
        buf_done(&html);
        arena_done(&a);
        if (err_ok(e)) {
            assert_true(i > 5);
            break;
        }
        assert_true(e.code == ERR_NO_MEMORY || e.code == ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_comes_back_as_it_was_written),
        cmocka_unit_test(what_is_no_letter_is_refused),
        cmocka_unit_test(text_shows_everything_and_quotes_what_others_wrote),
        cmocka_unit_test(html_escapes_every_text_and_loads_nothing),
        cmocka_unit_test(control_characters_do_not_survive),
        cmocka_unit_test(a_long_conversation_keeps_its_newest_lines),
        cmocka_unit_test(every_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests_name("ops.letter", tests, NULL, NULL);
}
