/* SPDX-License-Identifier: Apache-2.0 */
#include "api/upkeep.h"

#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/staff.h"

enum { MINUTE_S = 60, ROUND_MINUTES = 60, ROUND_BYTES_MAX = 64 << 20 };

struct upkeep {
    struct store *store;
    struct key_uses *uses;
    const struct outbox_settings *outbox;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    bool stopping;
};

static void write_uses(struct upkeep *upkeep)
{
    err e = key_uses_write(upkeep->uses);
    if (!err_ok(e)) {
        log_err("access", "the last uses of keys were not written", e);
    }
}

static void look_at_keys(struct upkeep *upkeep)
{
    struct arena a;
    size_t changed = 0, removed = 0;
    int64_t now = clock_wall_ms();
    arena_init(&a, ROUND_BYTES_MAX);
    err e = keys_housekeeping(upkeep->store, &a, upkeep->outbox, now, &changed);
    if (!err_ok(e)) {
        log_err("access", "the keys were not looked at", e);
    } else if (changed) {
        LOG(LOG_INFO, "access", "keys were flagged, reminded of or disabled",
            log_int("keys", (int64_t)changed));
    }
    arena_done(&a);
    e = store_staff_session_expire(upkeep->store, now, &removed);
    if (!err_ok(e)) {
        log_err("access", "ended sessions were not removed", e);
    }
}

/* With the lock held: false when it is to end. */
static bool wait_a_minute(struct upkeep *upkeep)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += MINUTE_S;
    int waited = 0;
    while (!upkeep->stopping && waited == 0) {
        waited = pthread_cond_timedwait(&upkeep->wake, &upkeep->lock, &until);
    }
    return !upkeep->stopping;
}

static void *run(void *user)
{
    struct upkeep *upkeep = user;
    (void)pthread_mutex_lock(&upkeep->lock);
    for (unsigned minute = 1; wait_a_minute(upkeep); minute++) {
        (void)pthread_mutex_unlock(&upkeep->lock);
        write_uses(upkeep);
        if (minute % ROUND_MINUTES == 1) { /* the first soon after the start */
            look_at_keys(upkeep);
        }
        (void)pthread_mutex_lock(&upkeep->lock);
    }
    (void)pthread_mutex_unlock(&upkeep->lock);
    return NULL;
}

err upkeep_start(struct store *store, struct key_uses *uses, const struct outbox_settings *outbox,
                 struct upkeep **ret)
{
    struct upkeep *upkeep = mem_alloc(sizeof *upkeep);
    if (!upkeep) {
        return err_new(ERR_NO_MEMORY, "no memory to look after keys");
    }
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&upkeep->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&upkeep->lock, NULL);
    upkeep->store = store;
    upkeep->uses = uses;
    upkeep->outbox = outbox;
    upkeep->running = pthread_create(&upkeep->thread, NULL, run, upkeep) == 0;
    if (!upkeep->running) {
        upkeep_stop(upkeep);
        return err_new(ERR_UNAVAILABLE, "the thread that looks after keys cannot start");
    }
    *ret = upkeep;
    return ERR_NONE;
}

void upkeep_stop(struct upkeep *upkeep)
{
    if (!upkeep) {
        return;
    }
    if (upkeep->running) {
        (void)pthread_mutex_lock(&upkeep->lock);
        upkeep->stopping = true;
        (void)pthread_cond_signal(&upkeep->wake);
        (void)pthread_mutex_unlock(&upkeep->lock);
        (void)pthread_join(upkeep->thread, NULL);
        write_uses(upkeep);
    }
    (void)pthread_cond_destroy(&upkeep->wake);
    (void)pthread_mutex_destroy(&upkeep->lock);
    mem_free(upkeep);
}
