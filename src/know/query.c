/* SPDX-License-Identifier: Apache-2.0 */
#include "know/query.h"

#include <math.h>

#include "base/utf8.h"
#include "know/spell.h"
#include "know/synonyms.h"

enum { TERMS_MAX = 96, HINTS_MAX = 6 };

static const double WEIGHT_FORM = 1.0;
static const double WEIGHT_PART = 0.28;
static const double WEIGHT_WHOLE = 0.6;
static const double WEIGHT_PHRASE = 1.0;   /* what a rule says a phrase means */
static const double WEIGHT_INSIDE = 0.105; /* the words of such a phrase */
static const double WEIGHT_HINT = 0.8;     /* what words that stand together hint at */
static const double WEIGHT_SYNONYM = 0.45;
static const double WEIGHT_WEAK = 0.315;
static const double IDF_FLOOR = 2.5; /* keeps the rarest words from outweighing all others */
static const double IDF_POWER = 0.9; /* the same for all rare words */
static const double ENOUGH_WORDS = 4;

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
        if (!q->concepts[i].phrase && str_eq(q->concepts[i].forms[0].term, term)) {
            return &q->concepts[i];
        }
    }
    return NULL;
}

/* Matches a rule of several words at a term; gives how many terms it spans, 0 when it does not
 * match. */
static size_t rule_span(const struct know_rule *rule, const struct know_term *terms, size_t count)
{
    size_t word = 0, i = 0;
    for (; i < count && word < rule->word_count; i++) {
        if (terms[i].kind == KNOW_TERM_FORM) {
            continue;
        }
        if (!know_any_has(&rule->words[word], terms[i].text)) {
            return 0;
        }
        word++;
    }
    return word == rule->word_count ? i : 0;
}

/* A document may just use the words of the phrase: they meet it too, each in part. */
static void add_own_words(struct know_concept *concept, const struct know_term *terms, size_t count)
{
    double words = 0;
    for (size_t i = 0; i < count; i++) {
        words += terms[i].kind == KNOW_TERM_WORD && !terms[i].stop;
    }
    for (size_t i = 0; i < count; i++) {
        if (terms[i].kind == KNOW_TERM_WORD && !terms[i].stop) {
            add_form(concept, terms[i].text, WEIGHT_PHRASE / words);
        }
    }
}

/* A phrase with a meaning of its own ("get rid of") becomes one concept; gives how many terms it
 * takes. */
static size_t group_phrase(struct know_question *q, const struct know_term *terms, size_t count)
{
    const struct know_rule *best = NULL;
    size_t span = 0;
    for (const struct know_rule_link *link = know_rules_of(terms->text); link; link = link->next) {
        const struct know_rule *rule = link->rule;
        bool phrase = rule->kind != KNOW_RULE_TOGETHER && rule->word_count > 1;
        size_t found = phrase ? rule_span(rule, terms, count) : 0;
        if (found > span) {
            best = rule;
            span = found;
        }
    }
    if (best == NULL || best->target_count == 0 || q->count == KNOW_CONCEPTS_MAX) {
        return best != NULL && best->kind == KNOW_RULE_WEAK ? span : 0;
    }
    struct know_concept *concept = &q->concepts[q->count++];
    *concept = (struct know_concept){
        .surface = terms->surface, .place = terms->place, .weight = 1, .phrase = true};
    for (size_t k = 0; k < best->target_count; k++) {
        add_form(concept, best->targets[k], WEIGHT_PHRASE);
    }
    add_own_words(concept, terms, span);
    return span;
}

static void add_synonyms(struct know_concept *concept)
{
    str word = concept->forms[0].term;
    for (const struct know_rule_link *link = know_rules_of(word); link; link = link->next) {
        const struct know_rule *rule = link->rule;
        if (rule->kind == KNOW_RULE_TOGETHER || rule->word_count != 1 ||
            !str_eq(link->stem, word)) {
            continue;
        }
        if (rule->kind == KNOW_RULE_WEAK) {
            concept->weight = fmin(concept->weight, WEIGHT_WEAK);
        }
        for (size_t k = 0; k < rule->target_count; k++) {
            add_form(concept, rule->targets[k], WEIGHT_SYNONYM);
        }
    }
}

/* Whether each word of the rule but the first, which is the term `at`, is another term. */
static bool stand_together(const struct know_rule *rule, const struct know_term *terms,
                           size_t count, size_t at)
{
    for (size_t word = 1; word < rule->word_count; word++) {
        bool found = false;
        for (size_t i = 0; i < count && !found; i++) {
            found = i != at && terms[i].kind != KNOW_TERM_FORM &&
                    know_any_has(&rule->words[word], terms[i].text);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* What words hint at that stand anywhere in the question: found is good, not found is nothing. */
static void add_hints(struct know_question *q, const struct know_term *terms, size_t count)
{
    for (size_t at = 0, hints = 0; at < count; at++) {
        const struct know_rule_link *link = know_rules_of(terms[at].text);
        for (; link && hints < HINTS_MAX && q->count < KNOW_CONCEPTS_MAX; link = link->next) {
            const struct know_rule *rule = link->rule;
            if (rule->kind != KNOW_RULE_TOGETHER || terms[at].kind == KNOW_TERM_FORM ||
                !str_eq(link->stem, terms[at].text) || !stand_together(rule, terms, count, at)) {
                continue;
            }
            struct know_concept *concept = &q->concepts[q->count++];
            *concept = (struct know_concept){.surface = terms[at].surface,
                                             .place = terms[at].place,
                                             .weight = WEIGHT_HINT,
                                             .optional = true,
                                             .phrase = true,
                                             .hint = true};
            for (size_t k = 0; k < rule->target_count; k++) {
                add_form(concept, rule->targets[k], WEIGHT_PHRASE);
            }
            hints++;
        }
    }
}

static struct know_concept *group_word(struct know_question *q, const struct know_term *term,
                                       bool inside)
{
    if (find_concept(q, term->text) != NULL || q->count == KNOW_CONCEPTS_MAX) {
        return NULL;
    }
    struct know_concept *concept = &q->concepts[q->count++];
    *concept = (struct know_concept){.surface = term->surface, .place = term->place, .weight = 1};
    add_form(concept, term->text, 1);
    if (term->kind != KNOW_TERM_WORD) {
        concept->weight = term->kind == KNOW_TERM_PART ? WEIGHT_PART : WEIGHT_WHOLE;
        concept->optional = true;
    }
    if (inside) { /* the phrase says it already */
        concept->weight = fmin(concept->weight, WEIGHT_INSIDE);
        concept->optional = true;
    }
    return concept;
}

/* Groups terms into concepts; function words only when `stops`. */
static void group_terms(struct know_question *q, const struct know_term *terms, size_t count,
                        bool stops)
{
    struct know_concept *current = NULL;
    size_t inside = 0;
    for (size_t i = 0; i < count; i++) {
        const struct know_term *term = &terms[i];
        if (term->kind == KNOW_TERM_FORM) {
            if (current != NULL) {
                add_form(current, term->text, WEIGHT_FORM);
            }
            continue;
        }
        if (i >= inside && !stops) {
            size_t span = group_phrase(q, term, count - i);
            inside = span > 0 ? i + span : inside;
        }
        current = term->stop && !stops ? NULL : group_word(q, term, i < inside);
    }
    for (size_t i = 0; i < q->count && !stops; i++) {
        if (!q->concepts[i].phrase && !q->concepts[i].optional) {
            add_synonyms(&q->concepts[i]);
        }
    }
    if (!stops) {
        add_hints(q, terms, count);
    }
}

static err count_forms(struct store *store, struct arena *a, const id *project,
                       struct know_question *q)
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
    return log(1.0 + (n - df + IDF_FLOOR) / (df + IDF_FLOOR));
}

/* Passages that have a concept: those of the word itself, or of the best that stands for it. */
static uint64_t concept_count(struct know_concept *concept)
{
    uint64_t count = 0, other = 0;
    for (size_t k = 0; k < concept->form_count; k++) {
        const struct know_form *form = &concept->forms[k];
        uint64_t *best = form->weight >= WEIGHT_FORM ? &count : &other;
        *best = form->count > *best ? form->count : *best;
    }
    concept->known = count > 0 || other > 0;
    return count > 0 ? count : other;
}

static void weigh(struct know_question *q)
{
    double words = 0;
    q->mass = 0;
    for (size_t i = 0; i < q->count; i++) {
        struct know_concept *concept = &q->concepts[i];
        concept->idf = pow(idf(q->total, concept_count(concept)), IDF_POWER);
        if (!concept->optional) {
            q->mass += concept->idf * concept->weight;
            words += concept->weight;
        }
    }
    q->enough = words > ENOUGH_WORDS ? q->mass * ENOUGH_WORDS / words : q->mass;
}

static err read_concepts(struct arena *a, str text, struct know_question *ret)
{
    struct know_term *terms = NULL;
    size_t count = 0;
    err e = know_terms(a, utf8_cut(text, KNOW_QUERY_BYTES), TERMS_MAX, &terms, &count);
    if (!err_ok(e)) {
        return e;
    }
    *ret = (struct know_question){.cue = know_cue_of(text)};
    group_terms(ret, terms, count, false);
    if (ret->count == 0) {
        group_terms(ret, terms, count, true);
        ret->only_stop = true;
    }
    return ERR_NONE;
}

err know_question_guess(struct arena *a, str text, struct know_question *ret)
{
    err e = read_concepts(a, text, ret);
    for (size_t i = 0; err_ok(e) && i < ret->count; i++) {
        ret->concepts[i].idf = 1;
        ret->concepts[i].known = true;
        ret->mass += ret->concepts[i].optional ? 0 : ret->concepts[i].weight;
    }
    ret->enough = fmin(ret->mass, ENOUGH_WORDS);
    return e;
}

double know_meets(const struct know_concept *concept, str term)
{
    for (size_t i = 0; i < concept->form_count; i++) {
        if (str_eq(concept->forms[i].term, term)) {
            return concept->forms[i].weight;
        }
    }
    return 0;
}

err know_question_read(struct store *store, struct arena *a, const id *project, str text,
                       struct know_question *ret)
{
    err e = read_concepts(a, text, ret);
    if (!err_ok(e) || ret->count == 0) {
        return e;
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
