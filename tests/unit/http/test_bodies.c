/* SPDX-License-Identifier: Apache-2.0 */
/* Large bodies share one budget of the whole server, and give back what they took however they
 * end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/conn.h"
#include "unit/support/web.h"

enum { ECHO_MAX = 100000 /* body_max of /echo */, ROUNDS = 150, PATIENCE_MS = 4000 };

static struct web web;
static char zeros[ECHO_MAX + 2];

static int set_up(void **state)
{
    struct http_settings settings = web_settings();
    (void)state;
    memset(zeros, '0', sizeof zeros - 1);
    return web_start(&web, &settings) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    web_stop(&web);
    return 0;
}

static bool held_is(void *user) { return atomic_load(&web.server->bodies) == *(size_t *)user; }

/* Sends a head with that length (0: chunked) and `sent` bytes of body; gives the socket. */
static int post(size_t length, size_t sent)
{
    char head[160];
    int fd = web_connect(web.port);
    if (length) {
        (void)snprintf(head, sizeof head,
                       "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", length);
    } else {
        (void)snprintf(head, sizeof head,
                       "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    }
    web_send(fd, head);
    web_send(fd, zeros + sizeof zeros - 1 - sent);
    return fd;
}

static void assert_answer(int fd, const char *status)
{
    assert_non_null(strstr(web_hear(fd, "\r\n\r\n", PATIENCE_MS), status));
    (void)close(fd);
}

static void a_body_counts_from_its_head_until_it_has_gone(void **state)
{
    static size_t want, none;
    (void)state;
    for (size_t length = 0; length <= ECHO_MAX; length += HTTP_BODY_SMALL) {
        /* Without a length it counts as the largest that the route takes; a small one does not. */
        want = length == 0 ? ECHO_MAX : length <= HTTP_BODY_SMALL ? 0 : length;
        int fd = post(length, 0);
        assert_true(web_until(held_is, &want, PATIENCE_MS));
        (void)close(fd);
        assert_true(web_until(held_is, &none, PATIENCE_MS));
    }
}

static void a_large_body_waits_outside_when_the_budget_is_used_up(void **state)
{
    static const struct {
        size_t used, length;
        const char *status;
    } table[] = {
        {HTTP_BODIES_MAX - ECHO_MAX, ECHO_MAX, " 200 OK"},
        {HTTP_BODIES_MAX - ECHO_MAX + 1, ECHO_MAX, " 503 "},
        {HTTP_BODIES_MAX, HTTP_BODY_SMALL + 1, " 503 "},
        {HTTP_BODIES_MAX, HTTP_BODY_SMALL, " 200 OK"},
        {HTTP_BODIES_MAX, 0, " 503 "}, /* chunked */
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t used = table[i].used;
        atomic_store(&web.server->bodies, used);
        assert_answer(post(table[i].length, strstr(table[i].status, "200") ? table[i].length : 0),
                      table[i].status);
        assert_true(web_until(held_is, &used, PATIENCE_MS));
    }
    atomic_store(&web.server->bodies, 0);
}

static void whatever_becomes_of_a_body_its_share_comes_back(void **state)
{
    uint32_t random = 2463534242;
    static size_t none;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        size_t length = HTTP_BODY_SMALL + 1 + random % (ECHO_MAX + 1 - HTTP_BODY_SMALL);
        size_t sent = random & 1u << 20 ? 0 : random % length;
        switch (random >> 30) {
        case 0: /* whole, or too large */
            assert_answer(post(length, length > ECHO_MAX ? 0 : length),
                          length > ECHO_MAX ? " 413 " : " 200 OK");
            break;
        case 1: /* the client goes in the middle */
            (void)close(post(length, sent > ECHO_MAX ? ECHO_MAX : sent));
            break;
        case 2: /* chunks that are none */
            assert_answer(post(0, 40), " 400 ");
            break;
        default: /* one after the other on a connection that is then left */
            (void)close(post(length > ECHO_MAX ? ECHO_MAX : length, ECHO_MAX));
            break;
        }
    }
    assert_true(web_until(held_is, &none, PATIENCE_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_counts_from_its_head_until_it_has_gone),
        cmocka_unit_test(a_large_body_waits_outside_when_the_budget_is_used_up),
        cmocka_unit_test(whatever_becomes_of_a_body_its_share_comes_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
