/* SPDX-License-Identifier: Apache-2.0 */
/* A server of src/http in a thread of the test, with routes to poke at, and raw clients for it. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "http/server.h"

struct web {
    struct http_server *server;
    pthread_t thread;
    unsigned port;
};

/* What the routes leave for the test to see. */
struct web_seen {
    struct http_stream *_Atomic stream; /* of the last /events */
    atomic_int closed;                  /* streams whose on_close ran */
    atomic_int release;                 /* /wait returns when it is set */
    atomic_int waiting;                 /* requests inside /wait */
    atomic_int event_error;             /* err_code that ended the last /stream */
};
extern struct web_seen web_seen;

/* Starts a server; false when it does not open. */
bool web_start(struct web *web, const struct http_settings *settings);
/* Drains and ends it. */
void web_stop(struct web *web);
/* Waits until it has ended by itself (a signal); false when it does not within `ms`. */
bool web_ended(struct web *web, int ms);

/* Settings for tests: a free port, one loop, no access log. */
struct http_settings web_settings(void);

int web_connect(unsigned port);
void web_send(int fd, const char *text);
/* Reads until `end` was seen, the peer closed, or `ms` have passed; gives what came,
 * NUL-terminated, in static memory of the thread. */
const char *web_hear(int fd, const char *end, int ms);
/* True when the peer closes within `ms`; what comes before is thrown away. */
bool web_closes(int fd, int ms);
/* One request on its own connection. */
const char *web_ask(unsigned port, const char *text);
/* Polls a condition; false when it did not come true in time. */
bool web_until(bool (*condition)(void *user), void *user, int ms);

#define WEB_GET(path) "GET " path " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
