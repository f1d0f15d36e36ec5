/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/outbox.h"

#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "ops/deliver.h"

enum {
    THREADS = 5,
    ARENA_MAX = 64 << 20,   /* one entry: payload, both forms of the letter, the message */
    LOOK_MS = 3000,         /* another process may have changed the outbox */
    TROUBLE_MS = 5000,      /* wait after the store failed */
    ALERT_MS = 3600 * 1000, /* at most one early notice for each channel in this time */
    LATE_ATTEMPTS = 7, /* failures of any kind after which somebody should know: about 50 minutes */
    UNSETTLED_MAX = 64,
    LEASE_MS = 40000, /* longer than a webhook, and than a mail goes without a tick */
    RENEW_MS = 10000,
};

/* Deliveries share this; a lock guards what is behind it. */
struct engine {
    struct store *store;
    const struct outbox_settings *settings;
    atomic_bool stopping;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    uint64_t wakes;              /* counts, so that no wake is lost while a thread works */
    int64_t alerted_ms[2];       /* of mail, of webhooks */
    id unsettled[UNSETTLED_MAX]; /* delivered, but the store could not be told yet */
    size_t unsettled_count;
};

/* Each thread serves one channel, so that a mail server that hangs does not hold up webhooks, nor
 * the other way round. The first two cover both. */
static const enum outbox_channel thread_channels[THREADS] = {
    OUTBOX_MAIL, OUTBOX_NOT_MAIL, OUTBOX_NOT_MAIL, OUTBOX_MAIL, OUTBOX_NOT_MAIL};

struct outbox_thread {
    pthread_t thread;
    struct engine *engine;
    enum outbox_channel channel;
};

struct outbox_worker {
    struct engine engine;
    struct outbox_thread threads[THREADS];
    size_t thread_count;
};

int64_t outbox_backoff_ms(uint32_t attempts)
{
    static const int64_t gaps_s[] = {30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800};
    size_t count = sizeof(gaps_s) / sizeof(gaps_s[0]), i = attempts > 0 ? attempts - 1 : 0;
    int64_t gap_ms = gaps_s[i < count ? i : count - 1] * 1000;
    uint32_t random;
    crypto_random(&random, sizeof(random));
    return gap_ms + (int64_t)(random % (uint64_t)(gap_ms / 5 + 1));
}

/* ── the engine ── */

static err engine_init(struct engine *engine, struct store *store,
                       const struct outbox_settings *settings)
{
    pthread_condattr_t attr;
    *engine = (struct engine){.store = store, .settings = settings};
    if (pthread_mutex_init(&engine->lock, NULL) != 0) {
        return err_new(ERR_NO_MEMORY, "no memory for the outbox");
    }
    bool fine = pthread_condattr_init(&attr) == 0;
    if (fine) {
        fine = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
               pthread_cond_init(&engine->wake, &attr) == 0;
        pthread_condattr_destroy(&attr);
    }
    if (!fine) {
        pthread_mutex_destroy(&engine->lock);
        return err_new(ERR_NO_MEMORY, "no memory for the outbox");
    }
    return ERR_NONE;
}

static void engine_done(struct engine *engine)
{
    pthread_cond_destroy(&engine->wake);
    pthread_mutex_destroy(&engine->lock);
}

/* ── leases: short, so that a crash delays an entry little; pushed on while a long delivery lives
 * ── */

struct lease {
    struct engine *engine;
    const id *entry;
    int64_t renewed_ms; /* of the monotonic clock */
};

static void lease_tick(void *user)
{
    struct lease *lease = user;
    int64_t now = clock_mono_ms();
    if (now - lease->renewed_ms < RENEW_MS) {
        return;
    }
    lease->renewed_ms = now;
    err e = store_outbox_renew(lease->engine->store, lease->entry, clock_wall_ms() + LEASE_MS);
    if (!err_ok(e)) {
        log_err("outbox", "a lease was not renewed; the entry may be delivered twice", e);
    }
}

/* ── entries that were delivered while the store could not be told ── */

static bool unsettled_take(struct engine *engine, const id *entry)
{
    bool found = false;
    pthread_mutex_lock(&engine->lock);
    for (size_t i = 0; i < engine->unsettled_count && !found; i++) {
        if (id_eq(&engine->unsettled[i], entry)) {
            engine->unsettled[i] = engine->unsettled[--engine->unsettled_count];
            found = true;
        }
    }
    pthread_mutex_unlock(&engine->lock);
    return found;
}

static void unsettled_add(struct engine *engine, const id *entry)
{
    pthread_mutex_lock(&engine->lock);
    if (engine->unsettled_count < UNSETTLED_MAX) {
        engine->unsettled[engine->unsettled_count++] = *entry;
    }
    pthread_mutex_unlock(&engine->lock);
}

/* ── what follows from a try ── */

static void log_outcome(enum log_level level, const char *event, const struct outbox_row *row,
                        const struct deliver_outcome *outcome)
{
    /* the reason may name people; it is in `doorward outbox show` */
    LOG(level, "outbox", event, log_str("entry", id_str(&row->id)), log_str("kind", row->kind),
        log_str("about", row->event), log_int("attempts", (int64_t)row->attempts + 1),
        log_int("answer", (int64_t)outcome->code), log_c("stage", outcome->stage));
}

/* True when an entry that will be tried again is worth a notice now. */
static bool alert_due(struct engine *engine, const struct outbox_row *row,
                      const struct deliver_outcome *outcome)
{
    bool worth = (outcome->permanent && row->attempts == 0) || row->attempts + 1 == LATE_ATTEMPTS;
    size_t channel = str_eq(row->kind, STR("mail")) ? 0 : 1;
    int64_t now = clock_mono_ms();
    bool due = false;
    pthread_mutex_lock(&engine->lock);
    if (worth &&
        (engine->alerted_ms[channel] == 0 || now - engine->alerted_ms[channel] >= ALERT_MS)) {
        engine->alerted_ms[channel] = now;
        due = true;
    }
    pthread_mutex_unlock(&engine->lock);
    return due;
}

static err settle_sent(struct engine *engine, const struct outbox_row *row,
                       const struct deliver_outcome *outcome)
{
    err e = outcome->has_rest ? store_outbox_add(engine->store, &outcome->rest, 1) : ERR_NONE;
    e = err_ok(e) ? store_outbox_sent(engine->store, &row->id, clock_wall_ms()) : e;
    if (!err_ok(e) && !outcome->has_rest) {
        unsettled_add(engine, &row->id);
    }
    return e;
}

static err settle_dead(struct engine *engine, struct arena *a, const struct outbox_row *row,
                       struct deliver_outcome *outcome)
{
    struct outbox_row *notices;
    size_t count;
    outcome->fate = DELIVER_DEAD;
    err e = deliver_notice(a, engine->settings, row, outcome, &notices, &count);
    if (!err_ok(e)) {
        log_err("outbox", "a notice could not be composed", e);
        count = 0;
    }
    log_outcome(LOG_ERROR, "a notification was given up", row, outcome);
    return store_outbox_dead(engine->store, &row->id, clock_wall_ms(), outcome->reason, notices,
                             count);
}

static err settle_later(struct engine *engine, struct arena *a, const struct outbox_row *row,
                        struct deliver_outcome *outcome)
{
    int64_t now = clock_wall_ms(),
            give_up = row->created_ms + (int64_t)engine->settings->give_up_ms;
    if (now >= give_up) {
        return settle_dead(engine, a, row, outcome);
    }
    int64_t next = now + outbox_backoff_ms(row->attempts + 1);
    if (outcome->retry_after_ms > 0 && now + outcome->retry_after_ms > next) {
        next = now + outcome->retry_after_ms;
    }
    next = next > give_up ? give_up : next;
    bool alert = alert_due(engine, row, outcome);
    log_outcome(alert ? LOG_ERROR : LOG_WARN,
                "a notification could not be delivered and is tried again", row, outcome);
    struct outbox_row *notices;
    size_t count = 0;
    err e = alert ? deliver_notice(a, engine->settings, row, outcome, &notices, &count) : ERR_NONE;
    if (err_ok(e) && count > 0) {
        e = store_outbox_add(engine->store, notices, count);
    }
    if (!err_ok(e)) {
        log_err("outbox", "a notice could not be kept", e);
    }
    return store_outbox_later(engine->store, &row->id, next, outcome->reason);
}

static err deliver_and_settle(struct engine *engine, struct arena *a, const struct outbox_row *row,
                              bool *ret_sent)
{
    struct deliver_outcome outcome = {.fate = DELIVER_SENT, .stage = "settle", .reason = STR_EMPTY};
    if (!unsettled_take(engine, &row->id)) {
        struct lease lease = {.engine = engine, .entry = &row->id, .renewed_ms = clock_mono_ms()};
        struct smtp_watch watch = {.hurry = &engine->stopping, .tick = lease_tick, .user = &lease};
        deliver_entry(a, engine->store, engine->settings, row, &watch, &outcome);
    }
    *ret_sent = outcome.fate == DELIVER_SENT;
    switch (outcome.fate) {
    case DELIVER_SENT:
        log_outcome(LOG_INFO, "delivered", row, &outcome);
        return settle_sent(engine, row, &outcome);
    case DELIVER_DEAD:
        return settle_dead(engine, a, row, &outcome);
    case DELIVER_LATER:
    default:
        return settle_later(engine, a, row, &outcome);
    }
}

enum tried { TRIED_NONE, TRIED_SENT, TRIED_FAILED };

/* Claims one entry of a channel and tries it. *ret_next_ms is when its next one is due, 0 when
 * there is none. */
static err work_once(struct engine *engine, enum outbox_channel channel, enum tried *ret_tried,
                     int64_t *ret_next_ms)
{
    struct arena a;
    struct outbox_row *rows;
    size_t count = 0;
    bool sent = false;
    arena_init(&a, ARENA_MAX);
    err e = store_outbox_claim(engine->store, &a, channel, clock_wall_ms(), LEASE_MS, 1, &rows,
                               &count, ret_next_ms);
    *ret_tried = TRIED_NONE;
    if (err_ok(e) && count > 0) {
        e = deliver_and_settle(engine, &a, &rows[0], &sent);
        *ret_tried = sent ? TRIED_SENT : TRIED_FAILED;
    }
    arena_done(&a);
    return e;
}

err outbox_deliver_due(struct store *store, const struct outbox_settings *settings,
                       size_t *ret_sent, size_t *ret_failed)
{
    struct engine engine;
    size_t sent = 0, failed = 0;
    enum tried tried = TRIED_NONE;
    err e = engine_init(&engine, store, settings);
    if (!err_ok(e)) {
        return e;
    }
    do {
        int64_t next;
        e = work_once(&engine, OUTBOX_ANY, &tried, &next);
        sent += tried == TRIED_SENT ? 1 : 0;
        failed += tried == TRIED_FAILED ? 1 : 0;
    } while (err_ok(e) && tried != TRIED_NONE);
    engine_done(&engine);
    *ret_sent = sent;
    *ret_failed = failed;
    return e;
}

/* ── the worker ── */

static void wait_for_work(struct engine *engine, uint64_t *seen, int64_t wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&engine->lock);
    int waited = 0;
    while (!atomic_load(&engine->stopping) && engine->wakes == *seen && waited == 0) {
        waited = pthread_cond_timedwait(&engine->wake, &engine->lock, &until);
    }
    *seen = engine->wakes;
    pthread_mutex_unlock(&engine->lock);
}

static int64_t wait_until(int64_t next_ms)
{
    int64_t wait = next_ms ? next_ms - clock_wall_ms() : LOOK_MS;
    return wait < 1 ? 1 : wait > LOOK_MS ? LOOK_MS : wait;
}

static void *worker_run(void *user)
{
    const struct outbox_thread *thread = user;
    struct engine *engine = thread->engine;
    uint64_t seen = 0;
    bool troubled = false;
    while (!atomic_load(&engine->stopping)) {
        enum tried tried;
        int64_t next = 0;
        err e = work_once(engine, thread->channel, &tried, &next);
        if (!err_ok(e)) {
            if (!troubled) {
                log_err("outbox", "the store does not answer; nothing is lost, it is tried again",
                        e);
            }
            troubled = true;
            wait_for_work(engine, &seen, TROUBLE_MS);
            continue;
        }
        troubled = false;
        if (tried == TRIED_NONE) {
            wait_for_work(engine, &seen, wait_until(next));
        }
    }
    return NULL;
}

err outbox_worker_start(struct store *store, const struct outbox_settings *settings,
                        struct outbox_worker **ret)
{
    struct outbox_worker *worker = mem_alloc(sizeof(*worker));
    err e = worker ? engine_init(&worker->engine, store, settings)
                   : err_new(ERR_NO_MEMORY, "no memory for the outbox");
    if (!err_ok(e)) {
        mem_free(worker);
        return e;
    }
    bool started = true;
    while (started && worker->thread_count < THREADS) {
        struct outbox_thread *thread = &worker->threads[worker->thread_count];
        thread->engine = &worker->engine;
        thread->channel = thread_channels[worker->thread_count];
        started = pthread_create(&thread->thread, NULL, worker_run, thread) == 0;
        worker->thread_count += started;
    }
    if (worker->thread_count < 2) {
        outbox_worker_close(worker);
        return err_new(ERR_NO_MEMORY, "no thread for the outbox");
    }
    *ret = worker;
    return ERR_NONE;
}

void outbox_worker_wake(struct outbox_worker *worker)
{
    if (!worker) {
        return;
    }
    pthread_mutex_lock(&worker->engine.lock);
    worker->engine.wakes++;
    pthread_cond_broadcast(&worker->engine.wake);
    pthread_mutex_unlock(&worker->engine.lock);
}

void outbox_worker_close(struct outbox_worker *worker)
{
    if (!worker) {
        return;
    }
    atomic_store(&worker->engine.stopping, true);
    outbox_worker_wake(worker);
    for (size_t i = 0; i < worker->thread_count; i++) {
        pthread_join(worker->threads[i].thread, NULL);
    }
    engine_done(&worker->engine);
    mem_free(worker);
}
