/* SPDX-License-Identifier: Apache-2.0 */
/* Text to words with their places in bytes: the lowest step of know/tokens, no folding, no
 * language. */
#pragma once

#include "base/str.h"

enum know_script {
    KNOW_SCRIPT_LATIN, /* and everything that is not named below */
    KNOW_SCRIPT_CYRILLIC,
    KNOW_SCRIPT_GREEK,
    KNOW_SCRIPT_ARABIC,
    KNOW_SCRIPT_UNSPACED, /* written without spaces: Han, Kana, Hangul, Thai, Lao, Khmer, Burmese */
};

enum { KNOW_PIECES_MAX = 8 };

/* A run of letters and digits; `joiner` is the ASCII mark that ties it to the piece before, or 0.
 */
struct know_piece {
    str text;
    enum know_script script;
    char joiner; /* one of _ . - ' and , or 0 for the first */
    bool digits; /* ASCII digits only */
    bool ascii;
    bool capital; /* starts with a capital letter */
};

/* What stands between two spaces: "don't", "pg_dump", "15.2", "open-source"; at most
 * KNOW_PIECES_MAX pieces. */
struct know_chunk {
    struct know_piece pieces[KNOW_PIECES_MAX];
    size_t count;
    str text;   /* from the first byte of the first piece to the last of the last */
    bool opens; /* a sentence, line or paragraph ended before it */
};

/* Takes the next chunk off *rest. False at the end. Malformed UTF-8 and NUL part words. */
bool know_chunk_next(str *rest, struct know_chunk *ret);

/* True for letters, digits and combining marks of any script. */
bool know_is_word(uint32_t code);
