/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#define KEY_COLUMNS "id, project, kid, alg, key, created_ms, used_ms"

struct key_write {
    const struct visitor_key_row *row;
    const id *project, *key;
    const struct audit_act *act;
};

static err key_add(struct sq_conn *c, void *job)
{
    const struct key_write *what = job;
    const struct visitor_key_row *row = what->row;
    struct sq_query q =
        sq_query(c, "INSERT INTO visitor_key(" KEY_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->project);
    sq_bind_str(&q, row->kid, STORE_NAME_MAX);
    sq_bind_str(&q, row->alg, STORE_WORD_MAX);
    sq_bind_bytes(&q, row->key, STORE_SECRET_MAX);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->used_ms);
    err e = sq_run(&q);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_visitor_key_add(struct store *store, const struct visitor_key_row *row,
                           const struct audit_act *act)
{
    struct key_write job = {.row = row, .act = act};
    return sq_write(store, key_add, &job);
}

static void key_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct visitor_key_row *row = ret;
    row->id = sq_id(q);
    row->project = sq_id(q);
    row->kid = sq_str(q, a);
    row->alg = sq_str(q, a);
    row->key = sq_str(q, a);
    row->created_ms = sq_int(q);
    row->used_ms = sq_int(q);
}

err sqlite_visitor_key_list(struct store *store, struct arena *a, const id *project,
                            struct visitor_key_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " KEY_COLUMNS " FROM visitor_key WHERE project = ?"
                                    " ORDER BY created_ms, id LIMIT ?");
    sq_bind_id(&q, project);
    sq_bind_int(&q, STORE_LIST_MAX);
    e = sq_rows(&q, a, key_read, sizeof(struct visitor_key_row), STORE_LIST_MAX, &list);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

err sqlite_visitor_key_by_kid(struct store *store, struct arena *a, const id *project, str kid,
                              struct visitor_key_row *ret)
{
    struct sq_conn *c;
    struct visitor_key_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " KEY_COLUMNS " FROM visitor_key WHERE project = ? AND kid = ?");
    sq_bind_id(&q, project);
    sq_bind_str(&q, kid, STORE_ADDRESS_MAX);
    e = sq_row(&q, a, key_read, &row);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

static err key_remove(struct sq_conn *c, void *job)
{
    const struct key_write *what = job;
    struct sq_query q = sq_query(c, "DELETE FROM visitor_key WHERE id = ? AND project = ?");
    sq_bind_id(&q, what->key);
    sq_bind_id(&q, what->project);
    err e = sq_run_one(&q);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_visitor_key_remove(struct store *store, const id *project, const id *key,
                              const struct audit_act *act)
{
    struct key_write job = {.project = project, .key = key, .act = act};
    return sq_write(store, key_remove, &job);
}
