/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "net/pool.h"

static atomic_int ran, running, gate;

static void count(struct pool_job *job)
{
    (void)job;
    (void)atomic_fetch_add(&ran, 1);
}

static void hold(struct pool_job *job)
{
    (void)job;
    assert_in_range(atomic_fetch_add(&running, 1), 0, 2);
    while (!atomic_load(&gate)) {
        (void)poll(NULL, 0, 1);
    }
    (void)atomic_fetch_sub(&running, 1);
    (void)atomic_fetch_add(&ran, 1);
}

static void reset(void)
{
    atomic_store(&ran, 0);
    atomic_store(&running, 0);
    atomic_store(&gate, 0);
}

static void all_queued_work_is_done_before_the_end(void **state)
{
    static struct pool_job jobs[1000];
    struct pool *pool = NULL;
    (void)state;
    reset();
    assert_true(err_ok(pool_new(4, 1000, &pool)));
    for (int i = 0; i < 1000; i++) {
        jobs[i].run = count;
        assert_true(err_ok(pool_submit(pool, &jobs[i])));
    }
    pool_free(pool);
    assert_int_equal(atomic_load(&ran), 1000);
}

static void a_full_pool_refuses_and_never_runs_more_than_its_threads(void **state)
{
    struct pool_job jobs[10] = {{0}};
    struct pool *pool = NULL;
    (void)state;
    reset();
    assert_true(err_ok(pool_new(3, 2, &pool)));
    int taken = 0;
    for (int i = 0; i < 10; i++) {
        jobs[i].run = hold;
        taken += err_ok(pool_submit(pool, &jobs[i]));
    }
    assert_int_equal(taken, 5);
    for (int64_t until = clock_mono_ms() + 5000; atomic_load(&running) < 3;) {
        assert_true(clock_mono_ms() < until);
        (void)poll(NULL, 0, 1);
    }
    atomic_store(&gate, 1);
    pool_free(pool);
    assert_int_equal(atomic_load(&ran), 5);
}

static void a_pool_without_a_queue_takes_one_job_a_thread(void **state)
{
    struct pool_job jobs[3] = {{0}};
    struct pool *pool = NULL;
    (void)state;
    reset();
    assert_true(err_ok(pool_new(2, 0, &pool)));
    jobs[0].run = jobs[1].run = jobs[2].run = hold;
    assert_true(err_ok(pool_submit(pool, &jobs[0])));
    assert_true(err_ok(pool_submit(pool, &jobs[1])));
    assert_int_equal(pool_submit(pool, &jobs[2]).code, ERR_UNAVAILABLE);
    atomic_store(&gate, 1);
    pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_queued_work_is_done_before_the_end),
        cmocka_unit_test(a_full_pool_refuses_and_never_runs_more_than_its_threads),
        cmocka_unit_test(a_pool_without_a_queue_takes_one_job_a_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
