/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_people.h"

enum { EXPIRE_AT_ONCE = 1000, USED_EVERY_MS = 60000 };

#define SESSION_COLUMNS                                                                            \
    "s.id, s.person, s.team, s.hash, s.state, s.created_ms, s.expires_ms, s.used_ms, s.fresh_ms, " \
    "s.address, s.agent, s.challenge"

struct session_write {
    const struct staff_session_row *row;
    struct arena *a;
    const id *session, *person, *team, *keep;
    const struct crypto_digest *hash;
    enum staff_state state;
    int64_t at_ms, expires_ms;
    str challenge;
    size_t count;
    const struct audit_act *act;
};

static err logged_in(struct sq_conn *c, const id *session, int64_t at_ms)
{
    struct sq_query q = sq_query(c, "UPDATE person SET login_ms = ? WHERE id ="
                                    " (SELECT person FROM staff_session WHERE id = ?)");
    sq_bind_int(&q, at_ms);
    sq_bind_id(&q, session);
    return sq_run(&q);
}

/* A disabled account gets none, not even one that would only count once it is enabled again. */
static err session_create(struct sq_conn *c, void *job)
{
    const struct session_write *what = job;
    const struct staff_session_row *row = what->row;
    struct sq_query q = sq_query(
        c, "INSERT INTO staff_session(id, person, team, hash, state, created_ms, expires_ms,"
           " used_ms, fresh_ms, address, agent, challenge)"
           " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 WHERE EXISTS"
           " (SELECT 1 FROM person WHERE id = ?2 AND disabled_ms = 0)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->person);
    sq_bind_id(&q, &row->team);
    sq_bind_digest(&q, &row->hash);
    sq_bind_int(&q, row->state);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->expires_ms);
    sq_bind_int(&q, row->used_ms);
    sq_bind_int(&q, row->fresh_ms);
    sq_bind_str(&q, row->address, STORE_WORD_MAX);
    sq_bind_str(&q, row->agent, STORE_NAME_MAX);
    sq_bind_str(&q, row->challenge, STORE_COMMENT_MAX);
    err e = sq_run_one(&q);
    if (err_ok(e) && row->state == STAFF_FULL) {
        e = logged_in(c, &row->id, row->created_ms);
    }
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_staff_session_create(struct store *store, const struct staff_session_row *row,
                                const struct audit_act *act)
{
    struct session_write job = {.row = row, .act = act};
    return sq_write(store, session_create, &job);
}

/* ── looking ── */

static void session_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct staff_session_row *row = ret;
    row->id = sq_id(q);
    row->person = sq_id(q);
    row->team = sq_id(q);
    row->hash = sq_digest(q);
    row->state = (enum staff_state)sq_int(q);
    row->created_ms = sq_int(q);
    row->expires_ms = sq_int(q);
    row->used_ms = sq_int(q);
    row->fresh_ms = sq_int(q);
    row->address = sq_str(q, a);
    row->agent = sq_str(q, a);
    row->challenge = sq_str(q, a);
}

static void principal_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct staff_principal *row = ret;
    session_read(q, a, &row->session);
    sq_person_read(q, a, &row->person);
    sq_member_read(q, a, &row->member);
    row->has_second_factor = sq_bool(q);
    row->team_settings = sq_str(q, a);
}

err sqlite_staff_session_by_hash(struct store *store, struct arena *a,
                                 const struct crypto_digest *hash, int64_t now_ms,
                                 struct staff_principal *ret)
{
    struct sq_conn *c;
    struct staff_principal row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " SESSION_COLUMNS ", " SQ_ACCOUNT_COLUMNS ", " SQ_MEMBER_COLUMNS
                    ", " SQ_HAS_FACTOR ", t.settings FROM staff_session s"
                    " CROSS JOIN person p ON p.id = s.person"
                    " CROSS JOIN member m ON m.team = s.team AND m.person = s.person"
                    " CROSS JOIN team t ON t.id = s.team"
                    " WHERE s.hash = ? AND s.expires_ms > ? AND p.disabled_ms = 0");
    sq_bind_digest(&q, hash);
    sq_bind_int(&q, now_ms);
    e = sq_row(&q, a, principal_read, &row);
    e = err_ok(e) ? sq_member_projects(c, a, &row.member) : e;
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_staff_session_list(struct store *store, struct arena *a, const id *person,
                              int64_t now_ms, struct staff_session_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " SESSION_COLUMNS " FROM staff_session s"
                                    " WHERE s.person = ? AND s.expires_ms > ?"
                                    " ORDER BY s.created_ms DESC, s.id LIMIT ?");
    sq_bind_id(&q, person);
    sq_bind_int(&q, now_ms);
    sq_bind_int(&q, STORE_LIST_MAX);
    e = sq_rows(&q, a, session_read, sizeof(struct staff_session_row), STORE_LIST_MAX, &list);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

/* ── changing ── */

static err session_used(struct sq_conn *c, void *job)
{
    const struct session_write *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE staff_session SET used_ms = max(used_ms, ?) WHERE id = ?");
    sq_bind_int(&q, what->at_ms);
    sq_bind_id(&q, what->session);
    return sq_run_one(&q);
}

/* Looks first: a write costs a sync, a look costs nothing. */
err sqlite_staff_session_used(struct store *store, const id *session, int64_t at_ms)
{
    struct session_write job = {.session = session, .at_ms = at_ms};
    struct sq_conn *c;
    int64_t used_ms = 0;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT used_ms FROM staff_session WHERE id = ?");
    sq_bind_id(&q, session);
    e = sq_number(&q, &used_ms);
    sq_read_end(store, c);
    if (err_ok(e) && used_ms && at_ms - used_ms < USED_EVERY_MS) {
        return e;
    }
    return err_ok(e) ? sq_write(store, session_used, &job) : e;
}

static err session_raise(struct sq_conn *c, void *job)
{
    const struct session_write *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE staff_session SET hash = ?1, state = ?2, used_ms = ?3, fresh_ms = ?3,"
                    " expires_ms = ?4, challenge = '' WHERE id = ?5");
    sq_bind_digest(&q, what->hash);
    sq_bind_int(&q, what->state);
    sq_bind_int(&q, what->at_ms);
    sq_bind_int(&q, what->expires_ms);
    sq_bind_id(&q, what->session);
    err e = sq_run_one(&q);
    if (err_ok(e) && what->state == STAFF_FULL) {
        e = logged_in(c, what->session, what->at_ms);
    }
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_staff_session_raise(struct store *store, const id *session,
                               const struct crypto_digest *hash, enum staff_state state,
                               int64_t at_ms, int64_t expires_ms, const struct audit_act *act)
{
    struct session_write job = {.session = session,
                                .hash = hash,
                                .state = state,
                                .at_ms = at_ms,
                                .expires_ms = expires_ms,
                                .act = act};
    return sq_write(store, session_raise, &job);
}

static err session_fresh(struct sq_conn *c, void *job)
{
    const struct session_write *what = job;
    struct sq_query q = sq_query(c, "UPDATE staff_session SET fresh_ms = ? WHERE id = ?");
    sq_bind_int(&q, what->at_ms);
    sq_bind_id(&q, what->session);
    return sq_run_one(&q);
}

err sqlite_staff_session_fresh(struct store *store, const id *session, int64_t at_ms)
{
    struct session_write job = {.session = session, .at_ms = at_ms};
    return sq_write(store, session_fresh, &job);
}

static err session_challenge(struct sq_conn *c, void *job)
{
    const struct session_write *what = job;
    struct sq_query q = sq_query(c, "UPDATE staff_session SET challenge = ? WHERE id = ?");
    sq_bind_str(&q, what->challenge, STORE_COMMENT_MAX);
    sq_bind_id(&q, what->session);
    return sq_run_one(&q);
}

err sqlite_staff_session_challenge(struct store *store, const id *session, str challenge)
{
    struct session_write job = {.session = session, .challenge = challenge};
    return sq_write(store, session_challenge, &job);
}

static void challenge_read(struct sq_query *q, struct arena *a, void *ret)
{
    *(str *)ret = sq_str(q, a);
}

static err session_take(struct sq_conn *c, void *job)
{
    struct session_write *what = job;
    struct sq_query q =
        sq_query(c, "SELECT challenge FROM staff_session WHERE id = ? AND challenge <> ''");
    sq_bind_id(&q, what->session);
    err e = sq_row(&q, what->a, challenge_read, &what->challenge);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query clear = sq_query(c, "UPDATE staff_session SET challenge = '' WHERE id = ?");
    sq_bind_id(&clear, what->session);
    return sq_run_one(&clear);
}

err sqlite_staff_session_take_challenge(struct store *store, struct arena *a, const id *session,
                                        str *ret)
{
    struct session_write job = {.session = session, .a = a};
    err e = sq_write(store, session_take, &job);
    if (err_ok(e)) {
        *ret = job.challenge;
    }
    return e;
}

static err session_switch(struct sq_conn *c, void *job)
{
    const struct session_write *what = job;
    struct sq_query q = sq_query(c, "UPDATE staff_session SET team = ? WHERE id = ?");
    sq_bind_id(&q, what->team);
    sq_bind_id(&q, what->session);
    return sq_run_one(&q);
}

err sqlite_staff_session_switch(struct store *store, const id *session, const id *team)
{
    struct session_write job = {.session = session, .team = team};
    return sq_write(store, session_switch, &job);
}

/* ── ending ── */

err sq_sessions_end(struct sq_conn *c, const id *person, const id *keep)
{
    static const id none = {{0}};
    struct sq_query q = sq_query(c, "DELETE FROM staff_session WHERE person = ?1 AND id IS NOT ?2");
    sq_bind_id(&q, person);
    sq_bind_id(&q, keep ? keep : &none);
    return sq_run(&q);
}

static err session_end(struct sq_conn *c, void *job)
{
    const struct session_write *what = job;
    struct sq_query q = sq_query(c, "DELETE FROM staff_session WHERE id = ? AND person = ?");
    sq_bind_id(&q, what->session);
    sq_bind_id(&q, what->person);
    err e = sq_run_one(&q);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_staff_session_end(struct store *store, const id *person, const id *session,
                             const struct audit_act *act)
{
    struct session_write job = {.person = person, .session = session, .act = act};
    return sq_write(store, session_end, &job);
}

static err session_end_all(struct sq_conn *c, void *job)
{
    struct session_write *what = job;
    err e = sq_sessions_end(c, what->person, what->keep);
    what->count = err_ok(e) ? sq_changes(c) : 0;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_staff_session_end_all(struct store *store, const id *person, const id *keep,
                                 const struct audit_act *act, size_t *ret_count)
{
    struct session_write job = {.person = person, .keep = keep, .act = act};
    err e = sq_write(store, session_end_all, &job);
    if (err_ok(e) && ret_count) {
        *ret_count = job.count;
    }
    return e;
}

static err session_expire(struct sq_conn *c, void *job)
{
    struct session_write *what = job;
    struct sq_query q = sq_query(c, "DELETE FROM staff_session WHERE id IN"
                                    " (SELECT id FROM staff_session WHERE expires_ms < ? LIMIT ?)");
    sq_bind_int(&q, what->at_ms);
    sq_bind_int(&q, EXPIRE_AT_ONCE);
    err e = sq_run(&q);
    what->count = err_ok(e) ? sq_changes(c) : 0;
    return e;
}

err sqlite_staff_session_expire(struct store *store, int64_t before_ms, size_t *ret_removed)
{
    struct session_write job = {.at_ms = before_ms};
    err e = sq_write(store, session_expire, &job);
    if (err_ok(e) && ret_removed) {
        *ret_removed = job.count;
    }
    return e;
}
