/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/utf8.h"
#include "know/know.h"
#include "know/pick.h"

enum {
    ANSWER_BYTES_MAX = 16 << 10,
    SENTENCE_BYTES_MAX = 700,
    SOURCES = 3,
    CITATIONS_MAX = KNOW_PICKS_MAX + SOURCES
};

/* On-topic questions measured above it and foreign ones below it; see tests/quality. */
static const double THRESHOLD = 0.49;
static const double RELATED = 0.6; /* further pages are named when they are nearly as good */

double know_threshold(void) { return THRESHOLD; }

static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/* Length of "[12]" at the front, 0 when there is none: a foreign reference that would look like one
 * of ours. */
static size_t reference(str s)
{
    size_t n = 1;
    while (n < s.n && n < 6 && s.p[n] >= '0' && s.p[n] <= '9') {
        n++;
    }
    return s.n > 0 && s.p[0] == '[' && n > 1 && n < s.n && s.p[n] == ']' ? n + 1 : 0;
}

/* A sentence on one line, foreign references left out; a very long one is cut at a word. */
static void add_sentence(struct buf *b, str text)
{
    bool cut = text.n > SENTENCE_BYTES_MAX;
    if (cut) {
        text = utf8_cut(text, SENTENCE_BYTES_MAX);
        size_t end = text.n;
        while (end > 0 && !is_space(text.p[end - 1])) {
            end--;
        }
        text.n = end > SENTENCE_BYTES_MAX / 2 ? end : text.n;
        text = str_trim(text);
    }
    bool gap = false;
    while (text.n > 0) {
        size_t skip = reference(text);
        if (skip == 0 && !is_space(text.p[0]) && text.p[0] != '\0') {
            if (gap) {
                buf_add_byte(b, ' ');
            }
            buf_add_byte(b, text.p[0]);
            gap = false;
            skip = 1;
        } else if (skip == 0) {
            gap = true;
            skip = 1;
        }
        text = str_slice(text, skip, text.n);
    }
    if (cut) {
        buf_add_c(b, "\xe2\x80\xa6");
    }
}

/* Lines of a list or table without their references. */
static void add_lines(struct buf *b, str text)
{
    while (text.n > 0) {
        size_t skip = reference(text);
        if (skip == 0) {
            if (text.p[0] != '\0' && text.p[0] != '\r') {
                buf_add_byte(b, text.p[0]);
            }
            skip = 1;
        }
        text = str_slice(text, skip, text.n);
    }
}

/* A block of code between fences that are longer than any run of back quotes in it. */
static void add_code(struct buf *b, str text)
{
    size_t run = 0, longest = 2;
    for (size_t i = 0; i < text.n; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++) {
        buf_add_byte(b, '`');
    }
    buf_add_byte(b, '\n');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '\0' && text.p[i] != '\r') {
            buf_add_byte(b, text.p[i]);
        }
    }
    buf_add_byte(b, '\n');
    for (size_t i = 0; i <= longest; i++) {
        buf_add_byte(b, '`');
    }
    buf_add_byte(b, '\n');
}

struct writer {
    struct arena *arena;
    struct buf content;
    struct know_citation *citations;
    size_t hits[CITATIONS_MAX]; /* the hit of each citation */
    size_t count;
};

/* "Page › Part": the innermost heading says where on the page, unless it is the page's own title.
 */
static str title_of(struct arena *a, const struct passage_row *row)
{
    static const str arrow = STR_INIT(" \xe2\x80\xba ");
    str part = row->heading;
    for (size_t at = str_find(part, arrow, 0); at != SIZE_MAX; at = str_find(part, arrow, 0)) {
        part = str_slice(part, at + arrow.n, part.n);
    }
    if (str_empty(part) || str_eq(part, row->title) || str_find(part, row->title, 0) != SIZE_MAX) {
        return str_empty(row->title) ? part : row->title;
    }
    if (str_empty(row->title)) {
        return part;
    }
    str both = arena_printf(a, "%.*s%.*s%.*s", STR_ARG(row->title), STR_ARG(arrow), STR_ARG(part));
    return both.p != NULL ? both : row->title;
}

/* The citation of a hit, a new one when its address was not used yet. */
static unsigned cite(struct writer *w, const struct know_hit *hits, size_t hit)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->hits[i] == hit || str_eq(w->citations[i].url, hits[hit].passage.url)) {
            return w->citations[i].index;
        }
    }
    const struct know_hit *from = &hits[hit];
    w->hits[w->count] = hit;
    w->citations[w->count] =
        (struct know_citation){(unsigned)w->count + 1, title_of(w->arena, &from->passage),
                               from->passage.url, from->snippet};
    return (unsigned)++w->count;
}

static void write_pick(struct writer *w, const struct know_hit *hits, const struct know_pick *pick,
                       bool first)
{
    struct buf *b = &w->content;
    unsigned index = cite(w, hits, pick->hit);
    bool block = pick->unit.kind != KNOW_UNIT_SENTENCE;
    if (!first) {
        bool line = b->n > 0 && b->p[b->n - 1] == '\n';
        buf_add_c(b, line ? "\n" : block ? "\n\n" : " ");
    }
    switch (pick->unit.kind) {
    case KNOW_UNIT_CODE:
        add_code(b, pick->unit.text);
        buf_addf(b, "[%u]\n", index);
        break;
    case KNOW_UNIT_LIST:
        add_lines(b, pick->unit.text);
        buf_addf(b, " [%u]\n", index);
        break;
    case KNOW_UNIT_SENTENCE:
    default:
        add_sentence(b, pick->unit.text);
        buf_addf(b, " [%u]", index);
        break;
    }
}

static err write_answer(struct arena *a, const struct know_hit *hits, size_t hit_count,
                        const struct know_pick *picks, size_t count, struct know_answer *ret)
{
    struct writer w = {.arena = a,
                       .citations = arena_array(a, CITATIONS_MAX, sizeof(struct know_citation))};
    if (w.citations == NULL) {
        return err_new(ERR_NO_MEMORY, "no memory for an answer");
    }
    buf_init(&w.content, ANSWER_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        write_pick(&w, hits, &picks[i], i == 0);
    }
    for (size_t i = 0; i < hit_count && w.count < SOURCES; i++) {
        if (hits[i].score >= THRESHOLD && hits[i].score >= RELATED * hits[0].score) {
            (void)cite(&w, hits, i);
        }
    }
    err e = buf_err(&w.content);
    str content = err_ok(e) ? arena_str(a, str_trim(buf_str(&w.content))) : STR_EMPTY;
    buf_done(&w.content);
    if (err_ok(e) && content.p == NULL) {
        e = err_new(ERR_NO_MEMORY, "no memory for an answer");
    }
    if (err_ok(e)) {
        ret->answered = true;
        ret->content = content;
        ret->citations = w.citations;
        ret->citation_count = w.count;
    }
    return e;
}

err know_extract(struct arena *a, str question, const struct know_hit *hits, size_t count,
                 struct know_answer *ret)
{
    struct know_answer answer = {.content = STR_EMPTY};
    if (count == 0) {
        *ret = answer;
        return ERR_NONE;
    }
    answer.confidence = hits[0].score;
    struct know_question *q = arena_alloc(a, sizeof(*q));
    if (q == NULL) {
        return err_new(ERR_NO_MEMORY, "no memory for the question");
    }
    err e = ERR_NONE;
    if (hits[0].question != NULL) {
        *q = *hits[0].question;
    } else {
        e = know_question_guess(a, question, q);
    }
    struct know_pick picks[KNOW_PICKS_MAX];
    size_t picked = 0;
    if (err_ok(e) && answer.confidence >= THRESHOLD) {
        e = know_pick(a, q, question, hits, count, picks, &picked);
    }
    if (err_ok(e) && picked > 0) {
        e = write_answer(a, hits, count, picks, picked, &answer);
    }
    if (err_ok(e)) {
        *ret = answer;
    }
    return e;
}
