/* SPDX-License-Identifier: Apache-2.0 */
/* One pack of git objects with its index, read-only, whatever its bytes are (gitformat-pack(5)).
 * libgit2 reads the rest of a repository; packs are read here because its way of reading inflates
 * and rebuilds each link of a delta chain about twice. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { GIT_ID = 20 }; /* bytes of an object's name: SHA-1 */

/* As packs number them. */
enum object_kind {
    OBJECT_NONE,
    OBJECT_COMMIT,
    OBJECT_TREE,
    OBJECT_BLOB,
    OBJECT_TAG,
    OBJECT_OFFSET_DELTA = 6,
    OBJECT_NAME_DELTA
};

struct pack {
    const uint8_t *index, *data;
    size_t index_size, data_size;
    uint32_t count;
    const uint8_t *ids, *offsets, *far; /* parts of the index */
    uint32_t far_count;
    bool mapped;
};

/* Maps "….idx" and the pack beside it. CORRUPT, IO, NOT_IMPLEMENTED for another version. */
err pack_open(const char *index_path, struct pack *ret);
void pack_close(struct pack *p);
/* The same of bytes in memory, which are borrowed. */
err pack_view(str index, str data, struct pack *ret);

/* False when the pack does not have it. `ret` is its place in the index. */
bool pack_find(const struct pack *p, const uint8_t id[GIT_ID], uint32_t *ret);
/* Borrows the name at a place below p->count. */
const uint8_t *pack_id(const struct pack *p, uint32_t at);
/* Where in the pack the object at this place of the index begins; UINT64_MAX when nowhere. */
uint64_t pack_offset(const struct pack *p, uint32_t at);

/* What stands at the head of an object in the pack. */
struct pack_head {
    enum object_kind kind;
    uint64_t size; /* unpacked; of a delta: the delta's own */
    uint64_t base; /* offset of a delta's base */
    uint64_t body; /* offset of the deflated bytes */
};
/* CORRUPT. A base that the index names must be in the same pack. */
err pack_head_read(const struct pack *p, uint64_t offset, struct pack_head *ret);

/* Lets go of the memory that reading has filled; the bytes can be read again. */
void pack_trim(const struct pack *p);
