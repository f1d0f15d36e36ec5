/* SPDX-License-Identifier: Apache-2.0 */
/* A password within a connection string, a line within a private key, a token that base64 hides:
 * what stands at the same place and says less is no finding of its own. */
#include <stdlib.h>

#include "base/mem.h"
#include "scan/finding_private.h"

/* Where a secret stands in one version of one file. */
struct span {
    str path;
    const struct place_history *history;
    unsigned line, column, end_line, end_column;
    uint32_t entry, slot;
};

static void set_end(struct span *span, str secret)
{
    size_t line_end = 0;
    span->end_line = span->line;
    for (size_t at; (at = str_find_byte(secret, '\n', line_end)) != SIZE_MAX; line_end = at + 1) {
        span->end_line++;
    }
    unsigned begins = span->end_line == span->line ? span->column : 1;
    span->end_column = begins + (unsigned)(secret.n - line_end);
}

static int compare_unsigned(unsigned a, unsigned b) { return a < b ? -1 : a > b; }

static int compare_spans(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    int order = str_cmp(a->path, b->path);
    order = order ? order : (a->history > b->history) - (a->history < b->history);
    order = order ? order : compare_unsigned(a->line, b->line);
    order = order ? order : compare_unsigned(a->column, b->column);
    order = order ? order : compare_unsigned(a->entry, b->entry);
    return order ? order : compare_unsigned(a->slot, b->slot);
}

static bool begins_within(const struct span *a, const struct span *b)
{
    return str_eq(a->path, b->path) && a->history == b->history &&
           (b->line < a->end_line || (b->line == a->end_line && b->column < a->end_column));
}

/* Above 0 when the secret of `a` says more about these bytes. */
static int compare_entries(const struct entry *a, const struct slot *at, const struct entry *b,
                           const struct slot *bt)
{
    unsigned rank_a = rule_rank(a->f.rule), rank_b = rule_rank(b->f.rule);
    bool plain_a = at->place.encoding == ENCODING_NONE,
         plain_b = bt->place.encoding == ENCODING_NONE;
    if (a->f.reported_not != b->f.reported_not) {
        return b->f.reported_not ? 1 : -1;
    }
    if (rank_a != rank_b) {
        return rank_a < rank_b ? 1 : -1;
    }
    if (plain_a != plain_b) {
        return plain_a ? 1 : -1;
    }
    if (a->f.secret.n != b->f.secret.n) {
        return a->f.secret.n > b->f.secret.n ? 1 : -1;
    }
    return str_cmp(secret_view(&b->f.secret), secret_view(&a->f.secret));
}

static bool is_within(const struct entry *a, const struct entry *b)
{
    str x = secret_view(&a->f.secret), y = secret_view(&b->f.secret);
    return x.n >= y.n ? str_find(x, y, 0) != SIZE_MAX : str_find(y, x, 0) != SIZE_MAX;
}

static void settle(struct findings *f, const struct span *one, const struct span *two)
{
    struct entry *a = &f->entries[one->entry], *b = &f->entries[two->entry];
    struct slot *at = &a->slots[one->slot], *bt = &b->slots[two->slot];
    if (a == b || at->lost || bt->lost) {
        return;
    }
    /* Decoded bytes are not those of the text: what stands there is the same thing all the same. */
    if (at->place.encoding == bt->place.encoding && !is_within(a, b)) {
        return;
    }
    if (compare_entries(a, at, b, bt) > 0) {
        bt->lost = true;
    } else {
        at->lost = true;
    }
}

static void add_span(struct findings *f, struct span *spans, size_t *count, struct span span)
{
    spans[*count] = span;
    set_end(&spans[(*count)++], secret_view(&f->entries[span.entry].f.secret));
}

static size_t gather(struct findings *f, struct span *spans)
{
    size_t count = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        for (uint32_t k = 0; k < f->entries[i].slot_count; k++) {
            const struct slot *slot = &f->entries[i].slots[k];
            const struct place *p = &slot->place;
            struct span span = {.path = p->path,
                                .history = p->history,
                                .line = p->line,
                                .column = p->column,
                                .entry = i,
                                .slot = k};
            add_span(f, spans, &count, span);
            for (const struct history_link *l = slot->links; l; l = l->next) {
                span.history = l->history;
                span.line = l->line;
                span.column = l->column;
                add_span(f, spans, &count, span);
            }
        }
    }
    return count;
}

err findings_overlaps(struct findings *f)
{
    struct span *spans = mem_array(f->places + f->versions + 1, sizeof *spans);
    if (!spans) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    size_t count = gather(f, spans);
    qsort(spans, count, sizeof *spans, compare_spans);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count && k - i <= FINDING_OVERLAPS_MAX; k++) {
            if (!begins_within(&spans[i], &spans[k])) {
                break;
            }
            settle(f, &spans[i], &spans[k]);
        }
    }
    mem_free(spans);
    return ERR_NONE;
}
