/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that lives as long as one piece of work (a request, a document), with a hard cap. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    char *at, *end;
    size_t used, max; /* bytes taken from the heap, and how many may be */
};

enum { ARENA_REQUEST_MAX = 8 << 20 };

/* Starts an empty arena that takes at most `max` bytes from the heap; takes none yet. */
void arena_init(struct arena *a, size_t max);

/* Frees everything that came from the arena; it may be used again afterwards. */
void arena_done(struct arena *a);

/* Forgets everything that came from the arena but keeps its first block, so that the next piece of
 * work of the usual size takes nothing from the heap. */
void arena_reset(struct arena *a);

/* Bytes taken from the heap so far. Also from a thread that does not own the arena, while the owner
 * works on: then it may be a little old. */
size_t arena_used(const struct arena *a);

/* Gives n zeroed bytes aligned for any type, or NULL when the cap or the heap is exhausted. */
void *arena_alloc(struct arena *a, size_t n);

/* Gives a zeroed array, or NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* Copies s and adds a NUL that the length does not count; p is NULL when memory ran out. */
str arena_str(struct arena *a, str s);

/* Formats like printf into the arena, NUL-terminated; p is NULL when memory ran out. */
str arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
