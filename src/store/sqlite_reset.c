/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_people.h"

struct reset_write {
    const struct reset_row *row;
    const struct outbox_row *mail;
    const id *reset;
    str password;
    int64_t now_ms;
    const struct audit_act *act;
};

err sq_resets_clear(struct sq_conn *c, const id *person)
{
    struct sq_query q = sq_query(c, "DELETE FROM reset WHERE person = ?");
    sq_bind_id(&q, person);
    return sq_run(&q);
}

static err reset_create(struct sq_conn *c, void *job)
{
    const struct reset_write *what = job;
    const struct reset_row *row = what->row;
    err e = sq_resets_clear(c, &row->person);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "INSERT INTO reset(id, person, hash, created_ms, expires_ms)"
                                    " VALUES (?, ?, ?, ?, ?)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->person);
    sq_bind_digest(&q, &row->hash);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->expires_ms);
    e = sq_run(&q);
    e = err_ok(e) && what->mail ? sq_outbox_insert(c, what->mail, 1) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_reset_create(struct store *store, const struct reset_row *row,
                        const struct outbox_row *mail, const struct audit_act *act)
{
    struct reset_write job = {.row = row, .mail = mail, .act = act};
    return sq_write(store, reset_create, &job);
}

static void reset_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct reset_row *row = ret;
    (void)a;
    row->id = sq_id(q);
    row->person = sq_id(q);
    row->hash = sq_digest(q);
    row->created_ms = sq_int(q);
    row->expires_ms = sq_int(q);
}

err sqlite_reset_by_hash(struct store *store, const struct crypto_digest *hash, int64_t now_ms,
                         struct reset_row *ret)
{
    struct sq_conn *c;
    struct reset_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT id, person, hash, created_ms, expires_ms FROM reset"
                                    " WHERE hash = ? AND expires_ms > ?");
    sq_bind_digest(&q, hash);
    sq_bind_int(&q, now_ms);
    e = sq_row(&q, NULL, reset_read, &row);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

static err person_of(struct sq_conn *c, const struct reset_write *what, id *ret)
{
    struct reset_row row = {0};
    struct sq_query q = sq_query(c, "SELECT id, person, hash, created_ms, expires_ms FROM reset"
                                    " WHERE id = ? AND expires_ms > ?");
    sq_bind_id(&q, what->reset);
    sq_bind_int(&q, what->now_ms);
    err e = sq_row(&q, NULL, reset_read, &row);
    *ret = row.person;
    return e;
}

static err reset_accept(struct sq_conn *c, void *job)
{
    const struct reset_write *what = job;
    id person;
    err e = person_of(c, what, &person);
    e = err_ok(e) ? sq_resets_clear(c, &person) : e;
    e = err_ok(e) ? sq_password_set(c, &person, what->password, what->now_ms) : e;
    e = err_ok(e) ? sq_sessions_end(c, &person, NULL) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_reset_accept(struct store *store, const id *reset, str password, int64_t now_ms,
                        const struct audit_act *act)
{
    struct reset_write job = {.reset = reset, .password = password, .now_ms = now_ms, .act = act};
    return sq_write(store, reset_accept, &job);
}
