/* SPDX-License-Identifier: Apache-2.0 */
#include "know/query.h"

#include <math.h>

#include "base/utf8.h"
#include "know/spell.h"

enum { TERMS_MAX = 96 };

static const double WEIGHT_FORM = 1.0;
static const double WEIGHT_PART = 0.35;
static const double WEIGHT_WHOLE = 0.6;

static void add_form(struct know_concept *concept, str term, double weight)
{
    for (size_t i = 0; i < concept->form_count; i++) {
        if (str_eq(concept->forms[i].term, term)) {
            return;
        }
    }
    if (concept->form_count < KNOW_FORMS_MAX) {
        concept->forms[concept->form_count++] = (struct know_form){.term = term, .weight = weight};
    }
}

/* The same word twice in a question is asked once. */
static struct know_concept *find_concept(struct know_question *q, str term)
{
    for (size_t i = 0; i < q->count; i++) {
        if (str_eq(q->concepts[i].forms[0].term, term)) {
            return &q->concepts[i];
        }
    }
    return NULL;
}

/* Groups terms into concepts; function words only when `stops`. */
static void group_terms(struct know_question *q, const struct know_term *terms, size_t count, bool stops)
{
    struct know_concept *current = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct know_term *term = &terms[i];
        if (term->kind == KNOW_TERM_FORM) {
            if (current != NULL) {
                add_form(current, term->text, WEIGHT_FORM);
            }
            continue;
        }
        current = NULL;
        if (term->stop != stops && !(stops && term->stop)) {
            continue;
        }
        if (find_concept(q, term->text) != NULL || q->count == KNOW_CONCEPTS_MAX) {
            continue;
        }
        current = &q->concepts[q->count++];
        *current = (struct know_concept){.surface = term->surface, .place = term->place, .weight = 1};
        add_form(current, term->text, 1);
        if (term->kind == KNOW_TERM_PART) {
            current->weight = WEIGHT_PART;
            current->optional = true;
        } else if (term->kind == KNOW_TERM_WHOLE) {
            current->weight = WEIGHT_WHOLE;
            current->optional = true;
        }
    }
}

static err count_forms(struct store *store, struct arena *a, const id *project, struct know_question *q)
{
    str terms[KNOW_CONCEPTS_MAX * KNOW_FORMS_MAX];
    uint64_t counts[KNOW_CONCEPTS_MAX * KNOW_FORMS_MAX] = {0};
    size_t n = 0;
    for (size_t i = 0; i < q->count; i++) {
        for (size_t k = 0; k < q->concepts[i].form_count; k++) {
            terms[n++] = q->concepts[i].forms[k].term;
        }
    }
    err e = store_term_counts(store, a, project, terms, n, counts, &q->total);
    if (!err_ok(e)) {
        return e;
    }
    n = 0;
    for (size_t i = 0; i < q->count; i++) {
        for (size_t k = 0; k < q->concepts[i].form_count; k++) {
            q->concepts[i].forms[k].count = counts[n++];
        }
    }
    return ERR_NONE;
}

static double idf(uint64_t total, uint64_t count)
{
    double n = (double)total, df = count > total ? n : (double)count;
    return log(1.0 + (n - df + 0.5) / (df + 0.5));
}

/* A word is as rare as its most frequent good form says. */
static void weigh(struct know_question *q)
{
    q->mass = 0;
    for (size_t i = 0; i < q->count; i++) {
        struct know_concept *concept = &q->concepts[i];
        uint64_t count = 0;
        concept->known = false;
        for (size_t k = 0; k < concept->form_count; k++) {
            const struct know_form *form = &concept->forms[k];
            concept->known |= form->count > 0;
            if (form->weight >= 0.5 && form->count > count) {
                count = form->count;
            }
        }
        concept->idf = idf(q->total, count);
        if (!concept->optional) {
            q->mass += concept->idf * concept->weight;
        }
    }
}

err know_question_read(struct store *store, struct arena *a, const id *project, str text,
                       struct know_question *ret)
{
    struct know_term *terms = NULL;
    size_t count = 0;
    err e = know_terms(a, utf8_cut(text, KNOW_QUERY_BYTES), TERMS_MAX, &terms, &count);
    if (!err_ok(e)) {
        return e;
    }
    *ret = (struct know_question){0};
    group_terms(ret, terms, count, false);
    if (ret->count == 0) {
        group_terms(ret, terms, count, true);
        ret->only_stop = true;
    }
    if (ret->count == 0) {
        return ERR_NONE;
    }
    e = count_forms(store, a, project, ret);
    if (err_ok(e)) {
        e = know_spell(store, a, project, ret);
    }
    if (err_ok(e)) {
        weigh(ret);
    }
    return e;
}
