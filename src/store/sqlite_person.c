/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_people.h"

void sq_person_read(struct sq_query *q, struct arena *a, void *person_row)
{
    struct person_row *row = person_row;
    row->id = sq_id(q);
    row->email = sq_str(q, a);
    row->name = sq_str(q, a);
    row->password = sq_str(q, a);
    row->password_ms = sq_int(q);
    row->created_ms = sq_int(q);
    row->disabled_ms = sq_int(q);
    row->login_ms = sq_int(q);
}

/* Steps, reads one person and ends the reading. */
static err person_one(struct store *store, struct sq_conn *c, struct sq_query *q, struct arena *a,
                      struct person_row *ret)
{
    struct person_row row = {0};
    err e = sq_row(q, a, sq_person_read, &row);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_person_get(struct store *store, struct arena *a, const id *person,
                      struct person_row *ret)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " SQ_PERSON_COLUMNS " FROM person p WHERE p.id = ?");
    sq_bind_id(&q, person);
    return person_one(store, c, &q, a, ret);
}

err sqlite_person_by_email(struct store *store, struct arena *a, str email, struct person_row *ret)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " SQ_PERSON_COLUMNS " FROM person p WHERE p.email = ?");
    sq_bind_str(&q, email, STORE_ADDRESS_MAX);
    return person_one(store, c, &q, a, ret);
}

err sqlite_person_count(struct store *store, size_t *ret)
{
    struct sq_conn *c;
    int64_t count = 0;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT count(*) FROM person");
    e = sq_number(&q, &count);
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = (size_t)count;
    }
    return e;
}

/* ── writing ── */

struct person_write {
    const struct person_row *row;
    const struct member_row *member;
    const id *person, *keep;
    str text; /* name or password */
    int64_t at_ms;
    const struct audit_act *act;
};

err sq_person_insert(struct sq_conn *c, const struct person_row *row)
{
    struct sq_query q =
        sq_query(c, "INSERT INTO person(id, email, name, password, password_ms, created_ms,"
                    " disabled_ms, login_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    sq_bind_id(&q, &row->id);
    sq_bind_str(&q, row->email, STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->name, STORE_NAME_MAX);
    sq_bind_str(&q, row->password, STORE_PASSWORD_MAX);
    sq_bind_int(&q, row->password_ms);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->disabled_ms);
    sq_bind_int(&q, row->login_ms);
    return sq_run(&q);
}

static err person_create(struct sq_conn *c, void *job)
{
    const struct person_write *what = job;
    struct member_row member = *what->member;
    member.person = what->row->id;
    err e = sq_person_insert(c, what->row);
    e = err_ok(e) ? sq_member_set(c, &member) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_person_create(struct store *store, const struct person_row *row,
                         const struct member_row *member, const struct audit_act *act)
{
    struct person_write job = {.row = row, .member = member, .act = act};
    return sq_write(store, person_create, &job);
}

/* Counts in the transaction that writes: of two at once one finds the other's. */
static err person_create_first(struct sq_conn *c, void *job)
{
    int64_t there = 0;
    struct sq_query q = sq_query(c, "SELECT EXISTS (SELECT 1 FROM person)");
    err e = sq_number(&q, &there);
    e = err_ok(e) && there ? err_new(ERR_CONFLICT, "there is an account already") : e;
    return err_ok(e) ? person_create(c, job) : e;
}

err sqlite_person_create_first(struct store *store, const struct person_row *row,
                               const struct member_row *member, const struct audit_act *act)
{
    struct person_write job = {.row = row, .member = member, .act = act};
    return sq_write(store, person_create_first, &job);
}

static err person_rename(struct sq_conn *c, void *job)
{
    const struct person_write *what = job;
    struct sq_query q = sq_query(c, "UPDATE person SET name = ? WHERE id = ?");
    sq_bind_str(&q, what->text, STORE_NAME_MAX);
    sq_bind_id(&q, what->person);
    err e = sq_run_one(&q);
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_person_rename(struct store *store, const id *person, str name,
                         const struct audit_act *act)
{
    struct person_write job = {.person = person, .text = name, .act = act};
    return sq_write(store, person_rename, &job);
}

err sq_password_set(struct sq_conn *c, const id *person, str password, int64_t at_ms)
{
    struct sq_query q = sq_query(c, "UPDATE person SET password = ?, password_ms = ? WHERE id = ?");
    sq_bind_str(&q, password, STORE_PASSWORD_MAX);
    sq_bind_int(&q, at_ms);
    sq_bind_id(&q, person);
    return sq_run_one(&q);
}

static err person_password(struct sq_conn *c, void *job)
{
    const struct person_write *what = job;
    err e = sq_password_set(c, what->person, what->text, what->at_ms);
    e = err_ok(e) ? sq_sessions_end(c, what->person, what->keep) : e;
    e = err_ok(e) ? sq_resets_clear(c, what->person) : e;
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_person_password(struct store *store, const id *person, str password, int64_t at_ms,
                           const id *keep, const struct audit_act *act)
{
    struct person_write job = {
        .person = person, .text = password, .at_ms = at_ms, .keep = keep, .act = act};
    return sq_write(store, person_password, &job);
}

/* Looks for teams that have no other live owner. */
static err refuse_last_owner(struct sq_conn *c, const id *person)
{
    int64_t teams = 0;
    struct sq_query q = sq_query(
        c, "SELECT count(*) FROM member m JOIN person p ON p.id = m.person WHERE m.person = ?1"
           " AND m.role = ?2 AND p.disabled_ms = 0 AND NOT EXISTS (SELECT 1 FROM member o"
           " JOIN person l ON l.id = o.person WHERE o.team = m.team AND o.role = ?2"
           " AND l.disabled_ms = 0 AND o.person <> ?1)");
    sq_bind_id(&q, person);
    sq_bind_int(&q, ROLE_OWNER);
    err e = sq_number(&q, &teams);
    return err_ok(e) && teams > 0 ? err_new(ERR_CONFLICT, "it is a team's last owner") : e;
}

static err person_disable(struct sq_conn *c, void *job)
{
    const struct person_write *what = job;
    err e = what->at_ms ? refuse_last_owner(c, what->person) : ERR_NONE;
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "UPDATE person SET disabled_ms = ? WHERE id = ?");
    sq_bind_int(&q, what->at_ms);
    sq_bind_id(&q, what->person);
    e = sq_run_one(&q);
    if (err_ok(e) && what->at_ms) {
        e = sq_sessions_end(c, what->person, NULL);
        e = err_ok(e) ? sq_resets_clear(c, what->person) : e;
    }
    return err_ok(e) ? sq_audit_append(c, what->act) : e;
}

err sqlite_person_disable(struct store *store, const id *person, int64_t at_ms,
                          const struct audit_act *act)
{
    struct person_write job = {.person = person, .at_ms = at_ms, .act = act};
    return sq_write(store, person_disable, &job);
}
