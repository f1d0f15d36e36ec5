/* SPDX-License-Identifier: Apache-2.0 */
/* A question as concepts: each an index term with its other forms, spellings and synonyms, and what
 * finding it is worth. */
#pragma once

#include "know/cue.h"
#include "know/tokens.h"
#include "store/passage.h"

enum {
    KNOW_CONCEPTS_MAX = 32,
    KNOW_FORMS_MAX = 16,     /* of one concept */
    KNOW_QUERY_BYTES = 1000, /* of a question that are looked at */
};

/* One way to meet a concept. */
struct know_form {
    str term;
    double weight;  /* 1: the word itself; less for guesses */
    uint64_t count; /* passages that have it */
};

struct know_concept {
    struct know_form forms[KNOW_FORMS_MAX];
    size_t form_count;
    str surface; /* as typed, folded */
    double idf;
    double weight; /* 1 for words, less for parts of identifiers and optional wholes */
    bool optional; /* found is good, not found is nothing */
    bool known;    /* some form is in the index */
    bool phrase;   /* stands for several words of the question */
    bool hint;     /* follows from words that stand together, not from one place */
    bool respelt;  /* only a corrected spelling is */
    uint32_t place;
};

struct know_question {
    struct know_concept concepts[KNOW_CONCEPTS_MAX];
    size_t count;
    uint64_t total; /* passages in the index */
    double mass;    /* sum of idf * weight over what is not optional */
    double enough;  /* so much found together answers it: the mass; of a long question, the mass of
                       four of its words, since people tell more than they ask */
    enum know_cue cue; /* what kind of answer is asked for */
    bool only_stop;    /* nothing but function words */
};

/* The same without a store: every word is worth the same. */
err know_question_guess(struct arena *a, str text, struct know_question *ret);

/* What finding a concept is worth. */
static inline double know_worth(const struct know_concept *concept)
{
    return concept->idf * concept->weight;
}

/* Gives how well a term meets concept c: the weight of the form, or 0. */
double know_meets(const struct know_concept *concept, str term);

/* Reads the question and looks its words up in the store: counts, spellings, synonyms. */
err know_question_read(struct store *store, struct arena *a, const id *project, str text,
                       struct know_question *ret);
