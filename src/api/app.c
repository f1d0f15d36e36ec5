/* SPDX-License-Identifier: Apache-2.0 */
#include "api/app.h"

#include "access/keys.h"
#include "api/route.h"
#include "api/upkeep.h"
#include "api/watch.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "chat/hub.h"
#include "guard/budget.h"

enum {
    LIMIT_ENTRIES_MAX = 200000,
    HUB_STREAMS_MAX = 20000,
    TURN_MS = 90000,
    TURN_PEERS = 1024,
    WATCH_MS = 2000
};

static err open_router(struct app *app)
{
    enum http_method *methods = mem_array(api_route_count, sizeof *methods);
    const char **paths = mem_array(api_route_count, sizeof *paths);
    err e = methods && paths ? ERR_NONE : err_new(ERR_NO_MEMORY, "out of memory");
    for (size_t i = 0; err_ok(e) && i < api_route_count; i++) {
        methods[i] = api_routes[i].method;
        paths[i] = api_routes[i].path;
    }
    if (err_ok(e)) {
        e = http_router_new(methods, paths, api_route_count, &app->router);
    }
    mem_free(methods);
    mem_free(paths);
    return e;
}

static err open_store(struct app *app, struct arena *a, str *ret_reason)
{
    err e = store_open(app->settings.store, a, &app->store, ret_reason);
    if (err_ok(e)) {
        e = access_hash_key_load(app->store, app->settings.key_file, &app->hash_key);
        if (!err_ok(e)) {
            *ret_reason = arena_printf(a, "%s: %s", app->settings.key_file, e.what);
        }
    }
    return e;
}

/* What the day has used counts on. */
static err open_budget(struct app *app, struct arena *a)
{
    app->chat.store = app->store;
    app->chat.model = app->settings.model;
    err e = budget_new(app->settings.api->model_tokens_per_day, &app->chat.budget);
    return err_ok(e) ? turn_budget_load(&app->chat, a, clock_wall_ms()) : e;
}

/* What log-ins and keys work with. */
static err open_access(struct app *app, struct arena *a)
{
    err e = password_hasher_new(0, &app->hasher);
    if (err_ok(e)) {
        e = throttle_new(&app->throttle);
    }
    if (err_ok(e)) {
        e = key_uses_new(app->store, &app->key_uses);
    }
    app->desk = (struct staff_desk){.store = app->store,
                                    .hash_key = &app->hash_key,
                                    .seal_key = &app->hash_key,
                                    .hasher = app->hasher,
                                    .throttle = app->throttle};
    if (err_ok(e)) {
        e = staff_desk_warm(&app->desk, a);
    }
    return err_ok(e) ? upkeep_start(app->store, app->key_uses, app->settings.outbox, &app->upkeep)
                     : e;
}

static err open_workers(struct app *app, struct arena *a)
{
    err e = limits_new(LIMIT_ENTRIES_MAX, &app->limits);
    if (err_ok(e)) {
        e = peer_table_new(TURN_PEERS, &app->turns);
    }
    if (err_ok(e)) {
        e = watch_start(app->store, WATCH_MS, &app->watch);
    }
    if (err_ok(e)) {
        e = open_access(app, a);
    }
    if (err_ok(e)) {
        e = chat_hub_new(HUB_STREAMS_MAX, &app->chat.hub);
    }
    if (err_ok(e)) {
        e = open_budget(app, a);
    }
    if (err_ok(e)) {
        e = outbox_worker_start(app->store, app->settings.outbox, &app->chat.worker);
    }
    return err_ok(e) ? jobs_worker_start(app->store, app->settings.know, &app->jobs) : e;
}

/* Says at the start what is missing for a launch. */
static void say_what_is_missing(const struct app *app)
{
    if (!app->settings.outbox->mail.url[0]) {
        LOG(LOG_WARN, "serve",
            "no mail server is configured: leads are kept and listed by `doorward lead list`, "
            "nobody is notified",
            log_c("set", "mail.url, mail.from, mail.to"));
    }
    if (!app->settings.http->origin[0]) {
        LOG(LOG_WARN, "serve",
            "no public origin is configured: links in mails and redirects are left out",
            log_c("set", "server.origin"));
    }
}

err app_open(const struct app_settings *settings, struct arena *a, struct app **ret,
             str *ret_reason)
{
    struct app *app = mem_alloc(sizeof *app);
    if (!app) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    app->settings = *settings;
    app->outbox = *settings->outbox;
    app->outbox.reveal = staff_mail_reveal;
    app->outbox.reveal_user = &app->hash_key;
    app->settings.outbox = &app->outbox;
    app->started_ms = clock_wall_ms();
    *ret_reason = STR_EMPTY;
    err e = open_store(app, a, ret_reason);
    if (err_ok(e)) {
        e = open_router(app);
    }
    if (err_ok(e)) {
        struct http_hooks hooks = {.plan = app_plan, .handle = app_handle, .user = app};
        struct http_settings http = *settings->http;
        http.streams_per_address = settings->api->streams_per_address;
        e = http_server_open(&http, &hooks, &app->server);
        if (!err_ok(e)) {
            *ret_reason =
                arena_printf(a, "cannot listen on %s: %s", settings->http->listen, e.what);
        }
    }
    if (err_ok(e)) {
        e = open_workers(app, a);
    }
    if (!err_ok(e)) {
        if (str_empty(*ret_reason)) {
            *ret_reason = str_c(e.what);
        }
        app_close(app);
        return e;
    }
    app->chat.outbox = &app->outbox;
    app->chat.turn_ms = TURN_MS;
    app->chat.started_ms = app->started_ms;
    say_what_is_missing(app);
    *ret = app;
    return ERR_NONE;
}

err app_run(struct app *app) { return http_server_run(app->server); }

void app_close(struct app *app)
{
    watch_stop(app->watch); /* its thread posts to the server's loops */
    /* Early, and with it the handlers that outlived the drain: they still use all of the rest. */
    http_server_close(app->server);
    upkeep_stop(app->upkeep);
    key_uses_free(app->key_uses);
    password_hasher_free(app->hasher);
    throttle_free(app->throttle);
    jobs_worker_close(app->jobs);
    outbox_worker_close(app->chat.worker);
    watch_free(app->watch);
    chat_hub_free(app->chat.hub);
    limits_free(app->limits);
    peer_table_free(app->turns);
    budget_free(app->chat.budget);
    http_router_free(app->router);
    store_close(app->store);
    secret_done(&app->hash_key);
    mem_free(app);
}
