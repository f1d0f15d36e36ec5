/* SPDX-License-Identifier: Apache-2.0 */
/* Objects out of packs: inflates, applies deltas, keeps what is a base of the next ones. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

#include "scan/git_cache.h"

enum {
    GIT_CHAIN_MAX = 4096,     /* deltas upon deltas, as git has it at most */
    GIT_WHOLE_MAX = 24 << 20, /* bytes of an object, and of a delta, in memory */
    GIT_LARGE = 1 << 20,      /* objects above it are one thread's at a time */
    GIT_PIECE = 256 << 10,    /* of an object that is read in pieces */
};

/* What all threads share. */
struct unpack_limits {
    atomic_int_fast64_t left; /* bytes that may still be unpacked */
    pthread_mutex_t large;
};

struct unpacker {
    struct unpack_limits *limits;
    struct object_cache cache;
    z_stream z;
    uint8_t *delta;
    size_t delta_capacity;
    uint64_t links[GIT_CHAIN_MAX];
    bool is_large; /* this thread has limits->large */
};

/* `cache_max` in bytes. NO_MEMORY. */
err unpacker_init(struct unpacker *u, struct unpack_limits *limits, size_t cache_max);
void unpacker_done(struct unpacker *u);

/* Gives the object at an offset of the pack; `pack` numbers the pack in the cache. Let it go with
 * object_drop, then tell with unpack_end. CORRUPT; TOO_LARGE: a limit; NO_MEMORY. */
err unpack_object(struct unpacker *u, const struct pack *p, uint32_t pack, uint64_t offset,
                  struct object **ret);
/* Ends the use of objects, before waiting for anything. */
void unpack_end(struct unpacker *u);

/* Gives an object that is no delta piece by piece, whatever its size. */
typedef void (*unpack_piece_fn)(void *user, str piece);
err unpack_pieces(struct unpacker *u, const struct pack *p, uint64_t offset, unpack_piece_fn fn,
                  void *user);

/* The size that a delta gives: of the base in *ret_base, of the result in *ret_size. False when it
 * is none. *delta is moved behind them. */
bool delta_sizes(str *delta, size_t *ret_base, size_t *ret_size);
/* Rebuilds into `to`, which has room for `size`. False when the delta does not fit. */
bool delta_apply(str base, str delta, char *to, size_t size);
