/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines of many connections for the price of one timer: a wheel of slots, each a list. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WHEEL_SLOTS = 512, WHEEL_TICK_MS = 100 };

/* Embedded in what has a deadline; zeroed means that none is set. */
struct wheel_node {
    struct wheel_node *prev, *next;
    int64_t due;  /* monotonic milliseconds */
    int64_t tick; /* slot it hangs in; at or before `due`, it is looked at again then */
};

struct wheel {
    struct wheel_node slots[WHEEL_SLOTS];
    int64_t tick; /* the last tick that was run */
    size_t count;
};

/* Starts an empty wheel at a time of the monotonic clock. */
void wheel_init(struct wheel *w, int64_t now_ms);

/* Sets or moves a deadline. Moving to a later time costs nothing: the node stays and is looked at
 * early. */
void wheel_set(struct wheel *w, struct wheel_node *node, int64_t due_ms);

/* Removes a deadline; fine when none is set. */
void wheel_clear(struct wheel *w, struct wheel_node *node);

/* Calls `expired` for each node that is due, after removing it. It may set and clear any node. */
void wheel_run(struct wheel *w, int64_t now_ms,
               void (*expired)(struct wheel_node *node, void *user), void *user);
