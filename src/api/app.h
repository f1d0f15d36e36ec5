/* SPDX-License-Identifier: Apache-2.0 */
/* The running server: what the routes work on, from start to stop. */
#pragma once

#include "access/staff.h"
#include "api/settings.h"
#include "chat/chat.h"
#include "guard/limit.h"
#include "http/peers.h"
#include "http/router.h"
#include "http/server.h"
#include "ops/jobs.h"

/* Borrowed for the life of the app. */
struct app_settings {
    const struct http_settings *http;
    const struct store_settings *store;
    const struct model_settings *model;
    const struct outbox_settings *outbox;
    const struct know_settings *know;
    const struct api_settings *api;
    const char *key_file;
};

struct app {
    struct app_settings settings;
    struct store *store;
    struct secret hash_key; /* hashes of tokens; what is sealed has a key derived from it */
    struct password_hasher *hasher;
    struct throttle *throttle;
    struct staff_desk desk;
    struct key_uses *key_uses;
    struct upkeep *upkeep;
    struct limits *limits;
    struct watch *watch;
    struct peer_table *turns; /* answers of a model under way, by address */
    struct chat_context chat;
    struct jobs_worker *jobs;
    struct http_router *router;
    struct http_server *server;
    struct outbox_settings outbox; /* the configured ones, and how sealed links are opened */
    int64_t started_ms;
};

/* Opens the store, starts the workers and listens; nothing is served before app_run. *ret_reason
 * (arena) says what is wrong and what to do. Free with app_close. */
err app_open(const struct app_settings *settings, struct arena *a, struct app **ret,
             str *ret_reason);

/* Serves until a stop signal, drains. */
err app_run(struct app *app);

/* Stops the workers (deliveries under way are finished), closes the store. */
void app_close(struct app *app);

/* The hooks of the HTTP server (api/dispatch.c). */
void app_plan(void *user, struct http_req *req, struct http_res *res, struct http_plan *ret_plan);
void app_handle(void *user, struct http_req *req, struct http_res *res);
