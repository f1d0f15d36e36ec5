/* SPDX-License-Identifier: Apache-2.0 */
#include "know/rank.h"

#include <math.h>
#include <stdlib.h>

#include "know/stop.h"

enum { SLOTS = 1024, HITS_MAX = 512 };

/* Chosen on half of a public question set and confirmed on the other half; see tests/quality. */
static const double SATURATION = 1.2;  /* how fast repeating a word stops counting (BM25 k1) */
static const double LENGTH = 0.5;      /* how much long passages are held back (BM25 b) */
static const double USUAL_WORDS = 120; /* of a passage */
static const double IN_TITLE = 0.5, IN_HEADING = 0.8; /* as so many times in the text */
static const double WINDOW = 1.0, WINDOW_WORDS = 24;
static const double TITLE_NEAR = 0.4,
                    HEADING_NEAR = 0.6; /* title and heading stand near every sentence */
static const double SENTENCE = 0.5;
static const double CHANGES = 0.9;
static const double HEADING_TELLS = 0.6; /* when the heading is the question */
static const double FOLLOWING = 0.4, NEAR = 0.3, NEAR_WORDS = 8;

struct slot {
    str term;
    double weight;
    uint8_t concept;
    bool used;
};

struct hit {
    uint32_t place, sentence;
    double weight;
    uint8_t concept;
};

struct know_ranker {
    const struct know_question *question;
    struct slot slots[SLOTS];
    struct hit hits[HITS_MAX];
    size_t hit_count;
};

static uint32_t hash(str s)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    }
    return h ^ h >> 15;
}

struct know_ranker *know_ranker_new(struct arena *a, const struct know_question *question)
{
    struct know_ranker *r = arena_alloc(a, sizeof(*r));
    if (r == NULL) {
        return NULL;
    }
    r->question = question;
    for (size_t i = 0; i < question->count; i++) {
        const struct know_concept *concept = &question->concepts[i];
        for (size_t k = 0; k < concept->form_count; k++) {
            uint32_t at = hash(concept->forms[k].term) % SLOTS;
            while (r->slots[at].used) {
                at = (at + 1) % SLOTS;
            }
            r->slots[at] =
                (struct slot){concept->forms[k].term, concept->forms[k].weight, (uint8_t)i, true};
        }
    }
    return r;
}

/* Walks the terms of a field; text hits are kept with their places, others only counted. */
static uint32_t walk(struct know_ranker *r, str text, double tf[KNOW_CONCEPTS_MAX], bool keep)
{
    uint32_t place = 0, sentence = 0;
    str term;
    while (str_split(&text, ' ', &term)) {
        if (term.n == 1 && term.p[0] == '.') {
            sentence++;
            continue;
        }
        place++;
        for (uint32_t at = hash(term) % SLOTS; r->slots[at].used; at = (at + 1) % SLOTS) {
            const struct slot *slot = &r->slots[at];
            if (!str_eq(slot->term, term)) {
                continue;
            }
            tf[slot->concept] += slot->weight;
            if (keep && r->hit_count < HITS_MAX) {
                r->hits[r->hit_count++] =
                    (struct hit){place, sentence, slot->weight, slot->concept};
            }
        }
    }
    return place;
}

static double worth(const struct know_concept *concept) { return concept->idf * concept->weight; }

/* The most that is found within one stretch of text. */
static double best_window(const struct know_ranker *r, const double base[KNOW_CONCEPTS_MAX])
{
    const struct know_question *q = r->question;
    double best = 0;
    for (size_t i = 0; i < r->hit_count; i++) {
        double got[KNOW_CONCEPTS_MAX] = {0};
        double sum = 0;
        for (size_t k = i;
             k < r->hit_count && r->hits[k].place < r->hits[i].place + (uint32_t)WINDOW_WORDS;
             k++) {
            const struct hit *hit = &r->hits[k];
            double value = hit->weight * worth(&q->concepts[hit->concept]);
            if (value > got[hit->concept]) {
                sum += value - got[hit->concept];
                got[hit->concept] = value;
            }
        }
        for (size_t c = 0; c < q->count; c++) {
            sum += got[c] > 0 ? 0 : base[c];
        }
        best = sum > best ? sum : best;
    }
    return best;
}

static double best_sentence(const struct know_ranker *r)
{
    const struct know_question *q = r->question;
    double best = 0;
    for (size_t i = 0; i < r->hit_count;) {
        double got[KNOW_CONCEPTS_MAX] = {0};
        double sum = 0;
        size_t k = i;
        for (; k < r->hit_count && r->hits[k].sentence == r->hits[i].sentence; k++) {
            const struct hit *hit = &r->hits[k];
            double value = hit->weight * worth(&q->concepts[hit->concept]);
            if (value > got[hit->concept]) {
                sum += value - got[hit->concept];
                got[hit->concept] = value;
            }
        }
        best = sum > best ? sum : best;
        i = k;
    }
    return best;
}

/* Neighbours in the question that are neighbours in the text. */
static double pairs(const struct know_ranker *r, double *ret_near)
{
    const struct know_question *q = r->question;
    double sum = 0, near = 0;
    for (size_t c = 0; c + 1 < q->count; c++) {
        uint32_t gap = q->concepts[c + 1].place - q->concepts[c].place;
        double bestp = 0, bestn = 0;
        double value = fmin(worth(&q->concepts[c]), worth(&q->concepts[c + 1]));
        for (size_t i = 0; i < r->hit_count; i++) {
            if (r->hits[i].concept != c) {
                continue;
            }
            for (size_t k = 0; k < r->hit_count; k++) {
                if (r->hits[k].concept != c + 1) {
                    continue;
                }
                double w = r->hits[i].weight * r->hits[k].weight;
                int64_t d = (int64_t)r->hits[k].place - (int64_t)r->hits[i].place;
                if (d == (int64_t)gap || d == 1) {
                    bestp = fmax(bestp, w);
                }
                if (d != 0 && llabs(d) <= (int64_t)NEAR_WORDS) {
                    bestn = fmax(bestn, w / sqrt((double)llabs(d)));
                }
            }
        }
        sum += bestp * value;
        near += bestn * value;
    }
    *ret_near = near;
    return sum;
}

/* How far the last words of a heading are the question: what they say of it, times how many of them
 * say it; at most the question's mass. */
static double heading_tells(const struct know_ranker *r, str heading, double mass)
{
    double words = 0, met = 0, best = 0, sum = 0;
    uint32_t seen = 0;
    while (heading.n > 0) {
        size_t from = heading.n;
        while (from > 0 && heading.p[from - 1] != ' ') {
            from--;
        }
        str term = str_slice(heading, from, heading.n);
        heading = str_slice(heading, 0, from > 0 ? from - 1 : 0);
        if (know_stop_languages(term) != 0) {
            continue;
        }
        words++;
        bool found = false;
        for (uint32_t at = hash(term) % SLOTS; r->slots[at].used; at = (at + 1) % SLOTS) {
            const struct slot *slot = &r->slots[at];
            if (str_eq(slot->term, term)) {
                found = true;
                bool again = (seen >> slot->concept & 1) != 0;
                sum += again ? 0 : slot->weight * worth(&r->question->concepts[slot->concept]);
                seen |= 1u << slot->concept;
            }
        }
        met += found;
        best = fmax(best, sum * met / words);
    }
    return best * fmin(1, best / mass);
}

/* Lists of changes name everything and explain nothing: they come later unless they are asked for.
 */
static bool lists_changes(const struct know_ranker *r, str title)
{
    static const str marks[] = {STR_INIT("releas"), STR_INIT("changelog")};
    static const str asked[] = {STR_INIT("releas"), STR_INIT("changelog"), STR_INIT("version"),
                                STR_INIT("chang")};
    bool list = false;
    str term;
    while (str_split(&title, ' ', &term)) {
        list |= str_eq(term, marks[0]) || str_eq(term, marks[1]);
    }
    for (size_t c = 0; list && c < r->question->count; c++) {
        for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
            list &= !str_eq(r->question->concepts[c].forms[0].term, asked[i]);
        }
    }
    return list;
}

struct know_match know_rank(struct know_ranker *r, const struct passage_row *passage)
{
    const struct know_question *q = r->question;
    double title[KNOW_CONCEPTS_MAX] = {0}, heading[KNOW_CONCEPTS_MAX] = {0},
           text[KNOW_CONCEPTS_MAX] = {0};
    double base[KNOW_CONCEPTS_MAX] = {0};
    r->hit_count = 0;
    uint32_t words = walk(r, passage->index_text, text, true);
    (void)walk(r, passage->index_title, title, false);
    (void)walk(r, passage->index_heading, heading, false);
    struct know_match match = {0};
    double bm = 0, covered = 0, lone = 0;
    for (size_t c = 0; c < q->count; c++) {
        const struct know_concept *concept = &q->concepts[c];
        double norm = 1 - LENGTH + LENGTH * words / USUAL_WORDS;
        double tf =
            text[c] / norm + IN_TITLE * fmin(title[c], 1) + IN_HEADING * fmin(heading[c], 1);
        bm += worth(concept) * tf * (SATURATION + 1) / (tf + SATURATION);
        base[c] = worth(concept) *
                  fmin(1, TITLE_NEAR * fmin(1, title[c]) + HEADING_NEAR * fmin(1, heading[c]));
        match.times[c] = (float)(text[c] + heading[c]);
        double any = fmin(1, text[c] + title[c] + heading[c]);
        if (any > 0) {
            match.found |= 1u << c;
        }
        if (!concept->optional) {
            covered += worth(concept) * any;
            lone = fmax(lone, worth(concept) * (1 - any));
        }
    }
    double near = 0, mass = q->mass > 0 ? q->mass : 1;
    double window = best_window(r, base);
    double bigram = pairs(r, &near);
    match.coverage = fmin(1, covered / mass);
    match.window = fmin(1, window / mass);
    match.lone = lone / mass;
    match.rank =
        bm + WINDOW * window + FOLLOWING * bigram + NEAR * near + SENTENCE * best_sentence(r);
    match.rank += HEADING_TELLS * heading_tells(r, passage->index_heading, mass);
    match.rank *= lists_changes(r, passage->index_title) ? CHANGES : 1;
    return match;
}
