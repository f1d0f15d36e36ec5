/* SPDX-License-Identifier: Apache-2.0 */
/* Words to one form: case folded, compatibility forms resolved, accents kept or removed. */
#pragma once

#include "base/str.h"
#include "know/words.h"

enum { KNOW_WORD_BYTES = 96, KNOW_WORD_CODES = 40 };

/* A folded word: valid UTF-8, at most KNOW_WORD_BYTES - 1 bytes, NUL-terminated. */
struct know_folded {
    char plain[KNOW_WORD_BYTES]; /* case folded, accents kept (what stemmers expect) */
    char bare[KNOW_WORD_BYTES];  /* accents removed where they only colour a letter */
    char spelt[KNOW_WORD_BYTES]; /* umlauts spelt out (mueller), empty when there are none */
    size_t plain_n, bare_n, spelt_n;
};

/* Folds one piece; anything beyond KNOW_WORD_CODES characters is dropped. Marks of Latin, Greek,
 * Cyrillic, Hebrew and Arabic are removed in `bare`, those of scripts where they are letters
 * (Devanagari, Kana) stay. */
void know_fold(const struct know_piece *piece, struct know_folded *ret);
