/* SPDX-License-Identifier: Apache-2.0 */
/* Git objects and packs. The first byte says what the rest is: 'i' an index and a pack (two bytes:
 * the index's length), 'o' objects and deltas that are packed rightly, 'd' a base and a delta, 't'
 * a tree, 'c' a commit, 'w' objects of a repository whose first one is at HEAD, read as a history.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/mem.h"
#include "scan/git_history.h"
#include "scan/scan_private.h"
#include "scan/sources.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OBJECTS_MAX = 64, PACK_MAX = 1 << 20, UNPACKED_MAX = 64 << 20 };

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* ── a pack of what the input says ── */

struct made {
    struct buf pack, index;
    uint32_t offsets[OBJECTS_MAX];
    unsigned count;
};

static void add_u32(struct buf *b, uint32_t n)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        buf_add_byte(b, (char)(n >> shift & 0xff));
    }
}

/* kind (3 bits) and, of a delta, which object before is its base (5 bits); two bytes of length;
 * bytes. */
static bool add_object(struct made *m, str *rest)
{
    static uint8_t packed[PACK_MAX];
    if (rest->n < 3 || m->count == OBJECTS_MAX) {
        return false;
    }
    unsigned kind = (uint8_t)rest->p[0] & 7, base = (uint8_t)rest->p[0] >> 3;
    size_t n = (size_t)(uint8_t)rest->p[1] << 8 | (uint8_t)rest->p[2];
    str bytes = str_slice(*rest, 3, 3 + n);
    *rest = str_slice(*rest, 3 + n, rest->n);
    uint32_t at = m->offsets[m->count] = (uint32_t)m->pack.n;
    size_t size = bytes.n;
    uint8_t head = (uint8_t)(kind << 4 | (size & 15));
    for (size >>= 4; size; size >>= 7) {
        buf_add_byte(&m->pack, (char)(head | 0x80));
        head = size & 0x7f;
    }
    buf_add_byte(&m->pack, (char)head);
    if (kind == OBJECT_OFFSET_DELTA) {
        uint32_t distance = m->count ? at - m->offsets[base % m->count] : 1;
        if (distance >= 128) {
            buf_add_byte(&m->pack, (char)(((distance >> 7) - 1) | 0x80));
        }
        buf_add_byte(&m->pack, (char)(distance & 0x7f));
    } else if (kind == OBJECT_NAME_DELTA) {
        for (unsigned i = 0; i < GIT_ID; i++) {
            buf_add_byte(&m->pack, (char)(base + 1));
        }
    }
    uLongf out = sizeof packed;
    check(compress2(packed, &out, (const Bytef *)bytes.p, bytes.n, 1) == Z_OK);
    buf_add(&m->pack, str_n((const char *)packed, out));
    m->count++;
    return true;
}

/* The object numbered i is named by twenty bytes i + 1, so that inputs can name each other. */
static void make(struct made *m, str input)
{
    m->count = 0;
    buf_init(&m->pack, 8 << 20);
    buf_init(&m->index, 1 << 20);
    buf_add(&m->pack, str_n("PACK\0\0\0\2\0\0\0\0", 12));
    while (add_object(m, &input)) {
    }
    buf_add(&m->pack, str_n("00000000000000000000", GIT_ID));
    buf_add(&m->index, str_n("\377tOc\0\0\0\2", 8));
    for (unsigned byte = 0; byte < 256; byte++) {
        add_u32(&m->index, byte < m->count ? byte : m->count);
    }
    for (unsigned i = 0; i < m->count * GIT_ID; i++) {
        buf_add_byte(&m->index, (char)(i / GIT_ID + 1));
    }
    for (unsigned i = 0; i < m->count; i++) {
        add_u32(&m->index, 0);
    }
    for (unsigned i = 0; i < m->count; i++) {
        add_u32(&m->index, m->offsets[i]);
    }
    buf_add(&m->index, str_n("0000000000000000000000000000000000000000", 2 * GIT_ID));
}

static void made_done(struct made *m)
{
    buf_done(&m->pack);
    buf_done(&m->index);
}

/* ── reading ── */

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

/* ── a whole repository ── */

static void write_file(const char *folder, const char *name, str bytes)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n && close(fd) == 0);
}

static const char *repository(void)
{
    static char folder[64];
    static const char *const folders[] = {"objects", "objects/pack", "refs", "refs/heads"};
    char path[128];
    if (!folder[0]) {
        (void)snprintf(folder, sizeof folder, "/dev/shm/doorward-fuzz-XXXXXX");
        check(mkdtemp(folder) != NULL);
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
            (void)snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
            check(mkdir(path, 0700) == 0);
        }
        write_file(folder, "HEAD", STR("ref: refs/heads/main\n"));
        write_file(folder, "config", STR("[core]\nrepositoryformatversion = 0\nbare = true\n"));
        write_file(folder, "refs/heads/main", STR("0101010101010101010101010101010101010101\n"));
        write_file(folder, "refs/heads/b", STR("0202020202020202020202020202020202020202\n"));
    }
    return folder;
}

static void try_history(const struct made *m)
{
    static struct scanner *scanner;
    const char *folder = repository();
    struct arena keep;
    const struct scan_options options = {.input_fd = -1, .jobs = 1, .dangling = true};
    struct scan s = {.options = &options, .keep = &keep};
    write_file(folder, "objects/pack/pack-1.pack", buf_str(&m->pack));
    write_file(folder, "objects/pack/pack-1.idx", buf_str(&m->index));
    arena_init(&keep, 16 << 20);
    check(scanner || err_ok(scanner_new(STR_EMPTY, &scanner)));
    s.scanner = scanner;
    check(err_ok(findings_new(&s.findings)) && err_ok(scan_problems_new(&s.problems)));
    (void)err_ok(source_history(&s, str_c(folder)));
    check(err_ok(findings_finish(s.findings, STR("key"))));
    findings_free(s.findings);
    scan_problems_free(s.problems);
    arena_done(&keep);
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
    case 'w':
        make(&made, rest);
        try_pack(buf_str(&made.index), buf_str(&made.pack));
        if (data[0] == 'w') {
            try_history(&made);
        }
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
