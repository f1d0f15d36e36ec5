/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_cache.h"

#include "base/mem.h"

struct object *object_new(enum object_kind kind, size_t size)
{
    struct object *o = NULL;
    if (size < SIZE_MAX / 2) {
        o = mem_resize(NULL, sizeof *o + size); /* not zeroed: every byte is written */
    }
    if (o) {
        *o = (struct object){.size = size, .kind = kind, .users = 1};
    }
    return o;
}

void object_drop(struct object *o)
{
    if (o && --o->users == 0) {
        mem_free(o);
    }
}

static struct object **chain_of(struct object_cache *c, uint64_t key)
{
    uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
    return &c->chains[mixed >> (64 - OBJECT_CACHE_BITS)];
}

static void unlink_age(struct object_cache *c, struct object *o)
{
    *(o->newer ? &o->newer->older : &c->newest) = o->older;
    *(o->older ? &o->older->newer : &c->oldest) = o->newer;
}

static void link_newest(struct object_cache *c, struct object *o)
{
    o->newer = NULL;
    o->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = o;
    c->newest = o;
}

struct object *object_cache_get(struct object_cache *c, uint64_t key)
{
    struct object *o = *chain_of(c, key);
    while (o && o->key != key) {
        o = o->chain;
    }
    if (o) {
        o->users++;
        if (c->newest != o) {
            unlink_age(c, o);
            link_newest(c, o);
        }
    }
    return o;
}

static void remove_oldest(struct object_cache *c)
{
    struct object *o = c->oldest, **at = chain_of(c, o->key);
    while (*at != o) {
        at = &(*at)->chain;
    }
    *at = o->chain;
    unlink_age(c, o);
    c->bytes -= sizeof *o + o->size;
    c->count--;
    o->cached = false;
    object_drop(o);
}

void object_cache_put(struct object_cache *c, uint64_t key, struct object *o)
{
    size_t bytes = sizeof *o + o->size;
    if (o->cached || bytes > c->max / 2) {
        return;
    }
    while (c->bytes + bytes > c->max || c->count == OBJECT_CACHE_MAX) {
        remove_oldest(c);
    }
    struct object **chain = chain_of(c, key);
    o->key = key;
    o->chain = *chain;
    *chain = o;
    link_newest(c, o);
    o->cached = true;
    o->users++;
    c->bytes += bytes;
    c->count++;
}

void object_cache_done(struct object_cache *c)
{
    while (c->oldest) {
        remove_oldest(c);
    }
}
