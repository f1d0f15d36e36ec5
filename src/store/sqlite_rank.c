/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_rank.h"

#include <string.h>

static const double IN_COLUMN[] = {0.6, 0.8, 1.0}; /* title, heading, text */
static const double SATURATION = 1.2;
enum { COLUMNS = sizeof(IN_COLUMN) / sizeof(IN_COLUMN[0]) };

static void worth(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *context,
                  int count, sqlite3_value **values)
{
    const char *weights = count == 1 ? sqlite3_value_blob(values[0]) : NULL;
    int phrases = api->xPhraseCount(fts);
    if (!weights || sqlite3_value_bytes(values[0]) != phrases * (int)sizeof(double)) {
        sqlite3_result_error(context, "worth() needs one weight for each term", -1);
        return;
    }
    double sum = 0;
    for (int i = 0; i < phrases; i++) {
        Fts5PhraseIter place;
        int column, offset;
        double times = 0, weight;
        int rc = api->xPhraseFirst(fts, i, &place, &column, &offset);
        for (; rc == SQLITE_OK && column >= 0; api->xPhraseNext(fts, &place, &column, &offset)) {
            times += column < COLUMNS ? IN_COLUMN[column] : 0;
        }
        if (rc != SQLITE_OK) {
            sqlite3_result_error_code(context, rc);
            return;
        }
        memcpy(&weight, weights + (size_t)i * sizeof(double), sizeof(weight));
        sum += weight * times / (times + SATURATION);
    }
    sqlite3_result_double(context, sum);
}

/* The way to the API that sqlite.org/fts5.html, section 7 describes. */
static fts5_api *api_of(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL) == SQLITE_OK) {
        (void)sqlite3_step(statement);
    }
    (void)sqlite3_finalize(statement);
    return api;
}

err sq_rank_register(sqlite3 *db)
{
    fts5_api *api = api_of(db);
    if (!api || api->xCreateFunction(api, "worth", NULL, worth, NULL) != SQLITE_OK) {
        return err_new(ERR_INTERNAL, "SQLite has no full-text search (FTS5)");
    }
    return ERR_NONE;
}
