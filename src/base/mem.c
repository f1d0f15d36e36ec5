/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_long fail_after = -1;

static bool must_fail(void)
{
    if (atomic_load_explicit(&fail_after, memory_order_relaxed) < 0) {
        return false;
    }
    return atomic_fetch_sub(&fail_after, 1) == 0;
}

void *mem_alloc(size_t n) { return must_fail() ? NULL : calloc(1, n ? n : 1); }

void *mem_array(size_t count, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n)) {
        return NULL;
    }
    return mem_alloc(n);
}

void *mem_resize(void *p, size_t n) { return must_fail() ? NULL : realloc(p, n ? n : 1); }

char *mem_dup(const char *p, size_t n)
{
    char *copy = mem_alloc(n + 1);
    if (copy && n) {
        memcpy(copy, p, n);
    }
    return copy;
}

void mem_free(void *p) { free(p); }

void mem_fail_after(long count) { atomic_store(&fail_after, count); }
