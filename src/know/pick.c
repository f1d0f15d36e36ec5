/* SPDX-License-Identifier: Apache-2.0 */
#include "know/pick.h"

#include <math.h>
#include <stdlib.h>

#include "know/cue.h"
#include "know/tokens.h"

static const double TOLD = 0.6;      /* a heading with so much of the question is the question */
static const double ADDS = 0.6;      /* how good a sentence of another page must be, to the first */
static const double ADDS_TOLD = 0.8; /* when the first page's heading is the question */

enum { HITS_MAX = 4, UNITS_MAX = 160, UNIT_TERMS_MAX = 160, SENTENCE_BYTES = 500 };

struct candidate {
    struct know_unit unit;
    size_t hit, ordinal;
    double score, own; /* own: share of the question's mass in the unit itself */
    uint32_t found;
    uint64_t print[4]; /* which terms it has, hashed: for likeness */
    bool leans;        /* starts with a word that points back */
    bool points;       /* only says where to read */
    bool leads;        /* ends with a colon */
    bool taken;
};

struct picker {
    struct arena *arena;
    const struct know_question *question;
    enum know_cue cue;
    struct candidate *units;
    size_t count;
    double told[HITS_MAX]; /* share of the question that the heading of each hit says */
};

static uint64_t hash(str s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    }
    return h ^ h >> 29;
}

/* Words that make a sentence lean on the one before. */
static bool leans_back(str surface)
{
    static const str words[] = {
        STR_INIT("this"), STR_INIT("it"),    STR_INIT("these"), STR_INIT("they"),
        STR_INIT("that"), STR_INIT("those"), STR_INIT("he"),    STR_INIT("she"),
        STR_INIT("its"),  STR_INIT("such"),  STR_INIT("dies"),  STR_INIT("diese"),
        STR_INIT("er"),   STR_INIT("cela"),  STR_INIT("ceci"),  STR_INIT("esto")};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq(surface, words[i])) {
            return true;
        }
    }
    return false;
}

/* "See the chapter on prices.": tells where an answer is, not what it is. */
static bool points_away(str surface)
{
    static const str words[] = {STR_INIT("see"), STR_INIT("siehe"), STR_INIT("voir"),
                                STR_INIT("vease"), STR_INIT("refer")};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq(surface, words[i])) {
            return true;
        }
    }
    return false;
}

/* Marks the concepts that a text has, the best form of each; gives the number of words. */
static err mark(struct picker *p, str text, double got[KNOW_CONCEPTS_MAX], struct candidate *ret,
                size_t *ret_words)
{
    struct know_term *terms = NULL;
    size_t count = 0;
    err e = know_terms(p->arena, text, UNIT_TERMS_MAX, &terms, &count);
    if (!err_ok(e)) {
        return e;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < p->question->count; c++) {
            got[c] = fmax(got[c], know_meets(&p->question->concepts[c], terms[i].text));
        }
        if (ret != NULL && !terms[i].stop) {
            uint64_t bit = hash(terms[i].text) % 256;
            ret->print[bit / 64] |= (uint64_t)1 << bit % 64;
        }
    }
    if (ret != NULL && count > 0) {
        ret->leans = leans_back(terms[0].surface);
        ret->points = points_away(terms[0].surface);
    }
    *ret_words = count > 0 ? terms[count - 1].place + 1 : 0;
    return ERR_NONE;
}

static double share(const struct know_question *q, const double got[KNOW_CONCEPTS_MAX])
{
    double sum = 0;
    for (size_t c = 0; c < q->count; c++) {
        sum += got[c] * know_worth(&q->concepts[c]);
    }
    return q->mass > 0 ? fmin(1, sum / q->mass) : 0;
}

/* Prose of a usual length reads best; scraps and walls of text badly. */
static double shape(const struct candidate *unit, size_t words)
{
    if (unit->unit.kind == KNOW_UNIT_LIST && str_find(unit->unit.text, STR(" | "), 0) != SIZE_MAX) {
        return 0.5; /* a table answers seldom as a whole */
    }
    if (unit->unit.kind != KNOW_UNIT_SENTENCE) {
        return words < 2 ? 0.3 : unit->unit.text.n > KNOW_UNIT_BYTES ? 0.4 : 0.9;
    }
    if (words < 4) {
        return 0.4;
    }
    return words < 7 ? 0.8 : words > 60 ? 0.7 : 1;
}

/* Scores the units of a hit; what the heading, the title and the sentence before have counts in
 * part. */
static err score_hit(struct picker *p, const struct know_hit *hit, size_t index, double trust)
{
    double above[KNOW_CONCEPTS_MAX] = {0}, before[KNOW_CONCEPTS_MAX] = {0};
    size_t words = 0, ordinal = 0;
    err e = mark(p, hit->passage.title, above, NULL, &words);
    if (err_ok(e)) {
        double heading[KNOW_CONCEPTS_MAX] = {0};
        e = mark(p, hit->passage.heading, heading, NULL, &words);
        p->told[index] = share(p->question, heading);
        for (size_t i = 0; i < p->question->count; i++) {
            above[i] = fmax(above[i], heading[i]);
        }
    }
    struct know_units units = know_units_of(hit->passage.text);
    struct know_unit unit;
    while (err_ok(e) && p->count < UNITS_MAX && know_unit_next(&units, &unit)) {
        struct candidate *c = &p->units[p->count++];
        *c = (struct candidate){.unit = unit, .hit = index, .ordinal = ordinal};
        ordinal++;
        double got[KNOW_CONCEPTS_MAX] = {0}, all[KNOW_CONCEPTS_MAX];
        e = mark(p, unit.text, got, c, &words);
        for (size_t i = 0; i < p->question->count; i++) {
            all[i] = fmax(got[i], fmax(0.5 * above[i], 0.35 * before[i]));
            c->found |= got[i] > 0 ? 1u << i : 0;
        }
        c->own = share(p->question, got);
        c->leads = unit.text.n > 0 && unit.text.p[unit.text.n - 1] == ':';
        double score = 0.7 * c->own + 0.3 * share(p->question, all);
        score += know_cue_met(p->cue, unit.text) ? 0.08 : 0;
        score += ordinal == 1 ? 0.04 : 0;
        if (p->told[index] >= TOLD) { /* the heading asks the question: the text below tells it */
            score += ordinal == 1 ? 0.4 : ordinal == 2 ? 0.1 : 0;
            c->own = fmax(c->own, 0.01);
        }
        score -= c->leans ? 0.08 : 0;
        score *= c->points ? 0.5 : 1;
        c->score = trust * score * shape(c, words);
        memcpy(before, got, sizeof(before));
    }
    return e;
}

/* Likeness of two units by their terms, 0 … 1. */
static double likeness(const struct candidate *a, const struct candidate *b)
{
    int both = 0, least_a = 0, least_b = 0;
    for (size_t i = 0; i < 4; i++) {
        both += __builtin_popcountll(a->print[i] & b->print[i]);
        least_a += __builtin_popcountll(a->print[i]);
        least_b += __builtin_popcountll(b->print[i]);
    }
    int least = least_a < least_b ? least_a : least_b;
    return least > 0 ? (double)both / least : 1;
}

/* The best unit that is not taken, of hit `only` or of any; less for what says again what is said.
 */
static struct candidate *best_unit(struct picker *p, size_t only, double least)
{
    struct candidate *best = NULL;
    double best_score = least;
    for (size_t i = 0; i < p->count; i++) {
        struct candidate *c = &p->units[i];
        if (c->taken || c->own <= 0 || (only != SIZE_MAX && c->hit != only)) {
            continue;
        }
        double like = 0;
        for (size_t k = 0; k < p->count; k++) {
            like = p->units[k].taken ? fmax(like, likeness(c, &p->units[k])) : like;
        }
        double score = c->score * (like > 0.7 ? 0 : 1 - 0.5 * like);
        if (score > best_score) {
            best = c;
            best_score = score;
        }
    }
    return best;
}

static size_t taken_of(const struct picker *p, size_t hit)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        count += p->units[i].taken && (hit == SIZE_MAX || p->units[i].hit == hit);
    }
    return count;
}

/* Takes a unit; when there is room for more than it, with it the list or command that it leads to,
 * or the sentence that it leans on. */
static void take(struct picker *p, struct candidate *c, size_t room)
{
    c->taken = true;
    struct candidate *after = c + 1 < p->units + p->count ? c + 1 : NULL;
    if (after != NULL && after->hit == c->hit && after->unit.kind != KNOW_UNIT_SENTENCE &&
        c->leads && after->unit.text.n <= KNOW_UNIT_BYTES && taken_of(p, SIZE_MAX) < room) {
        after->taken = true;
        return;
    }
    struct candidate *prior = c > p->units ? c - 1 : NULL;
    bool needs = c->leans || c->unit.kind != KNOW_UNIT_SENTENCE;
    if (needs && prior != NULL && prior->hit == c->hit && !prior->taken &&
        prior->unit.kind == KNOW_UNIT_SENTENCE && (c->leans || prior->leads) &&
        taken_of(p, SIZE_MAX) < room) {
        prior->taken = true;
    }
}

/* Goes on in the passage of a unit, sentence by sentence, as its author did. */
static void go_on(struct picker *p, const struct candidate *from, size_t most)
{
    for (struct candidate *c = p->units; c < p->units + p->count; c++) {
        bool follows = c > from && c->hit == from->hit && !c->taken;
        bool fits = c->unit.text.n <=
                    (c->unit.kind == KNOW_UNIT_SENTENCE ? SENTENCE_BYTES : KNOW_UNIT_BYTES);
        if (!follows) {
            continue;
        }
        if (!fits || !(c - 1)->taken || taken_of(p, from->hit) >= most) {
            return;
        }
        take(p, c, KNOW_PICKS_MAX);
    }
}

/* The page we trust most speaks first and goes on; another adds a sentence when it is nearly as
 * good. */
static void choose(struct picker *p, size_t hits)
{
    struct candidate *first = best_unit(p, 0, 0);
    if (first == NULL) {
        first = best_unit(p, SIZE_MAX, 0);
    }
    if (first == NULL) {
        return;
    }
    take(p, first, 2);
    bool told = p->told[first->hit] >= TOLD;
    double least = (told ? ADDS_TOLD : ADDS) * first->score;
    go_on(p, first, told ? 3 : 2);
    for (size_t hit = 0; hit < hits && taken_of(p, SIZE_MAX) < KNOW_PICKS_MAX; hit++) {
        struct candidate *next = taken_of(p, hit) > 0 ? NULL : best_unit(p, hit, least);
        if (next != NULL && next->unit.kind == KNOW_UNIT_SENTENCE) {
            take(p, next, taken_of(p, SIZE_MAX) + 1);
        }
    }
}

err know_pick(struct arena *a, const struct know_question *question, str text,
              const struct know_hit *hits, size_t count, struct know_pick ret[KNOW_PICKS_MAX],
              size_t *ret_count)
{
    struct picker p = {.arena = a, .question = question, .cue = know_cue_of(text)};
    p.units = arena_array(a, UNITS_MAX, sizeof(*p.units));
    if (p.units == NULL) {
        return err_new(ERR_NO_MEMORY, "no memory for an answer");
    }
    size_t hits_used = count < HITS_MAX ? count : HITS_MAX;
    err e = ERR_NONE;
    for (size_t i = 0; err_ok(e) && i < hits_used; i++) {
        double trust = hits[0].score > 0 ? fmin(1, hits[i].score / hits[0].score) : 1;
        e = score_hit(&p, &hits[i], i, 0.5 + 0.5 * trust);
    }
    if (!err_ok(e)) {
        return e;
    }
    choose(&p, hits_used < 3 ? hits_used : 3);
    *ret_count = 0;
    for (size_t i = 0; i < p.count && *ret_count < KNOW_PICKS_MAX; i++) {
        if (p.units[i].taken) {
            ret[(*ret_count)++] = (struct know_pick){p.units[i].unit, p.units[i].hit,
                                                     p.units[i].ordinal, p.units[i].score};
        }
    }
    return ERR_NONE;
}
