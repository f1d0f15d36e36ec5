/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/web.h"

static struct web web;

static int set_up(void **state)
{
    struct http_settings settings = web_settings();
    (void)state;
    settings.slow_threads = 1;
    settings.slow_queue = 0;
    return web_start(&web, &settings) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    web_stop(&web);
    return 0;
}

static unsigned count(const char *text, const char *needle)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, needle)); at += strlen(needle)) {
        n++;
    }
    return n;
}

static void every_lane_answers_with_the_security_headers(void **state)
{
    (void)state;
    static const char *const asks[] = {WEB_GET("/healthz"), WEB_GET("/work"), WEB_GET("/nothing")};
    static const char *const names[] = {"x-content-type-options: nosniff\r\n",
                                        "referrer-policy: same-origin\r\n",
                                        "x-frame-options: DENY\r\n",
                                        "frame-ancestors 'none'\r\n",
                                        "cross-origin-resource-policy: same-origin\r\n",
                                        "cache-control: no-store\r\n",
                                        "\r\nDate: ",
                                        "X-Request-Id: "};
    for (size_t i = 0; i < 3; i++) {
        const char *answer = web_ask(web.port, asks[i]);
        assert_non_null(
            strstr(answer, i < 2 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n"));
        for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
            assert_non_null(strstr(answer, names[j]));
        }
        assert_null(strstr(answer, "Server:"));
        assert_null(strstr(answer, "strict-transport-security"));
    }
}

static void an_error_has_the_shape_of_the_contract(void **state)
{
    (void)state;
    const char *answer = web_ask(web.port, WEB_GET("/nothing"));
    char number[64] = "", expected[256];
    const char *at = strstr(answer, "X-Request-Id: ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "X-Request-Id: %36s", number), 1);
    (void)snprintf(expected, sizeof expected,
                   "\r\n\r\n{\"code\":\"not_found\",\"message\":\"no such thing\",\"status\":404,"
                   "\"request_id\":\"%s\"}",
                   number);
    assert_non_null(strstr(answer, expected));
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    const char *answer =
        web_ask(web.port, WEB_GET("/param?q=1") WEB_GET("/work") WEB_GET("/param?q=2")
                              WEB_GET("/bigwork") "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                                  "Transfer-Encoding: chunked\r\n\r\n"
                                                  "3\r\nabc\r\n0\r\n\r\n" WEB_GET("/param?q=3"));
    assert_int_equal(count(answer, "HTTP/1.1 200 OK"), 6);
    const char *one = strstr(answer, "\r\n\r\n1HTTP"), *two = strstr(answer, "\r\n\r\n2HTTP");
    const char *echo = strstr(answer, "\r\n\r\nabcHTTP"), *three = strstr(answer, "\r\n\r\n3");
    assert_true(one && two && echo && three && one < two && two < echo && echo < three);
}

static void a_handler_cannot_break_the_framing(void **state)
{
    (void)state;
    const char *answer = web_ask(web.port, WEB_GET("/param?q=a%2Bb+c"));
    assert_non_null(strstr(answer, "\r\n\r\na+b c"));
    assert_non_null(strstr(answer, "x-good: yes\r\n"));
    assert_null(strstr(answer, "x-bad"));
    assert_null(strstr(answer, "b: c"));
    assert_int_equal(count(answer, "ontent-"), 4); /* type, length, two defaults; no other length */
    assert_int_equal(count(answer, "cache-control"), 1);
    assert_non_null(strstr(web_ask(web.port, WEB_GET("/param?q=%00")), "(none)"));
    assert_non_null(strstr(web_ask(web.port, WEB_GET("/param?p=1&%71=x")), "\r\n\r\nx"));
}

static void head_has_the_length_and_no_body(void **state)
{
    (void)state;
    const char *answer = web_ask(web.port, "HEAD /big HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    assert_non_null(strstr(answer, "Content-Length: 20480\r\n"));
    assert_null(strstr(answer, "xxx"));
}

static void http_1_0_closes_unless_asked_to_stay(void **state)
{
    (void)state;
    int fd = web_connect(web.port);
    web_send(fd, "GET /healthz HTTP/1.0\r\n\r\n");
    assert_non_null(strstr(web_hear(fd, "", 3000), "Connection: close"));
    (void)close(fd);
    fd = web_connect(web.port);
    web_send(fd, "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_non_null(strstr(web_hear(fd, "}", 3000), "Connection: keep-alive"));
    web_send(fd, "GET /healthz HTTP/1.0\r\n\r\n");
    assert_non_null(strstr(web_hear(fd, "", 3000), "200 OK"));
    (void)close(fd);
}

static void a_body_is_asked_for_when_the_client_waits(void **state)
{
    (void)state;
    int fd = web_connect(web.port);
    web_send(fd, "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
                 "Expect: 100-continue\r\n\r\n");
    assert_string_equal(web_hear(fd, "\r\n\r\n", 3000), "HTTP/1.1 100 Continue\r\n\r\n");
    web_send(fd, "hello");
    assert_non_null(strstr(web_hear(fd, "hello", 3000), "200 OK"));
    web_send(fd, "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500000\r\n"
                 "Expect: 100-continue\r\n\r\n");
    const char *answer = web_hear(fd, "", 3000);
    assert_non_null(strstr(answer, "413 Content Too Large"));
    assert_null(strstr(answer, "100 Continue"));
    (void)close(fd);
}

static void a_body_over_the_limit_is_refused_either_way(void **state)
{
    (void)state;
    static char text[300000];
    int n = snprintf(text, sizeof text,
                     "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "30d40\r\n");
    memset(text + n, 'y', 200000);
    assert_non_null(strstr(web_ask(web.port, text), "413 Content Too Large"));
    (void)snprintf(text, sizeof text,
                   "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100001\r\n\r\n");
    assert_non_null(strstr(web_ask(web.port, text), "413 Content Too Large"));
}

static void an_unwanted_short_body_is_read_past(void **state)
{
    (void)state;
    const char *answer = web_ask(
        web.port,
        "POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\nbody" WEB_GET(
            "/healthz"));
    assert_non_null(strstr(answer, "404 Not Found"));
    assert_non_null(strstr(answer, "{\"status\":\"ok\"}"));
}

static bool is_waiting(void *user)
{
    (void)user;
    return atomic_load(&web_seen.waiting) == 1;
}

static void a_full_slow_lane_says_when_to_come_again(void **state)
{
    (void)state;
    atomic_store(&web_seen.release, 0);
    int fd = web_connect(web.port);
    web_send(fd, WEB_GET("/wait"));
    assert_true(web_until(is_waiting, NULL, 3000));
    const char *answer = web_ask(web.port, WEB_GET("/wait"));
    assert_non_null(strstr(answer, "503 Service Unavailable"));
    assert_non_null(strstr(answer, "retry-after: 5\r\n"));
    assert_non_null(strstr(web_ask(web.port, WEB_GET("/work")), "200 OK"));
    atomic_store(&web_seen.release, 1);
    assert_non_null(strstr(web_hear(fd, "}", 3000), "200 OK"));
    (void)close(fd);
}

static void a_handler_that_says_nothing_is_a_500(void **state)
{
    (void)state;
    assert_non_null(strstr(web_ask(web.port, WEB_GET("/silent")), "500 Internal Server Error"));
}

static void an_address_in_use_is_told_apart(void **state)
{
    (void)state;
    struct http_settings settings = web_settings();
    const struct http_hooks hooks = {0};
    struct http_server *other = NULL;
    (void)snprintf(settings.listen, sizeof settings.listen, "127.0.0.1:%u", web.port);
    log_setup(LOG_ERROR + 1, 2);
    assert_int_equal(http_server_open(&settings, &hooks, &other).code, ERR_CONFLICT);
    (void)snprintf(settings.listen, sizeof settings.listen, "127.0.0.1");
    assert_int_equal(http_server_open(&settings, &hooks, &other).code, ERR_INVALID);
    (void)snprintf(settings.listen, sizeof settings.listen, "192.0.2.1:0");
    assert_int_equal(http_server_open(&settings, &hooks, &other).code, ERR_INVALID);
    log_setup(LOG_ERROR, 2);
    assert_null(other);
}

static void the_access_log_has_no_personal_data(void **state)
{
    (void)state;
    struct http_settings settings = web_settings();
    struct web logged;
    int ends[2];
    char text[4096] = "";
    settings.access_log = true;
    assert_int_equal(pipe(ends), 0);
    assert_true(web_start(&logged, &settings));
    log_setup(LOG_INFO, ends[1]);
    (void)web_ask(logged.port, "GET /param?q=visitor@example.com HTTP/1.1\r\nHost: a\r\n\r\n"
                               "GET /nothing/secret HTTP/1.1\r\nHost: a\r\n\r\n");
    web_stop(&logged);
    log_setup(LOG_ERROR, 2);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    assert_non_null(strstr(
        text, "\"method\":\"GET\",\"route\":\"/param\",\"status\":200,\"bytes\":19,\"ms\":"));
    assert_non_null(strstr(text, "\"route\":\"unmatched\",\"status\":404"));
    assert_non_null(strstr(text, "\"protocol\":\"HTTP/1.1\"}\n"));
    assert_null(strstr(text, "visitor"));
    assert_null(strstr(text, "secret"));
    assert_null(strstr(text, "127.0.0.1"));
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void hostile_requests_of_the_shared_probe_are_refused(void **state)
{
    static const char *const places[] = {"../shared/tools/http-hygiene.py",
                                         "../../shared/tools/http-hygiene.py"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        if (access(places[i], R_OK) == 0) {
            char command[256];
            (void)snprintf(command, sizeof command, "python3 %s %u /healthz /echo >&2", places[i],
                           web.port);
            assert_int_equal(system(command), 0);
            return;
        }
    }
    print_message(
        "the shared probe is not here: its cases are in test_h1_head and test_h1_chunked\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lane_answers_with_the_security_headers),
        cmocka_unit_test(an_error_has_the_shape_of_the_contract),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_handler_cannot_break_the_framing),
        cmocka_unit_test(head_has_the_length_and_no_body),
        cmocka_unit_test(http_1_0_closes_unless_asked_to_stay),
        cmocka_unit_test(a_body_is_asked_for_when_the_client_waits),
        cmocka_unit_test(a_body_over_the_limit_is_refused_either_way),
        cmocka_unit_test(an_unwanted_short_body_is_read_past),
        cmocka_unit_test(a_full_slow_lane_says_when_to_come_again),
        cmocka_unit_test(a_handler_that_says_nothing_is_a_500),
        cmocka_unit_test(an_address_in_use_is_told_apart),
        cmocka_unit_test(the_access_log_has_no_personal_data),
        cmocka_unit_test(hostile_requests_of_the_shared_probe_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
