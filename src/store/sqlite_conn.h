/* SPDX-License-Identifier: Apache-2.0 */
/* One SQLite connection with its prepared statements, and a cursor with a sticky error over one of
 * them: bind all, step, read all, test once. Used by one thread at a time. */
#pragma once

#include <sqlite3.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"

enum { SQ_STATEMENTS_MAX = 512 };

struct sq_statement {
    const char *sql; /* the literal's address is the key */
    sqlite3_stmt *handle;
};

struct sq_conn {
    sqlite3 *db;
    struct sq_statement statements[SQ_STATEMENTS_MAX];
    size_t statement_count;
};

struct sq_options {
    const char *path;
    int busy_ms;
    int cache_kb;
    bool read_only; /* refuses writes */
};

/* Opens and hardens a connection; on failure *ret_detail (may be NULL) gets SQLite's own words, in
 * the arena. */
err sq_conn_open(const struct sq_options *options, struct arena *a, struct sq_conn **ret,
                 str *ret_detail);

/* Finalises, closes, frees; NULL is fine. */
void sq_conn_close(struct sq_conn *c);

/* Runs statements that give no rows (schema, pragmas). */
err sq_exec(struct sq_conn *c, const char *sql);

/* The error of an SQLite result code on this connection. */
err sq_error(sqlite3 *db, int rc);

/* Number of rows that the last statement changed. */
static inline size_t sq_changes(const struct sq_conn *c)
{
    return (size_t)sqlite3_changes64(c->db);
}

struct sq_query {
    struct sq_conn *conn;
    sqlite3_stmt *handle;
    int parameter, column; /* of the next bind, of the next read */
    err failed;
};

/* Prepares (once a connection) a statement; `sql` must be a string literal. */
struct sq_query sq_query(struct sq_conn *c, const char *sql);

/* Binds the next parameter. A text longer than `max` fails with TOO_LARGE, one with a NUL byte or
 * that is not UTF-8 with INVALID. The bytes must live until sq_end. */
void sq_bind_str(struct sq_query *q, str s, size_t max);
void sq_bind_bytes(struct sq_query *q, str s, size_t max);
void sq_bind_int(struct sq_query *q, int64_t number);
void sq_bind_id(struct sq_query *q, const id *value); /* none: NULL */
void sq_bind_digest(struct sq_query *q, const struct crypto_digest *digest);
/* Something of ours for a function of ours; SQL sees NULL. `type` must be a string literal. */
void sq_bind_pointer(struct sq_query *q, void *p, const char *type);

/* True when there is a row to read; false at the end and after a failure. */
bool sq_step(struct sq_query *q);

/* Reads the next column of the row; texts are copied to the arena. */
int64_t sq_int(struct sq_query *q);
double sq_double(struct sq_query *q);
bool sq_bool(struct sq_query *q);
str sq_str(struct sq_query *q, struct arena *a);
id sq_id(struct sq_query *q);
struct crypto_digest sq_digest(struct sq_query *q);

/* Resets the statement; gives what went wrong since sq_query. */
err sq_end(struct sq_query *q);

/* For statements without rows: steps and ends. */
err sq_run(struct sq_query *q);

/* The same, and NOT_FOUND when no row changed. */
err sq_run_one(struct sq_query *q);

/* A list that grows in an arena. */
struct sq_list {
    void *rows;
    size_t count, capacity;
};

/* Gives room for one more zeroed row and counts it, or NULL (also beyond `max` rows). */
void *sq_list_add(struct sq_list *list, struct arena *a, size_t row_size, size_t max);

/* Reads the columns of one row. */
typedef void (*sq_row_fn)(struct sq_query *q, struct arena *a, void *row);

/* Steps to the first row, reads it and ends. NOT_FOUND when there is none. */
err sq_row(struct sq_query *q, struct arena *a, sq_row_fn read, void *row);

/* Reads every row into a list and ends. */
err sq_rows(struct sq_query *q, struct arena *a, sq_row_fn read, size_t row_size, size_t max,
            struct sq_list *list);

/* Steps, reads the only column of the only row as a number and ends. */
err sq_number(struct sq_query *q, int64_t *ret);
