/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_people.h"

#define FACTOR_COLUMNS                                                                             \
    "id, person, kind, name, secret, credential, counter, confirmed, created_ms, used_ms"

struct factor_write {
    const struct factor_row *row;
    const id *person, *factor, *keep;
    uint64_t counter;
    int64_t at_ms;
    const struct audit_act *act;
};

static err insert(struct sq_conn *c, const struct factor_row *row)
{
    struct sq_query q =
        sq_query(c, "INSERT INTO factor(" FACTOR_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->person);
    sq_bind_str(&q, row->kind, STORE_WORD_MAX);
    sq_bind_str(&q, row->name, STORE_NAME_MAX);
    sq_bind_bytes(&q, row->secret, STORE_SECRET_MAX);
    sq_bind_bytes(&q, row->credential, STORE_SECRET_MAX);
    sq_bind_int(&q, (int64_t)row->counter);
    sq_bind_int(&q, row->confirmed || str_eq(row->kind, STR("passkey")));
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->used_ms);
    return sq_run(&q);
}

static err factor_add(struct sq_conn *c, void *job)
{
    const struct factor_write *what = job;
    err e = ERR_NONE;
    if (str_eq(what->row->kind, STR("totp")) && !what->row->confirmed) {
        struct sq_query q =
            sq_query(c, "DELETE FROM factor WHERE person = ? AND kind = 'totp' AND confirmed = 0");
        sq_bind_id(&q, &what->row->person);
        e = sq_run(&q);
    }
    e = err_ok(e) ? insert(c, what->row) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_factor_add(struct store *store, const struct factor_row *row,
                      const struct audit_act *act)
{
    struct factor_write job = {.row = row, .act = act};
    return row->counter > INT64_MAX ? err_new(ERR_INVALID, "a counter is out of range")
                                    : sq_write(store, factor_add, &job);
}

static void factor_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct factor_row *row = ret;
    row->id = sq_id(q);
    row->person = sq_id(q);
    row->kind = sq_str(q, a);
    row->name = sq_str(q, a);
    row->secret = sq_str(q, a);
    row->credential = sq_str(q, a);
    row->counter = (uint64_t)sq_int(q);
    row->confirmed = sq_bool(q);
    row->created_ms = sq_int(q);
    row->used_ms = sq_int(q);
}

err sqlite_factor_list(struct store *store, struct arena *a, const id *person,
                       struct factor_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " FACTOR_COLUMNS " FROM factor WHERE person = ?"
                                    " ORDER BY created_ms, id LIMIT ?");
    sq_bind_id(&q, person);
    sq_bind_int(&q, STORE_LIST_MAX);
    e = sq_rows(&q, a, factor_read, sizeof(struct factor_row), STORE_LIST_MAX, &list);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

err sqlite_factor_by_credential(struct store *store, struct arena *a, str credential,
                                struct factor_row *ret)
{
    struct sq_conn *c;
    struct factor_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " FACTOR_COLUMNS " FROM factor"
                                    " WHERE credential = ? AND credential <> x''");
    sq_bind_bytes(&q, credential, STORE_SECRET_MAX);
    e = sq_row(&q, a, factor_read, &row);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

/* One statement judges and moves the counter, so that a code counts once. */
static err factor_use(struct sq_conn *c, void *job)
{
    const struct factor_write *what = job;
    int64_t there = 0;
    struct sq_query q =
        sq_query(c, "UPDATE factor SET counter = ?1, confirmed = 1, used_ms = ?2 WHERE id = ?3"
                    " AND (counter < ?1 OR (kind = 'passkey' AND counter = 0 AND ?1 = 0))");
    sq_bind_int(&q, (int64_t)what->counter);
    sq_bind_int(&q, what->at_ms);
    sq_bind_id(&q, what->factor);
    err e = sq_run(&q);
    if (!err_ok(e) || sq_changes(c) > 0) {
        return e;
    }
    struct sq_query is = sq_query(c, "SELECT count(*) FROM factor WHERE id = ?");
    sq_bind_id(&is, what->factor);
    e = sq_number(&is, &there);
    if (!err_ok(e)) {
        return e;
    }
    return there ? err_new(ERR_CONFLICT, "it was used already")
                 : err_new(ERR_NOT_FOUND, "there is no such factor");
}

err sqlite_factor_use(struct store *store, const id *factor, uint64_t counter, int64_t at_ms)
{
    struct factor_write job = {.factor = factor, .counter = counter, .at_ms = at_ms};
    return counter > INT64_MAX ? err_new(ERR_INVALID, "a counter is out of range")
                               : sq_write(store, factor_use, &job);
}

static err factor_remove(struct sq_conn *c, void *job)
{
    const struct factor_write *what = job;
    struct sq_query q = sq_query(c, "DELETE FROM factor WHERE id = ? AND person = ?");
    sq_bind_id(&q, what->factor);
    sq_bind_id(&q, what->person);
    err e = sq_run_one(&q);
    e = err_ok(e) ? sq_sessions_end(c, what->person, what->keep) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_factor_remove(struct store *store, const id *person, const id *factor, const id *keep,
                         const struct audit_act *act)
{
    struct factor_write job = {.person = person, .factor = factor, .keep = keep, .act = act};
    return sq_write(store, factor_remove, &job);
}

static err person_is_there(struct sq_conn *c, const id *person)
{
    int64_t there = 0;
    struct sq_query q = sq_query(c, "SELECT count(*) FROM person WHERE id = ?");
    sq_bind_id(&q, person);
    err e = sq_number(&q, &there);
    return err_ok(e) && !there ? err_new(ERR_NOT_FOUND, "there is no such person") : e;
}

static err factor_reset(struct sq_conn *c, void *job)
{
    const struct factor_write *what = job;
    err e = person_is_there(c, what->person);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query factors = sq_query(c, "DELETE FROM factor WHERE person = ?");
    sq_bind_id(&factors, what->person);
    e = sq_run(&factors);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query codes = sq_query(c, "DELETE FROM recovery_code WHERE person = ?");
    sq_bind_id(&codes, what->person);
    e = sq_run(&codes);
    e = err_ok(e) ? sq_sessions_end(c, what->person, NULL) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_factor_reset(struct store *store, const id *person, const struct audit_act *act)
{
    struct factor_write job = {.person = person, .act = act};
    return sq_write(store, factor_reset, &job);
}
