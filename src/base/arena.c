/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

enum { BLOCK_BYTES = 4096 };

struct arena_block {
    struct arena_block *next;
    alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *a, size_t max) { *a = (struct arena){.max = max}; }

void arena_done(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *block = a->blocks;
        a->blocks = block->next;
        mem_free(block);
    }
    *a = (struct arena){.max = a->max};
}

void arena_reset(struct arena *a)
{
    while (a->blocks && a->blocks->next) {
        struct arena_block *block = a->blocks;
        a->blocks = block->next;
        mem_free(block);
        a->at = NULL;
    }
    struct arena_block *first = a->blocks;
    if (!first || a->used > BLOCK_BYTES || !a->at) {
        arena_done(a); /* a first block of another size, or one whose used part is not known */
        return;
    }
    memset(first->bytes, 0, (size_t)(a->at - first->bytes));
    a->at = first->bytes;
}

static bool arena_grow(struct arena *a, size_t n)
{
    size_t bytes = BLOCK_BYTES - sizeof(struct arena_block);
    if (a->used > BLOCK_BYTES * 4) {
        bytes = BLOCK_BYTES * 8 - sizeof(struct arena_block);
    }
    bytes = n > bytes ? n : bytes;
    size_t total = bytes + sizeof(struct arena_block);
    if (total < n || total > a->max - a->used) {
        total = n + sizeof(struct arena_block);
        bytes = n;
        if (total < n || total > a->max - a->used) {
            return false;
        }
    }
    struct arena_block *block = mem_alloc(total);
    if (!block) {
        return false;
    }
    block->next = a->blocks;
    a->blocks = block;
    a->at = block->bytes;
    a->end = block->bytes + bytes;
    __atomic_store_n(&a->used, a->used + total, __ATOMIC_RELAXED); /* see arena_used */
    return true;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t aligned = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (aligned < n) {
        return NULL;
    }
    aligned = aligned ? aligned : alignof(max_align_t);
    if ((size_t)(a->end - a->at) < aligned && !arena_grow(a, aligned)) {
        return NULL;
    }
    void *p = a->at;
    a->at += aligned;
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n;
    return __builtin_mul_overflow(count, size, &n) ? NULL : arena_alloc(a, n);
}

str arena_str(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (!p) {
        return (str){NULL, 0};
    }
    if (s.n) {
        memcpy(p, s.p, s.n);
    }
    return (str){p, s.n};
}

str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (p) {
        (void)vsnprintf(p, (size_t)n + 1, format, again);
    }
    va_end(again);
    return (str){p, p ? (size_t)n : 0};
}

size_t arena_used(const struct arena *a) { return __atomic_load_n(&a->used, __ATOMIC_RELAXED); }
