/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/acts.h"

#include <stdio.h>

#include <sqlite3.h>

static struct crypto_digest random_hash(void)
{
    id random = id_random();
    return crypto_sha256(id_str(&random));
}

static const char *random_email(struct fixture *f)
{
    id random = id_random();
    return arena_printf(&f->arena, "%s@example.com", random.c).p;
}

struct act_goods act_goods(struct fixture *f)
{
    struct act_goods g = {.team = {{0}}};
    assert_ok(store_team_create(f->store, STR("Team"), &g.team));
    id slug = id_random();
    struct project_row project = make_project(&g.team, slug.c);
    struct source_row source = make_source(&project.id);
    assert_ok(store_project_create(f->store, &project));
    assert_ok(store_source_create(f->store, &source));
    g.owner = stored_person(f, &g.team, random_email(f), ROLE_OWNER);
    g.agent = stored_person(f, &g.team, random_email(f), ROLE_AGENT);
    struct key_row key = make_key(&g.team, &project.id, "");
    struct visitor_key_row visitor_key = make_visitor_key(&project.id, "kid");
    struct invitation_row invitation = make_invitation(&g.team, random_email(f), "");
    struct reset_row reset = make_reset(&g.agent, "");
    struct staff_session_row session = make_staff_session(&g.team, &g.agent, "");
    struct factor_row factor = make_totp(&g.agent);
    key.hash = random_hash();
    invitation.hash = random_hash();
    reset.hash = random_hash();
    session.hash = random_hash();
    assert_ok(store_key_create(f->store, &key, NULL));
    assert_ok(store_visitor_key_add(f->store, &visitor_key, NULL));
    assert_ok(store_invitation_create(f->store, &invitation, NULL, NULL));
    assert_ok(store_reset_create(f->store, &reset, NULL, NULL));
    assert_ok(store_staff_session_create(f->store, &session, NULL));
    assert_ok(store_factor_add(f->store, &factor, NULL));
    g.project = project.id;
    g.source = source.id;
    g.key = key.id;
    g.visitor_key = visitor_key.id;
    g.invitation = invitation.id;
    g.reset = reset.id;
    g.session = session.id;
    g.factor = factor.id;
    return g;
}

struct act_goods act_goods_of_nobody(void)
{
    return (struct act_goods){id_random(), id_random(), id_random(), id_random(),
                              id_random(), id_random(), id_random(), id_random(),
                              id_random(), id_random(), id_random()};
}

/* ── the verbs ── */

#define ACT(verb)                                                                                  \
    static err act_##verb(struct fixture *f, const struct act_goods *g, const struct audit_act *act)
#define S f->store

ACT(team_update)
{
    struct team_row row = {.id = g->team, .name = STR("Renamed"), .settings = STR("{\"a\":1}")};
    return store_team_update(S, &row, act);
}
ACT(person_create)
{
    struct person_row row = make_person(random_email(f));
    struct member_row member = make_member(&g->team, &row.id, ROLE_EDITOR);
    return store_person_create(S, &row, &member, act);
}
ACT(person_rename) { return store_person_rename(S, &g->agent, STR("Another name"), act); }
ACT(person_password)
{
    return store_person_password(S, &g->agent, STR("$argon2id$two"), 2, NULL, act);
}
ACT(person_disable) { return store_person_disable(S, &g->agent, 9, act); }
ACT(member_put)
{
    struct member_row row = make_member(&g->team, &g->agent, ROLE_VIEWER);
    return store_member_put(S, &row, NULL, act);
}
ACT(member_remove) { return store_member_remove(S, &g->team, &g->agent, act); }
ACT(invitation_create)
{
    struct member_project role = {g->project, ROLE_VIEWER};
    struct invitation_row row = make_invitation(&g->team, random_email(f), "");
    struct outbox_row mail = make_entry(&g->project, "invitation", 1);
    row.hash = random_hash();
    row.projects = &role;
    row.project_count = 1;
    return store_invitation_create(S, &row, &mail, act);
}
ACT(invitation_revoke) { return store_invitation_revoke(S, &g->team, &g->invitation, act); }
ACT(invitation_accept)
{
    struct person_row row = make_person("");
    return store_invitation_accept(S, &g->invitation, &row, 2, act);
}
ACT(reset_create)
{
    struct reset_row row = make_reset(&g->agent, "");
    struct outbox_row mail = make_entry(&g->project, "reset", 1);
    row.hash = random_hash();
    return store_reset_create(S, &row, &mail, act);
}
ACT(reset_accept) { return store_reset_accept(S, &g->reset, STR("$argon2id$three"), 2, act); }
ACT(staff_session_create)
{
    struct staff_session_row row = make_staff_session(&g->team, &g->agent, "");
    row.hash = random_hash();
    return store_staff_session_create(S, &row, act);
}
ACT(staff_session_raise)
{
    struct crypto_digest hash = random_hash();
    return store_staff_session_raise(S, &g->session, &hash, STAFF_FULL, 2, 99, act);
}
ACT(staff_session_end) { return store_staff_session_end(S, &g->agent, &g->session, act); }
ACT(staff_session_end_all)
{
    size_t n;
    return store_staff_session_end_all(S, &g->agent, NULL, act, &n);
}
ACT(factor_add)
{
    struct factor_row row = make_passkey(&g->agent, random_email(f));
    return store_factor_add(S, &row, act);
}
ACT(factor_remove) { return store_factor_remove(S, &g->agent, &g->factor, NULL, act); }
ACT(factor_reset) { return store_factor_reset(S, &g->agent, act); }
ACT(recovery_replace)
{
    struct crypto_digest hash = random_hash();
    return store_recovery_replace(S, &g->agent, &hash, 1, 1, act);
}
ACT(key_create)
{
    struct key_row row = make_key(&g->team, NULL, "");
    row.hash = random_hash();
    return store_key_create(S, &row, act);
}
ACT(key_update)
{
    struct key_row row = make_key(&g->team, NULL, "");
    row.id = g->key;
    row.name = STR("Renamed");
    return store_key_update(S, &row, &row, act);
}
ACT(key_disable) { return store_key_disable(S, &g->team, &g->key, "revoked", 5, act); }
ACT(key_rotate)
{
    struct key_row row = make_key(&g->team, &g->project, "");
    row.hash = random_hash();
    return store_key_rotate(S, &g->team, &g->key, 5, &row, act);
}
ACT(key_mark) { return store_key_mark(S, &g->key, 1, 2, 3, act); }
ACT(visitor_key_add)
{
    struct visitor_key_row row = make_visitor_key(&g->project, "another");
    return store_visitor_key_add(S, &row, act);
}
ACT(visitor_key_remove) { return store_visitor_key_remove(S, &g->project, &g->visitor_key, act); }
ACT(source_set_groups)
{
    return store_source_set_groups(S, &g->project, &g->source, STR("staff\n"), act);
}

#define ROW(verb)                                                                                  \
    {                                                                                              \
#verb, act_##verb                                                                          \
    }
const struct act_case act_cases[] = {
    ROW(team_update),
    ROW(person_create),
    ROW(person_rename),
    ROW(person_password),
    ROW(person_disable),
    ROW(member_put),
    ROW(member_remove),
    ROW(invitation_create),
    ROW(invitation_revoke),
    ROW(invitation_accept),
    ROW(reset_create),
    ROW(reset_accept),
    ROW(staff_session_create),
    ROW(staff_session_raise),
    ROW(staff_session_end),
    ROW(staff_session_end_all),
    ROW(factor_add),
    ROW(factor_remove),
    ROW(factor_reset),
    ROW(recovery_replace),
    ROW(key_create),
    ROW(key_update),
    ROW(key_disable),
    ROW(key_rotate),
    ROW(key_mark),
    ROW(visitor_key_add),
    ROW(visitor_key_remove),
    ROW(source_set_groups),
};
const size_t act_case_count = sizeof act_cases / sizeof *act_cases;

size_t act_count(struct fixture *f, const id *team)
{
    struct audit_row *rows;
    size_t n;
    assert_ok(store_audit_list(f->store, &f->arena, team, 0, 0, &rows, &n));
    return n;
}

/* ── the whole database ── */

static void add_table(sqlite3 *db, const char *name, struct crypto_digest *print)
{
    char sql[128];
    sqlite3_stmt *statement = NULL;
    (void)snprintf(sql, sizeof sql, "SELECT * FROM %s", name);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const void *p = sqlite3_column_blob(statement, i);
            size_t n = (size_t)sqlite3_column_bytes(statement, i);
            str parts[] = {str_n((const char *)print->bytes, sizeof print->bytes),
                           str_n((const char *)&n, sizeof n), p ? str_n(p, n) : STR_EMPTY};
            *print = crypto_sha256_parts(parts, 3);
        }
    }
    (void)sqlite3_finalize(statement);
}

struct crypto_digest database_print(struct fixture *f)
{
    struct crypto_digest print = {{0}};
    sqlite3 *db = NULL;
    sqlite3_stmt *tables = NULL;
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name FROM sqlite_master WHERE type = 'table' AND"
                                        " name NOT LIKE 'passage_%' AND name <> 'audit'"
                                        " ORDER BY name",
                                        -1, &tables, NULL),
                     SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        add_table(db, (const char *)sqlite3_column_text(tables, 0), &print);
    }
    (void)sqlite3_finalize(tables);
    (void)sqlite3_close(db);
    return print;
}

bool same_print(const struct crypto_digest *a, const struct crypto_digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
