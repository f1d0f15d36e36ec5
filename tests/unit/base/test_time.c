/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static void times_have_their_standard_forms(void **state)
{
    (void)state;
    int64_t t = 784111777123;
    assert_string_equal(clock_rfc3339(t).c, "1994-11-06T08:49:37.123Z");
    assert_string_equal(clock_rfc5322(t).c, "Sun, 06 Nov 1994 08:49:37 +0000");
    assert_string_equal(clock_http(t).c, "Sun, 06 Nov 1994 08:49:37 GMT");
}

static void all_three_http_dates_are_read(void **state)
{
    (void)state;
    static const char *const table[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
                                        "Sunday, 06-Nov-94 08:49:37 GMT",
                                        "Sun Nov  6 08:49:37 1994"};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t t;
        assert_true(clock_http_parse(str_c(table[i]), &t));
        assert_true(t == 784111777000);
    }
}

static void other_dates_are_refused(void **state)
{
    (void)state;
    static const char *const table[] = {
        "", "1994-11-06", "Sun, 06 Nov 1994 08:49:37 GMT ", "yesterday",
        "Sun, 06 Nov 1994 08:49:37 GMT and much more that follows here"};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t t;
        assert_false(clock_http_parse(str_c(table[i]), &t));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_have_their_standard_forms),
        cmocka_unit_test(all_three_http_dates_are_read),
        cmocka_unit_test(other_dates_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
