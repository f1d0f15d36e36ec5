/* SPDX-License-Identifier: Apache-2.0 */
/* Vectorscan over a part of a block, its hits kept in order. */
#include "base/mem.h"
#include "scan/engine_private.h"
#include "scan/random_runs.h"

_Static_assert((int)WORD_MAX >= (int)RANDOM_BEFORE + (int)RANDOM_RUN &&
                   (int)WORD_MAX >= (int)RANDOM_AFTER + (int)RANDOM_RUN,
               "runs that matter to a part are seen from it");

enum { HITS_FIRST = 1024 };

/* What the callback needs. */
struct collector {
    struct hits *hits;
    size_t base;     /* of the searched bytes in the block */
    size_t from, to; /* hits that end in (from, to] of the block count */
};

static bool grow(struct hits *h)
{
    size_t capacity = h->capacity ? h->capacity * 2 : HITS_FIRST;
    struct hit *p = capacity <= HITS_MAX ? mem_resize(h->p, capacity * sizeof *p) : NULL;
    if (!p) {
        h->lost = true;
        return false;
    }
    h->p = p;
    h->capacity = capacity;
    return true;
}

static int on_hit(unsigned id, unsigned long long start, unsigned long long end, unsigned flags,
                  void *user)
{
    struct collector *c = user;
    struct hits *h = c->hits;
    size_t to = c->base + (size_t)end;
    (void)start;
    (void)flags;
    if (to <= c->from || to > c->to) {
        return 0;
    }
    if (h->n == h->capacity && !grow(h)) {
        return 1;
    }
    h->p[h->n++] = (struct hit){(uint32_t)to, id};
    return 0;
}

static void search(struct pass *p, enum prefilter_set set, size_t begin, size_t end,
                   struct collector *c)
{
    const struct scan *scan = p->w->scan;
    c->base = begin;
    hs_error_t e = hs_scan(scan->scanner->words[set], p->text.p + begin, (unsigned)(end - begin), 0,
                           p->w->scratch, on_hit, c);
    if (e != HS_SUCCESS && e != HS_SCAN_TERMINATED) {
        scan_problem(p->w->scan, p->origin->path, "the text could not be searched", false);
    }
}

static void search_near(struct pass *p, size_t begin, size_t until, struct collector *c)
{
    size_t to = c->to, from, end;
    struct random_runs runs;
    random_runs_init(&runs, str_slice(p->text, begin, until + WORD_MAX));
    while (random_runs_next(&runs, &from, &end)) {
        end = begin + end < to ? begin + end : to;
        if (begin + from < end && end > c->from) {
            search(p, PREFILTER_NEAR, begin + from, end, c);
        }
    }
}

void pass_hits(struct pass *p, enum prefilter_set set, size_t from, size_t to)
{
    struct hits *h = &p->w->hits[p->depth][set];
    struct collector c = {.hits = h, .from = from, .to = to};
    size_t begin = from > WORD_MAX ? from - WORD_MAX : 0;
    h->n = 0;
    h->lost = false;
    if (set == PREFILTER_NEAR) {
        search_near(p, begin, to, &c);
    } else {
        search(p, set, begin, to, &c);
    }
    if (h->lost && !p->told_dense) {
        scan_problem(p->w->scan, p->origin->path, "too many words of rules in one place", true);
        p->told_dense = true;
    }
}
