/* SPDX-License-Identifier: Apache-2.0 */
/* Git objects and packs. The first byte says what the rest is: 'i' an index and a pack (two bytes:
 * the index's length), 'o' objects and deltas that are packed rightly, 'd' a base and a delta, 't'
 * a tree, 'c' a commit. */
#include "git_made.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { UNPACKED_MAX = 64 << 20 };

static void try_pack(str index, str data)
{
    static struct unpacker u;
    struct unpack_limits limits = {.large = PTHREAD_MUTEX_INITIALIZER};
    struct pack p;
    if (!err_ok(pack_view(index, data, &p))) {
        return;
    }
    atomic_init(&limits.left, UNPACKED_MAX);
    check(err_ok(unpacker_init(&u, &limits, 1 << 16)));
    for (uint32_t i = 0; i < p.count && i < 256; i++) {
        struct object *o = NULL;
        uint32_t at;
        (void)pack_find(&p, pack_id(&p, i), &at);
        if (err_ok(unpack_object(&u, &p, 0, pack_offset(&p, i), &o))) {
            check(o->kind >= OBJECT_COMMIT && o->kind <= OBJECT_TAG && !(o->users == 0));
            object_drop(o);
            unpack_end(&u);
        }
    }
    check(u.cache.bytes <= u.cache.max);
    unpacker_done(&u);
}

static void try_delta(str input)
{
    size_t n = input.n ? (uint8_t)input.p[0] : 0, base_size, size;
    str base = str_slice(input, 1, 1 + n), delta = str_slice(input, 1 + n, input.n);
    if (delta_sizes(&delta, &base_size, &size) && size <= 1 << 16) {
        char *to = mem_alloc(size); /* of its size, so that writing beyond is seen */
        (void)delta_apply(base, delta, to, size);
        mem_free(to);
    }
}

static void try_tree(str input)
{
    struct git_entry entry;
    size_t before = input.n;
    while (git_tree_next(&input, &entry)) {
        check(input.n < before && entry.name.n > 0 && !memchr(entry.name.p, 0, entry.name.n));
        before = input.n;
    }
}

static void try_commit(str input)
{
    str name = STR_EMPTY;
    int64_t ms = 0;
    if (git_commit_person(input, STR("author"), &name, &ms)) {
        check(name.n <= input.n && ms / 1000 < INT64_C(100000000000));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct made made;
    str rest = str_n((const char *)data + 1, size - 1);
    if (size < 3 || size > 1 << 16 || !err_ok(crypto_init())) {
        return 0;
    }
    size_t n = (size_t)data[1] << 8 | data[2];
    switch (data[0]) {
    case 'i':
        try_pack(str_slice(rest, 2, 2 + n), str_slice(rest, 2 + n, rest.n));
        break;
    case 'o':
        make(&made, rest);
        try_pack(buf_str(&made.index), buf_str(&made.pack));
        made_done(&made);
        break;
    case 'd':
        try_delta(rest);
        break;
    case 't':
        try_tree(rest);
        break;
    default:
        try_commit(rest);
    }
    return 0;
}
