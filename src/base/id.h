/* SPDX-License-Identifier: Apache-2.0 */
/* Identifiers shown to clients: random UUIDs in lower-case text (RFC 9562). */
#pragma once

#include "base/str.h"

typedef struct id {
    char c[37]; /* NUL-terminated; empty text means none */
} id;

/* Version 4: 122 random bits. */
id id_random(void);

/* Version 4 of 16 random bytes that the caller drew (many at once). */
id id_of_random(const unsigned char random[16]);

/* Version 7: milliseconds first, so that later ids sort after earlier ones; 74 random bits. */
id id_ordered(void);

/* Reads exactly the 36-character form, upper or lower case; false on anything else. */
bool id_parse(str s, id *ret);

static inline str id_str(const id *i) { return str_c(i->c); }
static inline bool id_eq(const id *a, const id *b) { return str_eq(id_str(a), id_str(b)); }
static inline bool id_none(const id *i) { return i->c[0] == '\0'; }
