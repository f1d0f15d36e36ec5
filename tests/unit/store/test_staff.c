/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/backend.h"

/* A member with a session; an owner besides, so that everything may be done to the member. */
static id stored_session(struct fixture *f, struct staff_session_row *ret)
{
    (void)stored_person(f, &f->team, "owner@example.com", ROLE_OWNER);
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    *ret = make_staff_session(&f->team, &person, "token");
    assert_ok(store_staff_session_create(f->store, ret, NULL));
    return person;
}

static enum err_code look(struct fixture *f, const struct staff_session_row *session,
                          int64_t now_ms)
{
    struct staff_principal who;
    return store_staff_session_by_hash(f->store, &f->arena, &session->hash, now_ms, &who).code;
}

static void a_session_tells_everything_about_its_person(void **state)
{
    struct fixture *f = *state;
    struct staff_session_row row;
    struct staff_principal who;
    struct member_project role = {f->project, ROLE_VIEWER};
    struct team_row team = {.id = f->team, .name = STR("T"), .settings = STR("{\"x\":1}")};
    id person = stored_session(f, &row);
    struct member_row member = make_member(&f->team, &person, ROLE_EDITOR);
    member.all_projects = false;
    member.projects = &role;
    member.project_count = 1;
    assert_ok(store_member_put(f->store, &member, NULL, NULL)); /* takes effect at once */
    assert_ok(store_team_update(f->store, &team, NULL));
    assert_ok(store_staff_session_by_hash(f->store, &f->arena, &row.hash, 5, &who));
    assert_true(id_eq(&who.session.id, &row.id) && id_eq(&who.person.id, &person));
    assert_str(who.session.agent, row.agent);
    assert_str(who.session.address, row.address);
    assert_str(who.person.email, STR("agent@example.com"));
    assert_str(who.person.password, STR(""));
    assert_int_equal(who.person.login_ms, 1);
    assert_true(id_eq(&who.member.team, &f->team) && who.member.role == ROLE_EDITOR);
    assert_true(!who.member.all_projects && who.member.project_count == 1);
    assert_true(id_eq(&who.member.projects[0].project, &f->project));
    assert_str(who.team_settings, STR("{\"x\":1}"));
    assert_false(who.has_second_factor);
}

static void a_half_session_is_no_login(void **state)
{
    struct fixture *f = *state;
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    struct staff_session_row row = make_staff_session(&f->team, &person, "token");
    struct crypto_digest fixed = row.hash;
    struct person_row account;
    struct staff_principal who;
    row.state = STAFF_NEEDS_FACTOR;
    row.challenge = STR("{}");
    assert_ok(store_staff_session_create(f->store, &row, NULL));
    assert_ok(store_person_get(f->store, &f->arena, &person, &account));
    assert_int_equal(account.login_ms, 0);
    row.hash = crypto_sha256(STR("raised"));
    assert_ok(store_staff_session_raise(f->store, &row.id, &row.hash, STAFF_FULL, 7, 77, NULL));
    assert_code(store_staff_session_by_hash(f->store, &f->arena, &fixed, 8, &who), ERR_NOT_FOUND);
    assert_ok(store_staff_session_by_hash(f->store, &f->arena, &row.hash, 8, &who));
    assert_int_equal(who.session.state, STAFF_FULL);
    assert_int_equal(who.session.fresh_ms, 7);
    assert_int_equal(who.session.expires_ms, 77);
    assert_str(who.session.challenge, STR(""));
    assert_int_equal(who.person.login_ms, 7);
}

static void end_it(struct fixture *f, const id *person, const id *session)
{
    assert_ok(store_staff_session_end(f->store, person, session, NULL));
}
static void end_all(struct fixture *f, const id *person, const id *session)
{
    size_t n;
    (void)session;
    assert_ok(store_staff_session_end_all(f->store, person, NULL, NULL, &n));
    assert_int_equal(n, 1);
}
static void disable(struct fixture *f, const id *person, const id *session)
{
    (void)session;
    assert_ok(store_person_disable(f->store, person, 9, NULL));
    assert_ok(store_person_disable(f->store, person, 0, NULL)); /* does not bring it back */
}
static void remove_member(struct fixture *f, const id *person, const id *session)
{
    struct member_row back = make_member(&f->team, person, ROLE_AGENT);
    (void)session;
    assert_ok(store_member_remove(f->store, &f->team, person, NULL));
    assert_ok(store_member_put(f->store, &back, NULL, NULL));
}
static void change_password(struct fixture *f, const id *person, const id *session)
{
    (void)session;
    assert_ok(store_person_password(f->store, person, STR("x"), 5, NULL, NULL));
}
static void reset_factor(struct fixture *f, const id *person, const id *session)
{
    (void)session;
    assert_ok(store_factor_reset(f->store, person, NULL));
}
static void remove_factor(struct fixture *f, const id *person, const id *session)
{
    struct factor_row factor = make_totp(person);
    (void)session;
    assert_ok(store_factor_add(f->store, &factor, NULL));
    assert_ok(store_factor_remove(f->store, person, &factor.id, NULL, NULL));
}
static void expire(struct fixture *f, const id *person, const id *session)
{
    size_t n;
    struct crypto_digest hash = crypto_sha256(STR("token"));
    (void)person;
    assert_ok(store_staff_session_raise(f->store, session, &hash, STAFF_FULL, 1, 2, NULL));
    assert_ok(store_staff_session_expire(f->store, 2, &n));
    assert_int_equal(n, 0);
    assert_ok(store_staff_session_expire(f->store, 3, &n));
    assert_int_equal(n, 1);
}

static void (*const ways_to_end[])(struct fixture *, const id *, const id *) = {
    end_it, end_all, disable, remove_member, change_password, reset_factor, remove_factor, expire,
};

static void every_way_to_end_a_session_ends_it(void **state)
{
    struct fixture *f = *state;
    struct staff_session_row row;
    id person = stored_session(f, &row);
    for (size_t i = 0; i < sizeof ways_to_end / sizeof *ways_to_end; i++) {
        assert_int_equal(look(f, &row, 1), ERR_OK);
        ways_to_end[i](f, &person, &row.id);
        assert_int_equal(look(f, &row, 1), ERR_NOT_FOUND);
        /* Nothing works on a session that is gone. */
        str challenge;
        assert_code(store_staff_session_used(f->store, &row.id, 1), ERR_NOT_FOUND);
        assert_code(store_staff_session_fresh(f->store, &row.id, 1), ERR_NOT_FOUND);
        assert_code(store_staff_session_challenge(f->store, &row.id, STR("x")), ERR_NOT_FOUND);
        assert_code(store_staff_session_switch(f->store, &row.id, &f->team), ERR_NOT_FOUND);
        assert_code(store_staff_session_raise(f->store, &row.id, &row.hash, STAFF_FULL, 1, 9, NULL),
                    ERR_NOT_FOUND);
        assert_code(store_staff_session_take_challenge(f->store, &f->arena, &row.id, &challenge),
                    ERR_NOT_FOUND);
        assert_ok(store_staff_session_create(f->store, &row, NULL));
    }
}

static void a_session_expires_at_its_time(void **state)
{
    struct fixture *f = *state;
    struct staff_session_row row, *rows;
    size_t n;
    id person = stored_session(f, &row);
    assert_ok(store_staff_session_raise(f->store, &row.id, &row.hash, STAFF_FULL, 1, 50, NULL));
    assert_int_equal(look(f, &row, 49), ERR_OK);
    assert_int_equal(look(f, &row, 50), ERR_NOT_FOUND);
    assert_ok(store_staff_session_list(f->store, &f->arena, &person, 49, &rows, &n));
    assert_int_equal(n, 1);
    assert_ok(store_staff_session_list(f->store, &f->arena, &person, 50, &rows, &n));
    assert_int_equal(n, 0);
}

static void a_disabled_account_gets_no_session(void **state)
{
    struct fixture *f = *state;
    struct staff_session_row row;
    id person = stored_session(f, &row);
    assert_ok(store_person_disable(f->store, &person, 9, NULL));
    assert_code(store_staff_session_create(f->store, &row, NULL), ERR_NOT_FOUND);
}

static void the_last_use_is_written_once_a_minute(void **state)
{
    struct fixture *f = *state;
    struct staff_session_row row;
    struct staff_principal who;
    static const struct {
        int64_t at_ms, stored_ms;
    } uses[] = {{100000, 100000},
                {130000, 100000},
                {159999, 100000},
                {160000, 160000},
                {90000, 160000}}; /* never back */
    (void)stored_session(f, &row);
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        assert_ok(store_staff_session_used(f->store, &row.id, uses[i].at_ms));
        assert_ok(store_staff_session_by_hash(f->store, &f->arena, &row.hash, 1, &who));
        assert_int_equal(who.session.used_ms, uses[i].stored_ms);
    }
}

static void a_session_moves_only_to_a_team_of_its_person(void **state)
{
    struct fixture *f = *state;
    struct staff_session_row row;
    struct staff_principal who;
    id person = stored_session(f, &row);
    struct member_row member = make_member(&f->team2, &person, ROLE_VIEWER);
    assert_code(store_staff_session_switch(f->store, &row.id, &f->team2), ERR_NOT_FOUND);
    assert_ok(store_member_put(f->store, &member, NULL, NULL));
    assert_ok(store_staff_session_switch(f->store, &row.id, &f->team2));
    assert_ok(store_staff_session_by_hash(f->store, &f->arena, &row.hash, 1, &who));
    assert_true(id_eq(&who.member.team, &f->team2) && who.member.role == ROLE_VIEWER);
    assert_ok(store_member_remove(f->store, &f->team, &person, NULL)); /* not the one it is in */
    assert_int_equal(look(f, &row, 1), ERR_OK);
}

static void a_challenge_is_taken_once(void **state)
{
    struct fixture *f = *state;
    struct staff_session_row row;
    str got;
    (void)stored_session(f, &row);
    assert_code(store_staff_session_take_challenge(f->store, &f->arena, &row.id, &got),
                ERR_NOT_FOUND);
    assert_ok(store_staff_session_challenge(f->store, &row.id, STR("{\"a\":1}")));
    assert_ok(store_staff_session_challenge(f->store, &row.id, STR("{\"b\":2}")));
    assert_ok(store_staff_session_take_challenge(f->store, &f->arena, &row.id, &got));
    assert_str(got, STR("{\"b\":2}"));
    assert_code(store_staff_session_take_challenge(f->store, &f->arena, &row.id, &got),
                ERR_NOT_FOUND);
}

/* ── second factors ── */

static bool has_factor(struct fixture *f, const struct staff_session_row *session)
{
    struct staff_principal who;
    struct member_row *rows;
    size_t n;
    assert_ok(store_staff_session_by_hash(f->store, &f->arena, &session->hash, 1, &who));
    assert_ok(store_member_list(f->store, &f->arena, &session->team, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        if (id_eq(&rows[i].person, &session->person)) {
            assert_int_equal(rows[i].has_second_factor, who.has_second_factor);
        }
    }
    return who.has_second_factor;
}

static void a_totp_counts_from_its_first_code_on(void **state)
{
    struct fixture *f = *state;
    struct staff_session_row session;
    struct factor_row *rows;
    size_t n;
    id person = stored_session(f, &session);
    struct factor_row one = make_totp(&person), two = make_totp(&person);
    two.secret = STR("sealed \x01\xff bytes");
    assert_ok(store_factor_add(f->store, &one, NULL));
    assert_ok(store_factor_add(f->store, &two, NULL));
    assert_false(has_factor(f, &session));
    assert_ok(store_factor_list(f->store, &f->arena, &person, &rows, &n));
    assert_int_equal(n, 1);
    assert_true(id_eq(&rows[0].id, &two.id));
    assert_str(rows[0].secret, two.secret);
    assert_code(store_factor_use(f->store, &one.id, 5, 1), ERR_NOT_FOUND);
    assert_ok(store_factor_use(f->store, &two.id, 5, 1));
    assert_true(has_factor(f, &session));
    struct factor_row third = make_totp(&person); /* does not replace a confirmed one */
    assert_ok(store_factor_add(f->store, &third, NULL));
    assert_true(has_factor(f, &session));
    assert_ok(store_factor_remove(f->store, &person, &two.id, &session.id, NULL));
    assert_false(has_factor(f, &session));
}

static void a_counter_only_moves_forward(void **state)
{
    struct fixture *f = *state;
    static const struct {
        bool passkey;
        uint64_t stored, given;
        enum err_code code;
    } cases[] = {
        {false, 0, 1, ERR_OK},
        {false, 0, 0, ERR_CONFLICT},
        {false, 5, 5, ERR_CONFLICT},
        {false, 5, 4, ERR_CONFLICT},
        {false, 5, 6, ERR_OK},
        {true, 0, 0, ERR_OK},
        {true, 0, 9, ERR_OK},
        {true, 9, 0, ERR_CONFLICT},
        {true, 9, 9, ERR_CONFLICT},
        {true, 9, 10, ERR_OK},
        {true, 9, 1ULL << 63, ERR_INVALID},
    };
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct factor_row row = cases[i].passkey
                                    ? make_passkey(&person, arena_printf(&f->arena, "c%zu", i).p)
                                    : make_totp(&person);
        struct factor_row *rows;
        size_t n;
        row.counter = cases[i].stored;
        assert_ok(store_factor_add(f->store, &row, NULL));
        assert_code(store_factor_use(f->store, &row.id, cases[i].given, 7), cases[i].code);
        assert_ok(store_factor_list(f->store, &f->arena, &person, &rows, &n));
        assert_int_equal(n, 1);
        bool ok = cases[i].code == ERR_OK;
        assert_int_equal(rows[0].counter, ok ? cases[i].given : cases[i].stored);
        assert_int_equal(rows[0].used_ms, ok ? 7 : 0);
        assert_ok(store_factor_remove(f->store, &person, &row.id, NULL, NULL));
    }
}

static void a_credential_is_known_once(void **state)
{
    struct fixture *f = *state;
    struct factor_row got;
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    id other = stored_person(f, &f->team, "other@example.com", ROLE_AGENT);
    struct factor_row row = make_passkey(&person, "credential");
    struct factor_row same = make_passkey(&other, "credential");
    struct factor_row totp = make_totp(&person), nameless = make_passkey(&other, "");
    assert_ok(store_factor_add(f->store, &row, NULL));
    assert_ok(store_factor_add(f->store, &totp, NULL));
    assert_code(store_factor_add(f->store, &same, NULL), ERR_CONFLICT);
    assert_code(store_factor_add(f->store, &nameless, NULL), ERR_INVALID);
    assert_ok(store_factor_by_credential(f->store, &f->arena, STR("credential"), &got));
    assert_true(id_eq(&got.person, &person) && got.confirmed);
    assert_code(store_factor_by_credential(f->store, &f->arena, STR("credentia"), &got),
                ERR_NOT_FOUND);
    assert_code(store_factor_by_credential(f->store, &f->arena, STR(""), &got), ERR_NOT_FOUND);
}

static void recovery_codes_are_of_single_use(void **state)
{
    struct fixture *f = *state;
    struct crypto_digest codes[3], other = crypto_sha256(STR("other"));
    size_t left, n;
    id person = stored_person(f, &f->team, "agent@example.com", ROLE_AGENT);
    id nobody = id_random();
    for (size_t i = 0; i < 3; i++) {
        codes[i] = crypto_sha256(str_n((const char *)&i, sizeof i));
    }
    assert_ok(store_recovery_replace(f->store, &person, &other, 1, 1, NULL));
    assert_ok(store_recovery_replace(f->store, &person, codes, 3, 1, NULL));
    assert_code(store_recovery_use(f->store, &person, &other, 1, &left), ERR_NOT_FOUND);
    for (size_t i = 0; i < 3; i++) {
        assert_ok(store_recovery_use(f->store, &person, &codes[i], 1, &left));
        assert_int_equal(left, 2 - i);
        assert_code(store_recovery_use(f->store, &person, &codes[i], 1, &left), ERR_NOT_FOUND);
        assert_ok(store_recovery_count(f->store, &person, &n));
        assert_int_equal(n, 2 - i);
    }
    assert_code(store_recovery_replace(f->store, &nobody, codes, 3, 1, NULL), ERR_NOT_FOUND);
    assert_ok(store_recovery_replace(f->store, &person, codes, 3, 1, NULL));
    assert_ok(store_factor_reset(f->store, &person, NULL));
    assert_ok(store_recovery_count(f->store, &person, &n));
    assert_int_equal(n, 0);
}

static const struct store_test tests[] = {
    STORE_TEST(a_session_tells_everything_about_its_person),
    STORE_TEST(a_half_session_is_no_login),
    STORE_TEST(every_way_to_end_a_session_ends_it),
    STORE_TEST(a_session_expires_at_its_time),
    STORE_TEST(a_disabled_account_gets_no_session),
    STORE_TEST(the_last_use_is_written_once_a_minute),
    STORE_TEST(a_session_moves_only_to_a_team_of_its_person),
    STORE_TEST(a_challenge_is_taken_once),
    STORE_TEST(a_totp_counts_from_its_first_code_on),
    STORE_TEST(a_counter_only_moves_forward),
    STORE_TEST(a_credential_is_known_once),
    STORE_TEST(recovery_codes_are_of_single_use),
};

int main(void) { return store_tests_run("staff", tests, sizeof tests / sizeof *tests); }
