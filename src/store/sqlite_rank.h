/* SPDX-License-Identifier: Apache-2.0 */
/* The order of candidates. Each term's entries of the index are read alone and added up by passage:
 * that is cheaper than FTS5's own OR, which asks for every term at every row, and than its bm25(),
 * which reads the length of every row and counts every term twice. */
#pragma once

#include "store/sqlite_conn.h"

/* Adds the FTS5 auxiliary function gather(passage_index, worths), which is never true, to a
 * connection. */
err sq_rank_register(sqlite3 *db);

struct sq_worth {
    int64_t number; /* of the passage; 0: a free place */
    double worth;
};

/* What passages are worth: the sum over terms of weight · tf / (tf + 1.2), where tf counts places
 * by column. A table of open addressing, then a heap. */
struct sq_worths {
    struct sq_worth *places;
    size_t size, count; /* size: a power of two, or 0 */
    double weight;      /* of the term that is read */
};

void sq_worths_done(struct sq_worths *w);

/* Adds the passages that have a term; `match` is a full-text query of one term. */
err sq_worths_add(struct sq_worths *w, struct sq_conn *c, str match, double weight);

/* Call once when all terms are in, before the first sq_worths_next. */
void sq_worths_order(struct sq_worths *w);

/* Takes the best out, of equal ones the lowest number; false when none is left. */
bool sq_worths_next(struct sq_worths *w, struct sq_worth *ret);
