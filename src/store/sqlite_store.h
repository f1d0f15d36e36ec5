/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite backend: one writer thread that commits many jobs with one sync, a pool of readers. */
#pragma once

#include "store/limits.h"
#include "store/ops.h"
#include "store/sqlite_conn.h"

/* A piece of writing. It runs in the writer's transaction under its own savepoint: when it fails,
 * only what it did is rolled back. It may run again after another job broke the transaction, so it
 * must set its outputs anew. */
typedef err (*sq_job_fn)(struct sq_conn *c, void *job);

/* Runs a job on the writer and waits until it is durable. */
err sq_write(struct store *store, sq_job_fn run, void *job);

/* Takes a reader with a consistent snapshot until sq_read_end. UNAVAILABLE when none gets free in
 * time. */
err sq_read_begin(struct store *store, struct sq_conn **ret);
void sq_read_end(struct store *store, struct sq_conn *c);

/* Counts of index terms that were read before. */
struct sq_counts *sq_counts(struct store *store);

/* The path of the database. */
const char *sq_path(const struct store *store);

/* Where the backup before a migration goes, and how a connection is opened. */
struct sq_place {
    const char *path;
    const char *backup_dir; /* empty: beside the database */
    int busy_ms, cache_kb;
};

/* Brings the schema of a database to this program's, after a backup when there is something to
 * lose. */
err sq_migrate(const struct sq_place *place, struct sq_conn *c, struct arena *a, str *ret_detail);

/* Looks at the file before SQLite does, then opens and checks it. Creates a new one as a whole or
 * not at all. */
err sq_prepare_file(const struct sq_place *place, struct arena *a, struct sq_conn **ret,
                    str *ret_detail);

/* Full check of a connection; CORRUPT with a detail. */
err sq_check(struct sq_conn *c, struct arena *a, bool quick, str *ret_detail);

/* Copies a database while it is in use. CONFLICT when `to` exists. */
err sq_copy(struct sq_conn *from, const char *to);

/* Parts that several nouns use, inside a job. */
err sq_outbox_insert(struct sq_conn *c, const struct outbox_row *rows, size_t count);
err sq_chat_insert(struct sq_conn *c, const struct chat_row *row);
err sq_messages_insert(struct sq_conn *c, const id *project, struct message_row *rows,
                       size_t count);
err sq_message_one(struct sq_conn *c, struct arena *a, const id *message, struct message_row *ret);
err sq_audit_append(struct sq_conn *c, const struct audit_act *act); /* NULL: nothing */
err sq_passages_insert(struct sq_conn *c, const struct document_row *document,
                       const struct passage_row *rows, size_t count);

/* Documents whose passages go: of a project, of one source of it, of one URL of that. */
struct sq_documents {
    const id *project, *source;
    int64_t before_generation;
    str url; /* empty: all of the source */
};

/* Takes passages out of the full-text index; must run before their documents are deleted. */
err sq_passages_forget(struct sq_conn *c, const struct sq_documents *which);

/* Checks the full-text index against the passages; for the writer. */
err sq_index_check(struct sq_conn *c);

#define SQLITE_VERB(verb, params, args) err sqlite_##verb params;
STORE_VERBS(SQLITE_VERB)
#undef SQLITE_VERB
