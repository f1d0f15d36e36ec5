/* SPDX-License-Identifier: Apache-2.0 */
#include "net/pool.h"

#include <pthread.h>
#include <signal.h>

#include "base/mem.h"

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct pool_job *first, **last;
    unsigned queued, queue_max;
    unsigned idle, threads, threads_max;
    bool ending;
    pthread_t ids[];
};

err pool_new(unsigned threads_max, unsigned queue_max, struct pool **ret)
{
    struct pool *pool = mem_alloc(sizeof *pool + threads_max * sizeof pool->ids[0]);
    if (!pool) {
        return err_new(ERR_NO_MEMORY, "out of memory for the worker threads");
    }
    (void)pthread_mutex_init(&pool->lock, NULL);
    (void)pthread_cond_init(&pool->work, NULL);
    pool->last = &pool->first;
    pool->queue_max = queue_max;
    pool->threads_max = threads_max;
    *ret = pool;
    return ERR_NONE;
}

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
        (void)pthread_mutex_unlock(&pool->lock);
        job->run(job);
        (void)pthread_mutex_lock(&pool->lock);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Starts one more thread that takes no signals: they belong to the loop. */
static bool pool_start_thread(struct pool *pool)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&pool->ids[pool->threads], NULL, pool_thread, pool);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool->threads += failed == 0;
    pool->idle += failed == 0;
    return failed == 0;
}

err pool_submit(struct pool *pool, struct pool_job *job)
{
    err e = ERR_NONE;
    (void)pthread_mutex_lock(&pool->lock);
    bool taken =
        pool->queued >= pool->idle; /* woken threads still count as idle, their jobs as queued */
    if (taken && pool->threads < pool->threads_max && !pool->ending) {
        taken = !pool_start_thread(pool);
    }
    if (pool->ending || pool->threads == 0 ||
        (taken && pool->queued - (pool->queued < pool->idle ? pool->queued : pool->idle) >=
                      pool->queue_max)) {
        e = err_new(ERR_UNAVAILABLE, "every worker is busy");
    } else {
        job->next = NULL;
        *pool->last = job;
        pool->last = &job->next;
        pool->queued++;
        (void)pthread_cond_signal(&pool->work);
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
    (void)pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->threads; i++) {
        (void)pthread_join(pool->ids[i], NULL);
    }
    (void)pthread_cond_destroy(&pool->work);
    (void)pthread_mutex_destroy(&pool->lock);
    mem_free(pool);
}
