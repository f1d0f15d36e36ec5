/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/staff_fixture.h"

#include <stdio.h>

#include "base/mem.h"

static const str email = STR_INIT("owner@example.com");
static const int64_t minute = 60000, hour = 3600000;

static err log_in(struct office *o, str address, str password, struct staff_login *ret)
{
    return staff_log_in(&o->desk, &o->arena, address, password, &o->from, ret);
}

static err look(struct office *o, const struct token *token, struct staff_principal *ret)
{
    return staff_authenticate(&o->desk, &o->arena, str_c(token->c), &o->from, ret);
}

static void the_right_password_begins_a_full_session(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    id person = office_person(o, email, ROLE_OWNER);
    ok(log_in(o, STR("Owner@EXAMPLE.com"), good, &login));
    assert_int_equal(login.state, STAFF_FULL);
    assert_true(id_eq(&login.person, &person) && id_eq(&login.team, &o->team));
    assert_int_equal(login.expires_ms, o->from.now_ms + 12 * hour);
    struct staff_principal who = office_who(o, &login.token);
    assert_int_equal(who.session.state, STAFF_FULL);
    assert_int_equal(who.member.role, ROLE_OWNER);
    assert_true(staff_is_fresh(&who, o->from.now_ms + STAFF_FRESH_MS - 1));
    assert_false(staff_is_fresh(&who, o->from.now_ms + STAFF_FRESH_MS));
    assert_int_equal(office_audited(o, &o->team, "person.login", "done"), 1);
}

static void every_reason_to_refuse_has_one_answer(void **state)
{
    struct office *o = *state;
    id disabled = office_person(o, STR("disabled@example.com"), ROLE_ADMIN);
    id alone = office_person(o, STR("alone@example.com"), ROLE_VIEWER);
    id without = office_person(o, STR("without@example.com"), ROLE_VIEWER);
    (void)office_person(o, email, ROLE_OWNER);
    ok(store_person_disable(o->store, &disabled, o->from.now_ms, NULL));
    ok(store_member_remove(o->store, &o->team, &alone, NULL));
    ok(store_person_password(o->store, &without, STR_EMPTY, o->from.now_ms, NULL, NULL));
    static const struct {
        str address, password;
    } cases[] = {
        {STR_INIT("owner@example.com"), STR_INIT("another one, not the right")},
        {STR_INIT("owner@example.com"), STR_INIT("")},
        {STR_INIT("nobody@example.com"), STR_INIT("seven lanterns over the quay")},
        {STR_INIT("disabled@example.com"), STR_INIT("seven lanterns over the quay")},
        {STR_INIT("alone@example.com"), STR_INIT("seven lanterns over the quay")},
        {STR_INIT("without@example.com"), STR_INIT("seven lanterns over the quay")},
        {STR_INIT("without@example.com"), STR_INIT("")},
        {STR_INIT("no address"), STR_INIT("seven lanterns over the quay")},
        {STR_INIT(""), STR_INIT("")},
    };
    const char *text = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct staff_login login = {.expires_ms = 77};
        err e = log_in(o, cases[i].address, cases[i].password, &login);
        assert_int_equal(e.code, ERR_UNAUTHORIZED);
        assert_true(!text || text == e.what); /* the same text, not only the same words */
        assert_int_equal(login.expires_ms, 77);
        text = e.what;
    }
    assert_int_equal(office_audited(o, &o->team, "person.login", "refused") +
                         office_audited(o, NULL, "person.login", "refused"),
                     sizeof cases / sizeof *cases);
}

static void the_audit_log_names_no_address_and_no_password(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    (void)office_person(o, email, ROLE_OWNER);
    fails(log_in(o, STR("whoever@example.net"), STR("a secret that was typed"), &login),
          ERR_UNAUTHORIZED);
    fails(log_in(o, email, STR("a secret that was typed"), &login), ERR_UNAUTHORIZED);
    ok(log_in(o, email, good, &login));
    static const id none;
    const id *chains[] = {&none, &o->team};
    for (size_t c = 0; c < 2; c++) {
        struct audit_row *rows;
        size_t count;
        ok(store_audit_list(o->store, &o->arena, chains[c], 0, 100, &rows, &count));
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++) {
            const str texts[] = {rows[i].what.detail, rows[i].what.object};
            for (size_t t = 0; t < 2; t++) {
                assert_true(str_find_byte(texts[t], '@', 0) == SIZE_MAX);
                assert_true(str_find(texts[t], STR("secret"), 0) == SIZE_MAX);
                assert_true(str_find(texts[t], STR("dw_"), 0) == SIZE_MAX);
            }
            assert_string_equal(rows[i].what.address.p, o->from.network.p);
        }
    }
}

static void a_stranger_does_not_lock_the_owner_out(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    struct staff_from home = o->from;
    (void)office_person(o, email, ROLE_OWNER);
    ok(log_in(o, email, good, &login));
    o->from.network = STR("203.0.113.0/24");
    for (unsigned i = 0; i < 10; i++) {
        fails(log_in(o, email, better, &login), ERR_UNAUTHORIZED);
    }
    for (unsigned i = 0; i < 20; i++) {
        fails(log_in(o, email, good, &login), ERR_RATE_LIMITED); /* not even the right one */
        assert_in_range(login.wait_s, 1, 900);
    }
    /* refused without a look: recorded once, not twenty times */
    assert_int_equal(office_audited(o, &o->team, "person.login", "refused"), 11);
    o->from = home;
    ok(log_in(o, email, good, &login));
    /* the same after a start, when memory is empty */
    throttle_free(o->desk.throttle);
    ok(throttle_new(&o->desk.throttle));
    ok(staff_desk_warm(&o->desk, &o->arena));
    o->from.network = STR("203.0.113.0/24");
    for (unsigned i = 0; i < 10; i++) {
        fails(log_in(o, email, better, &login), ERR_UNAUTHORIZED);
    }
    o->from = home;
    ok(log_in(o, email, good, &login));
}

static void a_password_that_could_not_be_checked_costs_no_try(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    int64_t deadline = o->from.deadline_ms;
    (void)office_person(o, email, ROLE_OWNER);
    o->from.deadline_ms = 1;
    for (unsigned i = 0; i < 30; i++) {
        fails(log_in(o, email, good, &login), ERR_UNAVAILABLE);
    }
    o->from.deadline_ms = deadline;
    ok(log_in(o, email, good, &login));
}

static void a_session_ends_by_the_team_s_rules(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    struct staff_principal who;
    (void)office_person(o, email, ROLE_OWNER);
    office_rules(o, STR("{\"session_hours\":2,\"session_idle_minutes\":30}"));
    int64_t begun = o->from.now_ms;
    who = office_enter(o, email, &login);
    for (; o->from.now_ms < begun + 2 * hour; o->from.now_ms += 29 * minute) {
        ok(look(o, &login.token, &who)); /* used, so it is not idle */
    }
    o->from.now_ms = begun + 2 * hour - 1;
    ok(look(o, &login.token, &who));
    o->from.now_ms = begun + 2 * hour;
    fails(look(o, &login.token, &who), ERR_UNAUTHORIZED);
    o->from.now_ms = begun;
    ok(log_in(o, email, good, &login));
    o->from.now_ms = begun + 30 * minute;
    fails(look(o, &login.token, &who), ERR_UNAUTHORIZED);
    /* a stricter rule counts for sessions that there are */
    o->from.now_ms = begun + 40 * minute;
    ok(log_in(o, email, good, &login));
    o->from.now_ms += 10 * minute;
    ok(look(o, &login.token, &who));
    office_rules(o, STR("{\"session_idle_minutes\":5}"));
    o->from.now_ms += 6 * minute;
    fails(look(o, &login.token, &who), ERR_UNAUTHORIZED);
    office_rules(o, STR("{}"));
    ok(log_in(o, email, good, &login));
    office_rules(o, STR("{\"session_hours\":1}"));
    int64_t end = o->from.now_ms + hour;
    o->from.now_ms += 30 * minute;
    ok(look(o, &login.token, &who));
    o->from.now_ms = end;
    fails(look(o, &login.token, &who), ERR_UNAUTHORIZED);
}

static void what_is_no_session_s_token_finds_none(void **state)
{
    struct office *o = *state;
    struct staff_principal who;
    struct staff_login login;
    (void)office_person(o, email, ROLE_OWNER);
    ok(log_in(o, email, good, &login));
    struct token others[] = {token_new(TOKEN_STAFF_SESSION), token_new(TOKEN_SECRET_KEY),
                             login.token};
    others[2].c[10] = others[2].c[10] == 'a' ? 'b' : 'a';
    for (size_t i = 0; i < 3; i++) {
        fails(look(o, &others[i], &who), ERR_UNAUTHORIZED);
    }
    fails(staff_authenticate(&o->desk, &o->arena, STR_EMPTY, &o->from, &who), ERR_UNAUTHORIZED);
    ok(look(o, &login.token, &who));
}

static void a_disabled_account_is_out_at_once(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    struct staff_principal who;
    (void)office_person(o, email, ROLE_OWNER);
    id agent = office_person(o, STR("agent@example.com"), ROLE_AGENT);
    who = office_enter(o, STR("agent@example.com"), &login);
    ok(store_person_disable(o->store, &agent, o->from.now_ms, NULL));
    fails(look(o, &login.token, &who), ERR_UNAUTHORIZED);
    ok(store_person_disable(o->store, &agent, 0, NULL));
    fails(look(o, &login.token, &who), ERR_UNAUTHORIZED);
    ok(log_in(o, STR("agent@example.com"), good, &login));
    ok(store_member_remove(o->store, &o->team, &agent, NULL));
    fails(look(o, &login.token, &who), ERR_UNAUTHORIZED);
}

static void the_last_use_is_written_once_a_minute(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    (void)office_person(o, email, ROLE_OWNER);
    struct staff_principal who = office_enter(o, email, &login);
    int64_t begun = o->from.now_ms;
    for (unsigned s = 0; s <= 130; s += 5) {
        o->from.now_ms = begun + s * 1000;
        ok(look(o, &login.token, &who));
        /* what the store has is read before it is written: a round behind */
        unsigned written = s > 120 ? 120 : s > 60 ? 60 : 0;
        assert_int_equal(who.session.used_ms, begun + written * 1000);
    }
}

static void a_required_factor_is_enforced_after_its_grace(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    struct staff_principal who;
    char rules[96];
    (void)office_person(o, email, ROLE_OWNER);
    (void)snprintf(rules, sizeof rules, "{\"second_factor\":true,\"second_factor_from_ms\":%lld}",
                   (long long)(o->from.now_ms + hour / 2));
    office_rules(o, str_c(rules));
    who = office_enter(o, email, &login);
    assert_int_equal(who.session.state, STAFF_FULL);
    o->from.now_ms += hour / 2;
    ok(look(o, &login.token, &who)); /* a session from before does not get around it */
    assert_int_equal(who.session.state, STAFF_NEEDS_ENROLL);
    ok(log_in(o, email, good, &login));
    assert_int_equal(login.state, STAFF_NEEDS_ENROLL);
    assert_int_equal(login.expires_ms, o->from.now_ms + STAFF_ENROLL_MS);
    who = office_who(o, &login.token);
    fails(staff_give_password(&o->desk, &o->arena, &who, good, &o->from), ERR_FORBIDDEN);
    char key[TOTP_KEY_BYTES];
    office_totp(o, &who, key, NULL);
    ok(look(o, &login.token, &who));
    assert_int_equal(who.session.state, STAFF_FULL);
    assert_int_equal(who.session.expires_ms, who.session.created_ms + 12 * hour);
    ok(log_in(o, email, good, &login));
    assert_int_equal(login.state, STAFF_NEEDS_FACTOR);
}

static void every_allocation_and_write_may_fail(void **state)
{
    struct office *o = *state;
    (void)office_person(o, email, ROLE_OWNER);
    bool done = false;
    for (long n = 0; !done && n < 2000; n++) {
        struct staff_login login;
        struct arena a;
        throttle_free(o->desk.throttle);
        ok(throttle_new(&o->desk.throttle));
        arena_init(&a, 1 << 20);
        mem_fail_after(n);
        err e = staff_log_in(&o->desk, &a, email, good, &o->from, &login);
        mem_fail_after(-1);
        done = err_ok(e);
        if (!done) {
            assert_true(e.code == ERR_NO_MEMORY || e.code == ERR_UNAVAILABLE);
        }
        arena_done(&a);
    }
    assert_true(done);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_right_password_begins_a_full_session),
        CASE(every_reason_to_refuse_has_one_answer),
        CASE(the_audit_log_names_no_address_and_no_password),
        CASE(a_stranger_does_not_lock_the_owner_out),
        CASE(a_password_that_could_not_be_checked_costs_no_try),
        CASE(a_session_ends_by_the_team_s_rules),
        CASE(what_is_no_session_s_token_finds_none),
        CASE(a_disabled_account_is_out_at_once),
        CASE(the_last_use_is_written_once_a_minute),
        CASE(a_required_factor_is_enforced_after_its_grace),
        CASE(every_allocation_and_write_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
