/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/utf8.h"
#include "know/know.h"
#include "know/pick.h"

enum {
    ANSWER_BYTES_MAX = 16 << 10,
    SENTENCE_BYTES_MAX = 700,
    BLOCK_BYTES_MAX = 3 << 10, /* of a list, table or code */
    PAGES = 3,
    CITATIONS_MAX = KNOW_PICKS_MAX + PAGES,
    ROWS_MAX = 200,
    ROWS_SHOWN = 5, /* of a table, below its first */
    ROW_TERMS_MAX = 80
};

/* On-topic questions measured above it and foreign ones below it; see tests/quality. */
static const double THRESHOLD = 0.49;
static const double ROW_ADDS = 0.5; /* how much of the best row's worth another needs */
static const double RELATED = 0.6;  /* further pages are named when they are nearly as good */

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

/* How much of the question a row of a table has. */
static err row_worth(struct arena *a, const struct know_question *q, str row, double *ret)
{
    struct know_term *terms = NULL;
    size_t count = 0;
    double got[KNOW_CONCEPTS_MAX] = {0}, sum = 0;
    err e = know_terms(a, row, ROW_TERMS_MAX, &terms, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        for (size_t c = 0; c < q->count; c++) {
            double meets = know_meets(&q->concepts[c], terms[i].text);
            got[c] = meets > got[c] ? meets : got[c];
        }
    }
    for (size_t c = 0; c < q->count; c++) {
        sum += got[c] * know_worth(&q->concepts[c]);
    }
    *ret = sum;
    return e;
}

/* "---|---|---", on its line: what Markdown has under the first row of a table. */
static void add_divider(struct buf *b, str row)
{
    buf_add_c(b, "\n---");
    for (size_t at = str_find(row, STR(" | "), 0); at != SIZE_MAX;
         at = str_find(row, STR(" | "), at + 3)) {
        buf_add_c(b, "|---");
    }
}

/* A table as Markdown: its first row and those that speak of the question, in their order; all
 * when it is small or the question is that of the whole. */
static err add_table(struct arena *a, struct buf *b, const struct know_question *q, str text)
{
    double worths[ROWS_MAX] = {0}, best = 0;
    size_t rows = 0, kept = 0;
    str rest = text, row;
    for (; rows < ROWS_MAX && str_split(&rest, '\n', &row); rows++) {
        err e = row_worth(a, q, row, &worths[rows]);
        if (!err_ok(e)) {
            return e;
        }
        best = rows > 0 && worths[rows] > best ? worths[rows] : best;
    }
    bool all = rows <= ROWS_SHOWN + 1 || best <= 0;
    rest = text;
    for (size_t i = 0; i < rows && str_split(&rest, '\n', &row); i++) {
        bool good = all || (worths[i] > 0 && worths[i] >= ROW_ADDS * best);
        if (i == 0 || (good && (all || kept < ROWS_SHOWN))) {
            if (i > 0) {
                buf_add_byte(b, '\n');
            }
            add_lines(b, row);
            kept += i > 0;
        }
        if (i == 0) {
            add_divider(b, row);
        }
    }
    return ERR_NONE;
}

static bool is_table(str text)
{
    size_t end = str_find_byte(text, '\n', 0);
    return end != SIZE_MAX && str_find(str_slice(text, 0, end), STR(" | "), 0) != SIZE_MAX;
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
    const struct know_question *question;
    unsigned last; /* what the last sentence cites, 0 at first */
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
static err cite(struct writer *w, const struct know_hit *hits, size_t hit, unsigned *ret_index)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->hits[i] == hit || str_eq(w->citations[i].url, hits[hit].passage.url)) {
            *ret_index = w->citations[i].index;
            return ERR_NONE;
        }
    }
    const struct know_hit *from = &hits[hit];
    struct know_citation *citation = &w->citations[w->count];
    *citation = (struct know_citation){.index = (unsigned)w->count + 1,
                                       .title = title_of(w->arena, &from->passage),
                                       .url = from->passage.url};
    w->hits[w->count++] = hit;
    *ret_index = citation->index;
    return know_hit_snippet(w->arena, from, &citation->snippet);
}

static bool is_cited(const struct writer *w, const struct know_hit *hits, const id *document)
{
    for (size_t i = 0; i < w->count; i++) {
        if (id_eq(&hits[w->hits[i]].passage.document, document)) {
            return true;
        }
    }
    return false;
}

/* Names further pages that are nearly as good as the first, until there are three. */
static err cite_related(struct writer *w, const struct know_hit *hits, size_t count)
{
    size_t pages = 0;
    for (size_t i = 0; i < count; i++) { /* a page counts at its best hit */
        bool first = true;
        for (size_t k = 0; k < i; k++) {
            first &= !id_eq(&hits[k].passage.document, &hits[i].passage.document);
        }
        pages += first && is_cited(w, hits, &hits[i].passage.document);
    }
    for (size_t i = 0; i < count && pages < PAGES && w->count < CITATIONS_MAX; i++) {
        unsigned index;
        bool good = hits[i].score >= THRESHOLD && hits[i].score >= RELATED * hits[0].score;
        if (good && !is_cited(w, hits, &hits[i].passage.document)) {
            err e = cite(w, hits, i, &index);
            if (!err_ok(e)) {
                return e;
            }
            pages++;
        }
    }
    return ERR_NONE;
}

/* The lines of a block that there is room for; of a single long line, what fits. */
static str first_lines(str text)
{
    if (text.n <= BLOCK_BYTES_MAX) {
        return text;
    }
    str cut = utf8_cut(text, BLOCK_BYTES_MAX);
    size_t end = cut.n;
    while (end > 0 && cut.p[end - 1] != '\n') {
        end--;
    }
    return end > 0 ? str_slice(cut, 0, end - 1) : cut;
}

static err write_pick(struct writer *w, const struct know_hit *hits, const struct know_pick *pick,
                      bool first)
{
    struct buf *b = &w->content;
    unsigned index = 0;
    err e = cite(w, hits, pick->hit, &index);
    if (!err_ok(e)) {
        return e;
    }
    bool block = pick->unit.kind != KNOW_UNIT_SENTENCE;
    if (!first) {
        bool line = b->n > 0 && b->p[b->n - 1] == '\n';
        buf_add_c(b, line ? "\n" : block ? "\n\n" : " ");
    }
    switch (pick->unit.kind) {
    case KNOW_UNIT_CODE:
        add_code(b, first_lines(pick->unit.text));
        if (w->last != index) { /* the sentence before it has the citation */
            buf_addf(b, "[%u]\n", index);
        }
        break;
    case KNOW_UNIT_LIST:
        if (is_table(pick->unit.text)) {
            e = add_table(w->arena, b, w->question, first_lines(pick->unit.text));
        } else {
            add_lines(b, first_lines(pick->unit.text));
        }
        buf_addf(b, " [%u]\n", index);
        break;
    case KNOW_UNIT_SENTENCE:
    default:
        add_sentence(b, pick->unit.text);
        buf_addf(b, " [%u]", index);
        break;
    }
    w->last = index;
    return e;
}

static err write_answer(struct arena *a, const struct know_question *q, const struct know_hit *hits,
                        size_t hit_count, const struct know_pick *picks, size_t count,
                        struct know_answer *ret)
{
    struct writer w = {.arena = a,
                       .question = q,
                       .citations = arena_array(a, CITATIONS_MAX, sizeof(struct know_citation))};
    if (w.citations == NULL) {
        return err_new(ERR_NO_MEMORY, "no memory for an answer");
    }
    buf_init(&w.content, ANSWER_BYTES_MAX);
    err e = ERR_NONE;
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        e = write_pick(&w, hits, &picks[i], i == 0);
    }
    e = err_ok(e) ? cite_related(&w, hits, hit_count) : e;
    e = err_ok(e) ? buf_err(&w.content) : e;
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
        e = write_answer(a, q, hits, count, picks, picked, &answer);
    }
    if (err_ok(e)) {
        *ret = answer;
    }
    return e;
}
