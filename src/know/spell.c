/* SPDX-License-Identifier: Apache-2.0 */
#include "know/spell.h"

#include <math.h>

#include "base/utf8.h"

enum { CANDIDATES = 4000, SPELLINGS = 3, LONGER = 6, WORDS_MAX = 3, PREFIX_BYTES = 2 };

unsigned know_edits(str a, str b, unsigned max)
{
    size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
    if (a.n > KNOW_TERM_BYTES || b.n > KNOW_TERM_BYTES || gap > max) {
        return max + 1;
    }
    unsigned rows[3][KNOW_TERM_BYTES + 1];
    for (size_t j = 0; j <= b.n; j++) {
        rows[0][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3];
        const unsigned *second = rows[(i + 1) % 3];
        unsigned best = row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            unsigned cost = above[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            cost = above[j] + 1 < cost ? above[j] + 1 : cost;
            cost = row[j - 1] + 1 < cost ? row[j - 1] + 1 : cost;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                second[j - 2] + 1 < cost) {
                cost = second[j - 2] + 1;
            }
            row[j] = cost;
            best = cost < best ? cost : best;
        }
        if (best > max) {
            return max + 1;
        }
    }
    return rows[a.n % 3][b.n] > max ? max + 1 : rows[a.n % 3][b.n];
}

static bool is_number(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') {
            return true;
        }
    }
    return false;
}

struct spelling {
    str term;
    uint64_t count;
    double score;
};

/* Keeps the best few, best first. */
static void keep(struct spelling *best, size_t room, struct spelling next)
{
    for (size_t i = 0; i < room; i++) {
        if (next.score > best[i].score) {
            struct spelling moved = best[i];
            best[i] = next;
            next = moved;
        }
    }
}

static void add_spelling(struct know_concept *concept, const struct spelling *s, double weight)
{
    if (concept->form_count < KNOW_FORMS_MAX && s->score > 0) {
        concept->forms[concept->form_count++] =
            (struct know_form){.term = s->term, .weight = weight, .count = s->count};
    }
}

/* Looks among the index terms that start with `prefix`: all of one letter would be many to read. */
static err spell_among(struct store *store, struct arena *a, const id *project, str word,
                       str prefix, struct spelling best[SPELLINGS])
{
    unsigned max = word.n >= 8 ? 2 : 1;
    str *terms = NULL;
    uint64_t *counts = NULL;
    size_t count = 0;
    err e = store_term_like(store, a, project, prefix, word.n - max, word.n + max, CANDIDATES,
                            &terms, &counts, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        unsigned edits = know_edits(word, terms[i], max);
        if (edits <= max && !is_number(terms[i])) {
            double score = 1.0 / (1.0 + 8.0 * edits) + 0.01 * log(1.0 + (double)counts[i]);
            keep(best, SPELLINGS, (struct spelling){terms[i], counts[i], score});
        }
    }
    return e;
}

static err spell_concept(struct store *store, struct arena *a, const id *project,
                         struct know_concept *concept)
{
    str word = concept->forms[0].term;
    struct spelling best[SPELLINGS] = {0};
    str prefix = utf8_cut(word, PREFIX_BYTES);
    char swapped[PREFIX_BYTES] = {word.p[1], word.p[0]};
    err e = spell_among(store, a, project, word, prefix.n > 0 ? prefix : word, best);
    if (err_ok(e) && prefix.n == 2 && (unsigned char)word.p[0] < 0x80 && swapped[0] != swapped[1]) {
        e = spell_among(store, a, project, word, str_n(swapped, PREFIX_BYTES), best);
    }
    for (size_t i = 0; err_ok(e) && i < SPELLINGS; i++) {
        unsigned edits = best[i].score > 0 ? know_edits(word, best[i].term, 2) : 0;
        add_spelling(concept, &best[i], (edits == 1 ? 0.8 : 0.6) - 0.1 * (double)i);
        concept->respelt |= best[i].score > 0;
    }
    return e;
}

/* "Kündigung" finds "Kündigungsfrist". */
static err lengthen_concept(struct store *store, struct arena *a, const id *project,
                            struct know_concept *concept)
{
    str word = concept->forms[0].term;
    str *terms = NULL;
    uint64_t *counts = NULL;
    size_t count = 0;
    err e = store_term_like(store, a, project, word, word.n + 1, word.n + 16, LONGER, &terms,
                            &counts, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        struct spelling longer = {terms[i], counts[i], 1};
        add_spelling(concept, &longer, 0.5);
    }
    return e;
}

err know_spell(struct store *store, struct arena *a, const id *project,
               struct know_question *question)
{
    size_t words = 0;
    for (size_t i = 0; i < question->count && words < WORDS_MAX; i++) {
        struct know_concept *concept = &question->concepts[i];
        bool known = concept->optional;
        for (size_t k = 0; k < concept->form_count; k++) {
            known |= concept->forms[k].count > 0;
        }
        str word = concept->forms[0].term;
        bool ascii = word.n > 0 && (unsigned char)word.p[0] < 0x80;
        if (known || is_number(word) || word.n < 2) {
            continue;
        }
        words++;
        err e = ERR_NONE;
        if (word.n >= 4) {
            e = spell_concept(store, a, project, concept);
        }
        if (err_ok(e) && !concept->respelt && (word.n >= 4 || !ascii)) {
            e = lengthen_concept(store, a, project, concept);
        }
        if (!err_ok(e)) {
            return e;
        }
    }
    return ERR_NONE;
}
