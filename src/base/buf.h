/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer with a named ceiling and a sticky error: add all, test once. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct buf {
    char *p;
    size_t n, capacity, max;
    enum err_code
        failed; /* ERR_OK, ERR_TOO_LARGE or ERR_NO_MEMORY; adding does nothing afterwards */
};

/* Starts an empty buffer of at most `max` bytes; takes no memory yet. */
void buf_init(struct buf *b, size_t max);

/* Frees the bytes; the buffer may be used again with the same ceiling. */
void buf_done(struct buf *b);

/* Frees the bytes after wiping them. */
void buf_wipe(struct buf *b);

/* Forgets the content and the error, keeps the memory. */
void buf_clear(struct buf *b);

void buf_add(struct buf *b, str s);
void buf_add_c(struct buf *b, const char *c);
void buf_add_byte(struct buf *b, char byte);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for n more bytes and gives where to write them, or NULL; commit with buf_commit. */
char *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);

/* Removes the first n bytes. */
void buf_consume(struct buf *b, size_t n);

/* Borrows the content; valid until the next change. */
static inline str buf_str(const struct buf *b) { return (str){b->p ? b->p : "", b->n}; }

/* Gives the content NUL-terminated (the NUL is not counted), or NULL when the buffer failed. */
const char *buf_c(struct buf *b);

/* The sticky error as a value. */
err buf_err(const struct buf *b);
