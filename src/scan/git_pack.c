/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_pack.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum {
    INDEX_HEAD = 8 + 256 * 4, /* magic, version, fan-out */
    INDEX_ROW = GIT_ID + 4 + 4,
    INDEX_TAIL = 2 * GIT_ID,
    PACK_HEAD = 12,
    PACK_TAIL = GIT_ID,
    PACK_PATH_MAX = 4096,
    NEAR = 32
};

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t get_u64(const uint8_t *p) { return (uint64_t)get_u32(p) << 32 | get_u32(p + 4); }

static uint32_t fan_out(const struct pack *p, unsigned byte)
{
    return get_u32(p->index + 8 + byte * 4);
}

static err check_pack(const struct pack *p)
{
    if (p->data_size < PACK_HEAD + PACK_TAIL || memcmp(p->data, "PACK", 4) != 0) {
        return err_new(ERR_CORRUPT, "the git pack is damaged");
    }
    uint32_t version = get_u32(p->data + 4);
    if (version != 2 && version != 3) {
        return err_new(ERR_NOT_IMPLEMENTED, "the git pack is of an unknown version");
    }
    return ERR_NONE;
}

static err check_index(struct pack *p)
{
    if (p->index_size < 8 || memcmp(p->index, "\377tOc\0\0\0\2", 8) != 0) {
        return err_new(ERR_NOT_IMPLEMENTED, "the git pack's index is of an unknown version");
    }
    if (p->index_size < INDEX_HEAD + INDEX_TAIL) {
        return err_new(ERR_CORRUPT, "the git pack's index is damaged");
    }
    for (unsigned byte = 1; byte < 256; byte++) {
        if (fan_out(p, byte) < fan_out(p, byte - 1)) {
            return err_new(ERR_CORRUPT, "the git pack's index is damaged");
        }
    }
    size_t rows = p->index_size - INDEX_HEAD - INDEX_TAIL;
    p->count = fan_out(p, 255);
    if (p->count > rows / INDEX_ROW) {
        return err_new(ERR_CORRUPT, "the git pack's index is damaged");
    }
    p->ids = p->index + INDEX_HEAD;
    p->offsets = p->ids + (size_t)p->count * (GIT_ID + 4);
    p->far = p->offsets + (size_t)p->count * 4;
    size_t far = (rows - (size_t)p->count * INDEX_ROW) / 8;
    p->far_count = far > UINT32_MAX ? UINT32_MAX : (uint32_t)far;
    return ERR_NONE;
}

err pack_view(str index, str data, struct pack *ret)
{
    struct pack p = {.index = (const uint8_t *)index.p,
                     .data = (const uint8_t *)data.p,
                     .index_size = index.n,
                     .data_size = data.n};
    err e = check_index(&p);
    e = err_ok(e) ? check_pack(&p) : e;
    if (err_ok(e)) {
        *ret = p;
    }
    return e;
}

static err map_file(const char *path, str *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return err_new(ERR_IO, "the git pack cannot be read");
    }
    struct stat st;
    void *at = MAP_FAILED;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    }
    (void)close(fd);
    if (at == MAP_FAILED) {
        return err_new(ERR_IO, "the git pack cannot be read");
    }
    *ret = str_n(at, (size_t)st.st_size);
    return ERR_NONE;
}

static void unmap(str s) { (void)munmap((void *)(uintptr_t)s.p, s.n); }

err pack_open(const char *index_path, struct pack *ret)
{
    str index, data, path = str_c(index_path);
    char name[PACK_PATH_MAX + 8];
    if (path.n < 4 || path.n > PACK_PATH_MAX || !str_ends(path, STR(".idx"))) {
        return err_new(ERR_INVALID, "no index of a git pack");
    }
    memcpy(name, path.p, path.n - 4);
    memcpy(name + path.n - 4, ".pack", 6);
    err e = map_file(index_path, &index);
    if (!err_ok(e)) {
        return e;
    }
    e = map_file(name, &data);
    if (!err_ok(e)) {
        unmap(index);
        return e;
    }
    e = pack_view(index, data, ret);
    if (!err_ok(e)) {
        unmap(index);
        unmap(data);
        return e;
    }
    ret->mapped = true;
    return ERR_NONE;
}

void pack_close(struct pack *p)
{
    if (p->mapped) {
        unmap(str_n((const char *)p->index, p->index_size));
        unmap(str_n((const char *)p->data, p->data_size));
    }
    *p = (struct pack){0};
}

const uint8_t *pack_id(const struct pack *p, uint32_t at) { return p->ids + (size_t)at * GIT_ID; }

/* Names are digests and so spread evenly: where one should stand is known nearly. Two looks there,
 * then halves, since a hostile index spreads as it likes. */
static uint32_t next_look(unsigned step, const uint8_t *id, uint32_t low, uint32_t high,
                          uint32_t last, bool before)
{
    if (step == 0) {
        return low + (uint32_t)((uint64_t)get_u32(id + 1) * (high - low) >> 32);
    }
    if (step == 1 && before) {
        return last - low > NEAR ? last - NEAR : low;
    }
    if (step == 1) {
        return high - last > NEAR ? last + NEAR : high - 1;
    }
    return low + (high - low) / 2;
}

bool pack_find(const struct pack *p, const uint8_t id[GIT_ID], uint32_t *ret)
{
    if (p->count == 0) {
        return false;
    }
    uint32_t low = id[0] ? fan_out(p, id[0] - 1u) : 0, high = fan_out(p, id[0]), at = low;
    int order = 0;
    for (unsigned step = 0; low < high; step++) {
        at = next_look(step, id, low, high, at, order < 0);
        order = memcmp(id, pack_id(p, at), GIT_ID);
        if (order == 0) {
            *ret = at;
            return true;
        }
        if (order < 0) {
            high = at;
        } else {
            low = at + 1;
        }
    }
    return false;
}

uint64_t pack_offset(const struct pack *p, uint32_t at)
{
    uint32_t near = get_u32(p->offsets + (size_t)at * 4);
    uint64_t offset = near;
    if (near & 0x80000000u) {
        near &= 0x7fffffffu;
        if (near >= p->far_count) {
            return UINT64_MAX;
        }
        offset = get_u64(p->far + (size_t)near * 8);
    }
    return offset >= PACK_HEAD && offset < p->data_size - PACK_TAIL ? offset : UINT64_MAX;
}

/* The offset to a base: big-endian groups of 7 bits, each but the last one counted up by one. */
static bool read_distance(const struct pack *p, uint64_t *at, uint64_t end, uint64_t *ret)
{
    uint64_t distance = 0;
    for (unsigned i = 0; i < 9 && *at < end; i++) {
        uint8_t byte = p->data[(*at)++];
        distance = (i ? distance + 1 : 0) << 7 | (byte & 0x7f);
        if (!(byte & 0x80)) {
            *ret = distance;
            return true;
        }
    }
    return false;
}

static bool read_base(const struct pack *p, uint64_t offset, uint64_t end, struct pack_head *h)
{
    uint64_t distance;
    uint32_t at;
    switch ((int)h->kind) {
    case OBJECT_OFFSET_DELTA:
        if (!read_distance(p, &h->body, end, &distance) || distance == 0 ||
            distance > offset - PACK_HEAD) {
            return false;
        }
        h->base = offset - distance;
        return true;
    case OBJECT_NAME_DELTA:
        if (end - h->body < GIT_ID || !pack_find(p, p->data + h->body, &at)) {
            return false;
        }
        h->body += GIT_ID;
        h->base = pack_offset(p, at);
        return h->base != UINT64_MAX && h->base != offset;
    default:
        return h->kind >= OBJECT_COMMIT && h->kind <= OBJECT_TAG;
    }
}

err pack_head_read(const struct pack *p, uint64_t offset, struct pack_head *ret)
{
    uint64_t end = p->data_size - PACK_TAIL, at = offset;
    if (offset < PACK_HEAD || offset >= end) {
        return err_new(ERR_CORRUPT, "the git pack is damaged");
    }
    uint8_t byte = p->data[at++];
    struct pack_head h = {.kind = (enum object_kind)(byte >> 4 & 7), .size = byte & 15};
    for (unsigned shift = 4; byte & 0x80; shift += 7) {
        if (at == end || shift > 53) {
            return err_new(ERR_CORRUPT, "the git pack is damaged");
        }
        byte = p->data[at++];
        h.size |= (uint64_t)(byte & 0x7f) << shift;
    }
    h.body = at;
    if (!read_base(p, offset, end, &h) || h.body >= end) {
        return err_new(ERR_CORRUPT, "the git pack is damaged");
    }
    *ret = h;
    return ERR_NONE;
}

void pack_trim(const struct pack *p)
{
    if (p->mapped) {
        (void)madvise((void *)(uintptr_t)p->index, p->index_size, MADV_DONTNEED);
        (void)madvise((void *)(uintptr_t)p->data, p->data_size, MADV_DONTNEED);
    }
}
