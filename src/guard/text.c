/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/text.h"

#include <utf8proc.h>

#include "base/utf8.h"

/* Canonical order is found by insertion, so a run of marks has a limit: no script stacks more
 * (Unicode 15, section 3.11; UAX #15 allows 30 in streams). */
enum { MARKS_MAX = 16, EXPANSION_MAX = 4 };

/* What stands before an invisible character decides whether it means something there. */
enum before { BEFORE_NOTHING, BEFORE_VISIBLE, BEFORE_SELECTOR, BEFORE_JOINER };

struct cleaner {
    int32_t *codes;
    size_t n, marks; /* marks: length of the run of combining marks at the end */
    enum before before;
};

static bool is_between(uint32_t c, uint32_t low, uint32_t high) { return c >= low && c <= high; }

/* Line ends become line feeds elsewhere; tab and line feed stay. */
static bool is_control(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || is_between(c, 0x7f, 0x9f);
}

/* Characters that are never seen and never needed: bidi embeddings, overrides and isolates, tags,
 * zero-width spaces, invisible operators, fillers, annotations, noncharacters. */
static bool is_hidden(uint32_t c)
{
    return is_between(c, 0x202a, 0x202e) || is_between(c, 0x2060, 0x206f) || c == 0x200b ||
           c == 0xfeff || c == 0x00ad || c == 0x034f || c == 0x180e || c == 0x115f || c == 0x1160 ||
           c == 0x3164 || c == 0xffa0 || is_between(c, 0x17b4, 0x17b5) ||
           is_between(c, 0x1d173, 0x1d17a) || is_between(c, 0xfff9, 0xfffb) ||
           is_between(c, 0xe0000, 0xe0fff) || is_between(c, 0xfdd0, 0xfdef) ||
           (c & 0xfffe) == 0xfffe;
}

static bool is_joiner(uint32_t c) { return is_between(c, 0x200c, 0x200f) || c == 0x061c; }

static bool is_selector(uint32_t c) { return is_between(c, 0xfe00, 0xfe0f); }

static bool is_space(uint32_t c)
{
    return c == '\n' || c == '\t' || utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_ZS;
}

/* One joiner or selector after something visible is part of emoji, Persian or Hindi; more is a
 * hidden channel. */
static bool keeps_invisible(struct cleaner *cleaner, uint32_t c)
{
    bool keep = is_selector(c)
                    ? cleaner->before == BEFORE_VISIBLE
                    : cleaner->before == BEFORE_VISIBLE || cleaner->before == BEFORE_SELECTOR;
    if (keep) {
        cleaner->before = is_selector(c) ? BEFORE_SELECTOR : BEFORE_JOINER;
    }
    return keep;
}

static int mark_class(int32_t code) { return utf8proc_get_property(code)->combining_class; }

/* Appends decomposed codes in canonical order. */
static void put(struct cleaner *cleaner, int32_t code)
{
    int class = mark_class(code);
    if (class == 0) {
        cleaner->codes[cleaner->n++] = code;
        cleaner->marks = 0;
        return;
    }
    if (cleaner->marks == MARKS_MAX) {
        return;
    }
    size_t at = cleaner->n++;
    size_t first = at - cleaner->marks++;
    for (; at > first && mark_class(cleaner->codes[at - 1]) > class; at--) {
        cleaner->codes[at] = cleaner->codes[at - 1];
    }
    cleaner->codes[at] = code;
}

static void take(struct cleaner *cleaner, uint32_t c)
{
    if (is_control(c) || is_hidden(c)) {
        return;
    }
    if (is_joiner(c) || is_selector(c)) {
        if (keeps_invisible(cleaner, c)) {
            put(cleaner, (int32_t)c);
        }
        return;
    }
    cleaner->before = is_space(c) ? BEFORE_NOTHING : BEFORE_VISIBLE;
    utf8proc_int32_t parts[EXPANSION_MAX];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, parts, EXPANSION_MAX,
                                                 UTF8PROC_DECOMPOSE, &boundary);
    if (n < 1 || n > EXPANSION_MAX) {
        put(cleaner, (int32_t)c);
        return;
    }
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        put(cleaner, parts[i]);
    }
}

static void take_all(struct cleaner *cleaner, str text)
{
    uint32_t c, last = 0;
    while (utf8_next(&text, &c)) {
        if (c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029) {
            take(cleaner, '\n');
        } else if (c != '\n' || last != '\r') {
            take(cleaner, c);
        }
        last = c;
    }
}

/* Composes (NFC), trims and encodes. */
static err finish(struct arena *a, struct cleaner *cleaner, size_t max_chars, str *ret)
{
    utf8proc_ssize_t n = utf8proc_normalize_utf32(cleaner->codes, (utf8proc_ssize_t)cleaner->n,
                                                  UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    size_t from = 0, to = n < 0 ? 0 : (size_t)n;
    while (from < to && is_space((uint32_t)cleaner->codes[from])) {
        from++;
    }
    while (to > from && is_space((uint32_t)cleaner->codes[to - 1])) {
        to--;
    }
    if (to - from > max_chars) {
        return err_new(ERR_TOO_LARGE, "the text is too long");
    }
    struct buf out;
    buf_init(&out, (to - from) * 4);
    for (size_t i = from; i < to; i++) {
        utf8_add(&out, (uint32_t)cleaner->codes[i]);
    }
    str text = arena_str(a, buf_str(&out));
    err e = buf_err(&out);
    buf_done(&out);
    if (err_ok(e) && !text.p) {
        e = err_new(ERR_NO_MEMORY, "no memory for the text");
    }
    if (err_ok(e)) {
        *ret = text;
    }
    return e;
}

err guard_text_clean(struct arena *a, str text, size_t max_chars, str *ret)
{
    if (!utf8_valid(text)) {
        return err_new(ERR_INVALID, "the text is not valid UTF-8");
    }
    size_t count = utf8_count(text);
    if (count / 4 > max_chars) { /* no honest text is mostly what is removed here */
        return err_new(ERR_TOO_LARGE, "the text is too long");
    }
    struct cleaner cleaner = {.codes = arena_array(a, count * 4 + EXPANSION_MAX, sizeof(int32_t))};
    if (!cleaner.codes) {
        return err_new(ERR_NO_MEMORY, "no memory for the text");
    }
    take_all(&cleaner, text);
    return finish(a, &cleaner, max_chars, ret);
}
