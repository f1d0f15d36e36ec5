/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_people.h"

void sq_member_read(struct sq_query *q, struct arena *a, void *member_row)
{
    struct member_row *row = member_row;
    (void)a;
    row->team = sq_id(q);
    row->person = sq_id(q);
    row->role = (enum role)sq_int(q);
    row->all_projects = sq_bool(q);
    row->created_ms = sq_int(q);
}

static void listed_read(struct sq_query *q, struct arena *a, void *member_row)
{
    struct member_row *row = member_row;
    sq_member_read(q, a, row);
    sq_person_read(q, a, &row->account);
    row->has_second_factor = sq_bool(q);
}

void sq_role_read(struct sq_query *q, struct arena *a, void *member_project)
{
    struct member_project *row = member_project;
    (void)a;
    row->project = sq_id(q);
    row->role = (enum role)sq_int(q);
}

err sq_member_projects(struct sq_conn *c, struct arena *a, struct member_row *row)
{
    struct sq_list list = {0};
    struct sq_query q = sq_query(c, "SELECT project, role FROM member_project WHERE team = ?"
                                    " AND person = ? ORDER BY project");
    sq_bind_id(&q, &row->team);
    sq_bind_id(&q, &row->person);
    err e = sq_rows(&q, a, sq_role_read, sizeof(struct member_project), STORE_LIST_MAX, &list);
    row->projects = list.rows;
    row->project_count = list.count;
    return e;
}

err sqlite_member_get(struct store *store, struct arena *a, const id *team, const id *person,
                      struct member_row *ret)
{
    struct sq_conn *c;
    struct member_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " SQ_MEMBER_COLUMNS " FROM member m"
                                    " WHERE m.team = ? AND m.person = ?");
    sq_bind_id(&q, team);
    sq_bind_id(&q, person);
    e = sq_row(&q, a, sq_member_read, &row);
    e = err_ok(e) ? sq_member_projects(c, a, &row) : e;
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

#define LISTED                                                                                     \
    "SELECT " SQ_MEMBER_COLUMNS ", " SQ_ACCOUNT_COLUMNS ", " SQ_HAS_FACTOR                         \
    " FROM member m JOIN person p ON p.id = m.person"

static err read_list(struct store *store, struct arena *a, const char *sql, const id *whose,
                     struct member_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, sql);
    sq_bind_id(&q, whose);
    sq_bind_int(&q, STORE_LIST_MAX);
    e = sq_rows(&q, a, listed_read, sizeof(struct member_row), STORE_LIST_MAX, &list);
    for (size_t i = 0; err_ok(e) && i < list.count; i++) {
        e = sq_member_projects(c, a, (struct member_row *)list.rows + i);
    }
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

err sqlite_member_list(struct store *store, struct arena *a, const id *team,
                       struct member_row **ret, size_t *ret_count)
{
    static const char sql[] = LISTED " WHERE m.team = ? ORDER BY p.name, p.email LIMIT ?";
    return read_list(store, a, sql, team, ret, ret_count);
}

err sqlite_member_teams(struct store *store, struct arena *a, const id *person,
                        struct member_row **ret, size_t *ret_count)
{
    static const char sql[] = LISTED " WHERE m.person = ? ORDER BY m.created_ms, m.team LIMIT ?";
    return read_list(store, a, sql, person, ret, ret_count);
}

/* ── writing ── */

err sq_roles_check(enum role role, const struct member_project *projects, size_t count)
{
    bool ok = role >= ROLE_VIEWER && role <= ROLE_OWNER;
    if (count > STORE_BATCH_MAX) {
        return err_new(ERR_TOO_LARGE, "too many project roles");
    }
    for (size_t i = 0; i < count; i++) {
        ok &= projects[i].role <= role;
    }
    return ok ? ERR_NONE : err_new(ERR_INVALID, "a project role is above the member's, or none");
}

static err projects_insert(struct sq_conn *c, const struct member_row *row)
{
    err e = ERR_NONE;
    for (size_t i = 0; err_ok(e) && i < row->project_count; i++) {
        struct sq_query q = sq_query(c, "INSERT INTO member_project(team, person, project, role)"
                                        " SELECT ?1, ?2, ?3, ?4 WHERE EXISTS"
                                        " (SELECT 1 FROM project WHERE id = ?3 AND team = ?1)");
        sq_bind_id(&q, &row->team);
        sq_bind_id(&q, &row->person);
        sq_bind_id(&q, &row->projects[i].project);
        sq_bind_int(&q, row->projects[i].role);
        e = sq_run_one(&q);
    }
    return e;
}

/* No REPLACE: it would take the sessions of the member with it. */
err sq_member_set(struct sq_conn *c, const struct member_row *row)
{
    err e = sq_roles_check(row->role, row->projects, row->project_count);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "INSERT INTO member(team, person, role, all_projects, created_ms)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT(team, person) DO UPDATE"
                    " SET role = excluded.role, all_projects = excluded.all_projects");
    sq_bind_id(&q, &row->team);
    sq_bind_id(&q, &row->person);
    sq_bind_int(&q, row->role);
    sq_bind_int(&q, row->all_projects);
    sq_bind_int(&q, row->created_ms);
    e = sq_run(&q);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query clear = sq_query(c, "DELETE FROM member_project WHERE team = ? AND person = ?");
    sq_bind_id(&clear, &row->team);
    sq_bind_id(&clear, &row->person);
    e = sq_run(&clear);
    return err_ok(e) ? projects_insert(c, row) : e;
}

struct member_write {
    const struct member_row *row, *was;
    const id *team, *person;
    const struct audit_act *act;
};

static err live_owners(struct sq_conn *c, const id *team, int64_t *ret)
{
    struct sq_query q = sq_query(c, "SELECT count(*) FROM member m JOIN person p ON p.id = m.person"
                                    " WHERE m.team = ? AND m.role = ? AND p.disabled_ms = 0");
    sq_bind_id(&q, team);
    sq_bind_int(&q, ROLE_OWNER);
    return sq_number(&q, ret);
}

/* Does a change to a team's members unless it would take its last live owner. */
static err keep_an_owner(struct sq_conn *c, const struct member_write *what, const id *team,
                         err (*change)(struct sq_conn *, const struct member_write *))
{
    int64_t before = 0, after = 0;
    err e = live_owners(c, team, &before);
    e = err_ok(e) ? change(c, what) : e;
    e = err_ok(e) ? live_owners(c, team, &after) : e;
    if (err_ok(e) && before > 0 && after == 0) {
        return err_new(ERR_CONFLICT, "it is the team's last owner");
    }
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

/* Whether a member's place still is what the writer has read. */
static err still_is(struct sq_conn *c, const struct member_row *was)
{
    int64_t place = 0;
    struct sq_query q = sq_query(c, "SELECT coalesce(max(role * 2 + all_projects), 0) FROM member"
                                    " WHERE team = ? AND person = ?");
    sq_bind_id(&q, &was->team);
    sq_bind_id(&q, &was->person);
    err e = sq_number(&q, &place);
    if (err_ok(e) && place == 0) {
        return err_new(ERR_NOT_FOUND, "they are not in the team any more");
    }
    return err_ok(e) && place != was->role * 2 + was->all_projects
               ? err_new(ERR_CONFLICT, "their place was changed just now: read it again")
               : e;
}

static err put(struct sq_conn *c, const struct member_write *what)
{
    err e = what->was ? still_is(c, what->was) : ERR_NONE;
    return err_ok(e) ? sq_member_set(c, what->row) : e;
}

static err member_put(struct sq_conn *c, void *job)
{
    const struct member_write *what = job;
    return keep_an_owner(c, what, &what->row->team, put);
}

err sqlite_member_put(struct store *store, const struct member_row *row,
                      const struct member_row *was, const struct audit_act *act)
{
    struct member_write job = {.row = row, .was = was, .act = act};
    return sq_write(store, member_put, &job);
}

static err take(struct sq_conn *c, const struct member_write *what)
{
    struct sq_query q = sq_query(c, "DELETE FROM member WHERE team = ? AND person = ?");
    sq_bind_id(&q, what->team);
    sq_bind_id(&q, what->person);
    return sq_run_one(&q);
}

static err member_remove(struct sq_conn *c, void *job)
{
    const struct member_write *what = job;
    return keep_an_owner(c, what, what->team, take);
}

err sqlite_member_remove(struct store *store, const id *team, const id *person,
                         const struct audit_act *act)
{
    struct member_write job = {.team = team, .person = person, .act = act};
    return sq_write(store, member_remove, &job);
}
