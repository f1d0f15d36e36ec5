/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#define KEY_COLUMNS                                                                                \
    "id, team, project, owner, name, kind, hint, hash, permissions, created_ms, expires_ms, "      \
    "disabled_ms, disabled_why, successor, used_ms, used_from, used_by, idle_ms, reminded_ms, "    \
    "exposed_ms, note"

struct key_write {
    const struct key_row *row, *was;
    const id *team, *key;
    const char *why;
    int64_t at_ms, idle_ms, reminded_ms, exposed_ms;
    const struct key_use *uses;
    size_t count;
    const struct audit_act *act;
};

/* A key of one project must be of that project's team. */
static err insert(struct sq_conn *c, const struct key_row *row)
{
    struct sq_query q =
        sq_query(c, "INSERT INTO api_key(" KEY_COLUMNS
                    ") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
                    " ?16, ?17, ?18, ?19, ?20, ?21 WHERE ?3 IS NULL OR EXISTS"
                    " (SELECT 1 FROM project WHERE id = ?3 AND team = ?2)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->team);
    sq_bind_id(&q, &row->project);
    sq_bind_id(&q, &row->owner);
    sq_bind_str(&q, row->name, STORE_NAME_MAX);
    sq_bind_str(&q, row->kind, STORE_WORD_MAX);
    sq_bind_str(&q, row->hint, STORE_WORD_MAX);
    sq_bind_digest(&q, &row->hash);
    sq_bind_int(&q, (int64_t)row->permissions);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->expires_ms);
    sq_bind_int(&q, row->disabled_ms);
    sq_bind_str(&q, row->disabled_why, STORE_WORD_MAX);
    sq_bind_id(&q, &row->successor);
    sq_bind_int(&q, row->used_ms);
    sq_bind_str(&q, row->used_from, STORE_WORD_MAX);
    sq_bind_str(&q, row->used_by, STORE_WORD_MAX);
    sq_bind_int(&q, row->idle_ms);
    sq_bind_int(&q, row->reminded_ms);
    sq_bind_int(&q, row->exposed_ms);
    sq_bind_str(&q, row->note, STORE_NAME_MAX);
    return sq_run_one(&q);
}

static err key_create(struct sq_conn *c, void *job)
{
    const struct key_write *what = job;
    err e = insert(c, what->row);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_key_create(struct store *store, const struct key_row *row, const struct audit_act *act)
{
    struct key_write job = {.row = row, .act = act};
    return sq_write(store, key_create, &job);
}

/* ── looking ── */

static void key_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct key_row *row = ret;
    row->id = sq_id(q);
    row->team = sq_id(q);
    row->project = sq_id(q);
    row->owner = sq_id(q);
    row->name = sq_str(q, a);
    row->kind = sq_str(q, a);
    row->hint = sq_str(q, a);
    row->hash = sq_digest(q);
    row->permissions = (uint64_t)sq_int(q);
    row->created_ms = sq_int(q);
    row->expires_ms = sq_int(q);
    row->disabled_ms = sq_int(q);
    row->disabled_why = sq_str(q, a);
    row->successor = sq_id(q);
    row->used_ms = sq_int(q);
    row->used_from = sq_str(q, a);
    row->used_by = sq_str(q, a);
    row->idle_ms = sq_int(q);
    row->reminded_ms = sq_int(q);
    row->exposed_ms = sq_int(q);
    row->note = sq_str(q, a);
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
    e = sq_row(&q, a, key_read, &row);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_key_get(struct store *store, struct arena *a, const id *team, const id *key,
                   struct key_row *ret)
{
    struct sq_conn *c;
    struct key_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " KEY_COLUMNS " FROM api_key WHERE id = ? AND team = ?");
    sq_bind_id(&q, key);
    sq_bind_id(&q, team);
    e = sq_row(&q, a, key_read, &row);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_key_list(struct store *store, struct arena *a, const id *team, struct key_row **ret,
                    size_t *ret_count)
{
    static const char of_all[] = "SELECT " KEY_COLUMNS " FROM api_key WHERE ? IS NULL"
                                 " ORDER BY created_ms, id LIMIT ?";
    static const char of_team[] = "SELECT " KEY_COLUMNS " FROM api_key WHERE team = ?"
                                  " ORDER BY created_ms, id LIMIT ?";
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, id_none(team) ? of_all : of_team);
    sq_bind_id(&q, team);
    sq_bind_int(&q, STORE_LIST_MAX);
    e = sq_rows(&q, a, key_read, sizeof(struct key_row), STORE_LIST_MAX, &list);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

err sqlite_key_count(struct store *store, size_t *ret)
{
    struct sq_conn *c;
    int64_t count = 0;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT count(*) FROM api_key WHERE disabled_ms = 0"
                                    " AND (expires_ms = 0 OR"
                                    " expires_ms > unixepoch('now') * 1000)");
    e = sq_number(&q, &count);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = (size_t)count;
    }
    return e;
}

/* ── changing ── */

/* The answer when a change found no row: NOT_FOUND, or CONFLICT for a key that is there. */
static err refused(struct sq_conn *c, const id *team, const id *key, const char *why)
{
    int64_t there = 0;
    struct sq_query q = sq_query(c, "SELECT count(*) FROM api_key WHERE id = ? AND team = ?");
    sq_bind_id(&q, key);
    sq_bind_id(&q, team);
    err e = sq_number(&q, &there);
    if (!err_ok(e)) {
        return e;
    }
    return there ? err_new(ERR_CONFLICT, why) : err_new(ERR_NOT_FOUND, "there is no such key");
}

static err key_update(struct sq_conn *c, void *job)
{
    const struct key_write *what = job;
    const struct key_row *row = what->row, *was = what->was;
    struct sq_query q =
        sq_query(c, "UPDATE api_key SET name = ?, permissions = ?, expires_ms = ?, note = ?"
                    " WHERE id = ? AND team = ? AND disabled_ms = 0"
                    " AND permissions = ? AND expires_ms = ? AND successor IS ?");
    sq_bind_str(&q, row->name, STORE_NAME_MAX);
    sq_bind_int(&q, (int64_t)row->permissions);
    sq_bind_int(&q, row->expires_ms);
    sq_bind_str(&q, row->note, STORE_NAME_MAX);
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->team);
    sq_bind_int(&q, (int64_t)was->permissions);
    sq_bind_int(&q, was->expires_ms);
    sq_bind_id(&q, &was->successor);
    err e = sq_run_one(&q);
    if (e.code == ERR_NOT_FOUND) {
        return refused(c, &row->team, &row->id,
                       "the key is disabled, or was changed just now: read it again");
    }
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_key_update(struct store *store, const struct key_row *row, const struct key_row *was,
                      const struct audit_act *act)
{
    struct key_write job = {.row = row, .was = was, .act = act};
    return sq_write(store, key_update, &job);
}

static err key_disable(struct sq_conn *c, void *job)
{
    const struct key_write *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE api_key SET disabled_ms = iif(disabled_ms = 0, ?, disabled_ms),"
                    " disabled_why = iif(disabled_ms = 0, ?, disabled_why)"
                    " WHERE id = ? AND team = ?");
    sq_bind_int(&q, what->at_ms);
    sq_bind_str(&q, str_c(what->why), STORE_WORD_MAX);
    sq_bind_id(&q, what->key);
    sq_bind_id(&q, what->team);
    err e = sq_run_one(&q);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_key_disable(struct store *store, const id *team, const id *key, const char *why,
                       int64_t at_ms, const struct audit_act *act)
{
    struct key_write job = {.team = team, .key = key, .why = why, .at_ms = at_ms, .act = act};
    return sq_write(store, key_disable, &job);
}

static err key_rotate(struct sq_conn *c, void *job)
{
    const struct key_write *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE api_key SET successor = ?1,"
                    " expires_ms = iif(expires_ms = 0 OR expires_ms > ?2, ?2, expires_ms)"
                    " WHERE id = ?3 AND team = ?4 AND disabled_ms = 0 AND successor IS NULL");
    sq_bind_id(&q, &what->row->id);
    sq_bind_int(&q, what->at_ms);
    sq_bind_id(&q, what->key);
    sq_bind_id(&q, what->team);
    err e = sq_run_one(&q);
    if (e.code == ERR_NOT_FOUND) {
        return refused(c, what->team, what->key, "the key is disabled or was rotated already");
    }
    e = err_ok(e) ? insert(c, what->row) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_key_rotate(struct store *store, const id *team, const id *key, int64_t until_ms,
                      const struct key_row *successor, const struct audit_act *act)
{
    struct key_write job = {
        .row = successor, .team = team, .key = key, .at_ms = until_ms, .act = act};
    return id_eq(&successor->team, team)
               ? sq_write(store, key_rotate, &job)
               : err_new(ERR_NOT_FOUND, "a successor is of the same team");
}

/* A key that is used is idle no more; one that is gone is left out. */
static err key_used(struct sq_conn *c, void *job)
{
    const struct key_write *what = job;
    err e = ERR_NONE;
    for (size_t i = 0; err_ok(e) && i < what->count; i++) {
        struct sq_query q =
            sq_query(c, "UPDATE api_key SET used_ms = ?1, used_from = ?2, used_by = ?3, idle_ms = 0"
                        " WHERE id = ?4 AND used_ms <= ?1");
        sq_bind_int(&q, what->uses[i].at_ms);
        sq_bind_str(&q, what->uses[i].from, STORE_WORD_MAX);
        sq_bind_str(&q, what->uses[i].by, STORE_WORD_MAX);
        sq_bind_id(&q, &what->uses[i].key);
        e = sq_run(&q);
    }
    return e;
}

err sqlite_key_used(struct store *store, const struct key_use *uses, size_t count)
{
    struct key_write job = {.uses = uses, .count = count};
    return count > STORE_BATCH_MAX ? err_new(ERR_TOO_LARGE, "too many uses in one write")
                                   : sq_write(store, key_used, &job);
}

static err key_mark(struct sq_conn *c, void *job)
{
    const struct key_write *what = job;
    struct sq_query q = sq_query(c, "UPDATE api_key SET idle_ms = iif(?1 = 0, idle_ms, ?1),"
                                    " reminded_ms = iif(?2 = 0, reminded_ms, ?2),"
                                    " exposed_ms = iif(?3 = 0, exposed_ms, ?3) WHERE id = ?4");
    sq_bind_int(&q, what->idle_ms);
    sq_bind_int(&q, what->reminded_ms);
    sq_bind_int(&q, what->exposed_ms);
    sq_bind_id(&q, what->key);
    err e = sq_run_one(&q);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_key_mark(struct store *store, const id *key, int64_t idle_ms, int64_t reminded_ms,
                    int64_t exposed_ms, const struct audit_act *act)
{
    struct key_write job = {.key = key,
                            .idle_ms = idle_ms,
                            .reminded_ms = reminded_ms,
                            .exposed_ms = exposed_ms,
                            .act = act};
    return sq_write(store, key_mark, &job);
}
