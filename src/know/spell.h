/* SPDX-License-Identifier: Apache-2.0 */
/* Words that the index does not have: the nearest spelling, or longer words that start with them.
 */
#pragma once

#include "know/query.h"

/* Adds forms to concepts of which no form is in the index: spellings one edit away (two from eight
 * letters on), an edit being a letter put in, left out, changed or swapped with its neighbour; else
 * words that start with it. */
err know_spell(struct store *store, struct arena *a, const id *project,
               struct know_question *question);

/* Edits between two words of at most 64 bytes, or `max` + 1 when there are more. */
unsigned know_edits(str a, str b, unsigned max);
