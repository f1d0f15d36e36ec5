/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/backend.h"

static void a_team_keeps_its_name_and_settings(void **state)
{
    struct fixture *f = *state;
    struct team_row row, *rows;
    size_t n;
    id nobody = id_random();
    assert_ok(store_team_get(f->store, &f->arena, &f->team, &row));
    assert_str(row.name, STR("First team"));
    assert_str(row.settings, STR("{}"));
    row.name = STR("Renamed");
    row.settings = STR("{\"second_factor\":true}");
    assert_ok(store_team_update(f->store, &row, NULL));
    assert_ok(store_team_list(f->store, &f->arena, &rows, &n));
    assert_int_equal(n, 2);
    size_t at = id_eq(&rows[1].id, &f->team);
    assert_str(rows[at].name, STR("Renamed"));
    assert_str(rows[at].settings, STR("{\"second_factor\":true}"));
    assert_str(rows[!at].name, STR("Second team"));
    assert_code(store_team_get(f->store, &f->arena, &nobody, &row), ERR_NOT_FOUND);
    row.id = nobody;
    assert_code(store_team_update(f->store, &row, NULL), ERR_NOT_FOUND);
}

static void a_person_is_one_account_for_one_address(void **state)
{
    struct fixture *f = *state;
    struct person_row row = make_person("ada@example.com"), got;
    struct member_row member = make_member(&f->team, &row.id, ROLE_OWNER);
    size_t n;
    assert_ok(store_person_count(f->store, &n));
    assert_int_equal(n, 0);
    assert_code(store_person_by_email(f->store, &f->arena, row.email, &got), ERR_NOT_FOUND);
    struct audit_act act = make_act(&f->team, "person.create");
    act.object = str_n(arena_alloc(&f->arena, 401), 401); /* what cannot be recorded */
    assert_false(err_ok(store_person_create_first(f->store, &row, &member, &act)));
    assert_ok(store_person_count(f->store, &n));
    assert_int_equal(n, 0);
    assert_ok(store_person_create_first(f->store, &row, &member, NULL));
    assert_ok(store_person_by_email(f->store, &f->arena, row.email, &got));
    assert_true(id_eq(&got.id, &row.id));
    assert_ok(store_person_get(f->store, &f->arena, &row.id, &got));
    assert_str(got.name, row.name);
    assert_str(got.password, row.password);
    row.id = id_random();
    assert_code(store_person_create(f->store, &row, &member, NULL), ERR_CONFLICT);
    row.email = STR("second@example.com");
    assert_code(store_person_create_first(f->store, &row, &member, NULL), ERR_CONFLICT);
    row.email = STR("");
    assert_code(store_person_create(f->store, &row, &member, NULL), ERR_INVALID);
    assert_ok(store_person_count(f->store, &n));
    assert_int_equal(n, 1);
    assert_ok(store_person_rename(f->store, &got.id, STR("Ada"), NULL));
    assert_ok(store_person_get(f->store, &f->arena, &got.id, &got));
    assert_str(got.name, STR("Ada"));
}

static void a_person_without_a_team_is_not_made(void **state)
{
    struct fixture *f = *state;
    struct person_row row = make_person("ada@example.com"), got;
    id nobody = id_random();
    struct member_row member = make_member(&nobody, &row.id, ROLE_OWNER);
    assert_code(store_person_create(f->store, &row, &member, NULL), ERR_NOT_FOUND);
    assert_code(store_person_get(f->store, &f->arena, &row.id, &got), ERR_NOT_FOUND);
}

/* ── roles ── */

static void a_role_and_its_projects_come_back(void **state)
{
    struct fixture *f = *state;
    struct project_row other = make_project(&f->team, "other");
    struct member_project roles[] = {{f->project, ROLE_VIEWER}, {other.id, ROLE_NONE}};
    struct member_row got, *rows;
    size_t n;
    assert_ok(store_project_create(f->store, &other));
    (void)stored_person(f, &f->team, "owner@example.com", ROLE_OWNER);
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    struct member_row row = make_member(&f->team, &person, ROLE_EDITOR);
    row.all_projects = false;
    row.projects = roles;
    row.project_count = 2;
    row.created_ms = 99;
    assert_ok(store_member_put(f->store, &row, NULL, NULL));
    assert_ok(store_member_get(f->store, &f->arena, &f->team, &person, &got));
    assert_int_equal(got.role, ROLE_EDITOR);
    assert_false(got.all_projects);
    assert_int_equal(got.project_count, 2);
    assert_int_equal(got.created_ms, 1);
    for (size_t i = 0; i < 2; i++) {
        const struct member_project *was = &roles[id_eq(&got.projects[i].project, &other.id)];
        assert_true(id_eq(&got.projects[i].project, &was->project));
        assert_int_equal(got.projects[i].role, was->role);
    }
    assert_ok(store_project_delete(f->store, &other.id));
    assert_ok(store_member_list(f->store, &f->arena, &f->team, &rows, &n));
    assert_int_equal(n, 2);
    size_t at = id_eq(&rows[1].person, &person);
    assert_int_equal(rows[at].project_count, 1);
    assert_str(rows[at].account.email, STR("agent@example.com"));
    assert_str(rows[at].account.password, STR(""));
    row.project_count = 0;
    assert_ok(store_member_put(f->store, &row, NULL, NULL));
    assert_ok(store_member_get(f->store, &f->arena, &f->team, &person, &got));
    assert_int_equal(got.project_count, 0);
}

/* Of two who read the same member, the second must not undo what the first has taken. */
static void a_place_that_was_changed_meanwhile_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    (void)stored_person(f, &f->team, "owner@example.com", ROLE_OWNER);
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    struct member_row was = make_member(&f->team, &person, ROLE_AGENT), low = was, high = was;
    low.role = ROLE_VIEWER;
    high.role = ROLE_EDITOR;
    assert_ok(store_member_put(f->store, &low, &was, NULL));
    assert_code(store_member_put(f->store, &high, &was, NULL), ERR_CONFLICT);
    was = low;
    was.all_projects = false;
    assert_code(store_member_put(f->store, &high, &was, NULL), ERR_CONFLICT);
    assert_ok(store_member_remove(f->store, &f->team, &person, NULL));
    assert_code(store_member_put(f->store, &high, &low, NULL), ERR_NOT_FOUND);
    assert_code(store_member_get(f->store, &f->arena, &f->team, &person, &was), ERR_NOT_FOUND);
}

static void roles_that_cannot_be_are_refused(void **state)
{
    struct fixture *f = *state;
    (void)stored_person(f, &f->team, "owner@example.com", ROLE_OWNER);
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT), nobody = id_random();
    static const struct {
        int role, project_role;
        bool other_project, twice;
        enum err_code code;
    } cases[] = {
        {ROLE_NONE, ROLE_NONE, false, false, ERR_INVALID},
        {ROLE_OWNER + 1, ROLE_NONE, false, false, ERR_INVALID},
        {ROLE_AGENT, ROLE_EDITOR, false, false, ERR_INVALID},
        {ROLE_AGENT, ROLE_AGENT, true, false, ERR_NOT_FOUND},
        {ROLE_AGENT, ROLE_AGENT, false, true, ERR_CONFLICT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        id project = cases[i].other_project ? f->project2 : f->project;
        struct member_project roles[] = {{project, (enum role)cases[i].project_role},
                                         {project, (enum role)cases[i].project_role}};
        struct member_row row = make_member(&f->team, &person, (enum role)cases[i].role), got;
        struct invitation_row invitation = make_invitation(&f->team, "x@example.com", "x"), *open;
        size_t n;
        row.projects = invitation.projects = roles;
        row.project_count = invitation.project_count = 1 + cases[i].twice;
        invitation.role = (enum role)cases[i].role;
        assert_code(store_member_put(f->store, &row, NULL, NULL), cases[i].code);
        assert_ok(store_member_get(f->store, &f->arena, &f->team, &person, &got));
        assert_int_equal(got.role, ROLE_AGENT);
        assert_int_equal(got.project_count, 0);
        assert_code(store_invitation_create(f->store, &invitation, NULL, NULL), cases[i].code);
        assert_ok(store_invitation_list(f->store, &f->arena, &f->team, 1, &open, &n));
        assert_int_equal(n, 0);
    }
    struct member_row row = make_member(&f->team, &nobody, ROLE_AGENT);
    assert_code(store_member_put(f->store, &row, NULL, NULL), ERR_NOT_FOUND);
}

static void one_person_is_in_many_teams(void **state)
{
    struct fixture *f = *state;
    struct member_row *rows, got;
    size_t n;
    (void)stored_person(f, &f->team, "owner@example.com", ROLE_OWNER);
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    struct member_row second = make_member(&f->team2, &person, ROLE_OWNER);
    second.created_ms = 2;
    assert_ok(store_member_put(f->store, &second, NULL, NULL));
    assert_ok(store_member_teams(f->store, &f->arena, &person, &rows, &n));
    assert_int_equal(n, 2);
    assert_true(id_eq(&rows[0].team, &f->team) && id_eq(&rows[1].team, &f->team2));
    assert_true(rows[0].role == ROLE_AGENT && rows[1].role == ROLE_OWNER);
    assert_ok(store_member_remove(f->store, &f->team, &person, NULL));
    assert_code(store_member_get(f->store, &f->arena, &f->team, &person, &got), ERR_NOT_FOUND);
    assert_ok(store_member_teams(f->store, &f->arena, &person, &rows, &n));
    assert_int_equal(n, 1);
}

/* Owners by whether they are live; what is tried on the first of them. */
static void the_last_live_owner_stays(void **state)
{
    struct fixture *f = *state;
    struct person_row account;
    struct member_row got;
    id first = stored_person(f, &f->team, "first@example.com", ROLE_OWNER);
    id second = stored_person(f, &f->team, "second@example.com", ROLE_OWNER);
    (void)stored_person(f, &f->team, "admin@example.com", ROLE_ADMIN);
    struct member_row lower = make_member(&f->team, &first, ROLE_ADMIN);
    assert_ok(store_person_disable(f->store, &second, 9, NULL));
    assert_code(store_member_put(f->store, &lower, NULL, NULL), ERR_CONFLICT);
    assert_code(store_member_remove(f->store, &f->team, &first, NULL), ERR_CONFLICT);
    assert_code(store_person_disable(f->store, &first, 9, NULL), ERR_CONFLICT);
    assert_ok(store_person_get(f->store, &f->arena, &first, &account));
    assert_int_equal(account.disabled_ms, 0);
    assert_ok(store_member_get(f->store, &f->arena, &f->team, &first, &got));
    assert_int_equal(got.role, ROLE_OWNER);
    /* A disabled owner may go: it does not count. */
    assert_ok(store_member_remove(f->store, &f->team, &second, NULL));
    struct member_row back = make_member(&f->team, &second, ROLE_OWNER);
    assert_ok(store_member_put(f->store, &back, NULL, NULL));
    assert_ok(store_person_disable(f->store, &second, 0, NULL));
    assert_ok(store_member_put(f->store, &lower, NULL, NULL));
    assert_code(store_person_disable(f->store, &second, 9, NULL), ERR_CONFLICT);
    /* The last owner of one team among several. */
    struct member_row elsewhere = make_member(&f->team2, &first, ROLE_OWNER);
    assert_ok(store_member_put(f->store, &elsewhere, NULL, NULL));
    assert_code(store_person_disable(f->store, &first, 9, NULL), ERR_CONFLICT);
}

/* ── invitations ── */

static void an_invitation_makes_an_account_with_its_role(void **state)
{
    struct fixture *f = *state;
    struct member_project role = {f->project, ROLE_AGENT};
    struct invitation_row row = make_invitation(&f->team, "new@example.com", "token"), got;
    struct outbox_row mail = make_entry(&f->project, "invitation", 1), entry;
    struct person_row person = make_person("forged@example.com"), account;
    struct member_row member;
    row.invited_by = stored_person(f, &f->team, "owner@example.com", ROLE_OWNER);
    row.projects = &role;
    row.project_count = 1;
    row.expires_ms = 100;
    assert_ok(store_invitation_create(f->store, &row, &mail, NULL));
    assert_ok(store_outbox_get(f->store, &f->arena, &mail.id, &entry));
    assert_ok(store_invitation_by_hash(f->store, &f->arena, &row.hash, 99, &got));
    assert_true(id_eq(&got.id, &row.id) && id_eq(&got.invited_by, &row.invited_by));
    assert_int_equal(got.project_count, 1);
    assert_code(store_invitation_by_hash(f->store, &f->arena, &row.hash, 100, &got), ERR_NOT_FOUND);
    assert_code(store_invitation_accept(f->store, &row.id, &person, 100, NULL), ERR_NOT_FOUND);
    assert_ok(store_invitation_accept(f->store, &row.id, &person, 99, NULL));
    assert_ok(store_person_by_email(f->store, &f->arena, row.email, &account));
    assert_true(id_eq(&account.id, &person.id));
    assert_str(account.password, person.password);
    assert_ok(store_member_get(f->store, &f->arena, &f->team, &person.id, &member));
    assert_true(member.role == ROLE_EDITOR && !member.all_projects && member.project_count == 1);
    assert_int_equal(member.projects[0].role, ROLE_AGENT);
    assert_code(store_invitation_by_hash(f->store, &f->arena, &row.hash, 5, &got), ERR_NOT_FOUND);
    assert_code(store_invitation_accept(f->store, &row.id, &person, 99, NULL), ERR_NOT_FOUND);
}

static void an_invitation_takes_the_account_of_its_address(void **state)
{
    struct fixture *f = *state;
    id person = stored_person(f, &f->team2, "ada@example.com", ROLE_OWNER);
    struct invitation_row row = make_invitation(&f->team, "ada@example.com", "token");
    struct person_row wish = make_person(""), account;
    struct member_row member;
    wish.password = STR("$argon2id$forged");
    wish.name = STR("Forged");
    assert_ok(store_invitation_create(f->store, &row, NULL, NULL));
    assert_ok(store_invitation_accept(f->store, &row.id, &wish, 2, NULL));
    assert_ok(store_person_get(f->store, &f->arena, &person, &account));
    assert_str(account.password, STR("$argon2id$v=19$one"));
    assert_str(account.name, STR("A person"));
    assert_ok(store_member_get(f->store, &f->arena, &f->team, &person, &member));
    assert_code(store_person_get(f->store, &f->arena, &wish.id, &account), ERR_NOT_FOUND);
}

static void an_invitation_never_changes_a_role(void **state)
{
    struct fixture *f = *state;
    id owner = stored_person(f, &f->team, "owner@example.com", ROLE_OWNER);
    struct invitation_row row = make_invitation(&f->team, "owner@example.com", "token"), got;
    struct person_row wish = make_person("");
    struct member_row member;
    assert_ok(store_invitation_create(f->store, &row, NULL, NULL));
    assert_code(store_invitation_accept(f->store, &row.id, &wish, 2, NULL), ERR_CONFLICT);
    assert_ok(store_member_get(f->store, &f->arena, &f->team, &owner, &member));
    assert_int_equal(member.role, ROLE_OWNER);
    assert_ok(store_invitation_by_hash(f->store, &f->arena, &row.hash, 5, &got));
}

static void a_newer_invitation_replaces_an_older_one(void **state)
{
    struct fixture *f = *state;
    struct invitation_row one = make_invitation(&f->team, "new@example.com", "one"), got, *rows;
    struct invitation_row two = make_invitation(&f->team, "new@example.com", "two");
    struct invitation_row other = make_invitation(&f->team2, "new@example.com", "other");
    size_t n;
    assert_ok(store_invitation_create(f->store, &one, NULL, NULL));
    assert_ok(store_invitation_create(f->store, &other, NULL, NULL));
    assert_ok(store_invitation_create(f->store, &two, NULL, NULL));
    assert_code(store_invitation_by_hash(f->store, &f->arena, &one.hash, 5, &got), ERR_NOT_FOUND);
    assert_ok(store_invitation_by_hash(f->store, &f->arena, &two.hash, 5, &got));
    assert_ok(store_invitation_by_hash(f->store, &f->arena, &other.hash, 5, &got));
    assert_ok(store_invitation_list(f->store, &f->arena, &f->team, 5, &rows, &n));
    assert_int_equal(n, 1);
    assert_ok(store_invitation_revoke(f->store, &f->team, &two.id, NULL));
    assert_code(store_invitation_by_hash(f->store, &f->arena, &two.hash, 5, &got), ERR_NOT_FOUND);
    assert_code(store_invitation_revoke(f->store, &f->team, &two.id, NULL), ERR_NOT_FOUND);
}

/* ── resets ── */

static void a_reset_sets_the_password_once(void **state)
{
    struct fixture *f = *state;
    id person = stored_person(f, &f->team, "ada@example.com", ROLE_OWNER);
    struct reset_row one = make_reset(&person, "one"), two = make_reset(&person, "two"), got;
    struct staff_session_row session = make_staff_session(&f->team, &person, "session");
    struct staff_principal who;
    struct person_row account;
    two.expires_ms = 100;
    assert_ok(store_staff_session_create(f->store, &session, NULL));
    assert_ok(store_reset_create(f->store, &one, NULL, NULL));
    assert_ok(store_reset_create(f->store, &two, NULL, NULL));
    assert_code(store_reset_by_hash(f->store, &one.hash, 5, &got), ERR_NOT_FOUND);
    assert_code(store_reset_accept(f->store, &one.id, STR("x"), 5, NULL), ERR_NOT_FOUND);
    assert_ok(store_reset_by_hash(f->store, &two.hash, 99, &got));
    assert_true(id_eq(&got.id, &two.id) && id_eq(&got.person, &person));
    assert_code(store_reset_by_hash(f->store, &two.hash, 100, &got), ERR_NOT_FOUND);
    assert_code(store_reset_accept(f->store, &two.id, STR("x"), 100, NULL), ERR_NOT_FOUND);
    assert_ok(store_reset_accept(f->store, &two.id, STR("$argon2id$new"), 99, NULL));
    assert_ok(store_person_get(f->store, &f->arena, &person, &account));
    assert_str(account.password, STR("$argon2id$new"));
    assert_int_equal(account.password_ms, 99);
    assert_code(store_staff_session_by_hash(f->store, &f->arena, &session.hash, 5, &who),
                ERR_NOT_FOUND);
    assert_code(store_reset_accept(f->store, &two.id, STR("x"), 5, NULL), ERR_NOT_FOUND);
}

static void a_new_password_voids_resets_and_other_sessions(void **state)
{
    struct fixture *f = *state;
    id person = stored_person(f, &f->team, "ada@example.com", ROLE_OWNER);
    struct reset_row reset = make_reset(&person, "one"), got;
    struct staff_session_row own = make_staff_session(&f->team, &person, "own");
    struct staff_session_row other = make_staff_session(&f->team, &person, "other"), *rows;
    size_t n;
    other.state = STAFF_NEEDS_FACTOR;
    assert_ok(store_staff_session_create(f->store, &own, NULL));
    assert_ok(store_staff_session_create(f->store, &other, NULL));
    assert_ok(store_reset_create(f->store, &reset, NULL, NULL));
    assert_ok(store_person_password(f->store, &person, STR("$new"), 5, &own.id, NULL));
    assert_code(store_reset_by_hash(f->store, &reset.hash, 5, &got), ERR_NOT_FOUND);
    assert_ok(store_staff_session_list(f->store, &f->arena, &person, 5, &rows, &n));
    assert_int_equal(n, 1);
    assert_true(id_eq(&rows[0].id, &own.id));
}

static const struct store_test tests[] = {
    STORE_TEST(a_team_keeps_its_name_and_settings),
    STORE_TEST(a_person_is_one_account_for_one_address),
    STORE_TEST(a_person_without_a_team_is_not_made),
    STORE_TEST(a_role_and_its_projects_come_back),
    STORE_TEST(a_place_that_was_changed_meanwhile_is_a_conflict),
    STORE_TEST(roles_that_cannot_be_are_refused),
    STORE_TEST(one_person_is_in_many_teams),
    STORE_TEST(the_last_live_owner_stays),
    STORE_TEST(an_invitation_makes_an_account_with_its_role),
    STORE_TEST(an_invitation_takes_the_account_of_its_address),
    STORE_TEST(an_invitation_never_changes_a_role),
    STORE_TEST(a_newer_invitation_replaces_an_older_one),
    STORE_TEST(a_reset_sets_the_password_once),
    STORE_TEST(a_new_password_voids_resets_and_other_sessions),
};

int main(void) { return store_tests_run("people", tests, sizeof tests / sizeof *tests); }
