/* SPDX-License-Identifier: Apache-2.0 */
/* Packs: every object as libgit2 gives it, and damaged ones without harm. */
#include "unit/scan/git_fixture.h"

#include "base/mem.h"
#include "scan/git_unpack.h"

#include <git2.h>

#define TAKE "cp -f .git/objects/pack/*.pack ../p.pack; cp -f .git/objects/pack/*.idx ../p.idx"

/* A repository of some hundred versions of a few files, packed with deep chains. */
static void make_packed(struct fixture *f, const char *pack_options)
{
    fixture_make(f, "i=0; while [ $i -lt 60 ]; do i=$((i + 1)); "
                    "{ seq 300; echo $i; seq $((i * 3)); } > a; seq $i 400 > b; "
                    "[ $((i % 7)) != 0 ] || echo $i > c$i; git add .; c $i v; done; "
                    "git tag -a -m tag v1; : > empty; git add .; c 999 empty");
    fixture_run(f, pack_options);
    fixture_run(f, TAKE);
}

static str file_bytes(struct fixture *f, const char *name)
{
    struct buf b;
    buf_init(&b, FIXTURE_FILE_MAX);
    assert_true(err_ok(file_read(arena_printf(&f->a, "%s/%s", f->folder, name).p, &b)));
    str copy = arena_str(&f->a, buf_str(&b));
    buf_done(&b);
    return copy;
}

static void start(struct unpacker *u, struct unpack_limits *limits, size_t cache)
{
    atomic_init(&limits->left, INT64_C(1) << 40);
    assert_int_equal(pthread_mutex_init(&limits->large, NULL), 0);
    assert_true(err_ok(unpacker_init(u, limits, cache)));
}

static void stop(struct unpacker *u, struct unpack_limits *limits)
{
    unpacker_done(u);
    assert_int_equal(pthread_mutex_destroy(&limits->large), 0);
}

static void compare_all(struct fixture *f, size_t cache)
{
    static struct unpacker u;
    struct unpack_limits limits;
    struct pack p;
    git_repository *repo = NULL;
    git_odb *odb = NULL;
    start(&u, &limits, cache);
    assert_true(git_libgit2_init() > 0);
    assert_int_equal(git_repository_open(&repo, arena_printf(&f->a, "%s/r", f->folder).p), 0);
    assert_int_equal(git_repository_odb(&odb, repo), 0);
    assert_true(err_ok(pack_open(arena_printf(&f->a, "%s/p.idx", f->folder).p, &p)));
    assert_true(p.count > 200);
    for (uint32_t i = 0; i < p.count; i++) {
        git_oid id;
        git_odb_object *theirs = NULL;
        struct object *ours = NULL;
        uint32_t at;
        assert_true(pack_find(&p, pack_id(&p, i), &at) && at == i);
        (void)git_oid_fromraw(&id, pack_id(&p, i));
        assert_int_equal(git_odb_read(&theirs, odb, &id), 0);
        assert_true(err_ok(unpack_object(&u, &p, 0, pack_offset(&p, i), &ours)));
        assert_int_equal(ours->kind, git_odb_object_type(theirs));
        assert_int_equal(ours->size, git_odb_object_size(theirs));
        assert_memory_equal(ours->bytes, git_odb_object_data(theirs), ours->size);
        git_odb_object_free(theirs);
        object_drop(ours);
        unpack_end(&u);
        assert_true(u.cache.bytes <= cache);
    }
    uint8_t none[GIT_ID];
    for (unsigned byte = 0; byte < 256; byte++) {
        uint32_t at;
        memset(none, (int)byte, sizeof none);
        assert_false(pack_find(&p, none, &at));
    }
    pack_close(&p);
    git_odb_free(odb);
    git_repository_free(repo);
    (void)git_libgit2_shutdown();
    stop(&u, &limits);
}

static void every_object_is_what_libgit2_reads(void **state)
{
    static const char *const ways[] = {"git repack -adfq --depth=50",
                                       "git -c repack.useDeltaBaseOffset=false repack -adfq",
                                       "git repack -adfq --depth=250 --window=300"};
    (void)state;
    struct fixture f;
    make_packed(&f, "git repack -adfq");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        fixture_run(&f, ways[i]);
        fixture_run(&f, TAKE);
        compare_all(&f, 1 << 20);
        compare_all(&f, 4096); /* hardly anything fits */
        compare_all(&f, 0);
    }
    fixture_done(&f);
}

/* All objects of bytes that may be anything; how many could be read. */
static uint32_t read_what_is_there(str index, str data, struct unpacker *u)
{
    struct pack p;
    uint32_t read = 0;
    if (!err_ok(pack_view(index, data, &p))) {
        return 0;
    }
    for (uint32_t i = 0; i < p.count; i++) {
        struct object *o = NULL;
        if (err_ok(unpack_object(u, &p, 0, pack_offset(&p, i), &o))) {
            read++;
            object_drop(o);
            unpack_end(u);
        }
    }
    object_cache_done(&u->cache);
    return read;
}

static void damage_is_noticed_and_harms_nothing(void **state)
{
    static struct unpacker u;
    struct unpack_limits limits;
    struct fixture f;
    (void)state;
    make_packed(&f, "git repack -adfq");
    start(&u, &limits, 1 << 20);
    str index = file_bytes(&f, "p.idx"), data = file_bytes(&f, "p.pack");
    uint32_t all = read_what_is_there(index, data, &u);
    assert_true(all > 200);
    char *copy = mem_dup(data.p, data.n);
    uint64_t state64 = 1;
    unsigned noticed = 0;
    for (unsigned i = 0; i < 300; i++) {
        state64 = state64 * UINT64_C(6364136223846793005) + 1;
        size_t at = 12 + (state64 >> 33) % (data.n - 32);
        copy[at] = (char)(copy[at] ^ (1 << (i & 7)));
        noticed += read_what_is_there(index, str_n(copy, data.n), &u) < all;
        copy[at] = data.p[at];
    }
    /* What is not: the three bits of an object's kind, which no checksum covers that is looked at.
     */
    assert_true(noticed > 290);
    for (size_t n = 0; n < data.n; n += 997) {
        char *part = mem_dup(data.p, n); /* of its size, so that reading beyond is seen */
        assert_true(read_what_is_there(index, str_n(part, n), &u) < all);
        mem_free(part);
    }
    mem_free(copy);
    copy = mem_dup(index.p, index.n);
    for (size_t at = 0; at < index.n; at += 13) {
        copy[at] = (char)~copy[at];
        (void)read_what_is_there(str_n(copy, index.n), data, &u);
        copy[at] = index.p[at];
    }
    for (size_t n = 0; n < index.n; n += 101) {
        char *part = mem_dup(index.p, n);
        (void)read_what_is_there(str_n(part, n), data, &u);
        mem_free(part);
    }
    mem_free(copy);
    stop(&u, &limits);
    fixture_done(&f);
}

static void out_of_memory_is_an_error(void **state)
{
    static struct unpacker u;
    struct unpack_limits limits;
    struct fixture f;
    struct pack p;
    (void)state;
    make_packed(&f, "git repack -adfq");
    start(&u, &limits, 1 << 20);
    str index = file_bytes(&f, "p.idx"), data = file_bytes(&f, "p.pack");
    assert_true(err_ok(pack_view(index, data, &p)));
    for (uint32_t i = 0; i < p.count; i += 7) {
        for (long count = 0; count < 200; count++) {
            struct object *o = NULL;
            mem_fail_after(count);
            err e = unpack_object(&u, &p, 0, pack_offset(&p, i), &o);
            mem_fail_after(-1);
            object_cache_done(&u.cache);
            if (err_ok(e)) {
                object_drop(o);
                unpack_end(&u);
                break;
            }
            assert_int_equal(e.code, ERR_NO_MEMORY);
        }
    }
    stop(&u, &limits);
    fixture_done(&f);
}

static void what_unpacks_to_too_much_is_a_limit(void **state)
{
    static struct unpacker u;
    struct unpack_limits limits;
    struct fixture f;
    struct pack p;
    struct object *o = NULL;
    (void)state;
    fixture_make(&f, "head -c 30000000 /dev/zero > zeros; git add .; c 0 zeros; git repack -adfq; "
                     "cp .git/objects/pack/*.pack ../p.pack; cp .git/objects/pack/*.idx ../p.idx");
    start(&u, &limits, 1 << 20);
    str index = file_bytes(&f, "p.idx"), data = file_bytes(&f, "p.pack");
    assert_true(err_ok(pack_view(index, data, &p)));
    unsigned large = 0;
    for (uint32_t i = 0; i < p.count; i++) {
        err e = unpack_object(&u, &p, 0, pack_offset(&p, i), &o);
        if (err_ok(e)) {
            object_drop(o);
        } else {
            assert_int_equal(e.code, ERR_TOO_LARGE);
            large++;
        }
    }
    assert_int_equal(large, 1);
    object_cache_done(&u.cache);
    atomic_store(&limits.left, -1);
    assert_int_equal(unpack_object(&u, &p, 0, pack_offset(&p, 0), &o).code, ERR_TOO_LARGE);
    stop(&u, &limits);
    fixture_done(&f);
}

static void deltas_are_taken_by_their_letter(void **state)
{
    static const struct {
        const char *delta;
        size_t n;
        const char *result; /* NULL: refused */
    } rows[] = {
        {"\x0a\x03\x90\x03", 4, "012"},
        {"\x0a\x05\x91\x07\x03\x02zz", 8, "789zz"},
        {"\x0a\x02\x02zz", 5, "zz"},
        {"\x0a\x00", 2, ""},
        {"\x0a\x03\x90\x02", 4, NULL},     /* less than it says */
        {"\x0a\x03\x90\x04", 4, NULL},     /* more */
        {"\x0a\x03\x91\x09\x03", 5, NULL}, /* beyond the base */
        {"\x0a\x03\x91\x08", 4, NULL},     /* cut */
        {"\x0a\x03\x05zz", 5, NULL},       /* cut */
        {"\x0a\x03\x00", 3, NULL},         /* reserved */
        {"\x0a\x03\x9f\xff\xff\xff\xff\x03", 8, NULL},
        {"\x0b\x03\x90\x03", 4, NULL}, /* of another base */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x03", 11, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str base = STR("0123456789"), delta = str_n(rows[i].delta, rows[i].n);
        size_t base_size, size;
        char into[16];
        bool fine = delta_sizes(&delta, &base_size, &size) && base_size == base.n &&
                    size <= sizeof into && delta_apply(base, delta, into, size);
        assert_int_equal(fine, rows[i].result != NULL);
        if (fine) {
            assert_true(str_eq(str_n(into, size), str_c(rows[i].result)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_is_what_libgit2_reads),
        cmocka_unit_test(damage_is_noticed_and_harms_nothing),
        cmocka_unit_test(out_of_memory_is_an_error),
        cmocka_unit_test(what_unpacks_to_too_much_is_a_limit),
        cmocka_unit_test(deltas_are_taken_by_their_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
