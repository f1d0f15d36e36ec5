/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/cookie.h"

static void one_cookie_is_found_among_others(void **state)
{
    static const struct {
        const char *header, *value;
        enum err_code code;
    } table[] = {
        {"", "", ERR_OK},
        {"sid=1", "1", ERR_OK},
        {"a=b; sid=1; c=\"d\"", "1", ERR_OK},
        {"a=b;sid=1;c=d", "1", ERR_OK},
        {"sid=", "", ERR_OK},
        {"sid=a=b", "a=b", ERR_OK},
        {"asid=1; sidb=2; SID=3", "", ERR_OK},
        {"sid", "", ERR_OK},
        {"other=sid=1", "", ERR_OK},
        {";;; ; sid=1;;", "1", ERR_OK},
        {"sid=\"1\"", "\"1\"", ERR_OK},
        {"sid=1; sid=1", NULL, ERR_INVALID},
        {"sid=1; a=b; sid=2", NULL, ERR_INVALID},
        {"sid=; sid=2", NULL, ERR_INVALID},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        str value = STR("untouched");
        err e = cookie_find(str_c(table[i].header), STR("sid"), &value);
        assert_int_equal(e.code, table[i].code);
        assert_true(str_eq(value, table[i].value ? str_c(table[i].value) : STR("untouched")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_cookie_is_found_among_others)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
