/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolve.h"

#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/mem.h"

/* One look-up, shared by its caller and the thread that runs getaddrinfo, which cannot be
 * interrupted: whoever leaves last frees it. */
struct lookup {
    pthread_mutex_t lock;
    pthread_cond_t done;
    unsigned owners;
    bool finished;
    int rc;
    char host[RESOLVE_HOST_MAX + 1];
    struct resolve_answer answer;
};

static atomic_uint running;

static void lookup_release(struct lookup *lookup)
{
    pthread_mutex_lock(&lookup->lock);
    bool last = --lookup->owners == 0;
    pthread_mutex_unlock(&lookup->lock);
    if (last) {
        pthread_cond_destroy(&lookup->done);
        pthread_mutex_destroy(&lookup->lock);
        mem_free(lookup);
    }
}

static bool answer_has(const struct resolve_answer *answer, const struct addr *a)
{
    for (size_t i = 0; i < answer->count; i++) {
        if (memcmp(answer->addresses[i].bytes, a->bytes, sizeof(a->bytes)) == 0) {
            return true;
        }
    }
    return false;
}

static void *lookup_run(void *user)
{
    struct lookup *lookup = user;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int rc = getaddrinfo(lookup->host, NULL, &hints, &list);
    pthread_mutex_lock(&lookup->lock);
    for (struct addrinfo *i = rc == 0 ? list : NULL; i; i = i->ai_next) {
        struct addr a = addr_from_sockaddr(i->ai_addr);
        if (lookup->answer.count < RESOLVE_ADDRESSES_MAX && !answer_has(&lookup->answer, &a)) {
            lookup->answer.addresses[lookup->answer.count++] = a;
        }
    }
    lookup->rc = rc == 0 && lookup->answer.count == 0 ? EAI_NONAME : rc;
    lookup->finished = true;
    pthread_cond_signal(&lookup->done);
    pthread_mutex_unlock(&lookup->lock);
    if (list) {
        freeaddrinfo(list);
    }
    lookup_release(lookup);
    atomic_fetch_sub(&running, 1);
    return NULL;
}

static struct lookup *lookup_new(str host)
{
    struct lookup *lookup = mem_alloc(sizeof(*lookup));
    pthread_condattr_t attr;
    if (!lookup || pthread_condattr_init(&attr) != 0) {
        mem_free(lookup);
        return NULL;
    }
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    bool fine = pthread_mutex_init(&lookup->lock, NULL) == 0;
    if (fine && pthread_cond_init(&lookup->done, &attr) != 0) {
        pthread_mutex_destroy(&lookup->lock);
        fine = false;
    }
    pthread_condattr_destroy(&attr);
    if (!fine) {
        mem_free(lookup);
        return NULL;
    }
    memcpy(lookup->host, host.p, host.n);
    lookup->owners = 1;
    return lookup;
}

/* Starts the thread, which then owns a share of the look-up. */
static bool lookup_start(struct lookup *lookup)
{
    pthread_attr_t attr;
    pthread_t thread;
    if (pthread_attr_init(&attr) != 0) {
        return false;
    }
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 256 << 10);
    lookup->owners = 2;
    bool fine = pthread_create(&thread, &attr, lookup_run, lookup) == 0;
    if (!fine) {
        lookup->owners = 1;
    }
    pthread_attr_destroy(&attr);
    return fine;
}

static err lookup_wait(struct lookup *lookup, int64_t wait_ms, struct resolve_answer *ret)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    wait_ms = wait_ms < 0 ? 0 : wait_ms;
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&lookup->lock);
    int waited = 0;
    while (!lookup->finished && waited == 0) {
        waited = pthread_cond_timedwait(&lookup->done, &lookup->lock, &until);
    }
    bool finished = lookup->finished;
    int rc = lookup->rc;
    struct resolve_answer answer = lookup->answer;
    pthread_mutex_unlock(&lookup->lock);
    if (!finished) {
        return err_new(ERR_UPSTREAM_TIMEOUT, "the name servers did not answer in time");
    }
    if (rc != 0) {
        bool absent = rc == EAI_NONAME || rc == EAI_NODATA || rc == EAI_ADDRFAMILY;
        return absent ? err_new(ERR_NOT_FOUND, "the host name does not exist")
                      : err_new(ERR_UPSTREAM, "the name servers could not answer");
    }
    *ret = answer;
    return ERR_NONE;
}

static err resolve_name(str host, int64_t wait_ms, struct resolve_answer *ret)
{
    if (atomic_fetch_add(&running, 1) >= RESOLVE_RUNNING_MAX) {
        atomic_fetch_sub(&running, 1);
        return err_new(ERR_UNAVAILABLE, "too many name look-ups are under way");
    }
    struct lookup *lookup = lookup_new(host);
    if (!lookup || !lookup_start(lookup)) {
        atomic_fetch_sub(&running, 1);
        if (lookup) {
            lookup_release(lookup);
        }
        return err_new(ERR_NO_MEMORY, "no memory or thread for a name look-up");
    }
    err e = lookup_wait(lookup, wait_ms, ret);
    lookup_release(lookup);
    return e;
}

err resolve(str host, unsigned port, int64_t wait_ms, struct resolve_answer *ret)
{
    struct resolve_answer answer = {.count = 1};
    if (host.n == 0 || host.n > RESOLVE_HOST_MAX || str_has_control(host)) {
        return err_new(ERR_INVALID, "the host name is malformed");
    }
    if (!addr_parse(host, &answer.addresses[0])) {
        err e = resolve_name(host, wait_ms, &answer);
        if (!err_ok(e)) {
            return e;
        }
    }
    for (size_t i = 0; i < answer.count; i++) {
        answer.addresses[i].port = port;
    }
    *ret = answer;
    return ERR_NONE;
}
