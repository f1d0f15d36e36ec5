/* SPDX-License-Identifier: Apache-2.0 */
/* Which sentences, lists and commands of the best passages answer a question. */
#pragma once

#include "know/know.h"
#include "know/query.h"
#include "know/sentence.h"

enum { KNOW_PICKS_MAX = 4, KNOW_UNIT_BYTES = 1200 };

struct know_pick {
    struct know_unit unit;
    size_t hit;     /* index of its hit */
    size_t ordinal; /* of the unit within the passage */
    double score;   /* 0 … about 1.3 */
};

/* Picks at most KNOW_PICKS_MAX units, ordered by hit and then by place. None when nothing matches.
 */
err know_pick(struct arena *a, const struct know_question *question, str text,
              const struct know_hit *hits, size_t count, struct know_pick ret[KNOW_PICKS_MAX],
              size_t *ret_count);
