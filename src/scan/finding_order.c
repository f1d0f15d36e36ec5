/* SPDX-License-Identifier: Apache-2.0 */
/* From what was kept to what is reported: versions become one place, findings get their order. */
#include <stdlib.h>

#include "base/mem.h"
#include "scan/finding_private.h"

/* ── versions of a file in history ── */

static int compare_numbers(int64_t a, int64_t b) { return a < b ? -1 : a > b; }

/* Where the order of commits is not known: by date, which may be unknown too (0), then by name, so
 * that the order of reading says nothing. */
static int compare_versions(const struct place_history *a, const struct place_history *b)
{
    int order = compare_numbers(a->date_ms, b->date_ms);
    return order ? order : memcmp(a->first, b->first, sizeof a->first);
}

static bool is_earlier(const struct place_history *a, const struct place_history *b)
{
    if (a->first_order && b->first_order && a->first_order != b->first_order) {
        return a->first_order < b->first_order;
    }
    return (a->date_ms != 0) != (b->date_ms != 0) ? a->date_ms != 0 : compare_versions(a, b) < 0;
}

static bool is_later(const struct place_history *a, const struct place_history *b)
{
    if (a->at_head != b->at_head) {
        return a->at_head;
    }
    if (a->last_order && b->last_order && a->last_order != b->last_order) {
        return a->last_order > b->last_order;
    }
    return compare_versions(a, b) > 0;
}

static bool merge_versions(struct findings *f, struct slot *slot)
{
    struct history_link self = {slot->place.history, slot->place.line, slot->place.column,
                                slot->links};
    const struct history_link *first = &self, *last = &self;
    if (!slot->links) {
        return true;
    }
    for (const struct history_link *l = slot->links; l; l = l->next) {
        first = is_earlier(l->history, first->history) ? l : first;
        last = is_later(l->history, last->history) ? l : last;
    }
    struct place_history *whole = arena_alloc(&f->text, sizeof *whole);
    if (!whole) {
        return false;
    }
    *whole = *first->history;
    memcpy(whole->last, last->history->last, sizeof whole->last);
    whole->at_head = last->history->at_head;
    whole->ref = last->history->ref;
    slot->place.history = whole;
    slot->place.line = last->line;
    slot->place.column = last->column;
    return true;
}

/* ── order ── */

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = str_cmp(a->path, b->path);
    order = order ? order : compare_numbers(a->line, b->line);
    order = order ? order : compare_numbers(a->column, b->column);
    order = order ? order : (int)a->kind - (int)b->kind;
    return order ? order : (int)a->encoding - (int)b->encoding;
}

/* 2 where strangers read it, 1 where it is in use now, 0 only in history. */
static int urgency(const struct finding *f)
{
    int most = 0;
    for (size_t i = 0; i < f->place_count; i++) {
        const struct place *p = &f->places[i];
        int one = p->served ? 2 : place_is_old(p) ? 0 : 1;
        most = one > most ? one : most;
    }
    return most;
}

static int compare_entries(const void *left, const void *right)
{
    const struct finding *a = &((const struct entry *)left)->f,
                         *b = &((const struct entry *)right)->f;
    int order = (int)a->reported_not - (int)b->reported_not;
    order = order ? order : (int)b->rule->severity - (int)a->rule->severity;
    order = order ? order : urgency(b) - urgency(a);
    if (!order && a->place_count && b->place_count) {
        order = compare_places(&a->places[0], &b->places[0]);
    }
    order = order ? order : strcmp(a->rule->id, b->rule->id);
    return order ? order : str_cmp(secret_view(&a->secret), secret_view(&b->secret));
}

static err take_places(struct findings *f, struct entry *entry)
{
    entry->f.places = mem_array(entry->slot_count + 1, sizeof *entry->f.places);
    if (!entry->f.places) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < entry->slot_count; i++) {
        struct slot *slot = &entry->slots[i];
        if (slot->lost) {
            continue;
        }
        if (!merge_versions(f, slot)) {
            f->truncated = true;
        }
        entry->f.places[entry->f.place_count++] = slot->place;
    }
    mem_free(entry->slots);
    entry->slots = NULL;
    qsort(entry->f.places, entry->f.place_count, sizeof *entry->f.places, compare_places);
    return ERR_NONE;
}

/* A finding whose places are all another's is none. */
static bool is_lost(const struct entry *entry)
{
    return entry->f.place_count == 0 && entry->slot_count > 0;
}

void findings_sort(struct findings *f)
{
    if (f->count) {
        qsort(f->entries, f->count, sizeof *f->entries, compare_entries);
    }
}

err findings_order(struct findings *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++) {
        err e = take_places(f, &f->entries[i]);
        if (!err_ok(e)) {
            return e;
        }
    }
    for (size_t i = 0; i < f->count; i++) {
        if (is_lost(&f->entries[i])) {
            secret_done(&f->entries[i].f.secret);
            mem_free(f->entries[i].f.places);
        } else {
            f->entries[kept++] = f->entries[i];
        }
    }
    f->count = kept;
    findings_sort(f);
    return ERR_NONE;
}
