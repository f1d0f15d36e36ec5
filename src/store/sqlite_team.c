/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#include "base/clock.h"

#define TEAM_COLUMNS "id, name, settings, created_ms"

struct team_create {
    str name;
    id id;
};

static err team_create(struct sq_conn *c, void *job)
{
    const struct team_create *team = job;
    struct sq_query q = sq_query(c, "INSERT INTO team(id, name, created_ms) VALUES (?, ?, ?)");
    sq_bind_id(&q, &team->id);
    sq_bind_str(&q, team->name, STORE_NAME_MAX);
    sq_bind_int(&q, clock_wall_ms());
    return sq_run(&q);
}

err sqlite_team_create(struct store *store, str name, id *ret)
{
    struct team_create team = {name, id_random()};
    err e = sq_write(store, team_create, &team);
    if (err_ok(e)) {
        *ret = team.id;
    }
    return e;
}

static void team_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct team_row *row = ret;
    row->id = sq_id(q);
    row->name = sq_str(q, a);
    row->settings = sq_str(q, a);
    row->created_ms = sq_int(q);
}

err sqlite_team_get(struct store *store, struct arena *a, const id *team, struct team_row *ret)
{
    struct sq_conn *c;
    struct team_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " TEAM_COLUMNS " FROM team WHERE id = ?");
    sq_bind_id(&q, team);
    e = sq_row(&q, a, team_read, &row);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_team_list(struct store *store, struct arena *a, struct team_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " TEAM_COLUMNS " FROM team ORDER BY created_ms, id LIMIT ?");
    sq_bind_int(&q, STORE_LIST_MAX);
    e = sq_rows(&q, a, team_read, sizeof(struct team_row), STORE_LIST_MAX, &list);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

struct team_update {
    const struct team_row *row;
    const struct audit_act *act;
};

static err team_update(struct sq_conn *c, void *job)
{
    const struct team_update *what = job;
    struct sq_query q = sq_query(c, "UPDATE team SET name = ?, settings = ? WHERE id = ?");
    sq_bind_str(&q, what->row->name, STORE_NAME_MAX);
    sq_bind_str(&q, what->row->settings, STORE_JSON_MAX);
    sq_bind_id(&q, &what->row->id);
    err e = sq_run_one(&q);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_team_update(struct store *store, const struct team_row *row, const struct audit_act *act)
{
    struct team_update job = {row, act};
    return sq_write(store, team_update, &job);
}
