/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_unpack.h"

#include "base/mem.h"

enum { PACK_TAIL = GIT_ID };

static err damaged(void) { return err_new(ERR_CORRUPT, "the git object is damaged"); }

static err no_memory(void) { return err_new(ERR_NO_MEMORY, "no memory to read the git object"); }

err unpacker_init(struct unpacker *u, struct unpack_limits *limits, size_t cache_max)
{
    memset(u, 0, sizeof *u);
    u->limits = limits;
    u->cache.max = cache_max;
    return inflateInit(&u->z) == Z_OK ? ERR_NONE : no_memory();
}

void unpacker_done(struct unpacker *u)
{
    unpack_end(u);
    object_cache_done(&u->cache);
    mem_free(u->delta);
    (void)inflateEnd(&u->z);
}

void unpack_end(struct unpacker *u)
{
    if (u->is_large) {
        u->is_large = false;
        (void)pthread_mutex_unlock(&u->limits->large);
    }
}

/* Before memory of that size is taken. */
static err admit(struct unpacker *u, uint64_t size)
{
    if (size > GIT_WHOLE_MAX) {
        return err_new(ERR_TOO_LARGE, "the git object is too large to be read");
    }
    if (atomic_fetch_sub_explicit(&u->limits->left, (int64_t)size + 64, memory_order_relaxed) < 0) {
        return err_new(ERR_TOO_LARGE, "the git pack unpacks to more than is read");
    }
    if (size > GIT_LARGE && !u->is_large) {
        u->is_large = pthread_mutex_lock(&u->limits->large) == 0;
    }
    return ERR_NONE;
}

static void start(struct unpacker *u, const struct pack *p, uint64_t body)
{
    uint64_t n = p->data_size - PACK_TAIL - body;
    (void)inflateReset(&u->z);
    u->z.next_in = (Bytef *)(uintptr_t)(p->data + body);
    u->z.avail_in = n > UINT32_MAX ? UINT32_MAX : (uInt)n;
}

static bool inflate_to(struct unpacker *u, const struct pack *p, uint64_t body, void *to,
                       size_t size)
{
    uint8_t none;
    start(u, p, body);
    u->z.next_out = size ? to : &none;
    u->z.avail_out = (uInt)size;
    return inflate(&u->z, Z_FINISH) == Z_STREAM_END && u->z.avail_out == 0;
}

static uint64_t cache_key(uint32_t pack, uint64_t offset) { return (uint64_t)pack << 44 ^ offset; }

static err read_base(struct unpacker *u, const struct pack *p, const struct pack_head *h,
                     struct object **ret)
{
    err e = admit(u, h->size);
    if (!err_ok(e)) {
        return e;
    }
    struct object *o = object_new(h->kind, h->size);
    if (!o) {
        return no_memory();
    }
    if (!inflate_to(u, p, h->body, o->bytes, h->size)) {
        object_drop(o);
        return damaged();
    }
    *ret = o;
    return ERR_NONE;
}

static err read_delta(struct unpacker *u, const struct pack *p, const struct pack_head *h, str *ret)
{
    err e = admit(u, h->size);
    if (!err_ok(e)) {
        return e;
    }
    if (h->size > u->delta_capacity) {
        size_t capacity = h->size < 65536 ? 65536 : h->size;
        mem_free(u->delta);
        u->delta = mem_resize(NULL, capacity);
        u->delta_capacity = u->delta ? capacity : 0;
        if (!u->delta) {
            return no_memory();
        }
    }
    if (!inflate_to(u, p, h->body, u->delta, h->size)) {
        return damaged();
    }
    *ret = str_n((const char *)u->delta, h->size);
    return ERR_NONE;
}

/* Replaces *object, a base, with what the delta at the offset makes of it. */
static err apply(struct unpacker *u, const struct pack *p, uint64_t offset, struct object **object)
{
    struct pack_head h;
    str delta;
    size_t base_size, size;
    err e = pack_head_read(p, offset, &h);
    e = err_ok(e) ? read_delta(u, p, &h, &delta) : e;
    if (!err_ok(e)) {
        return e;
    }
    if (!delta_sizes(&delta, &base_size, &size) || base_size != (*object)->size) {
        return damaged();
    }
    e = admit(u, size);
    if (!err_ok(e)) {
        return e;
    }
    struct object *o = object_new((*object)->kind, size);
    if (!o) {
        return no_memory();
    }
    if (!delta_apply(object_view(*object), delta, o->bytes, size)) {
        object_drop(o);
        return damaged();
    }
    object_drop(*object);
    *object = o;
    return ERR_NONE;
}

/* Goes down the chain to what is in the cache or no delta; gives it and the deltas on the way. */
static err find_base(struct unpacker *u, const struct pack *p, uint32_t pack, uint64_t offset,
                     struct object **ret, size_t *ret_links)
{
    for (size_t links = 0; links < GIT_CHAIN_MAX; links++) {
        struct pack_head h;
        struct object *o = object_cache_get(&u->cache, cache_key(pack, offset));
        if (!o) {
            err e = pack_head_read(p, offset, &h);
            if (!err_ok(e)) {
                return e;
            }
            if (h.kind == OBJECT_OFFSET_DELTA || h.kind == OBJECT_NAME_DELTA) {
                u->links[links] = offset;
                offset = h.base;
                continue;
            }
            e = read_base(u, p, &h, &o);
            if (!err_ok(e)) {
                return e;
            }
            object_cache_put(&u->cache, cache_key(pack, offset), o);
        }
        *ret = o;
        *ret_links = links;
        return ERR_NONE;
    }
    return err_new(ERR_TOO_LARGE, "the git object has too many deltas");
}

err unpack_object(struct unpacker *u, const struct pack *p, uint32_t pack, uint64_t offset,
                  struct object **ret)
{
    struct object *o;
    size_t links;
    err e = find_base(u, p, pack, offset, &o, &links);
    if (!err_ok(e)) {
        unpack_end(u);
        return e;
    }
    while (links) {
        e = apply(u, p, u->links[--links], &o);
        if (!err_ok(e)) {
            object_drop(o);
            unpack_end(u);
            return e;
        }
        object_cache_put(&u->cache, cache_key(pack, u->links[links]), o);
    }
    *ret = o;
    return ERR_NONE;
}

/* Each piece until the stream ends or would be longer than the head says. */
static err inflate_pieces(struct unpacker *u, uint64_t size, char *piece, unpack_piece_fn fn,
                          void *user)
{
    for (uint64_t done = 0;;) {
        u->z.next_out = (Bytef *)piece;
        u->z.avail_out = GIT_PIECE;
        int result = inflate(&u->z, Z_NO_FLUSH);
        size_t n = GIT_PIECE - u->z.avail_out;
        if (atomic_fetch_sub_explicit(&u->limits->left, (int64_t)n, memory_order_relaxed) < 0) {
            return err_new(ERR_TOO_LARGE, "the git pack unpacks to more than is read");
        }
        done += n;
        if ((result != Z_OK && result != Z_STREAM_END) || n == 0 || done > size) {
            return result == Z_STREAM_END && done == size ? ERR_NONE : damaged();
        }
        fn(user, str_n(piece, n));
        if (result == Z_STREAM_END) {
            return done == size ? ERR_NONE : damaged();
        }
    }
}

err unpack_pieces(struct unpacker *u, const struct pack *p, uint64_t offset, unpack_piece_fn fn,
                  void *user)
{
    struct pack_head h;
    err e = pack_head_read(p, offset, &h);
    if (!err_ok(e)) {
        return e;
    }
    if (h.kind == OBJECT_OFFSET_DELTA || h.kind == OBJECT_NAME_DELTA) {
        return err_new(ERR_TOO_LARGE, "the git object is too large to be read");
    }
    char *piece = mem_alloc(GIT_PIECE);
    if (!piece) {
        return no_memory();
    }
    start(u, p, h.body);
    e = inflate_pieces(u, h.size, piece, fn, user);
    mem_free(piece);
    return e;
}
