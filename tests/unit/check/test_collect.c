/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check/facts/collect.h"

static struct addr at(const char *text)
{
    struct addr address;
    assert_true(addr_parse_port(str_c(text), &address));
    return address;
}

/* What a rule that names no address, as '*:443::8443', must not do: open the house to whatever a
 * server redirects to. */
static void private_addresses_need_to_be_named(void **state)
{
    (void)state;
    static const struct {
        const char *rule_host, *rule_address; /* NULL: no rule, no address */
        unsigned to_port;
        const char *resolver;
        bool allow_private, no_ipv4;
        const char *asked, *led; /* NULL: refused */
    } table[] = {
        {NULL, NULL, 0, NULL, false, false, "203.0.113.1:443", NULL}, /* documentation */
        {NULL, NULL, 0, NULL, false, false, "9.9.9.9:443", "9.9.9.9:443"},
        {NULL, NULL, 0, NULL, false, false, "10.0.0.1:443", NULL},
        {NULL, NULL, 0, NULL, true, false, "10.0.0.1:443", "10.0.0.1:443"},
        {"*", NULL, 8443, NULL, false, false, "10.0.0.1:443", NULL},
        {"*", NULL, 8443, NULL, false, false, "169.254.169.254:443", NULL},
        {"*", NULL, 8443, NULL, true, false, "10.0.0.1:443", "10.0.0.1:8443"},
        {"*", NULL, 8443, NULL, false, false, "9.9.9.9:443", "9.9.9.9:8443"},
        {"*", NULL, 8443, NULL, false, true, "9.9.9.9:443", NULL},
        {"*", NULL, 8443, NULL, false, false, "9.9.9.9:80", "9.9.9.9:80"},
        {"www.example.com", "127.0.0.1:0", 8443, NULL, false, false, "9.9.9.9:443",
         "127.0.0.1:8443"},
        {"WWW.example.com", "127.0.0.1:0", 0, NULL, false, false, "9.9.9.9:443", "127.0.0.1:443"},
        {"9.9.9.9", "127.0.0.1:0", 0, NULL, false, true, "9.9.9.9:443", "127.0.0.1:443"},
        {"other.example.com", "127.0.0.1:0", 0, NULL, false, false, "9.9.9.9:443", "9.9.9.9:443"},
        {NULL, NULL, 0, "127.0.0.1:5353", false, false, "127.0.0.1:53", "127.0.0.1:5353"},
        {NULL, NULL, 0, "127.0.0.1:5353", false, false, "127.0.0.2:53", NULL},
        {NULL, NULL, 0, "127.0.0.1:5353", false, false, "127.0.0.1:80", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct collect_options options = {.allow_private = table[i].allow_private,
                                          .no_ipv4 = table[i].no_ipv4};
        struct collect collect = {.options = &options};
        struct addr asked = at(table[i].asked), led;
        const char *reason = NULL;
        if (table[i].rule_host) {
            options.reach_count = 1;
            options.reach[0] = (struct reach_rule){.host = str_c(table[i].rule_host),
                                                   .port = 443,
                                                   .has_address = table[i].rule_address != NULL,
                                                   .to_port = table[i].to_port};
            if (table[i].rule_address) {
                assert_true(addr_parse(STR("127.0.0.1"), &options.reach[0].address));
            }
        }
        if (table[i].resolver) {
            options.resolver = at(table[i].resolver);
        }
        bool reached = collect_reach(&collect, STR("www.example.com"), &asked, &led, &reason);
        assert_int_equal(reached, table[i].led != NULL);
        if (reached) {
            struct addr wanted = at(table[i].led);
            assert_memory_equal(led.bytes, wanted.bytes, sizeof led.bytes);
            assert_int_equal(led.port, wanted.port);
        } else {
            assert_non_null(reason);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_addresses_need_to_be_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
