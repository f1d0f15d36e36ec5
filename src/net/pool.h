/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that run straight-line work, with a bounded queue. */
#pragma once

#include <stddef.h>

#include "base/err.h"

struct pool;

/* Embedded in the work; it belongs to the pool from pool_submit until `run` is called. */
struct pool_job {
    struct pool_job *next;
    void (*run)(struct pool_job *job);
};

/* Makes a pool that starts threads when work comes, up to `threads_max` (1 at least), by a thread
 * of its own, and lets at most `queue_max` jobs wait beyond them. UNAVAILABLE when no thread can be
 * started. */
err pool_new(unsigned threads_max, unsigned queue_max, struct pool **ret);

/* Queues a job and never waits. UNAVAILABLE when every thread is taken and the queue is full, or
 * the pool is ending. */
err pool_submit(struct pool *pool, struct pool_job *job);

/* Runs what is queued, waits for it and frees the pool. NULL is fine. */
void pool_free(struct pool *pool);
