/* SPDX-License-Identifier: Apache-2.0 */
/* One way from text to index terms, the same for documents and questions: Unicode-folded words,
 * accents removed, stemmed where the language is known, CJK as overlapping pairs. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Turns text into space-separated terms as the store's index takes them (it only splits at spaces).
 */
err know_index_text(struct arena *a, str text, str *ret);

struct know_term {
    str text;       /* index term */
    str surface;    /* the word as typed, folded but not stemmed */
    bool stop;      /* a function word */
    uint32_t place; /* position in the text, for phrases and proximity */
};

/* Terms of a question or sentence in order, at most `max`. */
err know_terms(struct arena *a, str text, size_t max, struct know_term **ret, size_t *ret_count);
