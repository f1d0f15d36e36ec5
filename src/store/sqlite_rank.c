/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_rank.h"

#include <string.h>

#include "base/mem.h"

static const double IN_COLUMN[] = {0.6, 0.8, 1.0}; /* title, heading, text */
static const double SATURATION = 1.2;
static const char pointer_type[] = "sq_worths";
enum {
    COLUMNS = sizeof(IN_COLUMN) / sizeof(IN_COLUMN[0]),
    SIZE_FIRST = 4096,
    MATCH_MAX = 32 << 10
};

/* ── the table ── */

/* The place of a number, or the free one where it belongs. */
static struct sq_worth *place_of(const struct sq_worths *w, int64_t number)
{
    size_t at = (size_t)((uint64_t)number * 0x9e3779b97f4a7c15u >> 32);
    for (;; at++) {
        struct sq_worth *place = &w->places[at & (w->size - 1)];
        if (place->number == number || place->number == 0) {
            return place;
        }
    }
}

static bool grow(struct sq_worths *w)
{
    struct sq_worths larger = {.size = w->size ? w->size * 2 : SIZE_FIRST, .count = w->count};
    larger.places = mem_array(larger.size, sizeof(*larger.places));
    if (larger.places == NULL) {
        return false;
    }
    for (size_t i = 0; i < w->size; i++) {
        if (w->places[i].number != 0) {
            *place_of(&larger, w->places[i].number) = w->places[i];
        }
    }
    mem_free(w->places);
    w->places = larger.places;
    w->size = larger.size;
    return true;
}

static bool add(struct sq_worths *w, int64_t number, double worth)
{
    if (w->count * 2 >= w->size && !grow(w)) {
        return false;
    }
    struct sq_worth *place = place_of(w, number);
    w->count += place->number == 0;
    place->number = number;
    place->worth += worth;
    return true;
}

void sq_worths_done(struct sq_worths *w)
{
    mem_free(w->places);
    *w = (struct sq_worths){0};
}

/* ── reading the index ── */

/* Runs at every row that has the term. */
static void gather(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *context,
                   int count, sqlite3_value **values)
{
    struct sq_worths *w = count == 1 ? sqlite3_value_pointer(values[0], pointer_type) : NULL;
    if (w == NULL) {
        sqlite3_result_error(context, "gather() needs a place for what it finds", -1);
        return;
    }
    Fts5PhraseIter place;
    int column, offset;
    double times = 0;
    int rc = api->xPhraseFirst(fts, 0, &place, &column, &offset);
    for (; rc == SQLITE_OK && column >= 0; api->xPhraseNext(fts, &place, &column, &offset)) {
        times += column < COLUMNS ? IN_COLUMN[column] : 0;
    }
    if (rc != SQLITE_OK) {
        sqlite3_result_error_code(context, rc);
    } else if (!add(w, api->xRowid(fts), w->weight * times / (times + SATURATION))) {
        sqlite3_result_error_nomem(context);
    } else {
        sqlite3_result_int(context, 0);
    }
}

err sq_worths_add(struct sq_worths *w, struct sq_conn *c, str match, double weight)
{
    struct sq_query q = sq_query(c, "SELECT 1 FROM passage_index WHERE passage_index MATCH ?1"
                                    " AND gather(passage_index, ?2)");
    w->weight = weight;
    sq_bind_str(&q, match, MATCH_MAX);
    sq_bind_pointer(&q, w, pointer_type);
    return sq_run(&q);
}

/* ── the heap ── */

static bool is_better(const struct sq_worth *a, const struct sq_worth *b)
{
    return a->worth > b->worth || (!(a->worth < b->worth) && a->number < b->number);
}

static void sink(struct sq_worths *w, size_t at)
{
    struct sq_worth moved = w->places[at];
    for (size_t child = 2 * at + 1; child < w->count; child = 2 * at + 1) {
        child += child + 1 < w->count && is_better(&w->places[child + 1], &w->places[child]);
        if (!is_better(&w->places[child], &moved)) {
            break;
        }
        w->places[at] = w->places[child];
        at = child;
    }
    w->places[at] = moved;
}

void sq_worths_order(struct sq_worths *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->size; i++) {
        if (w->places[i].number != 0) {
            w->places[n++] = w->places[i];
        }
    }
    for (size_t at = n / 2; at-- > 0;) {
        sink(w, at);
    }
}

bool sq_worths_next(struct sq_worths *w, struct sq_worth *ret)
{
    if (w->count == 0) {
        return false;
    }
    *ret = w->places[0];
    w->places[0] = w->places[--w->count];
    if (w->count > 0) {
        sink(w, 0);
    }
    return true;
}

/* ── the function ── */

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
    if (!api || api->xCreateFunction(api, "gather", NULL, gather, NULL) != SQLITE_OK) {
        return err_new(ERR_INTERNAL, "SQLite has no full-text search (FTS5)");
    }
    return ERR_NONE;
}
