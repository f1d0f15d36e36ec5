/* SPDX-License-Identifier: Apache-2.0 */
/* All objects of a repository by small numbers: those in packs (also of alternates) by their place
 * there, others through libgit2. */
#pragma once

#include "scan/git_repo.h"
#include "scan/git_unpack.h"

enum {
    GIT_PACKS_MAX = 1024,
    GIT_ALTERNATES_MAX = 32,
    GIT_LOOSE_MAX = 1000000, /* objects outside of packs, missing ones counted */
    GIT_NUMBERS_MAX = 12000000
};
#define GIT_UNPACKED_MIN (INT64_C(8) << 30) /* bytes that may be unpacked, and beyond it … */
#define GIT_UNPACKED_RATIO 1000             /* … for each byte of packs */
#define GIT_NO_NUMBER UINT32_MAX

struct git_store {
    git_odb *odb;
    struct pack *packs;
    uint32_t *firsts; /* number of each pack's first object */
    uint32_t pack_count, packed;
    uint8_t *loose; /* names of the objects outside */
    uint32_t loose_count, loose_capacity;
    uint32_t *table; /* open addressing over them: index + 1 */
    size_t table_size;
    size_t touched; /* look-ups since the indexes were let go */
    struct unpack_limits limits;
    bool partial; /* a promisor pack: what is missing was never fetched */
};

/* Opens what can be read; the rest goes to scan_problem. NO_MEMORY. */
err git_store_open(struct scan *s, git_repository *repo, struct git_store *ret);
void git_store_close(struct git_store *store);

/* The number of an object that is there or not; GIT_NO_NUMBER when there are too many. One thread's
 * at a time, while nobody reads. */
uint32_t git_store_number(struct git_store *store, const uint8_t id[GIT_ID]);
/* As git_store_number, but makes no new one. */
uint32_t git_store_find(struct git_store *store, const uint8_t id[GIT_ID]);
uint32_t git_store_count(const struct git_store *store);
/* Borrows the name until the next git_store_number. */
const uint8_t *git_store_id(const struct git_store *store, uint32_t number);
/* The pack that has the object; NULL: none. */
const struct pack *git_store_pack(const struct git_store *store, uint32_t number,
                                  uint32_t *ret_pack, uint32_t *ret_at);

/* As unpack_object. NOT_FOUND. */
err git_store_read(const struct git_store *store, struct unpacker *u, uint32_t number,
                   struct object **ret);
/* As unpack_pieces. */
err git_store_pieces(const struct git_store *store, struct unpacker *u, uint32_t number,
                     unpack_piece_fn fn, void *user);
