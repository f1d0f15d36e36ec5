/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include "base/crowd.h"

enum { PIECES = 1000 };

static atomic_uint done[PIECES];
static atomic_uint here, most;

static void count(void *user, size_t i)
{
    unsigned now = atomic_fetch_add(&here, 1) + 1, before = atomic_load(&most);
    while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) {
    }
    assert_ptr_equal(user, done);
    atomic_fetch_add(&done[i], 1);
    atomic_fetch_sub(&here, 1);
}

static void every_piece_is_done_once_whatever_the_width(void **state)
{
    static const unsigned widths[] = {0, 1, 2, 7, CROWD_WIDTH_MAX, 1000};
    (void)state;
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        for (size_t i = 0; i < PIECES; i++) {
            atomic_store(&done[i], 0);
        }
        atomic_store(&most, 0);
        crowd_each(PIECES, widths[w], count, done);
        for (size_t i = 0; i < PIECES; i++) {
            assert_int_equal(atomic_load(&done[i]), 1);
        }
        assert_in_range(atomic_load(&most), 1, widths[w] > 1 ? CROWD_WIDTH_MAX : 1);
    }
    crowd_each(0, 4, count, NULL);
}

static pthread_barrier_t all;

static void meet(void *user, size_t i)
{
    (void)user;
    (void)i;
    (void)pthread_barrier_wait(&all);
}

/* Ends only when all four run at the same time. */
static void pieces_run_side_by_side(void **state)
{
    (void)state;
    assert_int_equal(pthread_barrier_init(&all, NULL, 4), 0);
    crowd_each(4, 4, meet, NULL);
    assert_int_equal(pthread_barrier_destroy(&all), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_done_once_whatever_the_width),
        cmocka_unit_test(pieces_run_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
