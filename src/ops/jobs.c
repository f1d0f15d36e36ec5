/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/key.h"

enum {
    JOBS_LEASE_MS = 120000,
    JOBS_LOOK_MS = 60000, /* another node's lease may have run out */
    JOBS_PROGRESS_MS = 1000,
    JOBS_DAY_MS = 86400000,
    JOBS_KEPT_DAYS = 7,      /* so long a client can ask how a job ended */
    JOBS_FAILURES_MAX = 200, /* lines kept in a job's progress */
    JOBS_PROGRESS_BYTES_MAX = 262144
};

struct jobs_worker {
    struct store *store;
    const struct know_settings *settings;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool woken;
    atomic_bool stopping;
};

/* One run of a job over one or all sources of a project. */
struct run {
    struct store *store;
    const struct job_row *job;
    know_progress_fn progress;
    void *user;
    struct know_progress total; /* of the sources done before this one */
    struct buf failures;        /* JSON texts, separated by commas */
    unsigned failure_count;
    int64_t saved_ms;
    bool cancelled;
};

static void sum_progress(struct know_progress *total, const struct know_progress *one)
{
    total->found += one->found;
    total->read += one->read;
    total->unchanged += one->unchanged;
    total->failed += one->failed;
    total->removed += one->removed;
    total->passages += one->passages;
}

static void run_save(struct run *run, const struct know_progress *now, const char *state)
{
    struct buf b;
    buf_init(&b, JOBS_PROGRESS_BYTES_MAX);
    buf_addf(&b,
             "{\"found\":%llu,\"read\":%llu,\"unchanged\":%llu,\"failed\":%llu,\"removed\":%llu,"
             "\"passages\":%llu,\"failures\":[",
             (unsigned long long)now->found, (unsigned long long)now->read,
             (unsigned long long)now->unchanged, (unsigned long long)now->failed,
             (unsigned long long)now->removed, (unsigned long long)now->passages);
    buf_add(&b, buf_str(&run->failures));
    buf_add_c(&b, "]}");
    err e = err_ok(buf_err(&b)) ? store_job_update(run->store, &run->job->project, &run->job->id,
                                                   str_c(state), buf_str(&b))
                                : buf_err(&b);
    if (!err_ok(e)) {
        log_err("jobs", "progress not saved", e);
    }
    buf_done(&b);
    run->saved_ms = clock_mono_ms();
}

static bool run_progress(void *user, const struct know_progress *progress, str failure)
{
    struct run *run = user;
    if (!str_empty(failure) && run->failure_count++ < JOBS_FAILURES_MAX) {
        if (run->failures.n) {
            buf_add_byte(&run->failures, ',');
        }
        json_write_str(&run->failures, failure);
    }
    if (clock_mono_ms() - run->saved_ms >= JOBS_PROGRESS_MS) {
        struct know_progress now = run->total;
        sum_progress(&now, progress);
        run_save(run, &now, "running");
    }
    if (run->progress && !run->progress(run->user, progress, failure)) {
        run->cancelled = true;
    }
    return !run->cancelled;
}

static err run_sources(struct run *run, struct arena *a, const struct know_settings *settings)
{
    struct source_row one, *sources = &one;
    size_t count = 1;
    const struct job_row *job = run->job;
    err e = id_none(&job->source)
                ? store_source_list(run->store, a, &job->project, &sources, &count)
                : store_source_get(run->store, a, &job->project, &job->source, &one);
    for (size_t i = 0; err_ok(e) && i < count && !run->cancelled; i++) {
        struct know_progress progress = {0};
        e = know_sync(run->store, settings, &sources[i], run_progress, run, &progress);
        sum_progress(&run->total, &progress);
    }
    return e;
}

err jobs_run(struct store *store, const struct know_settings *settings, const struct job_row *job,
             know_progress_fn progress, void *user)
{
    struct run run = {.store = store, .job = job, .progress = progress, .user = user};
    struct arena a;
    arena_init(&a, 64 << 20);
    buf_init(&run.failures, JOBS_PROGRESS_BYTES_MAX / 2);
    run_save(&run, &run.total, "running");
    err e = run_sources(&run, &a, settings);
    run_save(&run, &run.total, run.cancelled ? "queued" : err_ok(e) ? "done" : "failed");
    buf_done(&run.failures);
    arena_done(&a);
    return e;
}

static bool keep_going(void *user, const struct know_progress *progress, str failure)
{
    struct jobs_worker *worker = user;
    (void)progress;
    (void)failure;
    return !atomic_load(&worker->stopping);
}

/* Runs jobs until none is due. */
static void work_off(struct jobs_worker *worker)
{
    while (!atomic_load(&worker->stopping)) {
        struct arena a;
        struct job_row job;
        arena_init(&a, 1 << 20);
        err e = store_job_claim(worker->store, &a, clock_wall_ms(), JOBS_LEASE_MS, &job);
        bool none = e.code == ERR_NOT_FOUND, claimed = err_ok(e);
        if (claimed) {
            e = jobs_run(worker->store, worker->settings, &job, keep_going, worker);
        }
        arena_done(&a);
        if (!err_ok(e) && !none) {
            log_err("jobs", "sync failed", e);
        }
        if (!claimed) {
            return; /* nothing is due; a source that failed must not hold up the next one */
        }
    }
}

/* Removes what ended before a time, a bounded number of rows a write. */
static void remove_before(struct jobs_worker *worker,
                          err (*expire)(struct store *, int64_t, size_t *), int64_t before_ms)
{
    size_t removed = 0;
    do {
        err e = expire(worker->store, before_ms, &removed);
        if (!err_ok(e)) {
            log_err("jobs", "expired sessions or jobs not removed", e);
            return;
        }
    } while (removed && !atomic_load(&worker->stopping));
}

/* Sessions that nobody can use any more (a day's grace keeps clocks of several nodes out of it) and
 * jobs that ended long ago. */
static void remove_expired(struct jobs_worker *worker)
{
    int64_t now = clock_wall_ms();
    remove_before(worker, store_session_expire, now - JOBS_DAY_MS);
    remove_before(worker, store_job_expire, now - (int64_t)JOBS_KEPT_DAYS * JOBS_DAY_MS);
}

static void *jobs_main(void *user)
{
    struct jobs_worker *worker = user;
    while (!atomic_load(&worker->stopping)) {
        work_off(worker);
        remove_expired(worker);
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += JOBS_LOOK_MS / 1000;
        (void)pthread_mutex_lock(&worker->mutex);
        while (!worker->woken && !atomic_load(&worker->stopping)) {
            if (pthread_cond_timedwait(&worker->changed, &worker->mutex, &until) == ETIMEDOUT) {
                break;
            }
        }
        worker->woken = false;
        (void)pthread_mutex_unlock(&worker->mutex);
    }
    return NULL;
}

err jobs_worker_start(struct store *store, const struct know_settings *settings,
                      struct jobs_worker **ret)
{
    struct jobs_worker *worker = mem_alloc(sizeof *worker);
    if (!worker) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    worker->store = store;
    worker->settings = settings;
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&worker->mutex, NULL);
    (void)pthread_cond_init(&worker->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&worker->thread, NULL, jobs_main, worker) != 0) {
        mem_free(worker);
        return err_new(ERR_UNAVAILABLE, "the thread that reads sources cannot be started");
    }
    *ret = worker;
    return ERR_NONE;
}

void jobs_worker_wake(struct jobs_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    worker->woken = true;
    (void)pthread_cond_signal(&worker->changed);
    (void)pthread_mutex_unlock(&worker->mutex);
}

void jobs_worker_close(struct jobs_worker *worker)
{
    if (!worker) {
        return;
    }
    atomic_store(&worker->stopping, true);
    jobs_worker_wake(worker);
    (void)pthread_join(worker->thread, NULL);
    (void)pthread_mutex_destroy(&worker->mutex);
    (void)pthread_cond_destroy(&worker->changed);
    mem_free(worker);
}
