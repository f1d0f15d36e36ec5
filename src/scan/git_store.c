/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_store.h"

#include "base/crypto.h"
#include "base/mem.h"

enum { TABLE_FIRST = 1024, LOOSE_FIRST = 512, TRIM_EVERY = 2000000 };

uint32_t git_store_count(const struct git_store *store)
{
    return store->packed + store->loose_count;
}

const struct pack *git_store_pack(const struct git_store *store, uint32_t number,
                                  uint32_t *ret_pack, uint32_t *ret_at)
{
    for (uint32_t i = 0; i < store->pack_count; i++) {
        if (number - store->firsts[i] < store->packs[i].count && number >= store->firsts[i]) {
            *ret_pack = i;
            *ret_at = number - store->firsts[i];
            return &store->packs[i];
        }
    }
    return NULL;
}

const uint8_t *git_store_id(const struct git_store *store, uint32_t number)
{
    uint32_t pack, at;
    const struct pack *p = git_store_pack(store, number, &pack, &at);
    return p ? pack_id(p, at) : store->loose + (size_t)(number - store->packed) * GIT_ID;
}

static bool find_packed(struct git_store *store, const uint8_t *id, uint32_t *ret)
{
    if (++store->touched % TRIM_EVERY == 0) {
        for (uint32_t i = 0; i < store->pack_count; i++) {
            pack_trim(&store->packs[i]);
        }
    }
    for (uint32_t i = 0; i < store->pack_count; i++) {
        uint32_t at;
        if (pack_find(&store->packs[i], id, &at)) {
            *ret = store->firsts[i] + at;
            return true;
        }
    }
    return false;
}

static uint32_t *look_up(const struct git_store *store, const uint8_t *id)
{
    /* Keyed: names of missing objects are whatever a tree says. */
    size_t at = crypto_siphash(str_n((const char *)id, GIT_ID));
    for (at &= store->table_size - 1; store->table[at]; at = (at + 1) & (store->table_size - 1)) {
        if (memcmp(store->loose + (size_t)(store->table[at] - 1) * GIT_ID, id, GIT_ID) == 0) {
            break;
        }
    }
    return &store->table[at];
}

static bool grow_table(struct git_store *store)
{
    size_t size = store->table_size ? store->table_size * 2 : TABLE_FIRST;
    uint32_t *table = mem_array(size, sizeof *table);
    if (!table) {
        return false;
    }
    mem_free(store->table);
    store->table = table;
    store->table_size = size;
    for (uint32_t i = 0; i < store->loose_count; i++) {
        *look_up(store, store->loose + (size_t)i * GIT_ID) = i + 1;
    }
    return true;
}

static bool grow_loose(struct git_store *store)
{
    if (store->loose_count < store->loose_capacity) {
        return true;
    }
    uint32_t capacity = store->loose_capacity ? store->loose_capacity * 2 : LOOSE_FIRST;
    uint8_t *loose = mem_resize(store->loose, (size_t)capacity * GIT_ID);
    if (!loose) {
        return false;
    }
    store->loose = loose;
    store->loose_capacity = capacity;
    return true;
}

uint32_t git_store_find(struct git_store *store, const uint8_t id[GIT_ID])
{
    uint32_t number;
    if (find_packed(store, id, &number)) {
        return number;
    }
    uint32_t at = store->table_size ? *look_up(store, id) : 0;
    return at ? store->packed + at - 1 : GIT_NO_NUMBER;
}

uint32_t git_store_number(struct git_store *store, const uint8_t id[GIT_ID])
{
    uint32_t number = git_store_find(store, id);
    if (number != GIT_NO_NUMBER || store->loose_count == GIT_LOOSE_MAX) {
        return number;
    }
    bool full = ((size_t)store->loose_count + 1) * 2 > store->table_size;
    if (!grow_loose(store) || (full && !grow_table(store))) {
        return GIT_NO_NUMBER;
    }
    memcpy(store->loose + (size_t)store->loose_count * GIT_ID, id, GIT_ID);
    *look_up(store, id) = ++store->loose_count;
    return store->packed + store->loose_count - 1;
}

static err read_through(const struct git_store *store, const uint8_t *id, struct object **ret)
{
    git_oid oid;
    size_t size;
    git_object_t kind;
    git_odb_object *found = NULL;
    (void)git_oid_fromraw(&oid, id);
    /* Looking again for packs after each missing object would take its time in a partial clone. */
    if (!git_odb_exists_ext(store->odb, &oid, GIT_ODB_LOOKUP_NO_REFRESH)) {
        return err_new(ERR_NOT_FOUND, "the git object is missing");
    }
    if (git_odb_read_header(&size, &kind, store->odb, &oid) != 0) {
        return err_new(ERR_CORRUPT, "the git object is damaged");
    }
    if (size > GIT_WHOLE_MAX) {
        return err_new(ERR_TOO_LARGE, "the git object is too large to be read");
    }
    if (git_odb_read(&found, store->odb, &oid) != 0) {
        return err_new(ERR_CORRUPT, "the git object is damaged");
    }
    struct object *o =
        object_new((enum object_kind)git_odb_object_type(found), git_odb_object_size(found));
    if (o) {
        memcpy(o->bytes, git_odb_object_data(found), o->size);
    }
    git_odb_object_free(found);
    *ret = o;
    return o ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory to read the git object");
}

err git_store_read(const struct git_store *store, struct unpacker *u, uint32_t number,
                   struct object **ret)
{
    uint32_t pack, at;
    const struct pack *p = git_store_pack(store, number, &pack, &at);
    if (p) {
        uint64_t offset = pack_offset(p, at);
        return offset == UINT64_MAX ? err_new(ERR_CORRUPT, "the git object is damaged")
                                    : unpack_object(u, p, pack, offset, ret);
    }
    struct object *o = object_cache_get(&u->cache, UINT64_C(1) << 63 | number);
    err e = ERR_NONE;
    if (!o) {
        e = read_through(store, git_store_id(store, number), &o);
        if (err_ok(e) && o->kind == OBJECT_TREE) {
            object_cache_put(&u->cache, UINT64_C(1) << 63 | number, o);
        }
    }
    if (err_ok(e)) {
        *ret = o;
    }
    return e;
}

static err stream_pieces(git_odb_stream *stream, struct unpack_limits *limits, char *piece,
                         unpack_piece_fn fn, void *user)
{
    int n;
    while ((n = git_odb_stream_read(stream, piece, GIT_PIECE)) > 0) {
        if (atomic_fetch_sub_explicit(&limits->left, n, memory_order_relaxed) < 0) {
            return err_new(ERR_TOO_LARGE, "the git object unpacks to more than is read");
        }
        fn(user, str_n(piece, (size_t)n));
    }
    return n == 0 ? ERR_NONE : err_new(ERR_CORRUPT, "the git object is damaged");
}

err git_store_pieces(const struct git_store *store, struct unpacker *u, uint32_t number,
                     unpack_piece_fn fn, void *user)
{
    uint32_t pack, at;
    const struct pack *p = git_store_pack(store, number, &pack, &at);
    if (p) {
        return unpack_pieces(u, p, pack_offset(p, at), fn, user);
    }
    git_odb_stream *stream = NULL;
    git_oid oid;
    size_t size;
    git_object_t kind;
    (void)git_oid_fromraw(&oid, git_store_id(store, number));
    if (git_odb_open_rstream(&stream, &size, &kind, store->odb, &oid) != 0) {
        return err_new(ERR_TOO_LARGE, "the git object is too large to be read");
    }
    char *piece = mem_alloc(GIT_PIECE);
    err e = piece ? stream_pieces(stream, u->limits, piece, fn, user)
                  : err_new(ERR_NO_MEMORY, "no memory to read the git object");
    mem_free(piece);
    git_odb_stream_free(stream);
    return e;
}
