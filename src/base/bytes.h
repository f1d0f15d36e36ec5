/* SPDX-License-Identifier: Apache-2.0 */
/* Text forms of bytes: hex, base64 (RFC 4648 sections 4, 5, 8), base62. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/* Appends lower-case hex. */
void bytes_hex(struct buf *b, const void *p, size_t n);

/* Appends base64 with padding. */
void bytes_base64(struct buf *b, const void *p, size_t n);

/* Appends the URL-safe alphabet without padding. */
void bytes_base64url(struct buf *b, const void *p, size_t n);

/* Decodes base64 of either alphabet, padding optional, no other bytes; canonical (unused bits
 * zero). INVALID when it is not. The result lives in the arena. */
err bytes_unbase64(struct arena *a, str s, str *ret);

/* Decodes base64url as RFC 7515 section 2 has it: that alphabet only, no padding, canonical.
 * INVALID when it is not. */
err bytes_unbase64url(struct arena *a, str s, str *ret);

/* Decodes hex of even length; INVALID otherwise. */
err bytes_unhex(struct arena *a, str s, str *ret);

/* Value of a hex digit, or -1. */
int bytes_hex_digit(char c);

/* The 62 letters in the order digits, upper case, lower case. */
extern const char bytes_base62_letters[63];
