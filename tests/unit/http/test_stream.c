/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of events, and what becomes of them when the client or the server goes. */
#include <setjmp.h>
#include <signal.h>
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
    settings.ping_ms = 300;
    settings.write_ms = 700;
    settings.loops = 2;
    settings.streams_per_address = 3;
    return web_start(&web, &settings) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    if (web.server) {
        web_stop(&web);
    }
    return 0;
}

static bool has_stream(void *user)
{
    (void)user;
    return atomic_load(&web_seen.stream) != NULL;
}

static bool is_closed(void *user) { return atomic_load(&web_seen.closed) >= *(int *)user; }

static int open_events(void)
{
    http_stream_unref(atomic_exchange(&web_seen.stream, NULL));
    int fd = web_connect(web.port);
    web_send(fd, WEB_GET("/events"));
    assert_non_null(
        strstr(web_hear(fd, "\n\n", 2000), "id: 1\nevent: hello\ndata: a\ndata: b\n\n"));
    assert_true(web_until(has_stream, NULL, 1000));
    return fd;
}

static void a_detached_stream_carries_events_and_pings(void **state)
{
    (void)state;
    int fd = open_events();
    assert_non_null(strstr(web_hear(fd, "ping\n\n", 2000), ": ping\n\n"));
    assert_true(err_ok(http_stream_event(web_seen.stream, STR("2"), STR_EMPTY, STR("c\r\nd\re"))));
    assert_non_null(
        strstr(web_hear(fd, "data: e\n\n", 2000), "id: 2\ndata: c\ndata: d\ndata: e\n\n"));
    assert_int_equal(http_stream_event(web_seen.stream, STR("a\nb"), STR_EMPTY, STR("x")).code,
                     ERR_INVALID);
    http_stream_end(web_seen.stream);
    assert_non_null(strstr(web_hear(fd, "0\r\n\r\n", 2000), "0\r\n\r\n"));
    assert_int_equal(http_stream_event(web_seen.stream, STR_EMPTY, STR_EMPTY, STR("x")).code,
                     ERR_CLOSED);
    web_send(fd, WEB_GET("/healthz")); /* the connection lives on */
    assert_non_null(strstr(web_hear(fd, "}", 2000), "200 OK"));
    (void)close(fd);
}

static void a_stream_ends_when_its_time_is_over(void **state)
{
    (void)state;
    int fd = web_connect(web.port);
    web_send(fd, WEB_GET("/events?q=500"));
    assert_non_null(strstr(web_hear(fd, "0\r\n\r\n", 3000), "data: b\n\n"));
    web_send(fd, WEB_GET("/healthz"));
    assert_non_null(strstr(web_hear(fd, "}", 2000), "200 OK"));
    (void)close(fd);
}

/* Events that come more often than pings must not keep it alive. */
static void a_stream_ends_at_its_time_though_events_flow(void **state)
{
    (void)state;
    http_stream_unref(atomic_exchange(&web_seen.stream, NULL));
    int fd = web_connect(web.port);
    web_send(fd, WEB_GET("/events?q=600"));
    assert_non_null(strstr(web_hear(fd, "data: b\n\n", 2000), "data: b\n\n"));
    assert_true(web_until(has_stream, NULL, 1000));
    int64_t began = clock_mono_ms(), last = began;
    bool ended = false;
    while (!ended && clock_mono_ms() - began < 3000) {
        bool taken = err_ok(http_stream_event(web_seen.stream, STR_EMPTY, STR_EMPTY, STR("x")));
        last = taken ? clock_mono_ms() : last;
        ended = strstr(web_hear(fd, "0\r\n\r\n", 20), "0\r\n\r\n") != NULL;
    }
    assert_true(ended);
    assert_in_range(last - began, 300, 700);
    (void)close(fd);
}

static bool no_stream_is_open(void *user)
{
    (void)user;
    return http_server_counters(web.server).streams_open == 0;
}

static void an_address_has_only_so_many_streams(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        int fds[3];
        assert_true(web_until(no_stream_is_open, NULL, 2000)); /* closed ones count no longer */
        for (size_t i = 0; i < 3; i++) {
            fds[i] = open_events();
        }
        int fd = web_connect(web.port);
        web_send(fd, WEB_GET("/events"));
        assert_non_null(strstr(web_hear(fd, "\r\n\r\n", 2000), "429 Too Many Requests"));
        (void)close(fd);
        for (size_t i = 0; i < 3; i++) {
            (void)close(fds[i]);
        }
    }
    assert_true(web_until(no_stream_is_open, NULL, 2000));
}

static void its_owner_learns_that_the_client_has_gone(void **state)
{
    (void)state;
    int want = atomic_load(&web_seen.closed) + 1;
    int fd = open_events();
    (void)close(fd);
    assert_true(web_until(is_closed, &want, 2000));
    assert_int_equal(http_stream_event(web_seen.stream, STR_EMPTY, STR_EMPTY, STR("x")).code,
                     ERR_CLOSED);
}

static void a_client_that_does_not_read_loses_its_stream(void **state)
{
    (void)state;
    static char text[8192];
    int want = atomic_load(&web_seen.closed) + 1;
    int fd = open_events();
    memset(text, 'z', sizeof text);
    enum err_code code = ERR_OK;
    for (int i = 0; i < 4000 && code == ERR_OK; i++) {
        code =
            http_stream_event(web_seen.stream, STR_EMPTY, STR_EMPTY, str_n(text, sizeof text)).code;
    }
    assert_int_equal(code, ERR_CLOSED);
    assert_true(web_until(is_closed, &want, 4000));
    (void)close(fd);
}

static void a_worker_streams_all_to_a_client_that_reads(void **state)
{
    (void)state;
    size_t events = 0;
    int fd = web_connect(web.port);
    web_send(fd, "GET /stream?q=2000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const char *answer = web_hear(fd, "\r\n0\r\n\r\n", 5000);
    for (const char *at = answer; (at = strstr(at, "data: ")); at++) {
        events++;
    }
    assert_int_equal(events, 2000);
    (void)close(fd);
}

static bool has_failed(void *user)
{
    (void)user;
    return atomic_load(&web_seen.event_error) == ERR_CLOSED;
}

static void a_worker_is_freed_from_a_client_that_stalls_or_goes(void **state)
{
    (void)state;
    for (int gone = 0; gone < 2; gone++) {
        atomic_store(&web_seen.event_error, -1);
        int fd = web_connect(web.port);
        web_send(fd, WEB_GET("/stream?q=1000000"));
        assert_non_null(strstr(web_hear(fd, "data: ", 2000), "200 OK"));
        if (gone) {
            (void)close(fd);
        }
        assert_true(web_until(has_failed, NULL, 5000));
        if (!gone) {
            (void)close(fd);
        }
    }
}

static void http_1_0_streams_without_chunks(void **state)
{
    (void)state;
    int fd = web_connect(web.port);
    web_send(fd, "GET /stream?q=1 HTTP/1.0\r\n\r\n");
    const char *answer = web_hear(fd, "", 3000);
    assert_null(strstr(answer, "chunked"));
    assert_non_null(strstr(answer, "\r\n\r\ndata: xxx"));
    (void)close(fd);
}

static bool is_waiting(void *user)
{
    (void)user;
    return atomic_load(&web_seen.waiting) == 1;
}

static void a_second_stop_cuts_what_still_works(void **state)
{
    (void)state;
    struct http_settings settings = web_settings();
    struct web other;
    assert_true(web_start(&other, &settings));
    int busy = web_connect(other.port);
    web_send(busy, WEB_GET("/wait"));
    assert_true(web_until(is_waiting, NULL, 2000));
    http_server_stop(other.server);
    assert_false(web_closes(busy, 300));
    http_server_stop(other.server);
    assert_true(web_closes(busy, 1000));
    atomic_store(&web_seen.release, 1);
    assert_true(web_ended(&other, 3000));
    (void)close(busy);
}

/* The last test: it ends the server. */
static void a_term_signal_cuts_nothing_that_was_accepted(void **state)
{
    (void)state;
    int busy = web_connect(web.port), idle = web_connect(web.port), events = open_events();
    int want = atomic_load(&web_seen.closed) + 1;
    atomic_store(&web_seen.release, 0);
    web_send(idle, WEB_GET("/healthz"));
    assert_non_null(strstr(web_hear(idle, "}", 2000), "200 OK"));
    web_send(busy, WEB_GET("/wait") WEB_GET("/work"));
    assert_true(web_until(is_waiting, NULL, 2000));
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    assert_non_null(strstr(web_hear(events, "0\r\n\r\n", 3000), "0\r\n\r\n"));
    assert_true(web_until(is_closed, &want, 2000));
    assert_true(web_closes(idle, 3000));
    assert_int_equal(web_connect(web.port), -1);
    atomic_store(&web_seen.release, 1);
    const char *answer = web_hear(busy, "", 3000);
    assert_non_null(strstr(answer, "Connection: close"));
    assert_non_null(strstr(answer, "{\"status\":\"ok\"}"));
    assert_true(web_ended(&web, 5000));
    web.server = NULL;
    (void)close(busy);
    (void)close(idle);
    (void)close(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_detached_stream_carries_events_and_pings),
        cmocka_unit_test(a_stream_ends_when_its_time_is_over),
        cmocka_unit_test(a_stream_ends_at_its_time_though_events_flow),
        cmocka_unit_test(an_address_has_only_so_many_streams),
        cmocka_unit_test(its_owner_learns_that_the_client_has_gone),
        cmocka_unit_test(a_client_that_does_not_read_loses_its_stream),
        cmocka_unit_test(a_worker_streams_all_to_a_client_that_reads),
        cmocka_unit_test(a_worker_is_freed_from_a_client_that_stalls_or_goes),
        cmocka_unit_test(http_1_0_streams_without_chunks),
        cmocka_unit_test(a_second_stop_cuts_what_still_works),
        cmocka_unit_test(a_term_signal_cuts_nothing_that_was_accepted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
