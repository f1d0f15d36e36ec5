/* SPDX-License-Identifier: Apache-2.0 */
/* Which checks run: rows, ids and prefixes of --only. */
#pragma once

#include "check/rows/rows.h"

enum { SELECTION_MAX = 64, SELECTION_BYTES_MAX = 4096 };

struct selection {
    str items[SELECTION_MAX]; /* borrowed; none: all checks */
    size_t count;
};

/* Reads "L1,L4,email.spf.*"; empty: all. INVALID with words, and the nearest name, when an item is
 * none. */
err selection_read(struct arena *a, str only, struct selection *ret, str *ret_reason);

bool selection_has(const struct selection *s, const struct check *check);
/* The same, by its id or a prefix of it; a row or everything does not count. */
bool selection_names(const struct selection *s, const struct check *check);

/* True when `pattern` is the check's id or a prefix of it with ".*". */
bool select_matches(str pattern, const struct check *check);
/* True when a pattern of ids names at least one check; else the nearest id or NULL. */
bool select_known(str pattern, const char **ret_nearest);

/* Calls fn for each check there is, in the order of the tables. */
void select_each(void (*fn)(void *user, const struct check *check), void *user);
