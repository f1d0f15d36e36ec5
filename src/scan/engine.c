/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/engine_private.h"

/* A pattern that is bound to the whole text, where it fits what was searched at once. */
static bool is_astray(const struct pass *p, const struct prefilter *f, size_t from, size_t end)
{
    return f->expression[0] == '^' && (p->base + from > 0 || end + 1 < p->text.n);
}

static void take_hit(struct pass *p, struct hit hit)
{
    const struct prefilter *f = &prefilters[hit.id];
    size_t end = hit.to, from = end > f->width ? end - f->width : 0;
    if (is_astray(p, f, from, end)) {
        return;
    }
    if (p->fresh) {
        memset(p->w->states[p->depth], 0, scan_rule_count * sizeof(struct rule_state));
        p->fresh = false;
    }
    if (p->depth == 0 && from > BLOCK_BEFORE) {
        lines_advance(&p->lines, p->text, p->base, p->base + from - BLOCK_BEFORE);
    }
    if (f->kind == PREFILTER_WORD) {
        bool found = false;
        for (unsigned i = 0; i < f->count; i++) {
            found |= pass_window(p, prefilter_rules[f->first + i], from, end);
        }
        if (!found && p->depth == 0) {
            pass_reveal(p, from, end);
        }
    } else if (p->depth == 0) {
        pass_decode(p, f, from, end);
    }
}

/* Both sets, in the order of the text. */
static void take_hits(struct pass *p)
{
    const struct hits *a = &p->w->hits[p->depth][PREFILTER_EVERYWHERE];
    const struct hits *b = &p->w->hits[p->depth][PREFILTER_NEAR];
    size_t i = 0, k = 0;
    while (i < a->n || k < b->n) {
        bool first = k == b->n || (i < a->n && a->p[i].to <= b->p[k].to);
        take_hit(p, first ? a->p[i++] : b->p[k++]);
    }
}

void pass_init(struct pass *p, struct scan_worker *w, const struct text_traits *traits,
               const struct origin *o)
{
    *p = (struct pass){.w = w, .traits = traits, .origin = o, .fresh = true, .lines.line = 1};
}

void pass_run(struct pass *p)
{
    size_t to = (size_t)(p->to - p->base);
    for (size_t at = (size_t)(p->from - p->base); at < to; at += HITS_STEP) {
        size_t until = to - at > HITS_STEP ? at + HITS_STEP : to;
        pass_hits(p, PREFILTER_EVERYWHERE, at, until);
        pass_hits(p, PREFILTER_NEAR, at, until);
        take_hits(p);
    }
}

void pass_text(struct pass *p, str text, size_t step)
{
    for (size_t at = 0; at < text.n; at += step) {
        size_t begin = at > BLOCK_BEFORE ? at - BLOCK_BEFORE : 0;
        size_t until = text.n - at > step ? at + step : text.n;
        size_t end = text.n - until > BLOCK_AFTER ? until + BLOCK_AFTER : text.n;
        lines_advance(&p->lines, text, 0, begin);
        p->text = str_slice(text, begin, end);
        p->base = begin;
        p->from = at;
        p->to = until;
        pass_run(p);
    }
}

void scan_text(struct scan_worker *w, str text, const struct text_traits *traits,
               const struct origin *o)
{
    struct pass p;
    pass_init(&p, w, traits, o);
    pass_text(&p, text, text.n > SCAN_WHOLE_MAX ? TEXT_BLOCK : SCAN_WHOLE_MAX);
}

void scan_text_each(struct scan_worker *w, str text, const struct text_traits *traits,
                    scan_candidate_fn fn, void *user)
{
    static const struct origin nowhere = {.kind = PLACE_FILE, .path = STR_INIT("-")};
    w->fn = fn;
    w->user = user;
    scan_text(w, text, traits, &nowhere);
    w->fn = NULL;
}
