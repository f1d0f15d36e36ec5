/* SPDX-License-Identifier: Apache-2.0 */
#include "know/rank.h"

#include <math.h>
#include <stdlib.h>

#include "know/stop.h"

enum { SLOTS = 1024, HITS_MAX = 512, NUMBERS_MAX = 128 };

/* Chosen on half of a public question set and on questions to one manual; confirmed on the other
 * half and on another manual, whose questions nobody had seen. See tests/quality. */
static const double SATURATION = 0.84; /* how fast repeating a word stops counting (BM25 k1) */
static const double LENGTH = 0.5;      /* how much long passages are held back (BM25 b) */
static const double USUAL_WORDS = 108; /* of a passage */
static const double IN_TITLE = 0.5, IN_HEADING = 0.8; /* as so many times in the text */
static const double TITLE_NEAR = 0.2,
                    HEADING_NEAR = 1; /* title and heading stand near every sentence */

/* What each kind of evidence weighs, chosen in the same way. */
static const double WORDS = 0.47;     /* BM25 */
static const double NARROW = 0.77;    /* the most within NARROW_WORDS */
static const double WIDE = 0.28;      /* within WIDE_WORDS */
static const double SENTENCE = 0.49;  /* within a sentence */
static const double FOLLOWING = 0.49; /* neighbours of the question that are neighbours */
static const double RARE = 0.27;      /* covered, rare words above all */
static const double ABOVE = 0.42;     /* how often title and heading say it */
static const double HEADING_TELLS = 0.75, TITLE_TELLS = 0.7; /* when they are the question */
static const double NUMBER = 0.17;   /* asked for a number, there is one nearby */
static const double BREVITY = 0.063; /* taken for each e-fold of length */
static const double CHANGES = 0.33;  /* taken from lists of changes */
static const double SCRAPS = 0.47;   /* taken from indexes, contents, listings: no running text */
/* Of running text at least so much is function words, which tells it from scraps (Bendersky, Croft
 * and Diao, Quality-biased ranking of web documents, WSDM 2011). */
static const double RUNNING = 0.28;
enum {
    SCRAP_WORDS = 20, /* fewer are not judged */
    NARROW_WORDS = 8,
    WINDOW_WORDS = 24,
    WIDE_WORDS = 60,
    NUMBER_BEFORE = 16,
    NUMBER_AFTER = 40
};

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
    uint32_t numbers[NUMBERS_MAX]; /* their places in the text */
    size_t number_count;
    uint32_t stops; /* function words of the text */
};

/* The most that is found within stretches of text of three lengths. */
struct windows {
    double narrow, usual, wide;
    uint32_t place; /* where the best usual one starts */
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
        r->stops += keep && know_stop_languages(term) != 0;
        if (keep && term.n > 0 && term.p[0] >= '0' && term.p[0] <= '9' &&
            r->number_count < NUMBERS_MAX) {
            r->numbers[r->number_count++] = place;
        }
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

static struct windows best_windows(const struct know_ranker *r,
                                   const double base[KNOW_CONCEPTS_MAX])
{
    const struct know_question *q = r->question;
    struct windows best = {0};
    double above = 0; /* what needs no text */
    for (size_t c = 0; c < q->count; c++) {
        above += base[c];
    }
    best.narrow = best.usual = best.wide = above;
    for (size_t i = 0; i < r->hit_count; i++) {
        double got[KNOW_CONCEPTS_MAX] = {0};
        double sum = above;
        for (size_t k = i; k < r->hit_count; k++) {
            const struct hit *hit = &r->hits[k];
            uint32_t gap = hit->place - r->hits[i].place;
            if (gap >= WIDE_WORDS) {
                break;
            }
            double value = hit->weight * worth(&q->concepts[hit->concept]), had = got[hit->concept];
            if (value > had) {
                sum += value - (had > 0 ? had : base[hit->concept]);
                got[hit->concept] = value;
            }
            best.narrow = gap < NARROW_WORDS ? fmax(best.narrow, sum) : best.narrow;
            if (gap < WINDOW_WORDS && sum > best.usual) {
                best.usual = sum;
                best.place = r->hits[i].place;
            }
            best.wide = fmax(best.wide, sum);
        }
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
static double pairs(const struct know_ranker *r)
{
    const struct know_question *q = r->question;
    double sum = 0;
    for (size_t c = 0; c + 1 < q->count; c++) {
        if (q->concepts[c].hint || q->concepts[c + 1].hint) {
            break; /* hints come last */
        }
        uint32_t gap = q->concepts[c + 1].place - q->concepts[c].place;
        double best = 0;
        for (size_t i = 0; i < r->hit_count; i++) {
            const struct hit *first = &r->hits[i];
            for (size_t k = i; first->concept == c && k < r->hit_count; k++) {
                uint32_t apart = r->hits[k].place - first->place;
                if (apart > gap && apart > 1) {
                    break;
                }
                if (r->hits[k].concept == c + 1 && (apart == gap || apart == 1)) {
                    best = fmax(best, first->weight * r->hits[k].weight);
                }
            }
        }
        sum += best * fmin(worth(&q->concepts[c]), worth(&q->concepts[c + 1]));
    }
    return sum;
}

static bool number_near(const struct know_ranker *r, uint32_t place)
{
    for (size_t i = 0; i < r->number_count; i++) {
        if (r->numbers[i] + NUMBER_BEFORE > place && r->numbers[i] < place + NUMBER_AFTER) {
            return true;
        }
    }
    return false;
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

/* 0 for running text … 1 for a text without any function word. */
static double scraps(const struct know_ranker *r, uint32_t words)
{
    double share = words > SCRAP_WORDS ? (double)r->stops / words : RUNNING;
    return fmax(0, RUNNING - share) / RUNNING;
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

/* What the fields of a passage have of the question. */
struct fields {
    double title[KNOW_CONCEPTS_MAX], heading[KNOW_CONCEPTS_MAX], text[KNOW_CONCEPTS_MAX];
    double base[KNOW_CONCEPTS_MAX]; /* what title and heading give to every stretch of text */
    uint32_t words;
};

static void read_fields(struct know_ranker *r, const struct passage_row *passage, struct fields *f)
{
    const struct know_question *q = r->question;
    r->hit_count = 0;
    r->number_count = 0;
    r->stops = 0;
    f->words = walk(r, passage->index_text, f->text, true);
    (void)walk(r, passage->index_title, f->title, false);
    (void)walk(r, passage->index_heading, f->heading, false);
    for (size_t c = 0; c < q->count; c++) {
        double near = TITLE_NEAR * fmin(1, f->title[c]) + HEADING_NEAR * fmin(1, f->heading[c]);
        f->base[c] = worth(&q->concepts[c]) * fmin(1, near);
    }
}

/* Words counted: how often, in which field, how much of the question they are. */
static double count_words(const struct know_question *q, const struct fields *f,
                          struct know_match *ret)
{
    double norm = 1 - LENGTH + LENGTH * f->words / USUAL_WORDS;
    double bm = 0, covered = 0, above = 0, rare = 0, all = 0;
    for (size_t c = 0; c < q->count; c++) {
        const struct know_concept *concept = &q->concepts[c];
        double value = worth(concept), over = f->title[c] + f->heading[c];
        double tf = f->text[c] / norm + IN_TITLE * fmin(f->title[c], 1) +
                    IN_HEADING * fmin(f->heading[c], 1);
        double any = fmin(1, f->text[c] + over);
        bm += value * tf * (SATURATION + 1) / (tf + SATURATION);
        above += value * over / (over + 1);
        rare += value * concept->idf * any;
        all += value * concept->idf;
        ret->times[c] = (float)(f->text[c] + f->heading[c]);
        if (!concept->optional) {
            covered += value * any;
        }
    }
    double mass = q->mass > 0 ? q->mass : 1;
    ret->coverage = fmin(1, covered / (q->enough > 0 ? q->enough : 1));
    return WORDS * bm + ABOVE * above + RARE * (all > 0 ? mass * rare / all : 0);
}

struct know_match know_rank(struct know_ranker *r, const struct passage_row *passage)
{
    const struct know_question *q = r->question;
    struct fields f = {0};
    struct know_match match = {0};
    double mass = q->mass > 0 ? q->mass : 1;
    read_fields(r, passage, &f);
    match.rank = count_words(q, &f, &match);
    struct windows found = best_windows(r, f.base);
    match.window = fmin(1, found.usual / (q->enough > 0 ? q->enough : 1));
    match.rank += NARROW * found.narrow + WIDE * found.wide + SENTENCE * best_sentence(r) +
                  FOLLOWING * pairs(r);
    match.rank += HEADING_TELLS * heading_tells(r, passage->index_heading, mass) +
                  TITLE_TELLS * heading_tells(r, passage->index_title, mass);
    double bonus = q->cue == KNOW_CUE_NUMBER && number_near(r, found.place) ? NUMBER : 0;
    bonus -= BREVITY * log(1.0 + f.words);
    bonus -= SCRAPS * scraps(r, f.words);
    bonus -= lists_changes(r, passage->index_title) ? CHANGES : 0;
    match.rank += bonus * mass;
    return match;
}
