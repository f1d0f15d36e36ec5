/* SPDX-License-Identifier: Apache-2.0 */
#include "api/watch.h"

#include <pthread.h>
#include <time.h>

#include "access/role.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum { KEYS_BYTES_MAX = 16 << 20, SESSION_BYTES_MAX = 4 << 20 };

struct watched {
    struct watched *next;
    struct http_stream *stream; /* a reference of ours */
    id team, key, project;      /* key none: a person's session */
    struct crypto_digest session;
    permissions permission;
};

struct watch {
    struct store *store;
    unsigned every_ms;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    bool stopping;
    struct watched *first;
};

static void forget(struct watched *one)
{
    http_stream_unref(one->stream);
    mem_free(one);
}

/* Looks a key up among its team's; a key that is not there was removed. */
static bool is_key_live(const struct key_row *keys, size_t count, const struct watched *one)
{
    for (size_t i = 0; i < count; i++) {
        if (id_eq(&keys[i].id, &one->key)) {
            return keys[i].disabled_ms == 0 &&
                   (keys[i].expires_ms == 0 || keys[i].expires_ms > clock_wall_ms()) &&
                   (keys[i].permissions & one->permission) == one->permission;
        }
    }
    return false;
}

/* The keys of the team that was looked at last: streams of one team mostly come together. */
struct sweep {
    struct arena a;
    id team;
    struct key_row *keys;
    size_t count;
};

static err judge_key(struct watch *watch, struct sweep *sweep, const struct watched *one,
                     bool *ret_live)
{
    err e = ERR_NONE;
    if (!id_eq(&one->team, &sweep->team)) {
        arena_reset(&sweep->a);
        e = store_key_list(watch->store, &sweep->a, &one->team, &sweep->keys, &sweep->count);
        sweep->team = err_ok(e) ? one->team : (id){{0}};
    }
    if (err_ok(e)) {
        *ret_live = is_key_live(sweep->keys, sweep->count, one);
    }
    return e;
}

static err judge_session(struct watch *watch, const struct watched *one, bool *ret_live)
{
    struct arena a;
    struct principal who = {.kind = PRINCIPAL_STAFF};
    str reason;
    int64_t now = clock_wall_ms();
    arena_init(&a, SESSION_BYTES_MAX);
    err e = store_staff_session_by_hash(watch->store, &a, &one->session, now, &who.staff);
    if (e.code == ERR_NOT_FOUND) {
        *ret_live = false;
        e = ERR_NONE;
    } else if (err_ok(e)) {
        e = team_rules_read(&a, who.staff.team_settings, &who.rules, &reason);
        if (err_ok(e)) {
            int64_t idle_ms = (int64_t)who.rules.session_idle_minutes * 60000;
            enum role role = role_on_project(&who.staff.member, &one->project);
            *ret_live = access_state(&who) == STAFF_FULL &&
                        id_eq(&who.staff.session.team, &one->team) &&
                        who.staff.session.used_ms + idle_ms > now &&
                        (role_permissions(role) & one->permission) == one->permission;
        }
    }
    arena_done(&a);
    return e;
}

/* Looks at each stream of the list; gives those that stay. What cannot be asked now stays. */
static struct watched *sweep(struct watch *watch, struct watched *list)
{
    struct watched *stay = NULL;
    struct sweep at = {.count = 0};
    arena_init(&at.a, KEYS_BYTES_MAX);
    for (struct watched *one = list, *next; one; one = next) {
        bool live = true;
        next = one->next;
        if (http_stream_is_closed(one->stream)) {
            forget(one);
            continue;
        }
        err e = id_none(&one->key) ? judge_session(watch, one, &live)
                                   : judge_key(watch, &at, one, &live);
        if (!err_ok(e)) {
            log_err("api", "an open stream was not checked", e);
        }
        if (!live) {
            http_stream_end(one->stream);
            forget(one);
        } else {
            one->next = stay;
            stay = one;
        }
    }
    arena_done(&at.a);
    return stay;
}

/* With the lock held: waits for the next look; false when there is none. */
static bool wait_for_turn(struct watch *watch)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += watch->every_ms / 1000;
    until.tv_nsec += (long)(watch->every_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    int waited = 0;
    while (!watch->stopping && waited == 0) {
        waited = pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
    }
    return !watch->stopping;
}

static void *run(void *user)
{
    struct watch *watch = user;
    (void)pthread_mutex_lock(&watch->lock);
    while (wait_for_turn(watch)) {
        struct watched *list = watch->first;
        watch->first = NULL;
        (void)pthread_mutex_unlock(&watch->lock);
        list = list ? sweep(watch, list) : NULL;
        (void)pthread_mutex_lock(&watch->lock);
        while (list) {
            struct watched *next = list->next;
            list->next = watch->first;
            watch->first = list;
            list = next;
        }
    }
    (void)pthread_mutex_unlock(&watch->lock);
    return NULL;
}

err watch_start(struct store *store, unsigned every_ms, struct watch **ret)
{
    struct watch *watch = mem_alloc(sizeof *watch);
    if (!watch) {
        return err_new(ERR_NO_MEMORY, "no memory to watch streams");
    }
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&watch->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&watch->lock, NULL);
    watch->store = store;
    watch->every_ms = every_ms;
    watch->running = pthread_create(&watch->thread, NULL, run, watch) == 0;
    if (!watch->running) {
        watch_free(watch);
        return err_new(ERR_UNAVAILABLE, "the thread that watches streams cannot start");
    }
    *ret = watch;
    return ERR_NONE;
}

err watch_add(struct watch *watch, const struct principal *who, const id *project,
              permissions permission, struct http_stream *stream)
{
    struct watched *one = mem_alloc(sizeof *one);
    if (!one) {
        return err_new(ERR_NO_MEMORY, "no memory to watch a stream");
    }
    *one = (struct watched){.stream = stream,
                            .team = who->team,
                            .key = who->key,
                            .project = *project,
                            .session = who->staff.session.hash,
                            .permission = permission};
    http_stream_ref(stream);
    (void)pthread_mutex_lock(&watch->lock);
    one->next = watch->first;
    watch->first = one;
    (void)pthread_mutex_unlock(&watch->lock);
    return ERR_NONE;
}

void watch_stop(struct watch *watch)
{
    if (!watch || !watch->running) {
        return;
    }
    (void)pthread_mutex_lock(&watch->lock);
    watch->stopping = true;
    (void)pthread_cond_signal(&watch->wake);
    (void)pthread_mutex_unlock(&watch->lock);
    (void)pthread_join(watch->thread, NULL);
    watch->running = false;
}

void watch_free(struct watch *watch)
{
    if (!watch) {
        return;
    }
    watch_stop(watch);
    while (watch->first) {
        struct watched *next = watch->first->next;
        forget(watch->first);
        watch->first = next;
    }
    (void)pthread_cond_destroy(&watch->wake);
    (void)pthread_mutex_destroy(&watch->lock);
    mem_free(watch);
}
