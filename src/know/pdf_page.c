/* SPDX-License-Identifier: Apache-2.0 */
#include "know/pdf_page.h"

#include "base/crypto.h"
#include "base/utf8.h"

enum {
    COLUMNS = 200,    /* widest line that is looked at, in characters */
    PROSE_WIDTH = 24, /* a column narrower than this is a table's */
    GUTTER = 2,       /* spaces between columns of prose */
};

/* Byte offset of the character at `column`, or the length. */
static size_t offset_of(str line, size_t column)
{
    str rest = line;
    uint32_t code;
    while (column-- && utf8_next(&rest, &code)) {
    }
    return line.n - rest.n;
}

static void mark_blanks(str line, bool blank[COLUMNS + GUTTER])
{
    size_t column = 0;
    uint32_t code;
    memset(blank, 1, (COLUMNS + GUTTER) * sizeof(blank[0]));
    while (column < COLUMNS && utf8_next(&line, &code)) {
        blank[column++] = code <= ' ';
    }
}

/* Finds the column where most lines that have text on both sides are blank; 0: the page has one
 * column. */
static size_t find_gutter(const struct pdf_lines *page)
{
    uint16_t open[COLUMNS] = {0}, both[COLUMNS] = {0};
    size_t long_lines = 0;
    for (size_t i = 0; i < page->count; i++) {
        bool blank[COLUMNS + GUTTER];
        size_t width = utf8_count(page->lines[i]), left = 0;
        if (width < PROSE_WIDTH * 2) {
            continue;
        }
        long_lines++;
        mark_blanks(page->lines[i], blank);
        for (size_t c = 0; c + GUTTER < COLUMNS && c < width; c++) {
            left += !blank[c];
            if (left >= PROSE_WIDTH / 2 && c + PROSE_WIDTH < width) {
                both[c]++;
                open[c] = (uint16_t)(open[c] + (blank[c] && blank[c + 1]));
            }
        }
    }
    size_t best = 0;
    for (size_t c = PROSE_WIDTH; c < COLUMNS; c++) {
        if (long_lines >= 8 && both[c] * 2U > long_lines && open[c] * 10U >= both[c] * 9U &&
            (best == 0 || open[c] > open[best])) {
            best = c;
        }
    }
    return best;
}

static bool split_columns(struct arena *a, struct pdf_lines *page, size_t gutter)
{
    str *lines = arena_array(a, page->count * 2, sizeof(*lines));
    if (!lines) {
        return false;
    }
    for (size_t i = 0; i < page->count; i++) {
        str line = page->lines[i];
        size_t at = offset_of(line, gutter);
        bool whole =
            at < line.n && line.p[at] != ' '; /* a heading or picture across both columns */
        str left = str_slice(line, 0, whole ? line.n : at),
            right = str_slice(line, whole ? line.n : at, line.n);
        while (left.n && left.p[left.n - 1] == ' ') {
            left.n--;
        }
        lines[i] = left;
        lines[page->count + i] = str_trim(right);
    }
    page->lines = lines;
    page->count *= 2;
    return true;
}

bool pdf_page_lines(struct arena *a, str page, struct pdf_lines *ret)
{
    struct pdf_lines lines = {.lines = arena_array(a, PDF_LINES_MAX, sizeof(str))};
    str line;
    if (!lines.lines) {
        return false;
    }
    while (lines.count < PDF_LINES_MAX && str_split(&page, '\n', &line)) {
        while (line.n && (unsigned char)line.p[line.n - 1] <= ' ') {
            line.n--;
        }
        lines.lines[lines.count++] = line;
    }
    size_t gutter = find_gutter(&lines);
    if (gutter && !split_columns(a, &lines, gutter)) {
        return false;
    }
    *ret = lines;
    return true;
}

uint64_t pdf_line_key(str line)
{
    char key[160];
    size_t n = 0;
    for (size_t i = 0; i < line.n && n < sizeof(key); i++) {
        if ((unsigned char)line.p[i] > ' ') {
            key[n++] = line.p[i] >= '0' && line.p[i] <= '9' ? '0' : line.p[i];
        }
    }
    return crypto_siphash(str_n(key, n));
}
