/* SPDX-License-Identifier: Apache-2.0 */
/* Finds personal data and secrets at one place of a text. Each detector looks at a bounded number
 * of bytes, so that a scan over a text is linear. Private to guard/. */
#pragma once

#include "base/str.h"

struct span {
    size_t from, to;
};

/* What the words before a place say about what follows. */
enum detect_hint {
    DETECT_HINT_NONE,
    DETECT_HINT_PHONE,    /* "tel.", "call me at" */
    DETECT_HINT_NUMBER,   /* "order no.", "invoice": a number that is nobody's */
    DETECT_HINT_VERSION,  /* "version", "release" */
    DETECT_HINT_NATIONAL, /* "social security number" */
};

/* Reads at most four words back from `at`, passing fillers such as "is" and "my". */
enum detect_hint detect_hint(str text, size_t at);

/* True when s[at] begins a word: nothing, or no ASCII letter, digit or "_" before it. */
bool detect_boundary(str s, size_t at);

static inline bool detect_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool detect_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
static inline bool detect_alnum(char c) { return detect_digit(c) || detect_letter(c); }

/* text[at] is "@": an addr-spec around it; nothing before `floor` belongs to it. */
bool detect_email(str text, size_t at, size_t floor, struct span *ret);

/* An IBAN (ISO 13616) that begins at `at`, with or without spaces, checked by mod 97. */
bool detect_iban(str text, size_t at, struct span *ret);

/* An IPv4 or IPv6 address that begins at `at`. */
bool detect_address(str text, size_t at, struct span *ret);

/* An API key, JWT, private key or a token of ours that begins at `at`. */
bool detect_secret(str text, size_t at, struct span *ret);

/* A payment card, phone or national number in the digits that begin at `at`; *ret_kind is a bit of
 * guard_found. */
bool detect_number(str text, size_t at, struct span *ret, unsigned *ret_kind);
