/* SPDX-License-Identifier: Apache-2.0 */
/* Reads sources in the background: jobs wait in the store, one thread at a time takes one by lease.
 */
#pragma once

#include "know/know.h"

struct jobs_worker;

/* Starts the thread. */
err jobs_worker_start(struct store *store, const struct know_settings *settings,
                      struct jobs_worker **ret);

/* Tells it that there is a new job; from any thread. */
void jobs_worker_wake(struct jobs_worker *worker);

/* Asks the sync under way to stop after its document (its job is taken up again at the next start),
 * then ends. */
void jobs_worker_close(struct jobs_worker *worker);

/* Runs one job to its end in this thread, keeping its progress in the store. */
err jobs_run(struct store *store, const struct know_settings *settings, const struct job_row *job,
             know_progress_fn progress, void *user);
