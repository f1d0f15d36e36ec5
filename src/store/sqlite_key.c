/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#define KEY_COLUMNS                                                                                \
    "id, team, project, name, kind, hint, hash, permissions, created_ms, expires_ms, "             \
    "disabled_ms, used_ms"

struct key_create {
    const struct key_row *row;
};

/* A key of one project must be of that project's team. */
static err key_create(struct sq_conn *c, void *job)
{
    const struct key_row *row = ((const struct key_create *)job)->row;
    struct sq_query q = sq_query(c, "INSERT INTO api_key(" KEY_COLUMNS
                                    ") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                                    " ?11, ?12 WHERE ?3 IS NULL OR EXISTS"
                                    " (SELECT 1 FROM project WHERE id = ?3 AND team = ?2)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->team);
    sq_bind_id(&q, &row->project);
    sq_bind_str(&q, row->name, STORE_NAME_MAX);
    sq_bind_str(&q, row->kind, STORE_WORD_MAX);
    sq_bind_str(&q, row->hint, STORE_WORD_MAX);
    sq_bind_digest(&q, &row->hash);
    sq_bind_int(&q, (int64_t)row->permissions);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->expires_ms);
    sq_bind_int(&q, row->disabled_ms);
    sq_bind_int(&q, row->used_ms);
    return sq_run_one(&q);
}

err sqlite_key_create(struct store *store, const struct key_row *row)
{
    struct key_create job = {row};
    return sq_write(store, key_create, &job);
}

static void key_read(struct sq_query *q, struct arena *a, struct key_row *row)
{
    row->id = sq_id(q);
    row->team = sq_id(q);
    row->project = sq_id(q);
    row->name = sq_str(q, a);
    row->kind = sq_str(q, a);
    row->hint = sq_str(q, a);
    row->hash = sq_digest(q);
    row->permissions = (uint64_t)sq_int(q);
    row->created_ms = sq_int(q);
    row->expires_ms = sq_int(q);
    row->disabled_ms = sq_int(q);
    row->used_ms = sq_int(q);
}

err sqlite_key_by_hash(struct store *store, struct arena *a, const struct crypto_digest *hash,
                       struct key_row *ret)
{
    struct sq_conn *c;
    struct key_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " KEY_COLUMNS " FROM api_key WHERE hash = ?");
    sq_bind_digest(&q, hash);
    bool found = sq_step(&q);
    if (found) {
        key_read(&q, a, &row);
    }
    e = sq_end(&q);
    sq_read_end(store, c);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such key");
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_key_list(struct store *store, struct arena *a, const id *team, struct key_row **ret,
                    size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " KEY_COLUMNS
                                    " FROM api_key WHERE team = ? ORDER BY created_ms, id LIMIT ?");
    sq_bind_id(&q, team);
    sq_bind_int(&q, STORE_LIST_MAX);
    while (err_ok(e) && sq_step(&q)) {
        struct key_row *row = sq_list_add(&list, a, sizeof *row, STORE_LIST_MAX);
        if (row) {
            key_read(&q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for the list of keys");
        }
    }
    err end = sq_end(&q);
    sq_read_end(store, c);
    e = err_ok(e) ? end : e;
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

struct key_disable {
    const id *team, *key;
    int64_t at_ms;
};

static err key_disable(struct sq_conn *c, void *job)
{
    const struct key_disable *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE api_key SET disabled_ms = iif(disabled_ms = 0, ?, disabled_ms)"
                    " WHERE id = ? AND team = ?");
    sq_bind_int(&q, what->at_ms);
    sq_bind_id(&q, what->key);
    sq_bind_id(&q, what->team);
    return sq_run_one(&q);
}

err sqlite_key_disable(struct store *store, const id *team, const id *key, int64_t at_ms)
{
    struct key_disable job = {team, key, at_ms};
    return sq_write(store, key_disable, &job);
}

err sqlite_key_count(struct store *store, size_t *ret)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT count(*) FROM api_key WHERE disabled_ms = 0"
                                    " AND (expires_ms = 0 OR"
                                    " expires_ms > unixepoch('now') * 1000)");
    size_t count = sq_step(&q) ? (size_t)sq_int(&q) : 0;
    e = sq_end(&q);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = count;
    }
    return e;
}
