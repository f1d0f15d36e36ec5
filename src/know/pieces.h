/* SPDX-License-Identifier: Apache-2.0 */
/* Measures text in words of any script and takes pieces off it at the best place: line, sentence,
 * word. */
#pragma once

#include "base/str.h"

/* Size in half words: a word counts two, a CJK character one, a word of more than 24 bytes one more
 * per 12 bytes. */
size_t pieces_size(str text);

enum pieces_start { PIECES_PARAGRAPH, PIECES_LINE, PIECES_SENTENCE };

struct piece {
    str text;
    size_t size;             /* half words */
    enum pieces_start start; /* what parts it from the piece before */
};

struct pieces {
    str rest; /* of the paragraph */
    enum pieces_start next;
};

/* Takes the next piece of at most `max` half words off a paragraph. False at its end. */
bool pieces_next(struct pieces *p, size_t max, struct piece *ret);
