/* SPDX-License-Identifier: Apache-2.0 */
/* The order of candidates: an FTS5 auxiliary function that needs no look-up beside the index, where
 * bm25() reads the length of every matching row and counts every term twice. */
#pragma once

#include "store/sqlite_conn.h"

/* Adds worth(passage_index, weights) to a connection: the sum over the query's terms of weight · tf
 * / (tf + 1.2), where tf counts places by column. `weights` is a blob of one double for each term,
 * in the query's order. */
err sq_rank_register(sqlite3 *db);
