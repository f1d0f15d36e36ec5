/* SPDX-License-Identifier: Apache-2.0 */
#include "know/outline.h"

#include "base/mem.h"
#include "base/utf8.h"

static const str SEPARATOR = STR_INIT(" › ");

void outline_init(struct outline *o, struct arena *a, size_t text_max)
{
    *o = (struct outline){.arena = a};
    buf_init(&o->text, text_max);
    buf_init(&o->names, text_max);
    buf_init(&o->prefix, 4096);
    buf_init(&o->links, (size_t)OUTLINE_LINKS_MAX * (OUTLINE_URL_MAX + 1));
}

void outline_done(struct outline *o)
{
    buf_done(&o->text);
    buf_done(&o->names);
    buf_done(&o->prefix);
    buf_done(&o->links);
    mem_free(o->marks);
    o->marks = NULL;
    o->count = o->capacity = 0;
}

static bool blank(unsigned char c) { return c <= ' ' || c == 0x7f; }

static str span_str(const struct buf *b, struct outline_span span)
{
    return str_slice(buf_str(b), span.at, span.at + span.n);
}

static struct outline_span keep(struct buf *b, str s)
{
    struct outline_span span = {b->n, s.n};
    buf_add(b, s);
    return span;
}

static struct outline_mark *mark_new(struct outline *o)
{
    if (o->count == o->capacity) {
        size_t more = o->capacity ? o->capacity * 2 : 16;
        struct outline_mark *grown = mem_resize(o->marks, more * sizeof(*grown));
        if (!grown) {
            o->failed = ERR_NO_MEMORY;
            return NULL;
        }
        o->marks = grown;
        o->capacity = more;
    }
    struct outline_mark *mark = &o->marks[o->count++];
    *mark = (struct outline_mark){.text = {o->text.n, 0}};
    o->gap = OUTLINE_NONE;
    buf_clear(&o->prefix);
    return mark;
}

/* The block that text goes to; a document may begin without a heading. */
static bool ready(struct outline *o)
{
    if (o->failed) {
        return false;
    }
    return o->count > 0 || mark_new(o);
}

/* Length of a run of white space at the front, U+00A0 and the zero-width marks among it. */
static size_t blank_run(str s)
{
    unsigned char c = (unsigned char)s.p[0];
    if (blank(c)) {
        return 1;
    }
    if (c == 0xC2 && s.n > 1 && ((unsigned char)s.p[1] == 0xA0 || (unsigned char)s.p[1] < 0xA0)) {
        return 2; /* no-break space and the C1 controls */
    }
    if (c == 0xE2 && s.n > 2 && (unsigned char)s.p[1] == 0x80) {
        unsigned char d = (unsigned char)s.p[2];
        return (d >= 0x80 && d <= 0x8B) || d == 0xA8 || d == 0xA9 || d == 0xAF ? 3 : 0;
    }
    return c == 0xEF && s.n > 2 && memcmp(s.p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

str outline_clean(struct arena *a, str text, size_t max)
{
    char *out = arena_alloc(a, text.n + 1);
    if (!out) {
        return STR_EMPTY;
    }
    size_t n = 0;
    bool space = false;
    while (text.n) {
        size_t run = blank_run(text);
        if (run) {
            space = n > 0;
            text = str_slice(text, run, text.n);
            continue;
        }
        if (space) {
            out[n++] = ' ';
            space = false;
        }
        out[n++] = text.p[0];
        text = str_slice(text, 1, text.n);
    }
    return str_trim(utf8_cut(str_n(out, n), max));
}

/* A permalink mark at the end of a heading is not part of it. */
static str heading_clean(struct arena *a, str text)
{
    static const str marks[] = {STR_INIT("#"), STR_INIT("¶"), STR_INIT("§"), STR_INIT("🔗")};
    str clean = outline_clean(a, text, OUTLINE_HEADING_MAX);
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        str cut = str_slice(clean, 0, clean.n - (clean.n > marks[i].n ? marks[i].n : 0));
        if (str_ends(clean, marks[i]) && (marks[i].n > 1 || str_ends(cut, STR(" ")))) {
            clean = str_trim(cut);
        }
    }
    return clean;
}

static bool anchor_usable(str anchor)
{
    return anchor.n <= OUTLINE_ANCHOR_MAX && !str_has_control(anchor) &&
           str_find_byte(anchor, ' ', 0) == SIZE_MAX && utf8_valid(anchor);
}

void outline_heading(struct outline *o, unsigned level, str heading, str anchor)
{
    if (o->failed) {
        return;
    }
    str clean = heading_clean(o->arena, heading);
    level = level < 1 ? 1 : level > OUTLINE_LEVELS ? OUTLINE_LEVELS : level;
    if (str_empty(clean) || o->count >= OUTLINE_BLOCKS_MAX) {
        outline_paragraph(o);
        outline_text(o, clean);
        outline_paragraph(o);
        return;
    }
    struct outline_mark *mark = mark_new(o);
    if (!mark) {
        return;
    }
    mark->level = level;
    mark->anchor = keep(&o->names, anchor_usable(anchor) ? anchor : STR_EMPTY);
    o->path[level] = mark->own = keep(&o->names, clean);
    for (size_t i = level + 1; i <= OUTLINE_LEVELS; i++) {
        o->path[i] = (struct outline_span){0};
    }
    size_t at = o->names.n;
    for (size_t i = 1; i <= OUTLINE_LEVELS; i++) {
        if (o->path[i].n) {
            buf_add(&o->names, o->names.n > at ? SEPARATOR : STR_EMPTY);
            if (!buf_reserve(&o->names, o->path[i].n)) {
                break; /* sticky; reserve first: the source is in the same buffer */
            }
            buf_add(&o->names, span_str(&o->names, o->path[i]));
        }
    }
    mark->heading = (struct outline_span){at, o->names.n - at};
}

void outline_anchor(struct outline *o, str anchor)
{
    if (o->failed || o->count >= OUTLINE_BLOCKS_MAX) {
        outline_paragraph(o);
        return;
    }
    struct outline_span heading =
        o->count ? o->marks[o->count - 1].heading : (struct outline_span){0};
    struct outline_mark *mark = mark_new(o);
    if (mark) {
        mark->heading = heading;
        mark->anchor = keep(&o->names, anchor_usable(anchor) ? anchor : STR_EMPTY);
    }
}

static void flush_gap(struct outline *o)
{
    bool begun = o->text.n > o->marks[o->count - 1].text.at;
    if (begun && o->gap == OUTLINE_PARAGRAPH) {
        buf_add(&o->text, STR("\n\n"));
    } else if (begun && o->gap == OUTLINE_LINE) {
        buf_add(&o->text, STR("\n"));
    } else if (begun && o->gap == OUTLINE_SPACE && !o->prefix.n) {
        buf_add(&o->text, STR(" "));
    }
    o->gap = OUTLINE_NONE;
    if (o->prefix.n) {
        buf_add(&o->text, buf_str(&o->prefix));
        buf_clear(&o->prefix);
    }
}

static void widen(struct outline *o, enum outline_gap gap) { o->gap = gap > o->gap ? gap : o->gap; }

/* Soft hyphens only say where a word may break. */
static void add_word(struct outline *o, str word)
{
    for (;;) {
        size_t at = str_find(word, STR("\xC2\xAD"), 0);
        buf_add(&o->text, str_slice(word, 0, at));
        if (at == SIZE_MAX) {
            return;
        }
        word = str_slice(word, at + 2, word.n);
    }
}

void outline_text(struct outline *o, str text)
{
    if (!ready(o)) {
        return;
    }
    while (text.n) {
        size_t run = blank_run(text);
        if (run) {
            widen(o, OUTLINE_SPACE);
            text = str_slice(text, run, text.n);
            continue;
        }
        size_t n = 1;
        while (n < text.n && !blank_run(str_slice(text, n, text.n))) {
            n++;
        }
        flush_gap(o);
        add_word(o, str_slice(text, 0, n));
        text = str_slice(text, n, text.n);
    }
}

void outline_raw(struct outline *o, str text)
{
    if (!ready(o)) {
        return;
    }
    while (text.n) {
        size_t end = str_find_byte(text, '\n', 0);
        str line = str_slice(text, 0, end == SIZE_MAX ? text.n : end);
        if (!str_empty(str_trim(line)) || (end == SIZE_MAX && line.n)) {
            while (line.n && blank((unsigned char)line.p[line.n - 1]) && end != SIZE_MAX) {
                line.n--;
            }
            flush_gap(o);
            for (size_t i = 0; i < line.n; i++) {
                char c = line.p[i];
                buf_add_byte(&o->text, c == '\t' || !blank((unsigned char)c) ? c : ' ');
            }
        }
        if (end == SIZE_MAX) {
            return;
        }
        widen(o, OUTLINE_LINE);
        text = str_slice(text, end + 1, text.n);
    }
}

void outline_line(struct outline *o) { widen(o, OUTLINE_LINE); }

void outline_paragraph(struct outline *o) { widen(o, OUTLINE_PARAGRAPH); }

void outline_prefix(struct outline *o, str prefix)
{
    buf_clear(&o->prefix);
    buf_add(&o->prefix, prefix);
}

void outline_link(struct outline *o, str href)
{
    href = str_trim(href);
    if (str_empty(href) || href.p[0] == '#' || href.n > OUTLINE_URL_MAX || str_has_control(href) ||
        o->link_count >= OUTLINE_LINKS_MAX || !utf8_valid(href)) {
        return;
    }
    buf_add(&o->links, href);
    buf_add_byte(&o->links, '\n');
    o->link_count++;
}

static err take_links(struct outline *o, struct know_document *ret)
{
    str rest = arena_str(o->arena, buf_str(&o->links));
    str *links = arena_array(o->arena, o->link_count, sizeof(*links));
    if (!rest.p || !links) {
        return err_new(ERR_NO_MEMORY, "no memory for the links of a document");
    }
    size_t count = 0;
    while (count < o->link_count && str_split(&rest, '\n', &links[count])) {
        count++;
    }
    ret->links = links;
    ret->link_count = count;
    return ERR_NONE;
}

/* A heading with nothing below it is what its page has to say. */
static bool stands_alone(const struct outline *o, size_t i)
{
    unsigned next = i + 1 < o->count ? o->marks[i + 1].level : 1;
    return o->marks[i].level > 0 && next > 0 && next <= o->marks[i].level;
}

err outline_take(struct outline *o, struct know_document *ret)
{
    if (o->failed || o->names.failed || o->text.failed || o->links.failed) {
        bool large = o->text.failed == ERR_TOO_LARGE || o->names.failed == ERR_TOO_LARGE;
        return large ? err_new(ERR_TOO_LARGE, "more text than a document may have")
                     : err_new(ERR_NO_MEMORY, "no memory for a document");
    }
    str text = arena_str(o->arena, buf_str(&o->text)),
        names = arena_str(o->arena, buf_str(&o->names));
    struct know_block *blocks = arena_array(o->arena, o->count, sizeof(*blocks));
    if (!text.p || !names.p || !blocks) {
        return err_new(ERR_NO_MEMORY, "no memory for a document");
    }
    for (size_t i = 0; i < o->count; i++) {
        const struct outline_mark *m = &o->marks[i];
        size_t end = i + 1 < o->count ? o->marks[i + 1].text.at : text.n;
        str own = str_slice(names, m->own.at, m->own.at + m->own.n);
        str below = str_slice(text, m->text.at, end);
        blocks[i] = (struct know_block){
            .heading = str_slice(names, m->heading.at, m->heading.at + m->heading.n),
            .anchor = str_slice(names, m->anchor.at, m->anchor.at + m->anchor.n),
            .text = below.n || !stands_alone(o, i) ? below : own,
            .level = m->level,
        };
    }
    ret->blocks = blocks;
    ret->block_count = o->count;
    return take_links(o, ret);
}
