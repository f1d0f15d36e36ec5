/* SPDX-License-Identifier: Apache-2.0 */
/* Borrowed byte strings: pointer and length, by value, not NUL-terminated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct str {
    const char *p;
    size_t n;
} str;

/* A str of a string literal. */
#define STR(literal) ((str){"" literal, sizeof(literal) - 1})
/* The same as a constant initialiser of static tables. */
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)((s).n > INT32_MAX ? INT32_MAX : (s).n), (s).n ? (s).p : ""

static const str STR_EMPTY = {"", 0};

/* Borrows a NUL-terminated string; NULL gives the empty string. */
static inline str str_c(const char *c) { return c ? (str){c, strlen(c)} : (str){"", 0}; }

/* Borrows n bytes at p. */
static inline str str_n(const char *p, size_t n) { return (str){p, n}; }

static inline bool str_empty(str s) { return s.n == 0; }

static inline bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Compares by bytes; like memcmp, the shorter first when one is a prefix of the other. */
int str_cmp(str a, str b);

/* Equal when ASCII letters are folded; other bytes must be the same. */
bool str_ieq(str a, str b);

bool str_starts(str s, str prefix);
bool str_istarts(str s, str prefix);
bool str_ends(str s, str suffix);

/* Gives the first offset of a byte or a needle at or after `from`, or SIZE_MAX. */
size_t str_find_byte(str s, char byte, size_t from);
size_t str_find(str s, str needle, size_t from);

/* Gives the bytes [from, to); both are clamped to the string. */
str str_slice(str s, size_t from, size_t to);

/* Removes ASCII space, tab, CR, LF at both ends. */
str str_trim(str s);

/* Takes the next field up to `separator` off the front of *rest. False when nothing is left; an
 * empty field between separators counts, one after a trailing separator does not. */
bool str_split(str *rest, char separator, str *ret_field);

/* Parses a whole decimal number without sign; false on empty, other bytes or overflow. */
bool str_u64(str s, uint64_t *ret);

/* Parses a whole decimal number with optional '-'. */
bool str_i64(str s, int64_t *ret);

/* True when s has a NUL, CR or LF or another control byte (below 0x20 except tab, and 0x7f). */
bool str_has_control(str s);

/* Folds an ASCII letter to lower case. */
static inline char str_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }
