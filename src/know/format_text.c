/* SPDX-License-Identifier: Apache-2.0 */
/* Plain text: the first line is the title, underlined lines are headings (the reStructuredText and
 * setext habit). */
#include "know/charset.h"
#include "know/format.h"
#include "know/outline.h"

enum { HEADING_MAX = 120 };

/* A line of one repeated mark, at least three of them. */
static char rule_mark(str line)
{
    line = str_trim(line);
    if (line.n < 3 || !strchr("=-~*#^+_\"", line.p[0])) {
        return 0;
    }
    for (size_t i = 1; i < line.n; i++) {
        if (line.p[i] != line.p[0]) {
            return 0;
        }
    }
    return line.p[0];
}

/* "- x", "* x", "1. x", "2) x" and indented lines keep their line ends. */
static bool keeps_line(str line)
{
    if (line.n && (line.p[0] == ' ' || line.p[0] == '\t')) {
        return true;
    }
    if (line.n > 1 && strchr("-*+", line.p[0]) && line.p[1] == ' ') {
        return true;
    }
    size_t digits = 0;
    while (digits < line.n && line.p[digits] >= '0' && line.p[digits] <= '9') {
        digits++;
    }
    return digits && digits < 4 && digits + 1 < line.n && strchr(".)", line.p[digits]) &&
           line.p[digits + 1] == ' ';
}

struct text_reader {
    struct outline outline;
    char marks[OUTLINE_LEVELS]; /* in the order they appeared: the first is the highest level */
    size_t mark_count;
};

static unsigned level_of(struct text_reader *r, char mark)
{
    for (size_t i = 0; i < r->mark_count; i++) {
        if (r->marks[i] == mark) {
            return (unsigned)i + 1;
        }
    }
    if (r->mark_count < 6) {
        r->marks[r->mark_count++] = mark;
    }
    return (unsigned)r->mark_count;
}

static void read_lines(struct text_reader *r, str text)
{
    str line = STR_EMPTY;
    bool have = str_split(&text, '\n', &line);
    while (have) {
        str next = STR_EMPTY;
        bool have_next = str_split(&text, '\n', &next);
        char mark =
            have_next && !str_empty(str_trim(line)) && !rule_mark(line) ? rule_mark(next) : 0;
        if (mark && line.n <= HEADING_MAX) {
            outline_heading(&r->outline, level_of(r, mark), line, STR_EMPTY);
            have_next = str_split(&text, '\n', &next);
        } else if (str_empty(str_trim(line)) || rule_mark(line)) {
            outline_paragraph(&r->outline);
        } else if (keeps_line(line)) {
            outline_line(&r->outline);
            outline_raw(&r->outline, line);
            outline_line(&r->outline);
        } else {
            outline_text(&r->outline, line);
            outline_text(&r->outline, STR(" "));
        }
        line = next;
        have = have_next;
    }
}

static str first_line(struct arena *a, str text)
{
    str line;
    while (str_split(&text, '\n', &line)) {
        if (!str_empty(str_trim(line)) && !rule_mark(line)) {
            return outline_clean(a, line, HEADING_MAX);
        }
    }
    return STR_EMPTY;
}

enum format_fault format_text(struct arena *a, const struct format_input *in,
                              struct know_document *ret)
{
    str text;
    err e = charset_decode(a, in->bytes, charset_of_type(in->content_type), false, &text);
    if (!err_ok(e)) {
        return format_fault_of(e);
    }
    struct text_reader r = {0};
    outline_init(&r.outline, a, in->text_max);
    read_lines(&r, text);
    e = outline_take(&r.outline, ret);
    outline_done(&r.outline);
    ret->title = first_line(a, text);
    return format_fault_of(e);
}
