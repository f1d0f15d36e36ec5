/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_people.h"

#define INVITATION_COLUMNS                                                                         \
    "id, team, email, role, all_projects, hash, invited_by, created_ms, expires_ms, used_ms"

struct invitation_write {
    const struct invitation_row *row;
    const struct outbox_row *mail;
    const struct person_row *person;
    const id *team, *invitation;
    int64_t now_ms;
    const struct audit_act *act;
};

static err insert(struct sq_conn *c, const struct invitation_row *row)
{
    struct sq_query q = sq_query(c, "INSERT INTO invitation(" INVITATION_COLUMNS
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->team);
    sq_bind_str(&q, row->email, STORE_ADDRESS_MAX);
    sq_bind_int(&q, row->role);
    sq_bind_int(&q, row->all_projects);
    sq_bind_digest(&q, &row->hash);
    sq_bind_id(&q, &row->invited_by);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->expires_ms);
    err e = sq_run(&q);
    for (size_t i = 0; err_ok(e) && i < row->project_count; i++) {
        struct sq_query one =
            sq_query(c, "INSERT INTO invitation_project(invitation, project, role)"
                        " SELECT ?1, ?2, ?3 WHERE EXISTS"
                        " (SELECT 1 FROM project WHERE id = ?2 AND team = ?4)");
        sq_bind_id(&one, &row->id);
        sq_bind_id(&one, &row->projects[i].project);
        sq_bind_int(&one, row->projects[i].role);
        sq_bind_id(&one, &row->team);
        e = sq_run_one(&one);
    }
    return e;
}

static err invitation_create(struct sq_conn *c, void *job)
{
    const struct invitation_write *what = job;
    const struct invitation_row *row = what->row;
    err e = sq_roles_check(row->role, row->projects, row->project_count);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "DELETE FROM invitation WHERE team = ? AND email = ?");
    sq_bind_id(&q, &row->team);
    sq_bind_str(&q, row->email, STORE_ADDRESS_MAX);
    e = sq_run(&q);
    e = err_ok(e) ? insert(c, row) : e;
    e = err_ok(e) && what->mail ? sq_outbox_insert(c, what->mail, 1) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_invitation_create(struct store *store, const struct invitation_row *row,
                             const struct outbox_row *mail, const struct audit_act *act)
{
    struct invitation_write job = {.row = row, .mail = mail, .act = act};
    return sq_write(store, invitation_create, &job);
}

/* ── looking ── */

static void invitation_read(struct sq_query *q, struct arena *a, void *ret)
{
    struct invitation_row *row = ret;
    row->id = sq_id(q);
    row->team = sq_id(q);
    row->email = sq_str(q, a);
    row->role = (enum role)sq_int(q);
    row->all_projects = sq_bool(q);
    row->hash = sq_digest(q);
    row->invited_by = sq_id(q);
    row->created_ms = sq_int(q);
    row->expires_ms = sq_int(q);
    row->used_ms = sq_int(q);
}

static err projects_read(struct sq_conn *c, struct arena *a, struct invitation_row *row)
{
    struct sq_list list = {0};
    struct sq_query q = sq_query(
        c, "SELECT project, role FROM invitation_project WHERE invitation = ? ORDER BY project");
    sq_bind_id(&q, &row->id);
    err e = sq_rows(&q, a, sq_role_read, sizeof(struct member_project), STORE_LIST_MAX, &list);
    row->projects = list.rows;
    row->project_count = list.count;
    return e;
}

err sqlite_invitation_by_hash(struct store *store, struct arena *a,
                              const struct crypto_digest *hash, int64_t now_ms,
                              struct invitation_row *ret)
{
    struct sq_conn *c;
    struct invitation_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " INVITATION_COLUMNS " FROM invitation WHERE hash = ?"
                                    " AND used_ms = 0 AND expires_ms > ?");
    sq_bind_digest(&q, hash);
    sq_bind_int(&q, now_ms);
    e = sq_row(&q, a, invitation_read, &row);
    e = err_ok(e) ? projects_read(c, a, &row) : e;
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_invitation_list(struct store *store, struct arena *a, const id *team, int64_t now_ms,
                           struct invitation_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " INVITATION_COLUMNS " FROM invitation WHERE team = ?"
                                    " AND used_ms = 0 AND expires_ms > ?"
                                    " ORDER BY created_ms DESC, id LIMIT ?");
    sq_bind_id(&q, team);
    sq_bind_int(&q, now_ms);
    sq_bind_int(&q, STORE_LIST_MAX);
    e = sq_rows(&q, a, invitation_read, sizeof(struct invitation_row), STORE_LIST_MAX, &list);
    for (size_t i = 0; err_ok(e) && i < list.count; i++) {
        e = projects_read(c, a, (struct invitation_row *)list.rows + i);
    }
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

/* ── ending ── */

static err invitation_revoke(struct sq_conn *c, void *job)
{
    const struct invitation_write *what = job;
    struct sq_query q =
        sq_query(c, "DELETE FROM invitation WHERE id = ? AND team = ? AND used_ms = 0");
    sq_bind_id(&q, what->invitation);
    sq_bind_id(&q, what->team);
    err e = sq_run_one(&q);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_invitation_revoke(struct store *store, const id *team, const id *invitation,
                             const struct audit_act *act)
{
    struct invitation_write job = {.team = team, .invitation = invitation, .act = act};
    return sq_write(store, invitation_revoke, &job);
}

/* The account of the invitation's address; makes it when there is none. */
static err account_of(struct sq_conn *c, const struct invitation_write *what, id *ret)
{
    id person = {{0}};
    struct sq_query q = sq_query(c, "SELECT p.id FROM person p JOIN invitation i"
                                    " ON i.email = p.email WHERE i.id = ?");
    sq_bind_id(&q, what->invitation);
    if (sq_step(&q)) {
        person = sq_id(&q);
    }
    err e = sq_end(&q);
    if (err_ok(e) && id_none(&person)) {
        const struct person_row *row = what->person;
        person = row->id;
        struct sq_query make =
            sq_query(c, "INSERT INTO person(id, email, name, password, password_ms, created_ms,"
                        " disabled_ms, login_ms)"
                        " SELECT ?, email, ?, ?, ?, ?, 0, 0 FROM invitation WHERE id = ?");
        sq_bind_id(&make, &person);
        sq_bind_str(&make, row->name, STORE_NAME_MAX);
        sq_bind_str(&make, row->password, STORE_PASSWORD_MAX);
        sq_bind_int(&make, row->password_ms);
        sq_bind_int(&make, row->created_ms);
        sq_bind_id(&make, what->invitation);
        e = sq_run_one(&make);
    }
    *ret = person;
    return e;
}

/* A membership that is there already is a CONFLICT: an invitation must not take a role away. */
static err join(struct sq_conn *c, const struct invitation_write *what, const id *person)
{
    struct sq_query q = sq_query(c, "INSERT INTO member(team, person, role, all_projects,"
                                    " created_ms) SELECT team, ?, role, all_projects, ?"
                                    " FROM invitation WHERE id = ?");
    sq_bind_id(&q, person);
    sq_bind_int(&q, what->now_ms);
    sq_bind_id(&q, what->invitation);
    err e = sq_run_one(&q);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query projects =
        sq_query(c, "INSERT INTO member_project(team, person, project, role)"
                    " SELECT i.team, ?, r.project, r.role FROM invitation i"
                    " JOIN invitation_project r ON r.invitation = i.id WHERE i.id = ?");
    sq_bind_id(&projects, person);
    sq_bind_id(&projects, what->invitation);
    return sq_run(&projects);
}

static err invitation_accept(struct sq_conn *c, void *job)
{
    const struct invitation_write *what = job;
    id person;
    struct sq_query q = sq_query(c, "UPDATE invitation SET used_ms = ?1 WHERE id = ?2"
                                    " AND used_ms = 0 AND expires_ms > ?1");
    sq_bind_int(&q, what->now_ms);
    sq_bind_id(&q, what->invitation);
    err e = sq_run_one(&q);
    e = err_ok(e) ? account_of(c, what, &person) : e;
    e = err_ok(e) ? join(c, what, &person) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_invitation_accept(struct store *store, const id *invitation,
                             const struct person_row *row, int64_t now_ms,
                             const struct audit_act *act)
{
    struct invitation_write job = {
        .invitation = invitation, .person = row, .now_ms = now_ms, .act = act};
    return sq_write(store, invitation_accept, &job);
}
