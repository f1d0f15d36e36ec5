/* SPDX-License-Identifier: Apache-2.0 */
/* Terms of the full-text index: how a project's are marked, and how many passages have them.
 * Counting a term means reading all its entries, and questions ask for the same words again and
 * again: so counts are kept in memory until the index changes. */
#pragma once

#include "store/sqlite_conn.h"

/* What stands before each term of a project. */
struct sq_mark {
    char c[24];
    size_t n;
};

/* NOT_FOUND when there is no such project. */
err sq_mark_of(struct sq_conn *c, const id *project, struct sq_mark *ret);

/* What the index splits at is no part of a term. */
bool sq_is_term_byte(char c);
bool sq_is_term(str term);

/* Must run in each transaction that changes the index, whichever process it is of. */
err sq_index_changed(struct sq_conn *c);

/* Kept counts; threads may share them. */
struct sq_counts;
struct sq_counts *sq_counts_new(void);
void sq_counts_free(struct sq_counts *counts);
