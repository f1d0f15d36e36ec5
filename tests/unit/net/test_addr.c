/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/addr.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void addresses_are_written_in_their_canonical_form(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"::", "::"},
        {"::1", "::1"},
        {"[2001:DB8::1]", "2001:db8::1"},
        {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
        {"2001:db8::", "2001:db8::"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"0:0:1::", "0:0:1::"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::ffff:c000:201", "192.0.2.1"},
        {"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct addr a;
        assert_true(addr_parse(str_c(table[i][0]), &a));
        assert_string_equal(addr_text(&a).c, table[i][1]);
        struct addr again;
        assert_true(addr_parse(str_c(addr_text(&a).c), &again));
        assert_memory_equal(a.bytes, again.bytes, 16);
    }
}

static void loose_forms_of_addresses_are_refused(void **state)
{
    (void)state;
    static const char *const table[] = {
        "",
        " 1.2.3.4",
        "1.2.3.4 ",
        "1.2.3",
        "1.2.3.4.",
        "1.2.3.4.5",
        "127.1",
        "2130706433",
        "0177.0.0.1",
        "01.2.3.4",
        "0x7f.0.0.1",
        "0x7f000001",
        "256.1.1.1",
        "1.2.3.-4",
        "+1.2.3.4",
        "1..2.3",
        "1.2.3.4/32",
        "1.2.3.4:80",
        "1.2.3.0004",
        "fe80::1%1",
        "fe80::1%eth0",
        "[::1",
        "::1]",
        "[]",
        ":::",
        "1::2::3",
        "12345::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "g::",
        "::1.2.3",
        "::01.2.3.4",
        "[1.2.3.4]",
        "localhost",
        "1.2.3.4\n",
        "::1\t",
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct addr a = {.port = 77};
        assert_false(addr_parse(str_c(table[i]), &a));
        assert_int_equal(a.port, 77);
    }
    struct addr a;
    assert_false(addr_parse(str_n("1.2.3.4\0", 8), &a));
    assert_false(addr_parse(str_n("::1\0", 4), &a));
}

static void ports_are_required_and_strict(void **state)
{
    (void)state;
    struct addr a;
    assert_true(addr_parse_port(STR("192.0.2.1:80"), &a));
    assert_int_equal(a.port, 80);
    assert_true(addr_parse_port(STR("[::1]:65535"), &a));
    assert_int_equal(a.port, 65535);
    assert_true(addr_parse_port(STR("127.0.0.1:0"), &a));
    static const char *const refused[] = {"192.0.2.1",       "::1:80",     "[::1]",
                                          "[::1]80",         "1.2.3.4:",   ":80",
                                          "1.2.3.4:080",     "1.2.3.4:+8", "1.2.3.4:65536",
                                          "1.2.3.4:99999999"};
    for (size_t i = 0; i < COUNT(refused); i++) {
        assert_false(addr_parse_port(str_c(refused[i]), &a));
    }
}

static void networks_hold_their_addresses_and_no_others(void **state)
{
    (void)state;
    static const struct {
        const char *net, *in, *out;
    } table[] = {
        {"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
        {"192.0.2.128/25", "192.0.2.128", "192.0.2.127"},
        {"192.0.2.7", "192.0.2.7", "192.0.2.6"},
        {"0.0.0.0/0", "203.0.113.9", "2001:db8::1"},
        {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"},
        {"::/0", "192.0.2.1", NULL},
        {"::1", "::1", "::2"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct addr_net net;
        struct addr a;
        assert_true(addr_net_parse(str_c(table[i].net), &net));
        assert_true(addr_parse(str_c(table[i].in), &a));
        assert_true(addr_net_has(&net, &a));
        if (table[i].out) {
            assert_true(addr_parse(str_c(table[i].out), &a));
            assert_false(addr_net_has(&net, &a));
        }
    }
    static const char *const refused[] = {"10.0.0.1/8",   "10.0.0.0/33", "10.0.0.0/",
                                          "/8",           "10.0.0.0/08", "::/129",
                                          "10.0.0.0/8/8", "10/8",        "::1/64"};
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct addr_net net;
        assert_false(addr_net_parse(str_c(refused[i]), &net));
    }
}

static const char *const public_addresses[] = {
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.0.1",
    "169.255.0.1",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.0.1",
    "192.169.0.1",
    "198.17.0.1",
    "198.20.0.1",
    "223.255.255.255",
    "2606:4700::1",
    "2a00:1450::1",
    "64:ff9b::1.1.1.1",
    "::ffff:1.1.1.1",
    "2002:101:101::1",
    "2001:0:101:101::fefe:fefe", /* Teredo: server 1.1.1.1, client 1.1.1.1 */
};
static const char *const other_addresses[] = {
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2001:0:101:101::80ff:fffe", /* Teredo client 127.0.0.1 */
    "2001:0:a00:1::fefe:fefe",   /* Teredo server 10.0.0.1 */
    "2002:7f00:1::1",
    "2002:a00:1::",
    "2002:a9fe:a9fe::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "4000::1",
};

static void only_globally_reachable_addresses_are_public(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(public_addresses); i++) {
        struct addr a;
        assert_true(addr_parse(str_c(public_addresses[i]), &a));
        assert_true(addr_is_public(&a));
    }
    for (size_t i = 0; i < COUNT(other_addresses); i++) {
        struct addr a;
        assert_true(addr_parse(str_c(other_addresses[i]), &a));
        assert_false(addr_is_public(&a));
    }
}

static void socket_addresses_survive_the_way_there_and_back(void **state)
{
    (void)state;
    static const char *const table[] = {"192.0.2.1:443", "[2001:db8::5]:8080",
                                        "[::ffff:1.2.3.4]:1"};
    for (size_t i = 0; i < COUNT(table); i++) {
        struct addr a;
        struct sockaddr_storage sa;
        assert_true(addr_parse_port(str_c(table[i]), &a));
        assert_true(addr_to_sockaddr(&a, &sa) > 0);
        struct addr again = addr_from_sockaddr((const struct sockaddr *)&sa);
        assert_memory_equal(&a, &again, sizeof(a));
    }
}

static void loopback_is_all_of_127_and_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool loopback;
    } table[] = {{"127.0.0.1", true},
                 {"127.9.9.9", true},
                 {"::1", true},
                 {"::2", false},
                 {"128.0.0.1", false}};
    for (size_t i = 0; i < COUNT(table); i++) {
        struct addr a;
        assert_true(addr_parse(str_c(table[i].text), &a));
        assert_int_equal(addr_is_loopback(&a), table[i].loopback);
    }
}

static void what_is_inside_a_network_is_private(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool inside;
    } table[] = {{"10.1.2.3", true},     {"172.31.255.255", true},
                 {"172.32.0.0", false},  {"192.168.0.1", true},
                 {"100.64.0.1", true},   {"169.254.169.254", true},
                 {"127.0.0.1", true},    {"::1", true},
                 {"fd00::1", true},      {"fe80::1", true},
                 {"203.0.113.1", false}, {"2001:db8::1", false},
                 {"9.9.9.9", false},     {"2620:fe::fe", false}};
    for (size_t i = 0; i < COUNT(table); i++) {
        struct addr a;
        assert_true(addr_parse(str_c(table[i].text), &a));
        assert_int_equal(addr_is_private(&a), table[i].inside);
        assert_false(addr_is_private(&a) && addr_is_public(&a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_written_in_their_canonical_form),
        cmocka_unit_test(loose_forms_of_addresses_are_refused),
        cmocka_unit_test(ports_are_required_and_strict),
        cmocka_unit_test(networks_hold_their_addresses_and_no_others),
        cmocka_unit_test(only_globally_reachable_addresses_are_public),
        cmocka_unit_test(what_is_inside_a_network_is_private),
        cmocka_unit_test(socket_addresses_survive_the_way_there_and_back),
        cmocka_unit_test(loopback_is_all_of_127_and_one),
    };
    return cmocka_run_group_tests_name("net.addr", tests, NULL, NULL);
}
