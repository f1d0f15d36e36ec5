/* SPDX-License-Identifier: Apache-2.0 */
/* Tells the real secret from placeholders, hashes, examples and noise: context scoring with
 * reasons. */
#pragma once

#include "scan/candidate.h"

enum { JUDGE_REASONS_MAX = 8 };

enum confidence { CONFIDENCE_LOW, CONFIDENCE_MEDIUM, CONFIDENCE_HIGH };

struct judgement {
    bool report;
    enum confidence confidence;
    const char *reasons[JUDGE_REASONS_MAX]; /* static words: why reported, or why not */
    size_t reason_count;
};

/* A pure function of the candidate. Bounded time, no heap. */
void judge(const struct candidate *c, struct judgement *ret);

/* What kind of text this is, by its path and its first bytes (a few kB are enough). */
void text_traits_find(str path, str head, struct text_traits *ret);

/* Shannon entropy in hundredths of a bit per byte. */
unsigned entropy_of(str s);
