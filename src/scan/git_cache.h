/* SPDX-License-Identifier: Apache-2.0 */
/* Git objects in memory: counted references, and a cache of those used last. One thread's. */
#pragma once

#include "scan/git_pack.h"

struct object {
    uint64_t key;
    size_t size;
    enum object_kind kind;
    unsigned users;
    bool cached;
    struct object *chain, *newer, *older;
    char bytes[];
};

enum { OBJECT_CACHE_BITS = 15, OBJECT_CACHE_MAX = 1 << OBJECT_CACHE_BITS /* objects */ };

struct object_cache {
    struct object *chains[OBJECT_CACHE_MAX];
    struct object *newest, *oldest;
    size_t bytes, max, count;
};

/* NULL when there is no memory. The caller uses it and must let it go. */
struct object *object_new(enum object_kind kind, size_t size);
/* Lets go; NULL is fine. */
void object_drop(struct object *o);

static inline str object_view(const struct object *o) { return (str){o->bytes, o->size}; }

/* NULL when it is not there; else one more use. */
struct object *object_cache_get(struct object_cache *c, uint64_t key);
/* Keeps the object, unless it is large for the cache; lets go of the oldest. */
void object_cache_put(struct object_cache *c, uint64_t key, struct object *o);
void object_cache_done(struct object_cache *c);
