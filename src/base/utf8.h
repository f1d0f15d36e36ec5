/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#pragma once

#include <stdint.h>

#include "base/buf.h"

/* Takes the next code point off the front of *s. False at the end; malformed bytes give U+FFFD, one
 * a call for each maximal ill-formed part (Unicode 15, section 3.9). */
bool utf8_next(str *s, uint32_t *ret);

bool utf8_valid(str s);

/* Number of code points (malformed parts count one each). */
size_t utf8_count(str s);

/* Appends one code point; surrogates and values above U+10FFFF become U+FFFD. */
void utf8_add(struct buf *b, uint32_t code);

/* True for characters that are not seen but hide or reorder what is: zero width, line and paragraph
 * separators, embeddings, overrides and isolates of direction, byte order mark. */
bool utf8_is_hidden(uint32_t code);

/* Appends one code point as text of HTML or XML: & < > " ' become references. */
void utf8_add_markup(struct buf *b, uint32_t code);

/* Gives the longest prefix of at most n bytes that does not cut a character. */
str utf8_cut(str s, size_t n);

/* Gives how many bytes at the end of s are the start of a character that is not complete (0 to 3).
 */
size_t utf8_tail(str s);
