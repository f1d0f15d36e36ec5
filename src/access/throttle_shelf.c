/* SPDX-License-Identifier: Apache-2.0 */
#include "access/throttle_shelf.h"

#include "base/mem.h"

enum { NONE = 0 };

err throttle_shelf_init(struct throttle_shelf *shelf, uint32_t capacity)
{
    shelf->entries = mem_array((size_t)capacity + 1, sizeof *shelf->entries);
    shelf->buckets = mem_array(capacity, sizeof *shelf->buckets);
    shelf->capacity = capacity;
    shelf->mask = capacity - 1;
    return shelf->entries && shelf->buckets
               ? ERR_NONE
               : err_new(ERR_NO_MEMORY, "no memory to throttle log-ins");
}

void throttle_shelf_done(struct throttle_shelf *shelf)
{
    mem_free(shelf->entries);
    mem_free(shelf->buckets);
    *shelf = (struct throttle_shelf){0};
}

static void age_unlink(struct throttle_shelf *shelf, uint32_t at)
{
    const struct throttle_entry *entry = &shelf->entries[at];
    shelf->entries[entry->newer].older = entry->older;
    shelf->entries[entry->older].newer = entry->newer;
}

static void age_newest(struct throttle_shelf *shelf, uint32_t at)
{
    struct throttle_entry *entries = shelf->entries;
    entries[at].newer = NONE;
    entries[at].older = entries[NONE].older;
    entries[entries[NONE].older].newer = at;
    entries[NONE].older = at;
}

static void bucket_remove(struct throttle_shelf *shelf, uint32_t at)
{
    uint32_t *link = &shelf->buckets[shelf->entries[at].key & shelf->mask];
    while (*link != at) {
        link = &shelf->entries[*link].chain;
    }
    *link = shelf->entries[at].chain;
}

static uint32_t find(const struct throttle_shelf *shelf, uint64_t key)
{
    uint32_t at = shelf->buckets[key & shelf->mask];
    while (at != NONE && shelf->entries[at].key != key) {
        at = shelf->entries[at].chain;
    }
    return at;
}

struct throttle_entry *throttle_shelf_find(struct throttle_shelf *shelf, uint64_t key)
{
    uint32_t at = find(shelf, key);
    return at == NONE ? NULL : &shelf->entries[at];
}

struct throttle_entry *throttle_shelf_touch(struct throttle_shelf *shelf, uint64_t key)
{
    uint32_t at = find(shelf, key);
    if (at != NONE) {
        age_unlink(shelf, at);
        age_newest(shelf, at);
        return &shelf->entries[at];
    }
    if (shelf->used < shelf->capacity) {
        at = ++shelf->used;
    } else {
        at = shelf->entries[NONE].newer; /* behind the head comes the oldest */
        age_unlink(shelf, at);
        bucket_remove(shelf, at);
    }
    uint32_t *bucket = &shelf->buckets[key & shelf->mask];
    shelf->entries[at].key = key;
    shelf->entries[at].count = 0;
    shelf->entries[at].chain = *bucket;
    *bucket = at;
    age_newest(shelf, at);
    return &shelf->entries[at];
}

uint32_t throttle_entry_wait(const struct throttle_entry *entry,
                             const struct throttle_window windows[THROTTLE_WINDOWS], uint32_t now_s)
{
    uint32_t wait = 0;
    for (size_t i = 0; entry && i < THROTTLE_WINDOWS && windows[i].count; i++) {
        if (entry->count < windows[i].count) {
            continue;
        }
        uint32_t at = entry->times[entry->count - windows[i].count];
        /* a clock that was put back must not lock anybody out for longer than the window */
        uint32_t age = at < now_s ? now_s - at : 0;
        uint32_t left = age < windows[i].seconds ? windows[i].seconds - age : 0;
        wait = left > wait ? left : wait;
    }
    return wait;
}

void throttle_entry_add(struct throttle_entry *entry, uint32_t now_s)
{
    if (entry->count == THROTTLE_TRIES_MAX) {
        memmove(entry->times, entry->times + 1, sizeof entry->times - sizeof entry->times[0]);
        entry->count--;
    }
    for (uint32_t i = 0; i < entry->count; i++) {
        entry->times[i] = entry->times[i] > now_s ? now_s : entry->times[i];
    }
    entry->times[entry->count++] = now_s;
}

void throttle_entry_take_back(struct throttle_entry *entry)
{
    entry->count -= entry->count > 0 ? 1 : 0;
}
