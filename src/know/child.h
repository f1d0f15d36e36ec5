/* SPDX-License-Identifier: Apache-2.0 */
/* A process of this same executable that does one foreign thing: started with nothing of ours,
 * talked to with a deadline, ended without mercy. */
#pragma once

#include "base/buf.h"

#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0: none */
    int talk;  /* stream socket to its descriptors 0 and 1 (1 only when it has an input file), or -1
                */
    int complaint; /* its descriptor 2, or -1 when nobody listens */
};

enum child_end { CHILD_FINE, CHILD_TIMEOUT, CHILD_CLOSED, CHILD_TOO_MUCH, CHILD_NO_MEMORY };

#define CHILD_NONE ((struct child){0, -1, -1})

/* Starts /proc/self/exe with the arguments (NULL-terminated, argv[0] too), an empty environment and
 * no other descriptors. `input` is its descriptor 0, -1: the socket. UNAVAILABLE when the system
 * refuses. */
err child_start(char *const argv[], int input, bool listen_to_complaints, struct child *ret);

/* Kills (when still there), reaps, closes. Gives the wait status, 0 when there was none. */
int child_end(struct child *c);

/* Waits for a child that has closed its side to exit by itself until the deadline, then ends it as
 * above. */
int child_wait(struct child *c, int64_t deadline_ms);

/* Sends all bytes; deadlines are of clock_mono_ms. */
enum child_end child_send(struct child *c, str bytes, int64_t deadline_ms);

/* Receives exactly n bytes into `to`. CLOSED when the child ends before. */
enum child_end child_receive(struct child *c, char *to, size_t n, int64_t deadline_ms);

/* Receives until the child closes: what it says into `said` (TOO_MUCH above its ceiling), what it
 * complains of into `complaint` (cut at its ceiling). */
enum child_end child_drain(struct child *c, struct buf *said, struct buf *complaint,
                           int64_t deadline_ms);
