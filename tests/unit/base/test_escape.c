/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of strangers in every format, and lines that fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/escape.h"
#include "base/layout.h"
#include "base/utf8.h"

static const char hostile[] = "a\x1b[31m\nb\t\xe2\x80\xae\xff<&>\"'`|";

static void expect(void (*escape)(struct buf *b, str s), const char *text, const char *expected)
{
    struct buf b;
    buf_init(&b, 1024);
    escape(&b, str_c(text));
    assert_string_equal(buf_c(&b), expected);
    buf_done(&b);
}

static void nothing_that_is_obeyed_gets_through(void **state)
{
    (void)state;
    expect(escape_terminal, hostile, "a\xef\xbf\xbd[31m\nb\t\xef\xbf\xbd\xef\xbf\xbd<&>\"'`|");
    expect(escape_line, hostile,
           "a\xef\xbf\xbd[31m\xef\xbf\xbd"
           "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd<&>\"'`|");
    expect(escape_html, "<a b=\"c\">", "&lt;a b=&quot;c&quot;&gt;");
    expect(escape_xml, "a\nb", "a&#10;b");
    expect(escape_markdown, "# [x](y) <b>", "\\# \\[x\\](y) &lt;b&gt;");
    expect(escape_markdown_code, "a`b", "``a`b``");
}

static void a_spreadsheet_runs_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field;
    } rows[] = {{"plain", "\"plain\","}, {"say \"hi\"", "\"say \"\"hi\"\"\","},
                {"=1+1", "\"'=1+1\","},  {"+x", "\"'+x\","},
                {"@x", "\"'@x\","},      {"-x", "\"'-x\","},
                {"\tx", "\"'\tx\","},    {"", "\"\","}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b;
        buf_init(&b, 1024);
        escape_csv(&b, str_c(rows[i].text), false);
        assert_string_equal(buf_c(&b), rows[i].field);
        buf_done(&b);
    }
}

static void arguments_are_quoted_when_a_shell_would_read_them(void **state)
{
    (void)state;
    static const struct {
        const char *text, *quoted;
    } rows[] = {
        {"127.0.0.1:53", "127.0.0.1:53"},
        {"*:443::8443", "'*:443::8443'"},
        {"a b", "'a b'"},
        {"it's", "'it'\\''s'"},
        {"", "''"},
        {"$(reboot)", "'$(reboot)'"},
        {"[::1]:53", "'[::1]:53'"},
        {"/etc/ssl/ca.pem", "/etc/ssl/ca.pem"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b;
        buf_init(&b, 1024);
        escape_shell(&b, str_c(rows[i].text));
        assert_true(str_eq(buf_str(&b), str_c(rows[i].quoted)));
        buf_done(&b);
    }
}

static void lines_fit_the_terminal(void **state)
{
    (void)state;
    struct buf text, b;
    buf_init(&text, 4096);
    buf_init(&b, 8192);
    for (unsigned i = 0; i < 300; i++) {
        buf_add_c(&text, i % 7 ? "\xc3\xa4" : " ");
    }
    for (unsigned i = 0; i < 200; i++) {
        buf_add_byte(&text, 'x');
    }
    layout_spaces(&b, 10);
    layout_wrap(&b, buf_str(&text), 10);
    str rest = buf_str(&b), line;
    size_t lines = 0;
    while (str_split(&rest, '\n', &line)) {
        assert_true(utf8_valid(line) && utf8_count(line) <= LAYOUT_WIDTH);
        assert_true(str_starts(line, STR("          ")));
        lines++;
    }
    assert_true(lines >= 7);
    buf_done(&text);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_is_obeyed_gets_through),
        cmocka_unit_test(a_spreadsheet_runs_nothing),
        cmocka_unit_test(arguments_are_quoted_when_a_shell_would_read_them),
        cmocka_unit_test(lines_fit_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
