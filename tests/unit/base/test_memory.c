/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"

static void an_arena_never_takes_more_than_its_cap(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < 40000; cap += 999) {
        struct arena a;
        arena_init(&a, cap);
        while (arena_alloc(&a, 100)) {
            assert_true(a.used <= cap);
        }
        assert_true(a.used <= cap);
        assert_null(arena_alloc(&a, SIZE_MAX));
        assert_null(arena_array(&a, SIZE_MAX / 2, 3));
        arena_done(&a);
        assert_int_equal(a.used, 0);
    }
}

static void arena_memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t n = 1; n < 300; n++) {
        char *p = arena_alloc(&a, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(p[i], 0);
        }
        memset(p, 0x55, n);
    }
    arena_done(&a);
}

static void a_buffer_stops_at_its_ceiling_and_says_so(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_add(&b, STR("12345"));
    buf_add(&b, STR("67890"));
    assert_true(err_ok(buf_err(&b)));
    assert_string_equal(buf_c(&b), "1234567890");
    buf_add_byte(&b, 'x');
    assert_int_equal(buf_err(&b).code, ERR_TOO_LARGE);
    buf_add(&b, STR(""));
    assert_int_equal(b.n, 10);
    assert_null(buf_c(&b));
    buf_clear(&b);
    buf_addf(&b, "%d", 42);
    assert_string_equal(buf_c(&b), "42");
    buf_done(&b);
}

static void every_failing_allocation_is_an_error_never_a_crash(void **state)
{
    (void)state;
    for (long fail = 0; fail < 20; fail++) {
        struct buf b;
        struct arena a;
        struct secret s = {0};
        buf_init(&b, 100000);
        arena_init(&a, 100000);
        mem_fail_after(fail);
        for (int i = 0; i < 12; i++) {
            buf_addf(&b, "%1000d", i);
            (void)arena_alloc(&a, 5000);
            err e = secret_set(&s, STR("hidden"));
            assert_true(err_ok(e) || e.code == ERR_NO_MEMORY);
        }
        mem_fail_after(-1);
        assert_true(b.failed == ERR_OK || b.failed == ERR_NO_MEMORY);
        secret_done(&s);
        buf_done(&b);
        arena_done(&a);
    }
}

static void consuming_keeps_the_rest(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_add(&b, STR("abcdef"));
    buf_consume(&b, 2);
    assert_string_equal(buf_c(&b), "cdef");
    buf_consume(&b, 100);
    assert_int_equal(b.n, 0);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_never_takes_more_than_its_cap),
        cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(a_buffer_stops_at_its_ceiling_and_says_so),
        cmocka_unit_test(every_failing_allocation_is_an_error_never_a_crash),
        cmocka_unit_test(consuming_keeps_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
