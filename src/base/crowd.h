/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of work side by side on a few threads. */
#pragma once

#include <stddef.h>

enum { CROWD_WIDTH_MAX = 64 };

/* Calls fn(user, i) for each i below count on up to `width` threads, the caller's among them, and
 * returns when all are done. Threads that cannot be started leave more to the others. */
void crowd_each(size_t count, unsigned width, void (*fn)(void *user, size_t i), void *user);
