/* SPDX-License-Identifier: Apache-2.0 */
#include "know/hashes.h"

#include "base/mem.h"

void hashes_done(struct hashes *set)
{
    mem_free(set->slots);
    *set = (struct hashes){0};
}

/* Where the hash is or would be; the capacity is a power of two and never full. */
static size_t place_of(const struct hashes *set, uint64_t hash)
{
    size_t at = (size_t)hash & (set->capacity - 1);
    while (set->slots[at] != 0 && set->slots[at] != hash) {
        at = (at + 1) & (set->capacity - 1);
    }
    return at;
}

bool hashes_has(const struct hashes *set, uint64_t hash)
{
    hash = hash ? hash : 1;
    return set->capacity > 0 && set->slots[place_of(set, hash)] == hash;
}

static err grow(struct hashes *set)
{
    struct hashes larger = {.capacity = set->capacity ? set->capacity * 2 : 256};
    larger.slots = mem_array(larger.capacity, sizeof(*larger.slots));
    if (!larger.slots) {
        return err_new(ERR_NO_MEMORY, "no memory for what was seen");
    }
    for (size_t i = 0; i < set->capacity; i++) {
        if (set->slots[i]) {
            larger.slots[place_of(&larger, set->slots[i])] = set->slots[i];
        }
    }
    larger.count = set->count;
    mem_free(set->slots);
    *set = larger;
    return ERR_NONE;
}

err hashes_add(struct hashes *set, uint64_t hash, bool *ret_new)
{
    hash = hash ? hash : 1;
    if (set->count * 2 >= set->capacity) {
        err e = grow(set);
        if (!err_ok(e)) {
            return e;
        }
    }
    size_t at = place_of(set, hash);
    bool is_new = set->slots[at] == 0;
    set->slots[at] = hash;
    set->count += is_new;
    if (ret_new) {
        *ret_new = is_new;
    }
    return ERR_NONE;
}
