/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: one YAML file, each key also by environment (server.listen is
 * DOORWARD_SERVER_LISTEN), read once. Secrets are references (env:NAME, file:PATH,
 * credential:NAME), never in clear. */
#pragma once

#include <limits.h>

#include "api/settings.h"
#include "base/arena.h"
#include "chat/chat.h"
#include "http/server.h"
#include "know/know.h"
#include "model/model.h"
#include "ops/outbox.h"
#include "store/store.h"

enum { CONFIG_ORIGINS_MAX = 32 };

/* Where a secret of the configuration came from: "env:NAME", "file:PATH", "credential:NAME". */
struct config_origin {
    size_t at; /* offset of the secret in struct config */
    char text[512];
};

struct config {
    char path[PATH_MAX];   /* of the file */
    char folder[PATH_MAX]; /* of the file: relative paths start here */
    char key_file[512];    /* the installation's hashing key */
    char log_level[8];     /* debug, info, warn, error */
    struct http_settings http;
    struct store_settings store;
    struct model_settings model;
    struct outbox_settings outbox;
    struct know_settings know;
    struct api_settings api;
    struct config_origin origins[CONFIG_ORIGINS_MAX];
    unsigned origin_count;
};

/* Finds the file (`given`, DOORWARD_CONFIG, ./doorward.yaml), reads it and the environment,
 * resolves secrets. NOT_FOUND, INVALID; *ret_reason (arena) is "FILE:LINE:COLUMN: what is wrong;
 * what to do". Free with config_done. */
err config_load(struct arena *a, const char *given, struct config *ret, str *ret_reason);

/* The same from a text; `name` stands in reasons, relative paths start at `folder`. */
err config_read(struct arena *a, str text, const char *name, const char *folder, struct config *ret,
                str *ret_reason);

/* Where a secret in `config` came from; empty when it is not set. */
str config_origin(const struct config *config, const struct secret *secret);

/* Wipes the secrets. */
void config_done(struct config *config);

/* Writes a reference of every key with its kind, default and meaning, as Markdown. */
void config_reference(struct buf *b);
