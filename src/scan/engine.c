/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/engine_private.h"

static int on_hit(unsigned id, unsigned long long start, unsigned long long to, unsigned flags,
                  void *user)
{
    struct pass *p = user;
    const struct prefilter *f = &prefilters[id];
    size_t end = (size_t)to, from = end > f->width ? end - f->width : 0;
    (void)start;
    (void)flags;
    if (p->base + end <= p->from || p->base + end > p->to) {
        return 0;
    }
    if (p->fresh) {
        memset(p->w->states[p->depth], 0, scan_rule_count * sizeof(struct rule_state));
        p->fresh = false;
    }
    if (p->depth == 0 && from > BLOCK_BEFORE) {
        lines_advance(&p->lines, p->text, p->base, p->base + from - BLOCK_BEFORE);
    }
    if (f->kind == PREFILTER_WORD) {
        for (unsigned i = 0; i < f->count; i++) {
            pass_window(p, prefilter_rules[f->first + i], from, end);
        }
    } else if (p->depth == 0) {
        pass_decode(p, f, from, end);
    }
    return 0;
}

void pass_init(struct pass *p, struct scan_worker *w, const struct text_traits *traits,
               const struct origin *o)
{
    *p = (struct pass){.w = w, .traits = traits, .origin = o, .fresh = true, .lines.line = 1};
}

void pass_run(struct pass *p)
{
    struct scan_worker *w = p->w;
    hs_error_t e = hs_scan(w->scan->scanner->words, p->text.p, (unsigned)p->text.n, 0,
                           w->scratch[p->depth], on_hit, p);
    if (e != HS_SUCCESS) {
        scan_problem(w->scan, p->origin->path, "the text could not be searched", false);
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
