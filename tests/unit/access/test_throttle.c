/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "access/staff.h"
#include "access/throttle.h"
#include "access/totp.h"
#include "base/crypto.h"
#include "base/mem.h"

static const int64_t minute = 60000, day = 86400000, start = 1795292701000;
static const str account = STR_INIT("owner@example.com");
static const str home = STR_INIT("198.51.100.0/24"), abroad = STR_INIT("203.0.113.0/24");

static int set_up(void **state)
{
    assert_true(err_ok(crypto_init()));
    struct throttle *throttle;
    assert_true(err_ok(throttle_new(&throttle)));
    *state = throttle;
    return 0;
}

static int tear_down(void **state)
{
    throttle_free(*state);
    return 0;
}

static bool take(struct throttle *t, enum throttle_what what, str who, str network, int64_t at)
{
    unsigned wait = 0;
    err e = throttle_take(t, what, who, network, at, &wait);
    assert_true(err_ok(e) || (e.code == ERR_RATE_LIMITED && wait > 0));
    return err_ok(e);
}

static unsigned wait_of(struct throttle *t, enum throttle_what what, str who, str network,
                        int64_t at)
{
    unsigned wait = 0;
    assert_int_equal(throttle_take(t, what, who, network, at, &wait).code, ERR_RATE_LIMITED);
    return wait;
}

static void each_kind_bites_after_its_number_and_lets_go_after_its_time(void **state)
{
    struct throttle *t = *state;
    for (unsigned what = 0; what < THROTTLE_COUNT; what++) {
        const struct throttle_window *window = &throttle_rule(what)->account[0];
        for (unsigned i = 0; i < window->count; i++) {
            assert_true(take(t, what, account, home, start));
        }
        assert_int_equal(wait_of(t, what, account, home, start), window->seconds);
        int64_t length = window->seconds * (int64_t)1000;
        assert_int_equal(wait_of(t, what, account, home, start + length - 1000), 1);
        assert_true(take(t, what, account, home, start + length));
    }
}

static void a_refused_try_does_not_count(void **state)
{
    struct throttle *t = *state;
    for (unsigned i = 0; i < 10; i++) {
        assert_true(take(t, THROTTLE_PASSWORD, account, home, start));
    }
    for (unsigned i = 0; i < 1000; i++) {
        assert_false(take(t, THROTTLE_PASSWORD, account, home, start + i));
    }
    assert_true(take(t, THROTTLE_PASSWORD, account, home, start + 15 * minute));
}

static void strangers_share_one_budget_however_many_networks_they_have(void **state)
{
    struct throttle *t = *state;
    unsigned passed = 0;
    for (unsigned i = 0; i < 200; i++) {
        char network[32];
        (void)snprintf(network, sizeof network, "10.%u.0.0/24", i);
        passed += take(t, THROTTLE_PASSWORD, account, str_c(network), start);
    }
    assert_int_equal(passed, 10);
}

static void strangers_never_stop_a_network_that_the_account_knows(void **state)
{
    struct throttle *t = *state;
    assert_true(take(t, THROTTLE_PASSWORD, account, home, start));
    throttle_succeeded(t, THROTTLE_PASSWORD, account, home, start);
    for (int64_t at = start; at < start + day; at += 10000) {
        char network[32];
        (void)snprintf(network, sizeof network, "10.%u.0.0/24", (unsigned)(at / 10000 % 200));
        (void)take(t, THROTTLE_PASSWORD, account, str_c(network), at);
        if (at % (60 * minute) < 10000) { /* the owner logs in once an hour */
            assert_true(take(t, THROTTLE_PASSWORD, account, home, at));
            throttle_succeeded(t, THROTTLE_PASSWORD, account, home, at);
        }
    }
    assert_false(take(t, THROTTLE_PASSWORD, account, abroad, start + day - 1));
}

static void a_known_network_has_a_budget_too(void **state)
{
    struct throttle *t = *state;
    throttle_know(t, THROTTLE_PASSWORD, account, home);
    for (unsigned i = 0; i < 10; i++) {
        assert_true(take(t, THROTTLE_PASSWORD, account, home, start));
    }
    assert_false(take(t, THROTTLE_PASSWORD, account, home, start));
    assert_true(take(t, THROTTLE_PASSWORD, account, abroad, start));
}

static void to_know_the_password_is_not_to_know_the_factor(void **state)
{
    struct throttle *t = *state;
    /* a stranger with the password from ever new networks still has one budget for codes */
    unsigned passed = 0;
    for (unsigned i = 0; i < 50; i++) {
        char network[32];
        (void)snprintf(network, sizeof network, "10.%u.0.0/24", i);
        assert_true(take(t, THROTTLE_PASSWORD, account, str_c(network), start));
        throttle_succeeded(t, THROTTLE_PASSWORD, account, str_c(network), start);
        passed += take(t, THROTTLE_FACTOR, account, str_c(network), start);
    }
    assert_int_equal(passed, 3);
}

static void a_network_has_a_budget_over_all_accounts(void **state)
{
    struct throttle *t = *state;
    unsigned passed = 0;
    for (unsigned i = 0; i < 100; i++) {
        char who[32];
        (void)snprintf(who, sizeof who, "person%u@example.com", i);
        passed += take(t, THROTTLE_PASSWORD, str_c(who), abroad, start);
    }
    assert_int_equal(passed, 30);
    assert_true(take(t, THROTTLE_PASSWORD, STR("person99@example.com"), home, start));
}

static void a_success_gives_its_own_try_back_and_no_other(void **state)
{
    struct throttle *t = *state;
    for (unsigned i = 0; i < 9; i++) {
        assert_true(take(t, THROTTLE_PASSWORD, account, home, start));
    }
    for (unsigned i = 0; i < 50; i++) {
        assert_true(take(t, THROTTLE_PASSWORD, account, abroad, start));
        throttle_give_back(t, THROTTLE_PASSWORD, account, abroad);
    }
    assert_true(take(t, THROTTLE_PASSWORD, account, abroad, start));
    assert_false(take(t, THROTTLE_PASSWORD, account, abroad, start));
}

static void a_clock_that_goes_back_locks_nobody_out_for_longer(void **state)
{
    struct throttle *t = *state;
    for (unsigned i = 0; i < 10; i++) {
        assert_true(take(t, THROTTLE_PASSWORD, account, home, start + 30 * day));
    }
    assert_int_equal(wait_of(t, THROTTLE_PASSWORD, account, home, start), 15 * 60);
}

/* What the numbers of the rule say, computed from what the throttle lets pass. */
static void the_chance_to_guess_a_code_is_what_the_header_says(void **state)
{
    struct throttle *t = *state;
    /* the likeliest code of 2^31 values taken modulo 10^6, and all steps that are right at once */
    double one = 2148.0 / 2147483648.0, right = STAFF_TOTPS_MAX * (1 + 2 * TOTP_DRIFT) * one;
    unsigned first = 0, passed = 0;
    while (take(t, THROTTLE_FACTOR, account, abroad, start)) {
        first++;
    }
    assert_true(first * right < 1e-5);
    /* a guess whenever there is one, for ten years: a look every 5 minutes misses none for long */
    for (int64_t at = start; at < start + 3653 * day; at += 5 * minute) {
        while (take(t, THROTTLE_FACTOR, STR("other"), abroad, at)) {
            passed++;
        }
    }
    assert_in_range(passed, 20 * 12 * 10 - 10, 20 * 123);
    assert_true(passed * right < 0.01);
}

static void a_flood_of_names_does_not_make_a_known_network_or_a_guesser_forgotten(void **state)
{
    struct throttle *t = *state;
    throttle_know(t, THROTTLE_PASSWORD, account, home);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(take(t, THROTTLE_FACTOR, account, abroad, start));
    }
    for (unsigned i = 0; i < 100000; i++) {
        char who[32], network[32];
        (void)snprintf(who, sizeof who, "p%u@example.com", i);
        (void)snprintf(network, sizeof network, "10.%u.%u.0/24", i >> 8 & 255, i & 255);
        (void)take(t, THROTTLE_PASSWORD, str_c(who), str_c(network), start);
    }
    assert_false(take(t, THROTTLE_FACTOR, account, abroad, start));
    while (take(t, THROTTLE_PASSWORD, account, abroad, start)) {
    }
    assert_true(take(t, THROTTLE_PASSWORD, account, home, start));
}

struct crowd {
    struct throttle *throttle;
    atomic_uint passed;
};

static void *try_often(void *user)
{
    struct crowd *crowd = user;
    unsigned wait;
    for (unsigned i = 0; i < 1000; i++) {
        crowd->passed +=
            err_ok(throttle_take(crowd->throttle, THROTTLE_PASSWORD, account, home, start, &wait));
    }
    return NULL;
}

static void many_at_once_do_not_pass(void **state)
{
    struct crowd crowd = {.throttle = *state};
    pthread_t threads[8];
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, try_often, &crowd), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(crowd.passed, 10);
}

static void a_network_is_a_24_or_a_48(void **state)
{
    (void)state;
    static const struct {
        str address, network;
    } cases[] = {
        {STR_INIT("192.0.2.77"), STR_INIT("192.0.2.0/24")},
        {STR_INIT("::ffff:192.0.2.77"), STR_INIT("192.0.2.0/24")},
        {STR_INIT("2001:db8:1:2:3:4:5:6"), STR_INIT("2001:db8:1::/48")},
        {STR_INIT("::1"), STR_INIT("::/48")},
        {STR_INIT(""), STR_INIT("")},
        {STR_INIT("unix"), STR_INIT("")},
        {STR_INIT("192.0.2.256"), STR_INIT("")},
    };
    struct arena a;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str network = throttle_network(&a, cases[i].address);
        if (!str_eq(network, cases[i].network)) {
            fail_msg("%s: %.*s", cases[i].address.p, STR_ARG(network));
        }
    }
    arena_done(&a);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    struct throttle *throttle;
    for (long n = 0; n < 7; n++) {
        mem_fail_after(n);
        assert_int_equal(throttle_new(&throttle).code, ERR_NO_MEMORY);
    }
    mem_fail_after(-1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_kind_bites_after_its_number_and_lets_go_after_its_time),
        CASE(a_refused_try_does_not_count),
        CASE(strangers_share_one_budget_however_many_networks_they_have),
        CASE(strangers_never_stop_a_network_that_the_account_knows),
        CASE(a_known_network_has_a_budget_too),
        CASE(to_know_the_password_is_not_to_know_the_factor),
        CASE(a_network_has_a_budget_over_all_accounts),
        CASE(a_success_gives_its_own_try_back_and_no_other),
        CASE(a_clock_that_goes_back_locks_nobody_out_for_longer),
        CASE(the_chance_to_guess_a_code_is_what_the_header_says),
        CASE(a_flood_of_names_does_not_make_a_known_network_or_a_guesser_forgotten),
        CASE(many_at_once_do_not_pass),
        CASE(a_network_is_a_24_or_a_48),
        CASE(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
