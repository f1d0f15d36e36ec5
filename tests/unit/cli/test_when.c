/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/when.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const int64_t day_ms = 86400000;

static void a_day_is_read_as_its_beginning_in_utc(void **state)
{
    static const struct {
        const char *text;
        int64_t days; /* since 1970-01-01 */
    } table[] = {{"1970-01-01", 0},     {"1969-12-31", -1},    {"2000-02-29", 11016},
                 {"2026-01-31", 20484}, {"2026-12-31", 20818}, {"9999-12-31", 2932896}};
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        int64_t ms = -1;
        assert_true(when_day(str_c(table[i].text), &ms));
        assert_int_equal(ms, table[i].days * day_ms);
    }
}

static void what_is_no_day_is_refused(void **state)
{
    static const char *const table[] = {"",           "2026",       "2026-1-31",   "2026-02-30",
                                        "2026-13-01", "2026-00-10", "2026-01-00",  "2026-01-32",
                                        "2025-02-29", "26-01-2026", "2026-01-31 ", "2026-01-31T00",
                                        "tomorrow!!", "2026/01/31"};
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        int64_t ms = 7;
        if (when_day(str_c(table[i]), &ms)) {
            print_error("%s was read\n", table[i]);
            fail();
        }
        assert_int_equal(ms, 7);
    }
}

static void a_span_needs_its_unit_and_ends_at_ten_years(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } table[] = {{"0", 0},
                 {"30min", 1800000},
                 {"24h", 86400000},
                 {"90d", 90 * 86400000LL},
                 {"0d", 0},
                 {"3653d", 3653 * 86400000LL},
                 {"3654d", -1},
                 {"90", -1},
                 {"d", -1},
                 {"", -1},
                 {"-1d", -1},
                 {"1.5h", -1},
                 {"1 h", -1},
                 {"1w", -1},
                 {"99999999999999999999d", -1},
                 {"18446744073709551615min", -1}};
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        int64_t ms = -1;
        bool read = when_span(str_c(table[i].text), &ms);
        if (read != (table[i].ms >= 0) || ms != table[i].ms) {
            print_error("%s: %lld\n", table[i].text, (long long)ms);
            fail();
        }
    }
}

static void a_span_counts_from_now_in_the_direction_asked_for(void **state)
{
    int64_t ms = 0;
    (void)state;
    assert_true(when_future(STR("2h"), 1000, &ms));
    assert_int_equal(ms, 7201000);
    assert_true(when_past(STR("2h"), 7201000, &ms));
    assert_int_equal(ms, 1000);
    assert_true(when_future(STR("2026-01-31"), 5, &ms));
    assert_int_equal(ms, 20484 * day_ms);
    assert_false(when_past(STR("soon"), 5, &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_read_as_its_beginning_in_utc),
        cmocka_unit_test(what_is_no_day_is_refused),
        cmocka_unit_test(a_span_needs_its_unit_and_ends_at_ten_years),
        cmocka_unit_test(a_span_counts_from_now_in_the_direction_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
