/* SPDX-License-Identifier: Apache-2.0 */
/* A repository may hold a FIFO where libgit2 expects a file, be it one that its configuration
 * names, and open(2) of it waits for a writer that never comes. Between begin and end the calling
 * thread is sent a signal every few milliseconds, so that such an open fails with EINTR
 * (signal(7)); the reading of files does not notice. */
#pragma once

#include <stdbool.h>
#include <time.h>

struct git_wait {
    timer_t timer;
    bool running; /* false: the system has no timer left, and a FIFO waits */
};

/* On the thread that calls libgit2. End it on the same thread. */
void git_wait_begin(struct git_wait *w);
void git_wait_end(struct git_wait *w);
