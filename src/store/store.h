/* SPDX-License-Identifier: Apache-2.0 */
/* The store: domain verbs over an embedded or a real database. Verbs are declared by noun
 * (store/project.h, store/chat.h, …); every verb that touches a tenant's data takes the project.
 * Rows borrow from the caller's arena. Writes are durable when the verb returns ERR_NONE. NO_SPACE
 * when the disk is full, UNAVAILABLE when the store is busy or away; both leave nothing behind.
 * Verbs may block: never call them on an event loop. Thread-safe. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"

struct store;

struct store_settings {
    char url[512]; /* "sqlite:data/doorward.db" (relative to the configuration file's folder) */
    char backup_dir[512]; /* where the backup before a migration goes; empty: beside the database */
    unsigned readers;     /* read connections, 0: twice the cores */
    unsigned busy_ms;     /* how long a verb waits for the store, 5 s */
    unsigned cache_kb;    /* page cache per connection */
};

struct store_settings store_settings_default(void);

/* Opens (creates) the database, checks it, backs it up and migrates it when its schema is older; a
 * process opens a database once.
 * CORRUPT when the file is damaged or not ours, CONFLICT when its schema is newer than this
 * program. `ret_detail` (may be NULL, arena) gets a text that says what to do. */
err store_open(const struct store_settings *settings, struct arena *a, struct store **ret,
               str *ret_detail);

/* Says which other process has the database open: its id, 0 when none. For commands that replace
 * the file; works on a damaged one too. Must not be called while this process has it open.
 * NOT_FOUND, IO. */
err store_user(const struct store_settings *settings, int *ret_pid);

/* Waits for running writes, checkpoints, closes. */
void store_close(struct store *store);

/* Writes a consistent copy while the server runs. CONFLICT when `path` exists. */
err store_backup(struct store *store, const char *path);

/* Full consistency check; CORRUPT with a detail. */
err store_check(struct store *store, struct arena *a, str *ret_detail);

/* Small values of the installation by name ("instance_id", "schema"). NOT_FOUND. */
err store_meta_get(struct store *store, struct arena *a, const char *name, str *ret);
err store_meta_set(struct store *store, const char *name, str value);
