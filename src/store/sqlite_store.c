/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sqlite_terms.h"

enum {
    JOBS_PER_COMMIT = 256,
    READERS_MAX = 64,
    LOG_PAGES = 1000,      /* of the write-ahead log before it goes into the database in a quiet
                            * moment */
    LOG_PAGES_BUSY = 4000, /* before it goes there without one */
    LOG_PAGES_MAX = 16000, /* before readers are waited for, so that it can start anew */
    QUIET_MS = 50,
};

struct job {
    struct job *next;
    sq_job_fn run;
    void *what;
    err result;
    bool done;
    pthread_cond_t finished;
};

struct sq_store {
    struct store base;
    char path[PATH_MAX];
    int busy_ms;

    struct sq_conn *writer;
    int log_pages; /* after the last commit; only the writer's thread looks */
    pthread_t thread;
    bool thread_runs;
    pthread_mutex_t lock; /* of the queue */
    pthread_cond_t arrived;
    struct job *first, **last;
    bool closing;

    pthread_mutex_t pool_lock;
    pthread_cond_t returned;
    struct sq_conn *idle[READERS_MAX];
    size_t idle_count, reader_count;

    struct sq_counts *counts;
};

static struct sq_store *of(struct store *store) { return (struct sq_store *)store; }

struct sq_counts *sq_counts(struct store *store) { return of(store)->counts; }

const char *sq_path(const struct store *store) { return ((const struct sq_store *)store)->path; }

/* ── writing ── */

/* Runs one job under a savepoint. False when SQLite gave up the whole transaction. */
static bool run_one(struct sq_conn *c, struct job *job)
{
    struct sq_query begin = sq_query(c, "SAVEPOINT job");
    job->result = sq_run(&begin);
    if (!err_ok(job->result)) {
        return sqlite3_get_autocommit(c->db) == 0;
    }
    job->result = job->run(c, job->what);
    if (sqlite3_get_autocommit(c->db)) {
        if (err_ok(job->result)) {
            job->result = err_new(ERR_INTERNAL, "a job ended the writer's transaction");
        }
        return false;
    }
    if (!err_ok(job->result)) {
        struct sq_query back = sq_query(c, "ROLLBACK TO job");
        if (!err_ok(sq_run(&back))) {
            return false;
        }
    }
    struct sq_query release = sq_query(c, "RELEASE job");
    err e = sq_run(&release);
    job->result = err_ok(job->result) ? e : job->result;
    return sqlite3_get_autocommit(c->db) == 0;
}

static void rollback(struct sq_conn *c)
{
    if (!sqlite3_get_autocommit(c->db)) {
        (void)sq_exec(c, "ROLLBACK");
    }
}

static void fail_rest(struct job *jobs, err e)
{
    for (; jobs; jobs = jobs->next) {
        if (err_ok(jobs->result)) {
            jobs->result = e;
        }
    }
}

/* Runs the jobs in one transaction. When one of them breaks the transaction (a full disk does), it
 * fails and the others run again without it; every round settles at least one job. */
static void run_jobs(struct sq_conn *c, struct job *jobs)
{
    bool broken;
    for (struct job *job = jobs; job; job = job->next) {
        job->result = ERR_NONE;
    }
    do {
        struct sq_query begin = sq_query(c, "BEGIN IMMEDIATE");
        err e = sq_run(&begin);
        if (!err_ok(e)) {
            fail_rest(jobs, e);
            return;
        }
        broken = false;
        for (struct job *job = jobs; job && !broken; job = job->next) {
            broken = err_ok(job->result) && !run_one(c, job);
        }
        if (broken) {
            rollback(c);
        }
    } while (broken);
    struct sq_query commit = sq_query(c, "COMMIT");
    err e = sq_run(&commit);
    if (!err_ok(e)) {
        rollback(c);
        fail_rest(jobs, e);
    }
}

/* A moment of the monotonic clock, `ms` from now. */
static struct timespec moment_in(int ms)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

/* Moves the log into the database. Readers are not disturbed, but while one reads old pages the log
 * cannot start anew: when it gets large, they are waited for. A failure is no harm: the log is
 * tried again after the next commit. The lock is not held meanwhile. */
static void move_log(struct sq_store *s)
{
    int how = s->log_pages >= LOG_PAGES_MAX ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    s->log_pages = 0;
    (void)pthread_mutex_unlock(&s->lock);
    (void)sqlite3_wal_checkpoint_v2(s->writer->db, NULL, how, NULL, NULL);
    (void)pthread_mutex_lock(&s->lock);
}

/* Waits for jobs; NULL when the store closes. The log is moved when none came for a while, so that
 * nobody waits for it. */
static struct job *take_jobs(struct sq_store *s)
{
    while (!s->first && !s->closing) {
        struct timespec quiet = moment_in(QUIET_MS);
        if (s->log_pages < LOG_PAGES) {
            (void)pthread_cond_wait(&s->arrived, &s->lock);
        } else if (pthread_cond_timedwait(&s->arrived, &s->lock, &quiet) == ETIMEDOUT &&
                   !s->first && !s->closing) {
            move_log(s);
        }
    }
    struct job *jobs = s->first;
    struct job **end = &s->first;
    for (size_t n = 0; *end && n < JOBS_PER_COMMIT; n++) {
        end = &(*end)->next;
    }
    s->first = *end;
    *end = NULL;
    if (!s->first) {
        s->last = &s->first;
    }
    return jobs;
}

static int on_commit(void *store, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    ((struct sq_store *)store)->log_pages = pages;
    return SQLITE_OK;
}

static void *writer_main(void *argument)
{
    struct sq_store *s = argument;
    (void)pthread_mutex_lock(&s->lock);
    for (struct job *jobs = take_jobs(s); jobs; jobs = take_jobs(s)) {
        (void)pthread_mutex_unlock(&s->lock);
        run_jobs(s->writer, jobs);
        (void)pthread_mutex_lock(&s->lock);
        while (jobs) {
            struct job *next = jobs->next; /* the job is gone as soon as its owner wakes */
            jobs->done = true;
            (void)pthread_cond_signal(&jobs->finished);
            jobs = next;
        }
        if (s->log_pages >= LOG_PAGES_BUSY) {
            move_log(s); /* after the answers: nobody waits for it but the next writes */
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}

err sq_write(struct store *store, sq_job_fn run, void *what)
{
    struct sq_store *s = of(store);
    struct job job = {.run = run, .what = what, .finished = PTHREAD_COND_INITIALIZER};
    (void)pthread_mutex_lock(&s->lock);
    if (s->closing) {
        (void)pthread_mutex_unlock(&s->lock);
        return err_new(ERR_UNAVAILABLE, "the store is closing");
    }
    *s->last = &job;
    s->last = &job.next;
    (void)pthread_cond_signal(&s->arrived);
    while (!job.done) {
        (void)pthread_cond_wait(&job.finished, &s->lock);
    }
    (void)pthread_mutex_unlock(&s->lock);
    (void)pthread_cond_destroy(&job.finished);
    return job.result;
}

/* ── reading ── */

err sq_read_begin(struct store *store, struct sq_conn **ret)
{
    struct sq_store *s = of(store);
    struct timespec until = moment_in(s->busy_ms);
    (void)pthread_mutex_lock(&s->pool_lock);
    while (s->idle_count == 0) {
        if (pthread_cond_timedwait(&s->returned, &s->pool_lock, &until) != 0 &&
            s->idle_count == 0) {
            (void)pthread_mutex_unlock(&s->pool_lock);
            return err_new(ERR_UNAVAILABLE, "every reader of the store is busy");
        }
    }
    struct sq_conn *c = s->idle[--s->idle_count];
    (void)pthread_mutex_unlock(&s->pool_lock);
    struct sq_query begin = sq_query(c, "BEGIN");
    err e = sq_run(&begin);
    if (!err_ok(e)) {
        sq_read_end(store, c);
        return e;
    }
    *ret = c;
    return ERR_NONE;
}

void sq_read_end(struct store *store, struct sq_conn *c)
{
    struct sq_store *s = of(store);
    if (!sqlite3_get_autocommit(c->db)) {
        struct sq_query commit = sq_query(c, "COMMIT");
        if (!err_ok(sq_run(&commit))) {
            rollback(c);
        }
    }
    (void)pthread_mutex_lock(&s->pool_lock);
    s->idle[s->idle_count++] = c;
    (void)pthread_cond_signal(&s->returned);
    (void)pthread_mutex_unlock(&s->pool_lock);
}

/* ── opening and closing ── */

static void sqlite_close(struct store *store)
{
    struct sq_store *s = of(store);
    if (s->thread_runs) {
        (void)pthread_mutex_lock(&s->lock);
        s->closing = true;
        (void)pthread_cond_signal(&s->arrived);
        (void)pthread_mutex_unlock(&s->lock);
        (void)pthread_join(s->thread, NULL);
    }
    (void)pthread_mutex_lock(&s->pool_lock);
    while (s->idle_count < s->reader_count) {
        (void)pthread_cond_wait(&s->returned, &s->pool_lock);
    }
    (void)pthread_mutex_unlock(&s->pool_lock);
    for (size_t i = 0; i < s->idle_count; i++) {
        sq_conn_close(s->idle[i]);
    }
    if (s->writer) {
        (void)sqlite3_wal_checkpoint_v2(s->writer->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
                                        NULL);
    }
    sq_conn_close(s->writer);
    sq_counts_free(s->counts);
    (void)pthread_cond_destroy(&s->returned);
    (void)pthread_cond_destroy(&s->arrived);
    (void)pthread_mutex_destroy(&s->pool_lock);
    (void)pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

#define SQLITE_OP(verb, params, args) .verb = sqlite_##verb,
static const struct store_ops sqlite_ops = {.close = sqlite_close, STORE_VERBS(SQLITE_OP)};

static err open_readers(struct sq_store *s, const struct store_settings *settings, struct arena *a,
                        str *ret_detail)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = settings->readers ? settings->readers : 2 * (size_t)(cores > 0 ? cores : 1);
    wanted = wanted > READERS_MAX ? READERS_MAX : wanted;
    struct sq_options options = {.path = s->path,
                                 .busy_ms = s->busy_ms,
                                 .cache_kb = (int)settings->cache_kb,
                                 .read_only = true};
    while (s->reader_count < wanted) {
        err e = sq_conn_open(&options, a, &s->idle[s->reader_count], ret_detail);
        if (!err_ok(e)) {
            return e;
        }
        s->idle_count = ++s->reader_count;
    }
    return ERR_NONE;
}

static struct sq_store *store_new(const struct store_settings *settings, const char *path)
{
    struct sq_store *s = mem_alloc(sizeof *s);
    struct sq_counts *counts = sq_counts_new();
    if (!s || !counts) {
        sq_counts_free(counts);
        mem_free(s);
        return NULL;
    }
    s->counts = counts;
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_mutex_init(&s->pool_lock, NULL);
    (void)pthread_cond_init(&s->arrived, &monotonic);
    (void)pthread_cond_init(&s->returned, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)snprintf(s->path, sizeof s->path, "%s", path);
    s->base.ops = &sqlite_ops;
    s->last = &s->first;
    s->busy_ms = settings->busy_ms ? (int)settings->busy_ms : 5000;
    return s;
}

err sqlite_open(const struct store_settings *settings, const char *path, struct arena *a,
                struct store **ret, str *ret_detail)
{
    struct sq_store *s = store_new(settings, path);
    if (!s) {
        return err_new(ERR_NO_MEMORY, "no memory for the store");
    }
    struct sq_place place = {.path = s->path,
                             .backup_dir = settings->backup_dir,
                             .busy_ms = s->busy_ms,
                             .cache_kb = (int)settings->cache_kb};
    err e = sq_prepare_file(&place, a, &s->writer, ret_detail);
    if (err_ok(e)) {
        e = open_readers(s, settings, a, ret_detail);
    }
    if (err_ok(e)) {
        (void)sqlite3_wal_hook(s->writer->db, on_commit,
                               s); /* instead of SQLite's own checkpoints */
        s->thread_runs = pthread_create(&s->thread, NULL, writer_main, s) == 0;
        e = s->thread_runs ? e : err_new(ERR_NO_MEMORY, "the store's writer cannot start");
    }
    if (!err_ok(e)) {
        sqlite_close(&s->base);
        return e;
    }
    *ret = &s->base;
    return ERR_NONE;
}
