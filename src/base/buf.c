/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t max) { *b = (struct buf){.max = max}; }

void buf_done(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_wipe(struct buf *b)
{
    if (b->p) {
        explicit_bzero(b->p, b->capacity);
    }
    buf_done(b);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = ERR_OK;
}

char *buf_reserve(struct buf *b, size_t n)
{
    if (b->failed) {
        return NULL;
    }
    if (n > b->max - b->n) {
        b->failed = ERR_TOO_LARGE;
        return NULL;
    }
    size_t need = b->n + n + 1; /* room for the NUL of buf_c */
    if (need > b->capacity) {
        size_t capacity = b->capacity ? b->capacity * 2 : 128;
        capacity = capacity > b->max + 1 ? b->max + 1 : capacity;
        capacity = capacity < need ? need : capacity;
        char *p = mem_resize(b->p, capacity);
        if (!p) {
            b->failed = ERR_NO_MEMORY;
            return NULL;
        }
        b->p = p;
        b->capacity = capacity;
    }
    return b->p + b->n;
}

void buf_commit(struct buf *b, size_t n) { b->n += n; }

void buf_add(struct buf *b, str s)
{
    if (s.n == 0) {
        return;
    }
    char *at = buf_reserve(b, s.n);
    if (at) {
        memcpy(at, s.p, s.n);
        b->n += s.n;
    }
}

void buf_add_c(struct buf *b, const char *c) { buf_add(b, str_c(c)); }

void buf_add_byte(struct buf *b, char byte) { buf_add(b, (str){&byte, 1}); }

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *at = n < 0 ? NULL : buf_reserve(b, (size_t)n);
    if (at) {
        (void)vsnprintf(at, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_consume(struct buf *b, size_t n)
{
    if (n >= b->n) {
        b->n = 0;
        return;
    }
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

const char *buf_c(struct buf *b)
{
    if (!buf_reserve(b, 0)) {
        return NULL;
    }
    b->p[b->n] = '\0';
    return b->p;
}

err buf_err(const struct buf *b)
{
    if (b->failed == ERR_TOO_LARGE) {
        return err_new(ERR_TOO_LARGE, "a buffer reached its limit");
    }
    return b->failed ? err_new(b->failed, "out of memory") : ERR_NONE;
}
