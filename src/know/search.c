/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "know/know.h"
#include "know/query.h"
#include "know/rank.h"
#include "know/snippet.h"

enum {
    CANDIDATES = 110,
    SEARCH_TERMS_MAX = 64,
    HITS_LIMIT = 50,
    READ_MAX = 3000, /* entries of the index that a search reads beyond its two rarest words */
};

static const double PAGE_WORTH = 1.05, PAGE_TIMES_MAX = 1.6, PAGE_SATURATION = 2.1;

struct ranked {
    const struct passage_row *row;
    struct know_match match;
    double rank;
};

static int by_idf(const void *x, const void *y)
{
    const struct know_concept *const *a = x, *const *b = y;
    double d = (*b)->idf * (*b)->weight - (*a)->idf * (*a)->weight;
    return d > 0 ? 1 : d < 0 ? -1 : 0;
}

/* The terms that candidates are fetched by: the rarest words first; words that most passages have
 * only when nothing else is there, since they cost much and choose little. */
static size_t choose_terms(const struct know_question *q, str terms[SEARCH_TERMS_MAX],
                           double weights[SEARCH_TERMS_MAX])
{
    const struct know_concept *order[KNOW_CONCEPTS_MAX];
    size_t known = 0, count = 0;
    uint64_t read = 0;
    for (size_t i = 0; i < q->count; i++) {
        if (q->concepts[i].known) {
            order[known++] = &q->concepts[i];
        }
    }
    qsort(order, known, sizeof(order[0]), by_idf);
    for (size_t i = 0; i < known && count < SEARCH_TERMS_MAX; i++) {
        for (size_t k = 0; k < order[i]->form_count && count < SEARCH_TERMS_MAX; k++) {
            const struct know_form *form = &order[i]->forms[k];
            bool dear = i >= 2 && read + form->count > READ_MAX;
            if (form->count == 0 || dear ||
                (k > 0 && form->count > q->total / 8 && q->total > 1000)) {
                continue;
            }
            read += form->count;
            weights[count] = know_worth(order[i]) * form->weight;
            terms[count++] = form->term;
        }
    }
    return count;
}

/* What the candidates of one page have together. */
static double page_worth(const struct know_question *q, const struct ranked *ranked, size_t count,
                         const id *document)
{
    double times[KNOW_CONCEPTS_MAX] = {0}, worth = 0;
    for (size_t k = 0; k < count; k++) {
        for (size_t c = 0; c < q->count && id_eq(document, &ranked[k].row->document); c++) {
            times[c] += fmin(ranked[k].match.times[c], PAGE_TIMES_MAX);
        }
    }
    for (size_t c = 0; c < q->count; c++) {
        worth += know_worth(&q->concepts[c]) * times[c] / (times[c] + PAGE_SATURATION);
    }
    return worth;
}

/* Passages of one page speak for each other: by how often the page has the question's words.
 */
static void support_pages(const struct know_question *q, struct ranked *ranked, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const id *document = &ranked[i].row->document;
        double support = -1;
        for (size_t k = 0; k < i; k++) {
            if (id_eq(&ranked[k].row->document, document)) {
                support = ranked[k].rank - ranked[k].match.rank;
                break;
            }
        }
        if (support < 0) {
            support = PAGE_WORTH * page_worth(q, ranked, count, document);
        }
        ranked[i].rank = ranked[i].match.rank + support;
    }
}

static int by_rank(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->rank != b->rank) {
        return a->rank < b->rank ? 1 : -1;
    }
    return a->row->number < b->row->number ? -1 : a->row->number > b->row->number;
}

/* How sure we are that a passage answers: from what was found close together, less for what was
 * missed. */
static double confidence(const struct know_match *match)
{
    double c = 0.65 * match->window + 0.35 * match->coverage;
    return c < 0 ? 0 : c > 1 ? 1 : c;
}

static size_t hits_of_page(const struct know_hit *hits, size_t count, const id *document)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n += id_eq(&hits[i].passage.document, document);
    }
    return n;
}

/* Takes the best as hits and reads their texts; a passage that went meanwhile is left out. */
static err fill_hits(struct store *store, struct arena *a, const struct know_query *query,
                     const struct know_question *q, const struct ranked *ranked, size_t count,
                     struct know_hit *hits, size_t *ret_count)
{
    size_t limit = query->limit < HITS_LIMIT ? query->limit : HITS_LIMIT, n = 0;
    for (size_t i = 0; i < count && n < limit; i++) {
        if (query->per_page > 0 &&
            hits_of_page(hits, n, &ranked[i].row->document) >= query->per_page) {
            continue;
        }
        struct know_hit hit = {.passage = *ranked[i].row,
                               .score = confidence(&ranked[i].match),
                               .snippet = STR_EMPTY,
                               .question = q};
        err e = store_passage_fill(store, a, query->project, &query->reader, &hit.passage, 1);
        if (err_ok(e) && hit.passage.number != 0) {
            e = query->bare ? e : know_snippet(a, q, hit.passage.text, &hit.snippet);
            hits[n++] = hit;
        }
        if (!err_ok(e)) {
            return e;
        }
    }
    *ret_count = n;
    return ERR_NONE;
}

err know_hit_snippet(struct arena *a, const struct know_hit *hit, str *ret)
{
    if (!str_empty(hit->snippet) || hit->question == NULL) {
        *ret = hit->snippet;
        return ERR_NONE;
    }
    return know_snippet(a, hit->question, hit->passage.text, ret);
}

err know_search(struct store *store, struct arena *a, const struct know_query *query,
                struct know_hit **ret, size_t *ret_count)
{
    struct know_question *q = arena_alloc(a, sizeof(*q));
    if (q == NULL) {
        return err_new(ERR_NO_MEMORY, "no memory for the question");
    }
    err e = know_question_read(store, a, query->project, query->text, q);
    if (!err_ok(e)) {
        return e;
    }
    str terms[SEARCH_TERMS_MAX];
    double weights[SEARCH_TERMS_MAX];
    struct passage_query find = {.project = query->project,
                                 .reader = query->reader,
                                 .terms = terms,
                                 .weights = weights,
                                 .url_prefix = query->url_prefix,
                                 .term_count = choose_terms(q, terms, weights),
                                 .limit = CANDIDATES,
                                 .lean = true};
    struct passage_row *rows = NULL;
    size_t count = 0;
    if (find.term_count > 0 && query->limit > 0) {
        e = store_passage_find(store, a, &find, &rows, &count);
    }
    struct know_ranker *ranker = know_ranker_new(a, q);
    struct ranked *ranked = arena_array(a, count + 1, sizeof(*ranked));
    struct know_hit *hits = arena_array(a, HITS_LIMIT, sizeof(*hits));
    if (err_ok(e) && (ranker == NULL || ranked == NULL || hits == NULL)) {
        e = err_new(ERR_NO_MEMORY, "no memory for ranking");
    }
    if (!err_ok(e)) {
        return e;
    }
    for (size_t i = 0; i < count; i++) {
        ranked[i] = (struct ranked){.row = &rows[i], .match = know_rank(ranker, &rows[i])};
        ranked[i].rank = ranked[i].match.rank;
    }
    support_pages(q, ranked, count);
    qsort(ranked, count, sizeof(*ranked), by_rank);
    size_t found = 0;
    e = fill_hits(store, a, query, q, ranked, count, hits, &found);
    if (err_ok(e)) {
        *ret = hits;
        *ret_count = found;
    }
    return e;
}
