/* SPDX-License-Identifier: Apache-2.0 */
/* A model's server that plays a script, one step a connection; the last step is played again and
 * again. */
#pragma once

#include <stdlib.h>

#include "unit/support/peer.h"

enum upstream_fault {
    UPSTREAM_SAY,    /* writes the text and closes */
    UPSTREAM_STALL,  /* writes the text and stays silent until the client goes */
    UPSTREAM_SILENT, /* does not even answer */
    UPSTREAM_HUGE,   /* writes the text, then one line without end */
    UPSTREAM_DRIP,   /* writes the text, then a comment every 20 ms without end */
    UPSTREAM_CLOSE,  /* closes before a head */
};

struct upstream_step {
    enum upstream_fault fault;
    const char *text;
};

struct upstream {
    struct peer peer;
    const struct upstream_step *steps;
    unsigned count;
    char request[65536]; /* the last one */
    atomic_uint asked;
};

#define UPSTREAM_HEAD                                                                              \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define UPSTREAM_DELTA(text)                                                                       \
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define UPSTREAM_STOP                                                                              \
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define UPSTREAM_USAGE                                                                             \
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":5}}\n\n"
#define UPSTREAM_DONE "data: [DONE]\n\n"

static inline void upstream_endless(int fd, const char *text, size_t n, unsigned gap_ms)
{
    struct timeval wait = {.tv_usec = (suseconds_t)gap_ms * 1000};
    char c;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    while (peer_write(fd, text, n)) {
        if (gap_ms && recv(fd, &c, 1, 0) == 0) {
            return; /* the client has gone; the wait is the receive's time limit */
        }
    }
}

/* Reads head and body of a request, as its Content-Length says. */
static inline int upstream_read(struct upstream *up, int fd)
{
    size_t n = 0, want = SIZE_MAX;
    while (n + 1 < sizeof up->request && n < want) {
        ssize_t got = recv(fd, up->request + n, sizeof up->request - 1 - n, 0);
        if (got <= 0) {
            return 0;
        }
        n += (size_t)got;
        up->request[n] = '\0';
        const char *end = strstr(up->request, "\r\n\r\n"),
                   *length = strcasestr(up->request, "content-length:");
        if (end && length && length < end) {
            want = (size_t)(end + 4 - up->request) + strtoul(length + 15, NULL, 10);
        }
    }
    return 1;
}

static inline void upstream_serve(struct peer *peer, int fd)
{
    struct upstream *up = peer->user;
    if (!upstream_read(up, fd)) {
        return;
    }
    unsigned i = atomic_fetch_add(&up->asked, 1);
    const struct upstream_step *step = &up->steps[i < up->count ? i : up->count - 1];
    if (step->fault == UPSTREAM_CLOSE) {
        return;
    }
    if (step->fault != UPSTREAM_SILENT) {
        peer_say(fd, step->text);
    }
    static char lots[65536];
    switch (step->fault) {
    case UPSTREAM_STALL:
    case UPSTREAM_SILENT:
        peer_wait_close(fd);
        return;
    case UPSTREAM_HUGE:
        memset(lots, 'x', sizeof lots);
        upstream_endless(fd, lots, sizeof lots, 0);
        return;
    case UPSTREAM_DRIP:
        upstream_endless(fd, ": still thinking\n\n", 18, 20);
        return;
    case UPSTREAM_SAY:
    case UPSTREAM_CLOSE:
    default:
        return;
    }
}

static inline int upstream_start(struct upstream *up, const struct upstream_step *steps,
                                 unsigned count)
{
    memset(up, 0, sizeof *up);
    up->steps = steps;
    up->count = count;
    return peer_start(&up->peer, upstream_serve, up);
}

static inline void upstream_stop(struct upstream *up) { peer_stop(&up->peer); }
