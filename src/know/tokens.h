/* SPDX-License-Identifier: Apache-2.0 */
/* One way from text to index terms, the same for documents and questions: Unicode-folded words,
 * accents removed, stemmed where the language is known, scripts without spaces as overlapping
 * pairs. A term has only a-z, 0-9, "_" and non-ASCII bytes. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { KNOW_TERM_BYTES = 64 };

/* Turns text into space-separated terms as the store's index takes them. A "." between spaces marks
 * where a sentence or line ended; it is no term and the index must not see one in it. TOO_LARGE
 * above 64 MB of terms. */
err know_index_text(struct arena *a, str text, str *ret);

enum know_term_kind {
    KNOW_TERM_WORD,
    KNOW_TERM_FORM,  /* another form of the term before (unstemmed, umlauts spelt out), at the same
                        place */
    KNOW_TERM_WHOLE, /* the words that follow written as one: "opensource" of "open-source" */
    KNOW_TERM_PART,  /* a word inside the identifier before: "dump" of "pg_dump" */
};

struct know_term {
    str text;    /* index term */
    str surface; /* the word as typed, folded but not stemmed */
    bool stop;   /* a function word */
    bool opens;  /* a sentence or line ended before it */
    enum know_term_kind kind;
    uint32_t place; /* position in the text, for phrases and proximity */
};

/* Terms of a question or sentence in order, at most `max`. The same terms as know_index_text gives.
 * NO_MEMORY. */
err know_terms(struct arena *a, str text, size_t max, struct know_term **ret, size_t *ret_count);
