/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypto.h"
#include "base/mem.h"
#include "scan/finding_private.h"

enum { TABLE_FIRST = 1024, ENTRIES_FIRST = 64, SLOTS_FIRST = 2 };

err findings_new(struct findings **ret)
{
    struct findings *f = mem_alloc(sizeof *f);
    if (!f) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    f->table = mem_array(TABLE_FIRST, sizeof *f->table);
    if (!f->table || pthread_mutex_init(&f->lock, NULL) != 0) {
        mem_free(f->table);
        mem_free(f);
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    f->table_size = TABLE_FIRST;
    arena_init(&f->text, FINDINGS_TEXT_BYTES_MAX);
    *ret = f;
    return ERR_NONE;
}

void findings_free(struct findings *f)
{
    if (!f) {
        return;
    }
    for (size_t i = 0; i < f->count; i++) {
        secret_done(&f->entries[i].f.secret);
        mem_free(f->entries[i].slots);
        mem_free(f->entries[i].f.places);
    }
    mem_free(f->entries);
    mem_free(f->table);
    arena_done(&f->text);
    (void)pthread_mutex_destroy(&f->lock);
    mem_free(f);
}

/* ── the table: a secret that is one and the same that is none are two entries ── */

static size_t slot_of(const struct findings *f, str secret, bool none)
{
    return (size_t)(crypto_siphash(secret) ^ (none ? UINT64_C(0x9e3779b97f4a7c15) : 0)) &
           (f->table_size - 1);
}

static uint32_t *look_up(const struct findings *f, str secret, bool none)
{
    size_t at = slot_of(f, secret, none);
    for (; f->table[at]; at = (at + 1) & (f->table_size - 1)) {
        const struct finding *one = &f->entries[f->table[at] - 1].f;
        if (one->reported_not == none && str_eq(secret_view(&one->secret), secret)) {
            break;
        }
    }
    return &f->table[at];
}

static bool grow_table(struct findings *f)
{
    size_t old_size = f->table_size;
    uint32_t *old = f->table, *table = mem_array(old_size * 2, sizeof *table);
    if (!table) {
        return false;
    }
    f->table = table;
    f->table_size = old_size * 2;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i]) {
            const struct finding *one = &f->entries[old[i] - 1].f;
            *look_up(f, secret_view(&one->secret), one->reported_not) = old[i];
        }
    }
    mem_free(old);
    return true;
}

static bool grow_entries(struct findings *f)
{
    if (f->count < f->capacity) {
        return true;
    }
    size_t capacity = f->capacity ? f->capacity * 2 : ENTRIES_FIRST;
    struct entry *entries = mem_resize(f->entries, capacity * sizeof *entries);
    if (!entries) {
        return false;
    }
    f->entries = entries;
    f->capacity = capacity;
    return true;
}

/* The finding of the secret, made when there is none; NULL when a limit is reached. */
static struct entry *entry_of(struct findings *f, str secret, bool none, const struct rule *rule)
{
    uint32_t *at = look_up(f, secret, none);
    if (*at) {
        return &f->entries[*at - 1];
    }
    bool full = none ? f->not_count == FINDINGS_NOT_MAX : f->count - f->not_count == FINDINGS_MAX;
    if (full || f->secret_bytes + secret.n > FINDINGS_SECRET_BYTES_MAX || !grow_entries(f)) {
        return NULL;
    }
    if ((f->count + 1) * 2 > f->table_size) {
        if (!grow_table(f)) {
            return NULL;
        }
        at = look_up(f, secret, none);
    }
    struct entry *entry = &f->entries[f->count];
    *entry = (struct entry){.f = {.rule = rule, .reported_not = none}};
    if (!err_ok(secret_set(&entry->f.secret, secret))) {
        return NULL;
    }
    f->secret_bytes += secret.n;
    f->not_count += none;
    *at = (uint32_t)++f->count;
    return entry;
}

/* ── places ── */

/* Copies a path, or shares the copy of one seen before. */
static bool keep_path(struct findings *f, str path, str *ret)
{
    path = str_slice(path, 0, FINDING_PATH_MAX);
    str *last = &f->paths[crypto_siphash(path) & 0xff];
    if (!last->p || !str_eq(*last, path)) {
        str copy = arena_str(&f->text, path);
        if (!copy.p) {
            return false;
        }
        *last = copy;
    }
    *ret = *last;
    return true;
}

static bool keep_text(struct findings *f, str text, str *ret)
{
    *ret = str_empty(text) ? STR_EMPTY : arena_str(&f->text, text);
    return ret->p != NULL;
}

/* The place that is this one already: the same spot, or another version of the file in history. */
static struct slot *same_place(struct entry *entry, const struct place *p)
{
    for (size_t i = 0; i < entry->slot_count; i++) {
        struct slot *slot = &entry->slots[i];
        const struct place *have = &slot->place;
        bool version = p->kind == PLACE_GIT && p->history && have->history;
        if (have->kind == p->kind && str_eq(have->path, p->path) &&
            (version || (have->line == p->line && have->column == p->column))) {
            return slot;
        }
    }
    return NULL;
}

static bool add_version(struct findings *f, struct slot *slot, const struct place *p)
{
    if (p->kind != PLACE_GIT || !p->history || p->history == slot->place.history) {
        return true;
    }
    for (const struct history_link *l = slot->links; l; l = l->next) {
        if (l->history == p->history) {
            return true;
        }
    }
    struct history_link *link =
        f->versions < FINDINGS_VERSIONS_MAX ? arena_alloc(&f->text, sizeof *link) : NULL;
    if (!link) {
        return false;
    }
    f->versions++;
    *link = (struct history_link){p->history, p->line, p->column, slot->links};
    slot->links = link;
    return true;
}

static bool grow_slots(struct entry *entry)
{
    if (entry->slot_count < entry->slot_capacity) {
        return true;
    }
    size_t capacity = entry->slot_capacity ? entry->slot_capacity * 2 : SLOTS_FIRST;
    struct slot *slots = mem_resize(entry->slots, capacity * sizeof *slots);
    if (!slots) {
        return false;
    }
    entry->slots = slots;
    entry->slot_capacity = capacity;
    return true;
}

static bool add_place(struct findings *f, struct entry *entry, const struct place *p)
{
    struct slot *same = same_place(entry, p);
    if (same) {
        same->place.served |= p->served;
        if (p->allowed && !same->place.allowed) {
            /* A comment in one version speaks for those before it. */
            same->place.allowed = keep_text(f, p->reason, &same->place.reason);
        }
        return add_version(f, same, p);
    }
    if (entry->slot_count == FINDING_PLACES_MAX || f->places == FINDINGS_PLACES_MAX) {
        entry->f.place_more++;
        return true;
    }
    struct place copy = *p;
    if (!keep_path(f, p->path, &copy.path) || !keep_text(f, p->key, &copy.key) ||
        !keep_text(f, p->reason, &copy.reason) || !grow_slots(entry)) {
        entry->f.place_more++;
        return false;
    }
    entry->slots[entry->slot_count++] = (struct slot){.place = copy};
    f->places++;
    return true;
}

/* ── which rule a secret belongs to, and why ── */

/* Above 0 when `a` says more. */
static int compare_rules(const struct rule *a, const struct rule *b)
{
    unsigned rank_a = rule_rank(a), rank_b = rule_rank(b);
    if (rank_a != rank_b) {
        return rank_a < rank_b ? 1 : -1;
    }
    if (a->severity != b->severity) {
        return a->severity > b->severity ? 1 : -1;
    }
    return strcmp(b->id, a->id);
}

/* The same whatever the order in which threads come. */
static void choose(struct entry *entry, const struct rule *rule, const struct judgement *j,
                   const struct place *p)
{
    int better = entry->f.reason_count ? compare_rules(rule, entry->f.rule) : 1;
    if (better == 0) {
        better = (int)j->confidence - (int)entry->f.confidence;
    }
    if (better == 0) {
        better = str_cmp(entry->reason_path, p->path);
    }
    if (better == 0) {
        better = p->line < entry->reason_line ? 1 : -1;
    }
    if (better <= 0) {
        return;
    }
    entry->f.rule = rule;
    entry->f.confidence = j->confidence;
    entry->f.reason_count =
        j->reason_count < JUDGE_REASONS_MAX ? j->reason_count : JUDGE_REASONS_MAX;
    memcpy(entry->f.reasons, j->reasons, entry->f.reason_count * sizeof entry->f.reasons[0]);
    /* A place that is not kept lends no path. */
    const struct slot *last = entry->slot_count ? &entry->slots[entry->slot_count - 1] : NULL;
    bool kept = last && str_eq(last->place.path, p->path);
    entry->reason_path = kept ? last->place.path : entry->reason_path;
    entry->reason_line = kept ? p->line : entry->reason_line;
}

void findings_add(struct findings *f, const struct candidate *c, const struct judgement *j,
                  const struct origin *o, unsigned line, unsigned column, str allow_reason)
{
    str secret = str_slice(c->secret, 0, FINDING_SECRET_MAX);
    const struct place place = {.kind = o->kind,
                                .path = o->path,
                                .line = line,
                                .column = column,
                                .encoding = c->encoding,
                                .history = o->history,
                                .key = str_slice(c->key, 0, FINDING_KEY_MAX),
                                .served = o->served,
                                .allowed = !str_empty(allow_reason),
                                .reason = str_slice(allow_reason, 0, FINDING_KEY_MAX)};
    if (str_empty(secret) || (o->except && findings_has(o->except, secret)) ||
        pthread_mutex_lock(&f->lock) != 0) {
        return;
    }
    if (o->added) {
        ++*o->added;
    }
    struct entry *entry = f->finished ? NULL : entry_of(f, secret, !j->report, c->rule);
    if (!entry || !add_place(f, entry, &place)) {
        f->truncated = true;
    }
    if (entry) {
        choose(entry, c->rule, j, &place);
    }
    (void)pthread_mutex_unlock(&f->lock);
}

/* ── the end ── */

bool findings_has(const struct findings *f, str secret)
{
    return *look_up(f, str_slice(secret, 0, FINDING_SECRET_MAX), false) != 0;
}

err findings_finish(struct findings *f, str key)
{
    if (f->finished) {
        return f->outcome;
    }
    f->finished = true;
    err e = findings_overlaps(f);
    e = err_ok(e) ? findings_order(f) : e;
    f->outcome = err_ok(e) ? findings_fingerprint(f, key) : e;
    return f->outcome;
}

size_t findings_count(const struct findings *f) { return f->count; }

struct finding *findings_at(struct findings *f, size_t i)
{
    return i < f->count ? &f->entries[i].f : NULL;
}

bool findings_truncated(const struct findings *f) { return f->truncated; }
