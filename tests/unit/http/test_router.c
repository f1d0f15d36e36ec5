/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "http/router.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const templates[] = {"/",
                                        "/healthz",
                                        "/api/v1/chats",
                                        "/api/v1/chats/{c}",
                                        "/api/v1/chats/{c}",
                                        "/api/v1/chats/{c}/messages",
                                        "/api/v1/chats/new/messages",
                                        "/files/*",
                                        "/api/v1/{a}/{b}/end"};
static const enum http_method methods[] = {HTTP_GET,  HTTP_GET,  HTTP_POST, HTTP_GET, HTTP_DELETE,
                                           HTTP_POST, HTTP_POST, HTTP_GET,  HTTP_GET};

static struct http_router *router;

static int set_up(void **state)
{
    (void)state;
    return err_ok(http_router_new(methods, templates, COUNT(templates), &router)) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    http_router_free(router);
    return 0;
}

static void each_path_finds_its_route_and_arguments(void **state)
{
    (void)state;
    static const struct {
        enum http_method method;
        const char *path;
        int route;
        const char *arg;
    } table[] = {
        {HTTP_GET, "/", 0, NULL},
        {HTTP_GET, "/healthz", 1, NULL},
        {HTTP_GET, "/healthz/", 1, NULL},
        {HTTP_HEAD, "/healthz", 1, NULL},
        {HTTP_GET, "/health", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "/healthz/x", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "//healthz", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "/../healthz", HTTP_ROUTER_NONE, NULL},
        {HTTP_POST, "/healthz", HTTP_ROUTER_METHOD, NULL},
        {HTTP_OTHER, "/healthz", HTTP_ROUTER_METHOD, NULL},
        {HTTP_POST, "/api/v1/chats/", 2, NULL},
        {HTTP_GET, "/api/v1/chats/x%20y", 3, "x y"},
        {HTTP_DELETE, "/api/v1/chats/a", 4, "a"},
        {HTTP_GET, "/api/v1/chats/a%2fb", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "/api/v1/chats/a%00", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "/api/v1/chats/a%0a", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "/api/v1/chats/a%ff", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "/api/v1/chats/a%c3%a9", 3, "a\xc3\xa9"},
        {HTTP_POST, "/api/v1/chats/7/messages", 5, "7"},
        {HTTP_POST, "/api/v1/chats/new/messages", 6, NULL},
        {HTTP_GET, "/api/v1/chats/new", 3, "new"},
        {HTTP_GET, "/api/v1/chats/new/end", 8, "chats"},
        {HTTP_GET, "/files/a/b.c", 7, "a/b.c"},
        {HTTP_GET, "/files/a/b/", 7, "a/b"},
        {HTTP_GET, "/files/a%2fb", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "/files", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "", HTTP_ROUTER_NONE, NULL},
        {HTTP_GET, "*", HTTP_ROUTER_NONE, NULL},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct arena a;
        str args[HTTP_ROUTER_ARGS_MAX] = {{0}};
        unsigned allow = 0;
        arena_init(&a, 4096 * 4);
        int route =
            http_router_find(router, table[i].method, str_c(table[i].path), &a, args, &allow);
        if (route != table[i].route || (table[i].arg && !str_eq(args[0], str_c(table[i].arg)))) {
            fail_msg("%s: %d, not %d", table[i].path, route, table[i].route);
        }
        arena_done(&a);
    }
}

static void a_wrong_method_tells_which_are_right(void **state)
{
    (void)state;
    struct arena a;
    str args[HTTP_ROUTER_ARGS_MAX];
    unsigned allow = 0;
    arena_init(&a, 4096);
    assert_int_equal(http_router_find(router, HTTP_PUT, STR("/api/v1/chats/x"), &a, args, &allow),
                     HTTP_ROUTER_METHOD);
    assert_int_equal(allow, 1u << HTTP_GET | 1u << HTTP_HEAD | 1u << HTTP_DELETE);
    arena_done(&a);
}

static void the_same_route_twice_is_refused(void **state)
{
    (void)state;
    static const char *const same[] = {"/a/{x}", "/a/{y}/"};
    static const enum http_method gets[] = {HTTP_GET, HTTP_GET};
    struct http_router *other = NULL;
    assert_int_equal(http_router_new(gets, same, 2, &other).code, ERR_INVALID);
    assert_null(other);
}

static void a_failed_allocation_is_an_error(void **state)
{
    (void)state;
    for (long i = 0; i < 30; i++) {
        struct http_router *other = NULL;
        mem_fail_after(i);
        err e = http_router_new(methods, templates, COUNT(templates), &other);
        mem_fail_after(-1);
        if (err_ok(e)) {
            http_router_free(other);
            return;
        }
        assert_int_equal(e.code, ERR_NO_MEMORY);
    }
    fail_msg("never succeeded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_finds_its_route_and_arguments),
        cmocka_unit_test(a_wrong_method_tells_which_are_right),
        cmocka_unit_test(the_same_route_twice_is_refused),
        cmocka_unit_test(a_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
