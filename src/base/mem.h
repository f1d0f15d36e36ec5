/* SPDX-License-Identifier: Apache-2.0 */
/* The only door to the heap. Every function may fail; none aborts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Gives n zeroed bytes, or NULL. Free with mem_free. */
void *mem_alloc(size_t n) __attribute__((malloc, warn_unused_result));

/* Gives count * size zeroed bytes, or NULL also when the product overflows. */
void *mem_array(size_t count, size_t size) __attribute__((malloc, warn_unused_result));

/* Grows or shrinks; new bytes are not zeroed. NULL leaves `p` as it was. */
void *mem_resize(void *p, size_t n) __attribute__((warn_unused_result));

/* Gives a NUL-terminated copy of n bytes, or NULL. */
char *mem_dup(const char *p, size_t n) __attribute__((malloc, warn_unused_result));

/* Frees; NULL is fine. */
void mem_free(void *p);

/* Tests only: makes the allocation after `count` more ones fail, once; a negative count turns it
 * off. */
void mem_fail_after(long count);
