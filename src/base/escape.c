/* SPDX-License-Identifier: Apache-2.0 */
#include "base/escape.h"

#include "base/utf8.h"

/* What a terminal, a browser or an editor could obey, or what hides and reorders text. */
static bool is_control(uint32_t point)
{
    return (point < 0x20 && point != '\n' && point != '\t') || (point >= 0x7f && point < 0xa0) ||
           utf8_is_hidden(point) || (point & 0xfffe) == 0xfffe;
}

/* Malformed bytes and the characters above become U+FFFD. */
static bool next(str *s, uint32_t *ret)
{
    if (!utf8_next(s, ret)) {
        return false;
    }
    *ret = is_control(*ret) ? 0xfffd : *ret;
    return true;
}

void escape_terminal(struct buf *b, str s)
{
    for (uint32_t point; next(&s, &point);) {
        utf8_add(b, point);
    }
}

void escape_line(struct buf *b, str s)
{
    for (uint32_t point; next(&s, &point);) {
        utf8_add(b, point == '\n' || point == '\t' ? 0xfffd : point);
    }
}

void escape_html(struct buf *b, str s)
{
    for (uint32_t point; next(&s, &point);) {
        utf8_add_markup(b, point);
    }
}

void escape_xml(struct buf *b, str s)
{
    for (uint32_t point; next(&s, &point);) {
        if (point == '\n' || point == '\t') {
            buf_addf(b, "&#%u;", point); /* an attribute would make a space of it */
        } else {
            utf8_add_markup(b, point);
        }
    }
}

void escape_markdown(struct buf *b, str s)
{
    bool first = true;
    for (uint32_t point; next(&s, &point); first = false) {
        if (point == '\n' || point == '\t') {
            buf_add_byte(b, ' ');
        } else if (point == '<' || point == '>' || point == '&') {
            buf_add_c(b, point == '<' ? "&lt;" : point == '>' ? "&gt;" : "&amp;");
        } else {
            bool marks = point < 0x80 && strchr("\\`*_[]|~!", (int)point) != NULL;
            bool begins = first && point < 0x80 && strchr("#+-=", (int)point) != NULL;
            buf_add_c(b, marks || begins ? "\\" : "");
            utf8_add(b, point);
        }
    }
}

/* Longest run of backticks. */
static size_t longest_run(str s)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void fence(struct buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_add_byte(b, '`');
    }
}

void escape_markdown_code(struct buf *b, str s)
{
    size_t ticks = longest_run(s) + 1;
    bool space = s.n && (s.p[0] == '`' || s.p[s.n - 1] == '`');
    fence(b, ticks);
    buf_add_c(b, space || str_empty(s) ? " " : "");
    for (uint32_t point; next(&s, &point);) {
        /* A table's cell ends at a bar even in code. */
        utf8_add(b, point == '\n' || point == '\t' ? ' ' : point == '|' ? 0xff5c : point);
    }
    buf_add_c(b, space ? " " : "");
    fence(b, ticks);
}

void escape_markdown_block(struct buf *b, const char *language, str s)
{
    size_t ticks = longest_run(s) + 1 > 3 ? longest_run(s) + 1 : 3;
    fence(b, ticks);
    buf_addf(b, "%s\n", language);
    escape_terminal(b, s);
    buf_add_c(b, "\n");
    fence(b, ticks);
    buf_add_c(b, "\n");
}

void escape_csv(struct buf *b, str s, bool last)
{
    buf_add_byte(b, '"');
    if (s.n && strchr("=+-@\t\r", s.p[0])) {
        buf_add_byte(b, '\'');
    }
    for (size_t i = 0; i < s.n; i++) {
        buf_add_c(b, s.p[i] == '"' ? "\"" : "");
        buf_add_byte(b, s.p[i]);
    }
    buf_add_c(b, last ? "\"\r\n" : "\",");
}

void escape_shell(struct buf *b, str s)
{
    bool plain = !str_empty(s);
    for (size_t i = 0; i < s.n; i++) {
        char c = str_lower(s.p[i]);
        plain &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("./:_-@+,=", c) != NULL;
        plain &= c != '\0';
    }
    if (plain) {
        buf_add(b, s);
        return;
    }
    buf_add_byte(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'') {
            buf_add_c(b, "'\\''");
        } else {
            buf_add_byte(b, s.p[i]);
        }
    }
    buf_add_byte(b, '\'');
}
