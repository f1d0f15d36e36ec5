/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest of some names to a misspelt one, for "did you mean". */
#pragma once

#include "base/str.h"

/* Number of insertions, deletions, replacements and swaps of neighbours between two short texts
 * (optimal string alignment); texts over 63 bytes count as far (SIZE_MAX). */
size_t near_distance(str a, str b);

/* Keeps in *best the candidate that is nearest to `word` so far; *best_distance starts as SIZE_MAX.
 * Candidates further away than a third of the word (at least 2) are never kept. */
void near_consider(str word, const char *candidate, const char **best, size_t *best_distance);
