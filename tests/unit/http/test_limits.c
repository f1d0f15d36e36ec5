/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that are slow, silent or many must not hold what others need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/web.h"

enum { DEADLINE_MS = 400, PATIENCE_MS = 4000, READERS = 50 };

static struct web web;

static int set_up(void **state)
{
    struct http_settings settings = web_settings();
    (void)state;
    settings.header_ms = settings.body_ms = settings.idle_ms = settings.write_ms = DEADLINE_MS;
    settings.connections_per_address = 60;
    return web_start(&web, &settings) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    web_stop(&web);
    return 0;
}

/* Says `start`, then one byte every 20 ms; gives how long the server put up with it, and what it
 * said. */
static int64_t trickle(const char *start, const char *drip, const char **ret_answer)
{
    int fd = web_connect(web.port);
    int64_t began = clock_mono_ms();
    web_send(fd, start);
    *ret_answer = "";
    while (clock_mono_ms() - began < PATIENCE_MS) {
        *ret_answer = web_hear(fd, "", 20);
        char byte;
        if (**ret_answer || recv(fd, &byte, 1, MSG_DONTWAIT) == 0) {
            break;
        }
        web_send(fd, drip);
    }
    int64_t took = clock_mono_ms() - began;
    (void)close(fd);
    return took;
}

static void a_trickled_head_ends_at_its_deadline(void **state)
{
    (void)state;
    const char *answer;
    int64_t took = trickle("GET /healthz HTTP/1.1\r\nHost: a\r\nA: ", "b", &answer);
    assert_non_null(strstr(answer, "408 Request Timeout"));
    assert_in_range(took, DEADLINE_MS, DEADLINE_MS + 1500);
}

static void a_trickled_head_after_a_request_ends_too(void **state)
{
    (void)state;
    int fd = web_connect(web.port);
    web_send(fd, WEB_GET("/healthz"));
    assert_non_null(strstr(web_hear(fd, "}", 1000), "200 OK"));
    int64_t began = clock_mono_ms();
    web_send(fd, "GET /");
    assert_non_null(strstr(web_hear(fd, "", PATIENCE_MS), "408 Request Timeout"));
    assert_in_range(clock_mono_ms() - began, DEADLINE_MS - 100, DEADLINE_MS + 1500);
    (void)close(fd);
}

static void a_trickled_body_ends_at_its_deadline(void **state)
{
    (void)state;
    const char *answer;
    int64_t took =
        trickle("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n", "b", &answer);
    assert_non_null(strstr(answer, "408 Request Timeout"));
    assert_in_range(took, DEADLINE_MS, DEADLINE_MS + 1500);
}

static void silence_ends_at_its_deadline(void **state)
{
    (void)state;
    int fresh = web_connect(web.port), used = web_connect(web.port);
    web_send(used, WEB_GET("/healthz"));
    assert_non_null(strstr(web_hear(used, "}", 1000), "200 OK"));
    assert_true(web_closes(fresh, PATIENCE_MS));
    assert_true(web_closes(used, PATIENCE_MS));
    (void)close(fresh);
    (void)close(used);
}

static long resident_kb(void)
{
    long pages = 0, ignored;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%ld %ld", &ignored, &pages) != 2) {
            pages = 0;
        }
        (void)fclose(file);
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Each asks for 4 MB of answers and reads nothing; the writes are done by a non-blocking send. */
static void stalled_readers_cost_little_and_are_let_go(void **state)
{
    (void)state;
    static const char ask[] = WEB_GET("/big");
    int fds[READERS];
    long before = resident_kb();
    for (int i = 0; i < READERS; i++) {
        fds[i] = web_connect(web.port);
        for (int j = 0; j < 200; j++) {
            (void)send(fds[i], ask, sizeof ask - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
    }
    long most = 0;
    for (int i = 0; i < 20; i++) {
        (void)poll(NULL, 0, 5);
        long now = resident_kb() - before;
        most = now > most ? now : most;
    }
    print_message("%d stalled readers cost %ld KB at most\n", READERS, most);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they keep what is freed */
    assert_in_range(most, 0, 20 * 1024);
#endif
    for (int i = 0; i < READERS; i++) {
        /* What is in the kernel's buffers comes, then the end. */
        assert_true(web_closes(fds[i], 5 * PATIENCE_MS));
        (void)close(fds[i]);
    }
    assert_non_null(strstr(web_ask(web.port, WEB_GET("/healthz")), "200 OK"));
}

static bool is_empty(void *user)
{
    (void)user;
    return http_server_counters(web.server).connections_open == 0;
}

static void an_address_has_only_so_many_connections(void **state)
{
    (void)state;
    int fds[60];
    assert_true(web_until(is_empty, NULL, PATIENCE_MS));
    for (int i = 0; i < 60; i++) {
        fds[i] = web_connect(web.port);
    }
    int one_more = web_connect(web.port);
    assert_non_null(strstr(web_hear(one_more, "", 1000), "503 Service Unavailable"));
    (void)close(one_more);
    uint64_t refused = http_server_counters(web.server).refused;
    assert_true(refused >= 1);
    for (int i = 0; i < 60; i++) {
        (void)close(fds[i]);
    }
    assert_true(web_until(is_empty, NULL, PATIENCE_MS));
    assert_non_null(strstr(web_ask(web.port, WEB_GET("/healthz")), "200 OK"));
}

static void a_reader_at_its_own_pace_gets_everything(void **state)
{
    (void)state;
    int fd = web_connect(web.port);
    for (int i = 0; i < 100; i++) {
        web_send(fd, WEB_GET("/big"));
    }
    web_send(fd, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    size_t total = 0;
    char part[65536];
    for (ssize_t n; (n = recv(fd, part, sizeof part, 0)) > 0;) {
        total += (size_t)n;
        (void)poll(NULL, 0, 1);
    }
    assert_true(total > 100 * 20480 + 100 * 200);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trickled_head_ends_at_its_deadline),
        cmocka_unit_test(a_trickled_head_after_a_request_ends_too),
        cmocka_unit_test(a_trickled_body_ends_at_its_deadline),
        cmocka_unit_test(silence_ends_at_its_deadline),
        cmocka_unit_test(a_reader_at_its_own_pace_gets_everything),
        cmocka_unit_test(stalled_readers_cost_little_and_are_let_go),
        cmocka_unit_test(an_address_has_only_so_many_connections),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
