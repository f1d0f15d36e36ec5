/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of fetch share: an arena and a peer for each test, requests to it, looks at
 * answers. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/fetch.h"
#include "unit/support/peer.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct arena arena;
static struct peer peer;

static inline int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static inline struct fetch_request request_to(const char *path)
{
    return (struct fetch_request){
        .url = arena_printf(&arena, "http://127.0.0.1:%u%s", peer.port, path),
        .allow_private = true,
        .connect_ms = 2000,
        .total_ms = 5000,
        .body_max = 1 << 20,
    };
}

static inline void assert_reason(str reason, const char *part)
{
    str text = arena_str(&arena, reason);
    if (!strstr(text.p, part)) {
        print_error("reason: %s\nwanted: %s\n", text.p, part);
    }
    assert_non_null(strstr(text.p, part));
}

static inline void assert_str(str got, const char *want)
{
    assert_string_equal(arena_str(&arena, got).p, want);
}

/* Reads a request's head, then writes the text given as user. */
static inline void serve_text(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "\r\n\r\n")) {
        peer_say(fd, p->user);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
