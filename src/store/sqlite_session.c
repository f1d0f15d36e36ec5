/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_group.h"
#include "store/sqlite_store.h"

enum { EXPIRE_AT_ONCE = 1000 };

#define SESSION_COLUMNS                                                                            \
    "id, project, visitor, hash, origin, locale, terms_version, subject, email, readers, "         \
    "created_ms, expires_ms"

struct session_create {
    const struct session_row *row;
};

static err session_create(struct sq_conn *c, void *job)
{
    const struct session_row *row = ((const struct session_create *)job)->row;
    struct sq_query q = sq_query(c, "INSERT INTO visitor_session(" SESSION_COLUMNS
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->project);
    sq_bind_id(&q, &row->visitor);
    sq_bind_digest(&q, &row->hash);
    sq_bind_str(&q, row->origin, STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->locale, STORE_WORD_MAX);
    sq_bind_str(&q, row->terms_version, STORE_NAME_MAX);
    sq_bind_str(&q, row->subject, STORE_NAME_MAX);
    sq_bind_str(&q, row->email, STORE_ADDRESS_MAX);
    sq_bind_groups(&q, row->groups);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->expires_ms);
    return sq_run(&q);
}

err sqlite_session_create(struct store *store, const struct session_row *row)
{
    struct session_create job = {row};
    return sq_write(store, session_create, &job);
}

err sqlite_session_by_hash(struct store *store, struct arena *a, const struct crypto_digest *hash,
                           struct session_row *ret)
{
    struct sq_conn *c;
    struct session_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " SESSION_COLUMNS " FROM visitor_session WHERE hash = ?");
    sq_bind_digest(&q, hash);
    bool found = sq_step(&q);
    if (found) {
        row.id = sq_id(&q);
        row.project = sq_id(&q);
        row.visitor = sq_id(&q);
        row.hash = sq_digest(&q);
        row.origin = sq_str(&q, a);
        row.locale = sq_str(&q, a);
        row.terms_version = sq_str(&q, a);
        row.subject = sq_str(&q, a);
        row.email = sq_str(&q, a);
        row.groups = sq_str(&q, a);
        row.created_ms = sq_int(&q);
        row.expires_ms = sq_int(&q);
    }
    e = sq_end(&q);
    sq_read_end(store, c);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such session");
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

struct session_expire {
    int64_t before_ms;
    size_t removed;
};

static err session_expire(struct sq_conn *c, void *job)
{
    struct session_expire *what = job;
    struct sq_query q =
        sq_query(c, "DELETE FROM visitor_session WHERE id IN"
                    " (SELECT id FROM visitor_session WHERE expires_ms < ? LIMIT ?)");
    sq_bind_int(&q, what->before_ms);
    sq_bind_int(&q, EXPIRE_AT_ONCE);
    err e = sq_run(&q);
    what->removed = err_ok(e) ? sq_changes(c) : 0;
    return e;
}

err sqlite_session_expire(struct store *store, int64_t before_ms, size_t *ret_removed)
{
    struct session_expire job = {before_ms, 0};
    err e = sq_write(store, session_expire, &job);
    if (err_ok(e) && ret_removed) {
        *ret_removed = job.removed;
    }
    return e;
}
