/* SPDX-License-Identifier: Apache-2.0 */
/* The chains grow inside the writer's transaction, so that a sequence number is never given twice
 * and never lost. */
#include "store/sqlite_store.h"

#include "base/clock.h"

#define AUDIT_COLUMNS                                                                              \
    "team, seq, at_ms, actor_kind, actor, act, object_kind, object, outcome, detail, request, "    \
    "address, previous, hash"

static err head_of(struct sq_conn *c, const id *team, uint64_t *ret_seq, struct crypto_digest *ret)
{
    struct sq_query q = sq_query(c, "SELECT seq, hash FROM audit WHERE team = ifnull(?, x'')"
                                    " ORDER BY seq DESC LIMIT 1");
    sq_bind_id(&q, team);
    if (sq_step(&q)) {
        *ret_seq = (uint64_t)sq_int(&q);
        *ret = sq_digest(&q);
    }
    return sq_end(&q);
}

static err insert(struct sq_conn *c, const struct audit_row *row)
{
    const struct audit_act *what = &row->what;
    struct sq_query q =
        sq_query(c, "INSERT INTO audit(" AUDIT_COLUMNS
                    ") VALUES (ifnull(?, x''), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, &what->team);
    sq_bind_int(&q, (int64_t)row->seq);
    sq_bind_int(&q, what->at_ms);
    sq_bind_str(&q, what->actor_kind, STORE_WORD_MAX);
    sq_bind_id(&q, &what->actor);
    sq_bind_str(&q, what->act, STORE_WORD_MAX);
    sq_bind_str(&q, what->object_kind, STORE_WORD_MAX);
    sq_bind_str(&q, what->object, STORE_NAME_MAX);
    sq_bind_str(&q, what->outcome, STORE_WORD_MAX);
    sq_bind_str(&q, what->detail, STORE_COMMENT_MAX);
    sq_bind_id(&q, &what->request);
    sq_bind_str(&q, what->address, STORE_WORD_MAX);
    sq_bind_digest(&q, &row->before);
    sq_bind_digest(&q, &row->hash);
    return sq_run(&q);
}

err sq_audit_append(struct sq_conn *c, const struct audit_act *act)
{
    if (!act) {
        return ERR_NONE;
    }
    struct audit_row row = {.what = *act};
    row.what.at_ms = act->at_ms ? act->at_ms : clock_wall_ms();
    err e = head_of(c, &act->team, &row.seq, &row.before);
    row.seq++;
    row.hash = audit_hash(&row.before, row.seq, &row.what);
    return err_ok(e) ? insert(c, &row) : e;
}

struct audit_add {
    const struct audit_act *acts;
    size_t count;
};

static err audit_add(struct sq_conn *c, void *job)
{
    const struct audit_add *what = job;
    err e = ERR_NONE;
    for (size_t i = 0; err_ok(e) && i < what->count; i++) {
        e = sq_audit_append(c, &what->acts[i]);
    }
    return e;
}

err sqlite_audit_add(struct store *store, const struct audit_act *acts, size_t count)
{
    struct audit_add job = {acts, count};
    return count > STORE_BATCH_MAX ? err_new(ERR_TOO_LARGE, "too many acts in one write")
                                   : sq_write(store, audit_add, &job);
}

static void audit_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct audit_row *row = ret;
    row->what.team = sq_id(q);
    row->seq = (uint64_t)sq_int(q);
    row->what.at_ms = sq_int(q);
    row->what.actor_kind = sq_str(q, a);
    row->what.actor = sq_id(q);
    row->what.act = sq_str(q, a);
    row->what.object_kind = sq_str(q, a);
    row->what.object = sq_str(q, a);
    row->what.outcome = sq_str(q, a);
    row->what.detail = sq_str(q, a);
    row->what.request = sq_id(q);
    row->what.address = sq_str(q, a);
    row->before = sq_digest(q);
    row->hash = sq_digest(q);
}

static err read_rows(struct store *store, struct arena *a, const char *sql, const id *team,
                     uint64_t seq, size_t limit, struct sq_list *list)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, sql);
    sq_bind_id(&q, team);
    sq_bind_int(&q, seq > INT64_MAX ? INT64_MAX : (int64_t)seq);
    sq_bind_int(&q, (int64_t)(limit && limit < STORE_LIST_MAX ? limit : STORE_LIST_MAX));
    e = sq_rows(&q, a, audit_read, sizeof(struct audit_row), STORE_LIST_MAX, list);
    sq_read_end(store, c);
    return e;
}

err sqlite_audit_list(struct store *store, struct arena *a, const id *team, uint64_t after_seq,
                      size_t limit, struct audit_row **ret, size_t *ret_count)
{
    static const char sql[] = "SELECT " AUDIT_COLUMNS " FROM audit WHERE team = ifnull(?, x'')"
                              " AND seq > ? ORDER BY seq LIMIT ?";
    struct sq_list list = {0};
    err e = read_rows(store, a, sql, team, after_seq, limit, &list);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

err sqlite_audit_recent(struct store *store, struct arena *a, const id *team, uint64_t before_seq,
                        size_t limit, struct audit_row **ret, size_t *ret_count)
{
    static const char sql[] = "SELECT " AUDIT_COLUMNS " FROM audit WHERE team = ifnull(?, x'')"
                              " AND seq < ? ORDER BY seq DESC LIMIT ?";
    struct sq_list list = {0};
    err e = read_rows(store, a, sql, team, before_seq ? before_seq : INT64_MAX, limit, &list);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

static void head_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct audit_head *row = ret;
    (void)a;
    row->team = sq_id(q);
    row->seq = (uint64_t)sq_int(q);
    row->hash = sq_digest(q);
}

/* Jumps from team to team in the primary key instead of reading every row. */
err sqlite_audit_heads(struct store *store, struct arena *a, struct audit_head **ret,
                       size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "WITH RECURSIVE t(team) AS (SELECT min(team) FROM audit UNION ALL"
                    " SELECT (SELECT min(team) FROM audit WHERE team > t.team) FROM t"
                    " WHERE t.team IS NOT NULL)"
                    " SELECT a.team, a.seq, a.hash FROM t JOIN audit a ON a.team = t.team"
                    " AND a.seq = (SELECT max(seq) FROM audit WHERE team = t.team)");
    e = sq_rows(&q, a, head_read, sizeof(struct audit_head), STORE_LIST_MAX, &list);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}
