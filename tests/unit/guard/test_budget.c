/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/crypto.h"
#include "guard/budget.h"

enum { DAY_MS = 86400000 };

static int setup(void **state)
{
    (void)state;
    return err_ok(crypto_init()) ? 0 : -1;
}

static void budget_refuses_what_would_go_beyond_the_day(void **state)
{
    (void)state;
    struct budget *budget;
    id a = id_random(), b = id_random();
    assert_true(err_ok(budget_new(100, &budget)));
    assert_true(err_ok(budget_reserve(budget, &a, 60, 0)));
    assert_int_equal(budget_reserve(budget, &a, 41, 0).code, ERR_BUDGET);
    assert_true(err_ok(budget_reserve(budget, &a, 40, 0)));
    assert_true(err_ok(budget_reserve(budget, &b, 100, 0)));
    budget_settle(budget, &a, 60, 10, 0);
    assert_int_equal(budget_reserve(budget, &a, 51, 0).code, ERR_BUDGET);
    assert_true(err_ok(budget_reserve(budget, &a, 50, 0)));
    budget_free(budget);
}

static void budget_begins_anew_each_day_but_keeps_what_is_reserved(void **state)
{
    (void)state;
    struct budget *budget;
    id a = id_random();
    assert_true(err_ok(budget_new(100, &budget)));
    budget_settle(budget, &a, 0, 90, 0);
    assert_int_equal(budget_reserve(budget, &a, 20, DAY_MS - 1).code, ERR_BUDGET);
    assert_true(err_ok(budget_reserve(budget, &a, 10, DAY_MS - 1)));
    assert_int_equal(budget_reserve(budget, &a, 91, DAY_MS).code, ERR_BUDGET);
    assert_true(err_ok(budget_reserve(budget, &a, 90, DAY_MS)));
    budget_free(budget);
}

static void budget_without_a_limit_lets_everything_through(void **state)
{
    (void)state;
    struct budget *budget;
    id a = id_random();
    assert_true(err_ok(budget_new(0, &budget)));
    assert_true(err_ok(budget_reserve(budget, &a, UINT64_MAX, 0)));
    budget_settle(budget, &a, UINT64_MAX, UINT64_MAX, 0);
    assert_true(err_ok(budget_reserve(budget, &a, UINT64_MAX, 0)));
    budget_free(budget);
}

static void budget_does_not_wrap_around(void **state)
{
    (void)state;
    struct budget *budget;
    id a = id_random();
    assert_true(err_ok(budget_new(UINT64_MAX, &budget)));
    budget_settle(budget, &a, 0, UINT64_MAX, 0);
    budget_settle(budget, &a, 0, 5, 0);
    assert_int_equal(budget_reserve(budget, &a, 1, 0).code, ERR_BUDGET);
    budget_settle(budget, &a, 1000, 0, DAY_MS); /* more than was reserved */
    assert_true(err_ok(budget_reserve(budget, &a, 1, DAY_MS)));
    budget_free(budget);
}

static void budget_remembers_thousands_of_projects_and_forgets_yesterday(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static id projects[COUNT];
    struct budget *budget;
    assert_true(err_ok(budget_new(10, &budget)));
    for (int i = 0; i < COUNT; i++) {
        projects[i] = id_random();
        assert_true(err_ok(budget_reserve(budget, &projects[i], 10, 0)));
        budget_settle(budget, &projects[i], 10, 10, 0);
    }
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(budget_reserve(budget, &projects[i], 1, 0).code, ERR_BUDGET);
        assert_true(err_ok(budget_reserve(budget, &projects[i], 1, DAY_MS)));
    }
    budget_free(budget);
}

static void *hammer(void *user)
{
    static const id project = {"11111111-1111-4111-8111-111111111111"};
    size_t got = 0;
    for (int i = 0; i < 2000; i++) {
        if (err_ok(budget_reserve(user, &project, 1, 0))) {
            got++;
            budget_settle(user, &project, 1, 1, 0);
        }
    }
    return (void *)got;
}

static void budget_is_spent_once_by_many_threads(void **state)
{
    (void)state;
    struct budget *budget;
    pthread_t threads[4];
    size_t got = 0;
    assert_true(err_ok(budget_new(1000, &budget)));
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, budget), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *one;
        assert_int_equal(pthread_join(threads[i], &one), 0);
        got += (size_t)one;
    }
    assert_int_equal(got, 1000);
    budget_free(budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(budget_refuses_what_would_go_beyond_the_day),
        cmocka_unit_test(budget_begins_anew_each_day_but_keeps_what_is_reserved),
        cmocka_unit_test(budget_without_a_limit_lets_everything_through),
        cmocka_unit_test(budget_does_not_wrap_around),
        cmocka_unit_test(budget_remembers_thousands_of_projects_and_forgets_yesterday),
        cmocka_unit_test(budget_is_spent_once_by_many_threads),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
