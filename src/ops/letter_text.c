/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "ops/letter.h"

void letter_time(struct buf *b, int64_t wall_ms)
{
    /* "Sat, 21 Nov 2026 20:25:01 +0000" has all the pieces */
    struct clock_text text = clock_rfc5322(wall_ms);
    str s = str_c(text.c);
    size_t comma = str_find_byte(s, ' ', 0), plus = str_find_byte(s, '+', 0);
    if (comma == SIZE_MAX || plus == SIZE_MAX || plus < comma + 11) {
        buf_add(b, s);
        return;
    }
    buf_add(b, str_slice(s, comma + 1, plus - 10));
    buf_add_c(b, ", ");
    buf_add(b, str_slice(s, plus - 9, plus - 4));
    buf_add_c(b, " UTC");
}

static void add_section(struct buf *b, const char *title)
{
    buf_addf(b, "\n%s\n", title);
    for (size_t i = 0; i < strlen(title); i++) {
        buf_add_byte(b, '-');
    }
    buf_add_byte(b, '\n');
}

/* Adds lines with a mark before each, so that nothing in them looks like a part of the letter. */
static void add_quoted_lines(struct buf *b, const char *mark, str text)
{
    str line;
    while (str_split(&text, '\n', &line)) {
        buf_addf(b, "%s%.*s\n", mark, STR_ARG(line));
    }
}

static void add_text_transcript(struct buf *b, const struct letter *letter)
{
    add_section(b, "Conversation");
    if (letter->cut) {
        buf_add_c(b, "(earlier messages are left out)\n");
    }
    for (size_t i = 0; i < letter->line_count; i++) {
        const struct letter_line *line = &letter->transcript[i];
        buf_addf(b, "%s%.*s, ", i > 0 ? "\n" : "", STR_ARG(line->who));
        letter_time(b, line->at_ms);
        buf_add_c(b, ":\n");
        add_quoted_lines(b, "  ", line->text);
    }
}

err letter_text(struct buf *b, const struct letter *letter)
{
    buf_addf(b, "%.*s\n\n%.*s\n%s", STR_ARG(letter->heading), STR_ARG(letter->intro),
             letter->field_count ? "\n" : "");
    for (size_t i = 0; i < letter->field_count; i++) {
        const struct letter_field *field = &letter->fields[i];
        buf_addf(b, "%.*s: ", STR_ARG(field->label));
        str value = field->value, line;
        for (bool first = true; str_split(&value, '\n', &line); first = false) {
            buf_addf(b, "%s%.*s", first ? "" : "\n  ", STR_ARG(line));
        }
        buf_add_byte(b, '\n');
    }
    if (letter->message.n) {
        add_section(b, "Message");
        add_quoted_lines(b, "> ", letter->message);
    }
    if (letter->button_link.n) {
        buf_addf(b, "\n%.*s:\n%.*s\n", STR_ARG(letter->button_text), STR_ARG(letter->button_link));
    }
    if (letter->closing.n) {
        buf_addf(b, "\n%.*s\n", STR_ARG(letter->closing));
    }
    if (letter->line_count) {
        add_text_transcript(b, letter);
    }
    if (letter->consent.n) {
        add_section(b, "Consent");
        add_quoted_lines(b, "", letter->consent);
    }
    return buf_err(b);
}
