/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "http/peers.h"

static struct addr address(const char *text)
{
    struct addr a = {{0}, 0};
    assert_true(addr_parse(str_c(text), &a));
    return a;
}

static void addresses_are_counted_apart_and_ipv6_by_its_network(void **state)
{
    struct peer_table *table = NULL;
    struct addr one = address("192.0.2.1"), two = address("192.0.2.2");
    struct addr v6 = address("2001:db8:0:1::1"), same = address("2001:db8:0:1:ffff::2");
    struct addr other = address("2001:db8:0:2::1");
    (void)state;
    assert_true(err_ok(peer_table_new(4, &table)));
    assert_true(peer_table_enter(table, &one, 2));
    assert_true(peer_table_enter(table, &one, 2));
    assert_false(peer_table_enter(table, &one, 2));
    assert_true(peer_table_enter(table, &two, 2));
    peer_table_leave(table, &one);
    assert_true(peer_table_enter(table, &one, 2));
    assert_true(peer_table_enter(table, &v6, 1));
    assert_false(peer_table_enter(table, &same, 1));
    assert_true(peer_table_enter(table, &other, 1));
    peer_table_leave(table, &v6);
    assert_true(peer_table_enter(table, &same, 1));
    peer_table_free(table);
}

static void without_memory_nobody_enters(void **state)
{
    struct peer_table *table = NULL;
    struct addr one = address("192.0.2.1");
    (void)state;
    assert_true(err_ok(peer_table_new(4, &table)));
    mem_fail_after(0);
    assert_false(peer_table_enter(table, &one, 2));
    mem_fail_after(-1);
    peer_table_leave(table, &one);
    assert_true(peer_table_enter(table, &one, 1));
    peer_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_counted_apart_and_ipv6_by_its_network),
        cmocka_unit_test(without_memory_nobody_enters),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
