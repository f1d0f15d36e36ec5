/* SPDX-License-Identifier: Apache-2.0 */
#include "net/pool.h"

#include <pthread.h>
#include <signal.h>

#include "base/mem.h"

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work, grow;
    struct pool_job *first, **last;
    unsigned queued, running, queue_max;
    unsigned idle, threads, threads_max; /* idle: woken ones too, whose jobs are still queued */
    bool ending;
    pthread_t starter;
    pthread_t ids[];
};

static void *pool_thread(void *user)
{
    struct pool *pool = user;
    (void)pthread_mutex_lock(&pool->lock);
    pool->idle--; /* counted when it was started, so that its job is not taken for a waiting one */
    for (;;) {
        while (!pool->first && !pool->ending) {
            pool->idle++;
            (void)pthread_cond_wait(&pool->work, &pool->lock);
            pool->idle--;
        }
        struct pool_job *job = pool->first;
        if (!job) {
            break;
        }
        pool->first = job->next;
        pool->last = pool->first ? pool->last : &pool->first;
        pool->queued--;
        pool->running++;
        (void)pthread_mutex_unlock(&pool->lock);
        job->run(job);
        (void)pthread_mutex_lock(&pool->lock);
        pool->running--;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Starts a thread that takes no signals: they belong to the loop. */
static bool start(pthread_t *ret, void *(*run)(void *), void *user)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(ret, NULL, run, user);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0;
}

static bool is_short(const struct pool *pool)
{
    return pool->queued > pool->idle && pool->threads < pool->threads_max;
}

/* Starts threads when work waits. Who submits has not got the time for it: a loop, and to start a
 * thread takes long while others fill memory. */
static void *pool_starter(void *user)
{
    struct pool *pool = user;
    (void)pthread_mutex_lock(&pool->lock);
    while (!pool->ending) {
        if (!is_short(pool)) {
            (void)pthread_cond_wait(&pool->grow, &pool->lock);
            continue;
        }
        pthread_t *id = &pool->ids[pool->threads++];
        pool->idle++;
        (void)pthread_mutex_unlock(&pool->lock);
        bool started = start(id, pool_thread, pool);
        (void)pthread_mutex_lock(&pool->lock);
        if (!started) { /* those that are there do the work; tried again with the next job */
            pool->threads--;
            pool->idle--;
            (void)pthread_cond_wait(&pool->grow, &pool->lock);
        }
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

err pool_new(unsigned threads_max, unsigned queue_max, struct pool **ret)
{
    struct pool *pool = mem_alloc(sizeof *pool + threads_max * sizeof pool->ids[0]);
    if (!pool) {
        return err_new(ERR_NO_MEMORY, "out of memory for the worker threads");
    }
    (void)pthread_mutex_init(&pool->lock, NULL);
    (void)pthread_cond_init(&pool->work, NULL);
    (void)pthread_cond_init(&pool->grow, NULL);
    pool->last = &pool->first;
    pool->queue_max = queue_max;
    pool->threads_max = threads_max;
    pool->threads = pool->idle = 1;
    if (!start(&pool->ids[0], pool_thread, pool)) {
        mem_free(pool);
        return err_new(ERR_UNAVAILABLE, "the system lets no more threads be started");
    }
    if (!start(&pool->starter, pool_starter, pool)) {
        pool->starter = pool->ids[0]; /* then the first thread does all the work */
        pool->threads_max = 1;
    }
    *ret = pool;
    return ERR_NONE;
}

err pool_submit(struct pool *pool, struct pool_job *job)
{
    err e = ERR_NONE;
    (void)pthread_mutex_lock(&pool->lock);
    if (pool->ending || pool->queued + pool->running >= pool->threads_max + pool->queue_max) {
        e = err_new(ERR_UNAVAILABLE, "every worker is busy");
    } else {
        job->next = NULL;
        *pool->last = job;
        pool->last = &job->next;
        pool->queued++;
        (void)pthread_cond_signal(is_short(pool) ? &pool->grow : &pool->work);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return e;
}

void pool_free(struct pool *pool)
{
    if (!pool) {
        return;
    }
    (void)pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    (void)pthread_cond_broadcast(&pool->work);
    (void)pthread_cond_broadcast(&pool->grow);
    (void)pthread_mutex_unlock(&pool->lock);
    if (!pthread_equal(pool->starter, pool->ids[0])) {
        (void)pthread_join(pool->starter, NULL);
    }
    for (unsigned i = 0; i < pool->threads; i++) {
        (void)pthread_join(pool->ids[i], NULL);
    }
    (void)pthread_cond_destroy(&pool->grow);
    (void)pthread_cond_destroy(&pool->work);
    (void)pthread_mutex_destroy(&pool->lock);
    mem_free(pool);
}
