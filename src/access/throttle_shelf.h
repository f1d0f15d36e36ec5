/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded table of the last tries by key; when it is full the entry that was touched longest ago
 * goes. Not thread-safe; used by throttle.c only. */
#pragma once

#include "access/throttle.h"

struct throttle_entry {
    uint64_t key;
    uint32_t chain, newer, older;       /* slots; of the same bucket, of the list by age */
    uint32_t count;                     /* of the tries, at most THROTTLE_TRIES_MAX */
    uint32_t times[THROTTLE_TRIES_MAX]; /* in seconds since 1970, oldest first */
};

struct throttle_shelf {
    struct throttle_entry *entries; /* 1 … capacity; 0 is the head of the list by age */
    uint32_t *buckets;
    uint32_t used, capacity, mask;
};

/* capacity: a power of two. */
err throttle_shelf_init(struct throttle_shelf *shelf, uint32_t capacity);
void throttle_shelf_done(struct throttle_shelf *shelf);

/* Finds an entry without touching it; NULL when there is none. */
struct throttle_entry *throttle_shelf_find(struct throttle_shelf *shelf, uint64_t key);
/* Finds or makes an entry and makes it the newest. */
struct throttle_entry *throttle_shelf_touch(struct throttle_shelf *shelf, uint64_t key);

/* Seconds until the entry (NULL: none) has another try by the windows; 0: now. */
uint32_t throttle_entry_wait(const struct throttle_entry *entry,
                             const struct throttle_window windows[THROTTLE_WINDOWS],
                             uint32_t now_s);
void throttle_entry_add(struct throttle_entry *entry, uint32_t now_s);
/* Takes the newest try out. */
void throttle_entry_take_back(struct throttle_entry *entry);
