/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/near.h"

static void distances_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } table[] = {{"", "", 0},
                 {"a", "", 1},
                 {"kitten", "sitting", 3},
                 {"listen", "lisetn", 1},
                 {"ab", "ba", 1},
                 {"LISTEN", "listen", 0},
                 {"origin", "orign", 1},
                 {"abc", "xyz", 3}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(near_distance(str_c(table[i].a), str_c(table[i].b)), table[i].distance);
        assert_int_equal(near_distance(str_c(table[i].b), str_c(table[i].a)), table[i].distance);
    }
}

static void only_near_names_are_offered(void **state)
{
    (void)state;
    const char *best = NULL;
    size_t distance = SIZE_MAX;
    near_consider(STR("server.lisen"), "server.listen", &best, &distance);
    near_consider(STR("server.lisen"), "server.origin", &best, &distance);
    assert_string_equal(best, "server.listen");
    best = NULL;
    distance = SIZE_MAX;
    near_consider(STR("banana"), "server.listen", &best, &distance);
    assert_null(best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_known),
        cmocka_unit_test(only_near_names_are_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
