/* SPDX-License-Identifier: Apache-2.0 */
/* What the quality programs share: a store in a temporary folder, plain FTS5 to compare with, TAP.
 */
#pragma once

#include <sqlite3.h>

#include "base/json.h"
#include "know/know.h"
#include "store/project.h"

struct house {
    struct store *store;
    struct arena arena;
    struct project_row project;
    struct source_row source;
    char folder[64];
};

/* Makes a store with one project; `db` (may be NULL) names a database to keep and use again, then
 * *ret_filled tells that it is there. False with a message when that fails. */
bool house_open(struct house *house, const char *db, bool *ret_filled);
/* Removes what house_open made, the kept database excepted. */
void house_close(struct house *house);

/* Plain SQLite FTS5: one table of title and body with the tokenizer "porter unicode61" and its
 * BM25. */
struct plain {
    sqlite3 *db;
    sqlite3_stmt *insert, *find;
};
bool plain_open(struct plain *plain);
void plain_add(struct plain *plain, int64_t number, str title, str body);
/* Numbers of the rows that match any word of the question that is no function word, best first. */
size_t plain_find(struct plain *plain, str question, int64_t *ret, size_t max);
void plain_close(struct plain *plain);

/* One TAP line; counts failures. */
void tap_ok(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One TAP line for a figure that should reach `target`: fails below `floor`, what was reached when
 * this was last committed, and says when the target is not reached. floor == target: both at once.
 */
void tap_reach(double got, double floor, double target, const char *what);
void tap_skip(const char *why);
/* Prints the plan; gives the exit status. */
int tap_done(void);

/* Reads a JSON file of at most 64 MB, or NULL. */
json_t *json_file(const char *path);
