/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/access/staff_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static const str email = STR_INIT("owner@example.com");

static err log_in(struct office *o, str address, str password, struct staff_login *ret)
{
    return staff_log_in(&o->desk, &o->arena, address, password, &o->from, ret);
}

static err look(struct office *o, const struct token *token)
{
    struct staff_principal who;
    return staff_authenticate(&o->desk, &o->arena, str_c(token->c), &o->from, &who);
}

/* ── the first account ── */

struct founder {
    struct office *o;
    atomic_int *made, *refused;
    unsigned number;
};

static void *found(void *user)
{
    struct founder *founder = user;
    struct arena a;
    id person;
    char address[32];
    (void)snprintf(address, sizeof address, "founder%u@example.com", founder->number);
    arena_init(&a, 1 << 20);
    err e = staff_first_owner(&founder->o->desk, &a, &founder->o->team, str_c(address),
                              STR("A founder"), good, &founder->o->from, &person);
    arena_done(&a);
    *founder->made += err_ok(e);
    *founder->refused += e.code == ERR_CONFLICT;
    return NULL;
}

static void of_eight_first_owners_one_is_made(void **state)
{
    struct office *o = *state;
    atomic_int made = 0, refused = 0;
    pthread_t threads[8];
    struct founder founders[8];
    size_t people;
    for (unsigned i = 0; i < 8; i++) {
        founders[i] = (struct founder){o, &made, &refused, i};
        assert_int_equal(pthread_create(&threads[i], NULL, found, &founders[i]), 0);
    }
    for (unsigned i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(made, 1);
    assert_int_equal(refused, 7);
    ok(store_person_count(o->store, &people));
    assert_int_equal(people, 1);
    assert_int_equal(office_audited(o, &o->team, "person.create", "done"), 1);
}

static void a_first_owner_needs_a_name_an_address_and_a_fair_password(void **state)
{
    struct office *o = *state;
    id person;
    static const struct {
        str address, name, password;
        enum err_code code;
    } cases[] = {
        {STR_INIT("no address"), STR_INIT("A"), STR_INIT("seven lanterns over the quay"),
         ERR_INVALID},
        {STR_INIT("a@example.com"), STR_INIT("  "), STR_INIT("seven lanterns over the quay"),
         ERR_UNPROCESSABLE},
        {STR_INIT("a@example.com"), STR_INIT("A\nB"), STR_INIT("seven lanterns over the quay"),
         ERR_UNPROCESSABLE},
        {STR_INIT("a@example.com"), STR_INIT("A"), STR_INIT("short"), ERR_UNPROCESSABLE},
        {STR_INIT("a@example.com"), STR_INIT("A"), STR_INIT("password1234"), ERR_UNPROCESSABLE},
        {STR_INIT("a@example.com"), STR_INIT("A"), STR_INIT("seven lanterns over the quay"),
         ERR_OK},
        {STR_INIT("b@example.com"), STR_INIT("B"), STR_INIT("seven lanterns over the quay"),
         ERR_CONFLICT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fails(staff_first_owner(&o->desk, &o->arena, &o->team, cases[i].address, cases[i].name,
                                cases[i].password, &o->from, &person),
              cases[i].code);
    }
    struct staff_login login;
    ok(log_in(o, STR("a@example.com"), good, &login));
    fails(store_person_disable(o->store, &person, o->from.now_ms, NULL), ERR_CONFLICT);
    fails(store_member_remove(o->store, &o->team, &person, NULL),
          ERR_CONFLICT); /* the last owner */
}

/* ── the own password ── */

static void a_new_password_ends_the_other_sessions(void **state)
{
    struct office *o = *state;
    struct staff_login first, second;
    (void)office_person(o, email, ROLE_OWNER);
    (void)office_enter(o, email, &first);
    struct staff_principal who = office_enter(o, email, &second);
    fails(staff_change_password(&o->desk, &o->arena, &who, better, better, &o->from),
          ERR_UNAUTHORIZED);
    fails(
        staff_change_password(&o->desk, &o->arena, &who, good, STR("owner@example.com"), &o->from),
        ERR_UNPROCESSABLE);
    ok(look(o, &first.token));
    ok(staff_change_password(&o->desk, &o->arena, &who, good, better, &o->from));
    fails(look(o, &first.token), ERR_UNAUTHORIZED);
    ok(look(o, &second.token));
    fails(log_in(o, email, good, &first), ERR_UNAUTHORIZED);
    ok(log_in(o, email, better, &first));
    assert_int_equal(office_audited(o, &o->team, "person.password", "done"), 1);
    assert_int_equal(office_audited(o, &o->team, "person.password", "refused"), 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(of_eight_first_owners_one_is_made),
        CASE(a_first_owner_needs_a_name_an_address_and_a_fair_password),
        CASE(a_new_password_ends_the_other_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
