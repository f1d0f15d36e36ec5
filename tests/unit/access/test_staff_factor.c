/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/staff_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "access/passkey.h"

static const str email = STR_INIT("owner@example.com");

/* An owner with a TOTP and codes, and a session that waits for its factor. */
struct owner {
    char key[TOTP_KEY_BYTES];
    struct recovery_code codes[RECOVERY_CODES];
    struct staff_login first, login;
    struct staff_principal who; /* of `login` */
};

static struct owner owner_of(struct office *o)
{
    struct owner owner;
    (void)office_person(o, email, ROLE_OWNER);
    struct staff_principal full = office_enter(o, email, &owner.first);
    office_totp(o, &full, owner.key, owner.codes);
    owner.who = office_enter(o, email, &owner.login);
    assert_int_equal(owner.login.state, STAFF_NEEDS_FACTOR);
    assert_true(owner.login.has_totp && owner.login.has_codes && !owner.login.has_passkey);
    return owner;
}

static err give(struct office *o, const struct owner *owner, str code, struct staff_login *ret)
{
    return staff_give_totp(&o->desk, &o->arena, &owner->who, code, &o->from, ret);
}

static err look(struct office *o, const struct token *token, struct staff_principal *ret)
{
    return staff_authenticate(&o->desk, &o->arena, str_c(token->c), &o->from, ret);
}

static void the_code_makes_the_session_full_under_a_new_token(void **state)
{
    struct office *o = *state;
    struct owner owner = owner_of(o);
    struct staff_login full;
    struct staff_principal who;
    assert_int_equal(owner.login.expires_ms, o->from.now_ms + STAFF_FACTOR_MS);
    assert_false(staff_is_fresh(&owner.who, o->from.now_ms));
    ok(give(o, &owner, office_code(o, owner.key), &full));
    assert_int_equal(full.state, STAFF_FULL);
    assert_true(id_eq(&full.session, &owner.login.session));
    fails(look(o, &owner.login.token, &who), ERR_UNAUTHORIZED); /* fixed on somebody: worthless */
    ok(look(o, &full.token, &who));
    assert_int_equal(who.session.state, STAFF_FULL);
    assert_true(staff_is_fresh(&who, o->from.now_ms));
    assert_int_equal(who.session.expires_ms, who.session.created_ms + 12 * 3600000);
    assert_int_equal(office_audited(o, &o->team, "person.factor", "done"), 1);
}

static void a_code_counts_once(void **state)
{
    struct office *o = *state;
    struct owner owner = owner_of(o);
    struct staff_login full, again;
    str code = office_code(o, owner.key);
    ok(give(o, &owner, code, &full));
    owner.who = office_who(o, &full.token);
    fails(give(o, &owner, code, &again), ERR_UNAUTHORIZED);
    o->from.now_ms += TOTP_STEP_MS;
    fails(give(o, &owner, code, &again), ERR_UNAUTHORIZED);
    ok(give(o, &owner, office_code(o, owner.key), &again));
    assert_int_equal(again.expires_ms, full.expires_ms); /* does not live longer by it */
    assert_int_equal(office_audited(o, &o->team, "person.factor", "refused"), 2);
}

static void a_step_of_drift_is_forgiven_and_no_more(void **state)
{
    struct office *o = *state;
    struct owner owner = owner_of(o);
    struct staff_login full;
    int64_t now = o->from.now_ms += 10 * TOTP_STEP_MS;
    static const struct {
        int steps;
        bool fits;
    } cases[] = {{-2, false}, {2, false}, {-1, true}, {0, true}, {1, true}, {0, false}};
    owner.who = office_enter(o, email, &owner.login);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        o->from.now_ms = now + cases[i].steps * (int64_t)TOTP_STEP_MS;
        str code = office_code(o, owner.key);
        o->from.now_ms = now;
        err e = give(o, &owner, code, &full);
        assert_int_equal(e.code, cases[i].fits ? ERR_OK : ERR_UNAUTHORIZED);
        if (err_ok(e)) {
            owner.who = office_who(o, &full.token);
        }
    }
}

static void guessing_is_stopped_and_recovery_stays_open(void **state)
{
    struct office *o = *state;
    struct owner owner = owner_of(o);
    struct staff_login full;
    size_t left;
    o->from.network = STR("203.0.113.0/24"); /* somebody who has the password */
    str right = office_code(o, owner.key);
    str wrong = arena_printf(&o->arena, "%06u", (unsigned)(right.p[5] == '1' ? 2 : 1));
    for (unsigned i = 0; i < 3; i++) {
        fails(give(o, &owner, wrong, &full), ERR_UNAUTHORIZED);
    }
    for (unsigned i = 0; i < 5; i++) {
        fails(give(o, &owner, right, &full), ERR_RATE_LIMITED);
        assert_in_range(full.wait_s, 1, 900);
    }
    /* new sessions and new networks do not help */
    o->from.network = STR("192.0.2.0/24");
    owner.who = office_enter(o, email, &owner.login);
    fails(give(o, &owner, right, &full), ERR_RATE_LIMITED);
    /* nor does it keep the owner out for good */
    ok(staff_give_recovery(&o->desk, &o->arena, &owner.who, str_c(owner.codes[0].c), &o->from,
                           &full, &left));
    assert_int_equal(office_audited(o, &o->team, "person.factor", "refused"), 4);
}

static void a_stranger_with_the_password_does_not_lock_the_factor(void **state)
{
    struct office *o = *state;
    struct owner owner = owner_of(o);
    struct staff_login full;
    struct staff_from home = o->from;
    ok(give(o, &owner, office_code(o, owner.key), &full));
    o->from.network = STR("203.0.113.0/24");
    o->from.now_ms += TOTP_STEP_MS;
    owner.who = office_enter(o, email, &owner.login);
    while (give(o, &owner, STR("000000"), &full).code == ERR_UNAUTHORIZED) {
    }
    home.now_ms = o->from.now_ms;
    o->from = home;
    ok(give(o, &owner, office_code(o, owner.key), &full));
}

static void a_recovery_code_counts_once(void **state)
{
    struct office *o = *state;
    struct owner owner = owner_of(o);
    struct staff_login full;
    size_t left = 77;
    str code = str_c(owner.codes[3].c);
    ok(staff_give_recovery(&o->desk, &o->arena, &owner.who, code, &o->from, &full, &left));
    assert_int_equal(left, RECOVERY_CODES - 1);
    assert_int_equal(full.state, STAFF_FULL);
    owner.who = office_who(o, &full.token);
    fails(staff_give_recovery(&o->desk, &o->arena, &owner.who, code, &o->from, &full, &left),
          ERR_UNAUTHORIZED);
    fails(staff_give_recovery(&o->desk, &o->arena, &owner.who, STR("no code"), &o->from, &full,
                              &left),
          ERR_UNAUTHORIZED);
}

struct racer {
    struct office *o;
    const struct staff_principal *who;
    str code;
    bool totp;
    atomic_int *wins;
};

static void *race(void *user)
{
    struct racer *racer = user;
    struct staff_login login;
    struct arena a;
    size_t left;
    arena_init(&a, 1 << 20);
    err e = racer->totp ? staff_give_totp(&racer->o->desk, &a, racer->who, racer->code,
                                          &racer->o->from, &login)
                        : staff_give_recovery(&racer->o->desk, &a, racer->who, racer->code,
                                              &racer->o->from, &login, &left);
    arena_done(&a);
    *racer->wins += err_ok(e);
    return NULL;
}

static void of_two_at_once_one_wins(void **state)
{
    struct office *o = *state;
    struct owner owner = owner_of(o);
    for (unsigned round = 0; round < 2 * RECOVERY_CODES; round++) {
        struct staff_login second;
        atomic_int wins = 0;
        bool totp = round >= RECOVERY_CODES;
        pthread_t threads[2];
        throttle_free(o->desk.throttle);
        ok(throttle_new(&o->desk.throttle));
        o->from.now_ms += TOTP_STEP_MS;
        owner.who = office_enter(o, email, &owner.login);
        struct staff_principal other = office_enter(o, email, &second);
        str code = totp ? office_code(o, owner.key) : str_c(owner.codes[round].c);
        struct racer racers[2] = {{o, &owner.who, code, totp, &wins},
                                  {o, &other, code, totp, &wins}};
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
        }
        pthread_join(threads[0], NULL);
        pthread_join(threads[1], NULL);
        assert_int_equal(wins, 1);
    }
}

static void a_new_factor_ends_the_other_sessions(void **state)
{
    struct office *o = *state;
    struct staff_login first, second;
    struct staff_principal who;
    char key[TOTP_KEY_BYTES];
    (void)office_person(o, email, ROLE_OWNER);
    (void)office_enter(o, email, &first);
    struct staff_principal full = office_enter(o, email, &second);
    office_totp(o, &full, key, NULL);
    fails(look(o, &first.token, &who), ERR_UNAUTHORIZED);
    ok(look(o, &second.token, &who));
    assert_true(who.has_second_factor);
}

static void factors_are_added_only_by_a_fresh_session(void **state)
{
    struct office *o = *state;
    struct owner owner = owner_of(o);
    struct staff_login full;
    struct staff_totp totp;
    struct recovery_code codes[RECOVERY_CODES];
    fails(staff_totp_begin(&o->desk, &o->arena, &owner.who, STR("D"), &o->from, &totp),
          ERR_FORBIDDEN); /* it waits for its factor */
    ok(give(o, &owner, office_code(o, owner.key), &full));
    owner.who = office_who(o, &full.token);
    o->from.now_ms += STAFF_FRESH_MS;
    fails(staff_totp_begin(&o->desk, &o->arena, &owner.who, STR("D"), &o->from, &totp),
          ERR_FORBIDDEN);
    fails(staff_codes_new(&o->desk, &owner.who, &o->from, codes), ERR_FORBIDDEN);
    ok(staff_give_password(&o->desk, &o->arena, &owner.who, good, &o->from));
    owner.who = office_who(o, &full.token);
    fails(staff_totp_begin(&o->desk, &o->arena, &owner.who, STR("D"), &o->from, &totp),
          ERR_CONFLICT); /* each more would make a guess likelier */
    ok(staff_codes_new(&o->desk, &owner.who, &o->from, codes));
    size_t left;
    fails(staff_give_recovery(&o->desk, &o->arena, &owner.who, str_c(owner.codes[0].c), &o->from,
                              &full, &left),
          ERR_UNAUTHORIZED); /* the old ones are void */
    ok(staff_give_recovery(&o->desk, &o->arena, &owner.who, str_c(codes[0].c), &o->from, &full,
                           &left));
}

static void a_totp_counts_only_after_its_first_code(void **state)
{
    struct office *o = *state;
    struct staff_login login;
    struct staff_totp totp, again;
    struct recovery_code codes[RECOVERY_CODES];
    size_t count;
    (void)office_person(o, email, ROLE_OWNER);
    struct staff_principal who = office_enter(o, email, &login);
    ok(staff_totp_begin(&o->desk, &o->arena, &who, STR("Doorward"), &o->from, &totp));
    assert_true(str_starts(totp.uri, STR("otpauth://totp/")) && totp.svg.n > 100);
    fails(staff_totp_confirm(&o->desk, &o->arena, &who, &totp.factor, STR("12"), &o->from, codes,
                             &count),
          ERR_UNAUTHORIZED);
    ok(staff_log_in(&o->desk, &o->arena, email, good, &o->from, &login));
    assert_int_equal(login.state, STAFF_FULL);
    ok(staff_totp_begin(&o->desk, &o->arena, &who, STR("Doorward"), &o->from, &again));
    fails(staff_totp_confirm(&o->desk, &o->arena, &who, &totp.factor, STR("123456"), &o->from,
                             codes, &count),
          ERR_NOT_FOUND); /* the second one replaced it */
}

static void a_totp_s_key_is_sealed_for_its_own_row(void **state)
{
    struct office *o = *state;
    struct owner owner = owner_of(o);
    struct factor_row *rows;
    struct staff_login full;
    size_t count;
    ok(store_factor_list(o->store, &o->arena, &owner.who.person.id, &rows, &count));
    assert_int_equal(count, 1);
    assert_true(str_find(rows[0].secret, str_n(owner.key, TOTP_KEY_BYTES), 0) == SIZE_MAX);
    /* moved to another row it opens no more */
    struct factor_row moved = rows[0];
    moved.id = id_random();
    ok(store_factor_remove(o->store, &owner.who.person.id, &rows[0].id, &owner.who.session.id,
                           NULL));
    ok(store_factor_add(o->store, &moved, NULL));
    fails(give(o, &owner, office_code(o, owner.key), &full), ERR_CORRUPT);
}

static void a_wrong_passkey_answer_is_refused_and_uses_the_challenge_up(void **state)
{
    struct office *o = *state;
    struct staff_login login, full;
    struct passkey_site site;
    struct recovery_code codes[RECOVERY_CODES];
    str json;
    id factor;
    size_t count;
    (void)office_person(o, email, ROLE_OWNER);
    struct staff_principal who = office_enter(o, email, &login);
    ok(passkey_site(&o->arena, ORIGIN, STR("Doorward"), &site));
    fails(staff_passkey_options(&o->desk, &o->arena, &who, &site, &json), ERR_NOT_FOUND);
    ok(staff_passkey_begin(&o->desk, &o->arena, &who, &site, &o->from, &json));
    /* a challenge to make one is none to log in by */
    fails(staff_give_passkey(&o->desk, &o->arena, &who, &site, STR("{}"), &o->from, &full),
          ERR_UNAUTHORIZED);
    fails(staff_passkey_add(&o->desk, &o->arena, &who, &site, STR("Key"), STR("{}"), &o->from,
                            &factor, codes, &count),
          ERR_UNAUTHORIZED);
    ok(staff_passkey_begin(&o->desk, &o->arena, &who, &site, &o->from, &json));
    fails(staff_passkey_add(&o->desk, &o->arena, &who, &site, STR("Key"), STR("{}"), &o->from,
                            &factor, codes, &count),
          ERR_UNPROCESSABLE);
    assert_int_equal(office_audited(o, &o->team, "person.factor", "refused"), 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_code_makes_the_session_full_under_a_new_token),
        CASE(a_code_counts_once),
        CASE(a_step_of_drift_is_forgiven_and_no_more),
        CASE(guessing_is_stopped_and_recovery_stays_open),
        CASE(a_stranger_with_the_password_does_not_lock_the_factor),
        CASE(a_recovery_code_counts_once),
        CASE(of_two_at_once_one_wins),
        CASE(a_new_factor_ends_the_other_sessions),
        CASE(factors_are_added_only_by_a_fresh_session),
        CASE(a_totp_counts_only_after_its_first_code),
        CASE(a_totp_s_key_is_sealed_for_its_own_row),
        CASE(a_wrong_passkey_answer_is_refused_and_uses_the_challenge_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
