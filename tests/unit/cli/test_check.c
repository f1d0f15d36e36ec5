/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of --resolve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/check.h"

static struct arena memory;

static void rules_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *address;
        unsigned port, to_port;
    } rows[] = {
        {"www.example.com:443:127.0.0.1:8443", "www.example.com", "127.0.0.1", 443, 8443},
        {"www.example.com:443:127.0.0.1", "www.example.com", "127.0.0.1", 443, 0},
        {"*:443::8443", "*", NULL, 443, 8443},
        {"*:53:", "*", NULL, 53, 0},
        {"[2001:DB8::1]:25:[::1]:2525", "2001:db8::1", "::1", 25, 2525},
        {"192.0.2.1:80:[::1]", "192.0.2.1", "::1", 80, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reach_rule rule;
        const char *reason;
        assert_true(check_reach_parse(&memory, str_c(rows[i].text), &rule, &reason));
        assert_true(str_eq(rule.host, str_c(rows[i].host)));
        assert_int_equal(rule.port, rows[i].port);
        assert_int_equal(rule.to_port, rows[i].to_port);
        assert_int_equal(rule.has_address, rows[i].address != NULL);
        if (rows[i].address) {
            assert_string_equal(addr_text(&rule.address).c, rows[i].address);
        }
    }
}

static void what_is_no_rule_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"",
                                       "www.example.com",
                                       "www.example.com:443",
                                       "www.example.com:0:127.0.0.1",
                                       "www.example.com:65536:127.0.0.1",
                                       "www.example.com:https:127.0.0.1",
                                       "www.example.com:443:localhost",
                                       "www.example.com:443:::1",
                                       "www.example.com:443:127.0.0.1:0",
                                       "www.example.com:443:127.0.0.1:1:2",
                                       ":443:127.0.0.1",
                                       "[::1:443:127.0.0.1",
                                       "[::1]x:443:127.0.0.1"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reach_rule rule;
        const char *reason = NULL;
        if (check_reach_parse(&memory, str_c(rows[i]), &rule, &reason)) {
            print_error("%s\n", rows[i]);
            fail();
        }
        assert_non_null(reason);
    }
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&memory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_read),
        cmocka_unit_test(what_is_no_rule_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
