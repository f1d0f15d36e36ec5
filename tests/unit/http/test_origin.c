/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical address, and who the client is behind proxies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/web.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void other_hosts_and_schemes_go_to_the_origin_in_one_hop(void **state)
{
    static const struct {
        const char *head, *location; /* NULL: served */
    } table[] = {
        {"GET /healthz HTTP/1.1\r\nHost: 10.0.0.1\r\n", NULL},
        {"GET /work HTTP/1.1\r\nHost: chat.example\r\nX-Forwarded-Proto: https\r\n", NULL},
        {"GET /work HTTP/1.1\r\nHost: CHAT.example:443\r\nX-Forwarded-Proto: https\r\n", NULL},
        {"GET /work HTTP/1.1\r\nHost: chat.example\r\n", "https://chat.example/work\r\n"},
        {"GET /work?a=b%20c HTTP/1.1\r\nHost: www.example\r\nX-Forwarded-Proto: https\r\n",
         "https://chat.example/work?a=b%20c\r\n"},
        {"POST /echo HTTP/1.1\r\nHost: chat.example.evil\r\nX-Forwarded-Proto: https\r\n",
         "https://chat.example/echo\r\n"},
        {"GET //evil.example/x HTTP/1.1\r\nHost: a\r\n",
         "https://chat.example//evil.example/x\r\n"},
    };
    struct http_settings settings = web_settings();
    struct web web;
    (void)state;
    (void)snprintf(settings.origin, sizeof settings.origin, "https://chat.example");
    (void)snprintf(settings.redirect_listen, sizeof settings.redirect_listen, "127.0.0.1:0");
    (void)snprintf(settings.trusted_proxies[0], sizeof settings.trusted_proxies[0], "127.0.0.0/8");
    assert_true(web_start(&web, &settings));
    for (size_t i = 0; i < COUNT(table); i++) {
        char ask[512], location[256];
        (void)snprintf(ask, sizeof ask, "%s\r\n", table[i].head);
        (void)snprintf(location, sizeof location, "\r\nlocation: %s",
                       table[i].location ? table[i].location : "");
        const char *answer = web_ask(web.port, ask);
        bool good = table[i].location
                        ? strstr(answer, "308 Permanent Redirect") && strstr(answer, location)
                        : strstr(answer, "200 OK") != NULL;
        if (!good) {
            fail_msg("%s: %s", table[i].head, answer);
        }
    }
    const char *answer = web_ask(
        http_server_redirect_port(web.server),
        "GET /healthz?x HTTP/1.1\r\nHost: chat.example\r\nX-Forwarded-Proto: https\r\n\r\n");
    assert_non_null(strstr(answer, "\r\nlocation: https://chat.example/healthz?x\r\n"));
    web_stop(&web);
}

static void a_proxy_that_nobody_named_makes_no_circle(void **state)
{
    struct http_settings settings = web_settings();
    struct web web;
    (void)state;
    (void)snprintf(settings.origin, sizeof settings.origin, "https://chat.example");
    assert_true(web_start(&web, &settings));
    const char *answer = web_ask(web.port, "GET /work HTTP/1.1\r\nHost: chat.example\r\n"
                                           "X-Forwarded-Proto: https\r\n\r\n");
    assert_non_null(strstr(answer, "200 OK"));
    assert_null(strstr(answer, "strict-transport-security"));
    answer =
        web_ask(web.port, "GET /work HTTP/1.1\r\nHost: other\r\nX-Forwarded-Proto: https\r\n\r\n");
    assert_non_null(strstr(answer, "308 Permanent Redirect"));
    web_stop(&web);
}

static void only_trusted_proxies_say_who_the_client_is(void **state)
{
    static const struct {
        const char *fields, *expected;
    } table[] = {
        {"", "127.0.0.1 http://a 0\n"},
        {"X-Forwarded-For: 198.51.100.7\r\n", "198.51.100.7 http://a 0\n"},
        {"X-Forwarded-For: 6.6.6.6, 198.51.100.7\r\n", "198.51.100.7 http://a 0\n"},
        {"X-Forwarded-For: 6.6.6.6, 198.51.100.7, 10.1.2.3\r\n", "198.51.100.7 http://a 0\n"},
        {"X-Forwarded-For: 10.1.2.3\r\n", "10.1.2.3 http://a 0\n"},
        {"X-Forwarded-For: nonsense\r\n", "127.0.0.1 http://a 0\n"},
        {"X-Forwarded-For: 6.6.6.6, unknown\r\n", "127.0.0.1 http://a 0\n"},
        {"X-Forwarded-For: 198.51.100.7:1234\r\n", "198.51.100.7 http://a 0\n"},
        {"X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::7 http://a 0\n"},
        {"X-Forwarded-Proto: https\r\n", "127.0.0.1 https://a 1\n"},
        {"X-Forwarded-Proto: https, http\r\n", "127.0.0.1 http://a 0\n"},
        {"Forwarded: for=6.6.6.6, for=\"[2001:db8::9]:80\";proto=https\r\n",
         "2001:db8::9 https://a 1\n"},
        {"Forwarded: for=198.51.100.7;proto=https\r\nX-Forwarded-For: 6.6.6.6\r\n",
         "198.51.100.7 https://a 1\n"},
        {"Forwarded: for=_hidden\r\n", "127.0.0.1 http://a 0\n"},
    };
    (void)state;
    for (int trusted = 0; trusted < 2; trusted++) {
        struct http_settings settings = web_settings();
        struct web web;
        if (trusted) {
            (void)snprintf(settings.trusted_proxies[0], sizeof settings.trusted_proxies[0],
                           "127.0.0.1");
            (void)snprintf(settings.trusted_proxies[1], sizeof settings.trusted_proxies[1],
                           "10.0.0.0/8");
        }
        assert_true(web_start(&web, &settings));
        for (size_t i = 0; i < COUNT(table); i++) {
            char ask[512];
            (void)snprintf(ask, sizeof ask, "GET /who HTTP/1.1\r\nHost: a\r\n%s\r\n",
                           table[i].fields);
            const char *answer = web_ask(web.port, ask), *body = strstr(answer, "\r\n\r\n");
            assert_non_null(body);
            assert_string_equal(body + 4, trusted ? table[i].expected : table[0].expected);
            assert_int_equal(strstr(answer, "strict-transport-security") != NULL,
                             trusted && strstr(table[i].expected, "https") != NULL);
        }
        web_stop(&web);
    }
}

static void settings_that_mean_nothing_are_refused(void **state)
{
    const struct http_hooks hooks = {0};
    struct http_server *server = NULL;
    static const char *const origins[] = {"chat.example", "https://", "https://a/b", "ftp://a"};
    (void)state;
    for (size_t i = 0; i < COUNT(origins); i++) {
        struct http_settings settings = web_settings();
        (void)snprintf(settings.origin, sizeof settings.origin, "%s", origins[i]);
        assert_int_equal(http_server_open(&settings, &hooks, &server).code, ERR_INVALID);
    }
    struct http_settings settings = web_settings();
    (void)snprintf(settings.trusted_proxies[0], sizeof settings.trusted_proxies[0], "10.0.0.0/33");
    assert_int_equal(http_server_open(&settings, &hooks, &server).code, ERR_INVALID);
    settings = web_settings();
    (void)snprintf(settings.redirect_listen, sizeof settings.redirect_listen, "127.0.0.1:0");
    assert_int_equal(http_server_open(&settings, &hooks, &server).code, ERR_INVALID);
    assert_null(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_hosts_and_schemes_go_to_the_origin_in_one_hop),
        cmocka_unit_test(a_proxy_that_nobody_named_makes_no_circle),
        cmocka_unit_test(only_trusted_proxies_say_who_the_client_is),
        cmocka_unit_test(settings_that_mean_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
