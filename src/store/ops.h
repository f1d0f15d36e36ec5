/* SPDX-License-Identifier: Apache-2.0 */
/* What a database behind the store must be able to do: one row per verb. The table makes the struct
 * that a backend fills, the public functions of store/<noun>.h (store.c) and each backend's
 * declarations, so that a verb that one of them lacks does not compile. */
#pragma once

#include "store/chat.h"
#include "store/key.h"
#include "store/lead.h"
#include "store/outbox.h"
#include "store/passage.h"
#include "store/project.h"
#include "store/source.h"
#include "store/store.h"

/* X(verb, (parameters), (arguments)) */
#define STORE_VERBS_HOUSE(X)                                                                       \
    X(backup, (struct store * store, const char *path), (store, path))                             \
    X(check, (struct store * store, struct arena * a, str * ret_detail), (store, a, ret_detail))   \
    X(meta_get, (struct store * store, struct arena * a, const char *name, str *ret),              \
      (store, a, name, ret))                                                                       \
    X(meta_set, (struct store * store, const char *name, str value), (store, name, value))

#define STORE_VERBS_PROJECT(X)                                                                     \
    X(team_create, (struct store * store, str name, id * ret), (store, name, ret))                 \
    X(project_create, (struct store * store, const struct project_row *row), (store, row))         \
    X(project_by_slug,                                                                             \
      (struct store * store, struct arena * a, str slug, struct project_row * ret),                \
      (store, a, slug, ret))                                                                       \
    X(project_by_id,                                                                               \
      (struct store * store, struct arena * a, const id *project, struct project_row *ret),        \
      (store, a, project, ret))                                                                    \
    X(project_list,                                                                                \
      (struct store * store, struct arena * a, const id *team, struct project_row **ret,           \
       size_t *ret_count),                                                                         \
      (store, a, team, ret, ret_count))                                                            \
    X(project_update, (struct store * store, const struct project_row *row), (store, row))         \
    X(project_delete, (struct store * store, const id *project), (store, project))

#define STORE_VERBS_KEY(X)                                                                         \
    X(key_create, (struct store * store, const struct key_row *row), (store, row))                 \
    X(key_by_hash,                                                                                 \
      (struct store * store, struct arena * a, const struct crypto_digest *hash,                   \
       struct key_row *ret),                                                                       \
      (store, a, hash, ret))                                                                       \
    X(key_list,                                                                                    \
      (struct store * store, struct arena * a, const id *team, struct key_row **ret,               \
       size_t *ret_count),                                                                         \
      (store, a, team, ret, ret_count))                                                            \
    X(key_disable, (struct store * store, const id *team, const id *key, int64_t at_ms),           \
      (store, team, key, at_ms))                                                                   \
    X(key_count, (struct store * store, size_t * ret), (store, ret))                               \
    X(session_create, (struct store * store, const struct session_row *row), (store, row))         \
    X(session_by_hash,                                                                             \
      (struct store * store, struct arena * a, const struct crypto_digest *hash,                   \
       struct session_row *ret),                                                                   \
      (store, a, hash, ret))                                                                       \
    X(session_expire, (struct store * store, int64_t before_ms, size_t * ret_removed),             \
      (store, before_ms, ret_removed))

#define STORE_VERBS_CHAT(X)                                                                        \
    X(chat_create, (struct store * store, const struct chat_row *row), (store, row))               \
    X(chat_get,                                                                                    \
      (struct store * store, struct arena * a, const id *project, const id *chat,                  \
       struct chat_row *ret),                                                                      \
      (store, a, project, chat, ret))                                                              \
    X(chat_find, (struct store * store, struct arena * a, const id *chat, struct chat_row *ret),   \
      (store, a, chat, ret))                                                                       \
    X(chat_list,                                                                                   \
      (struct store * store, struct arena * a, const id *project, size_t limit,                    \
       struct chat_row **ret, size_t *ret_count),                                                  \
      (store, a, project, limit, ret, ret_count))                                                  \
    X(message_append,                                                                              \
      (struct store * store, const id *project, struct message_row *rows, size_t count),           \
      (store, project, rows, count))                                                               \
    X(chat_begin,                                                                                  \
      (struct store * store, const struct chat_row *chat, struct message_row *rows, size_t count), \
      (store, chat, rows, count))                                                                  \
    X(message_list,                                                                                \
      (struct store * store, struct arena * a, const id *project, const id *chat,                  \
       uint64_t after_seq, size_t limit, struct message_row **ret, size_t *ret_count),             \
      (store, a, project, chat, after_seq, limit, ret, ret_count))                                 \
    X(message_recent,                                                                              \
      (struct store * store, struct arena * a, const id *project, const id *chat, size_t limit,    \
       struct message_row **ret, size_t *ret_count),                                               \
      (store, a, project, chat, limit, ret, ret_count))                                            \
    X(message_find,                                                                                \
      (struct store * store, struct arena * a, const id *message, struct chat_row *ret_chat,       \
       struct message_row *ret),                                                                   \
      (store, a, message, ret_chat, ret))                                                          \
    X(message_usage,                                                                               \
      (struct store * store, struct arena * a, int64_t since_ms, struct usage_row * *ret,          \
       size_t * ret_count),                                                                        \
      (store, a, since_ms, ret, ret_count))                                                        \
    X(feedback_set,                                                                                \
      (struct store * store, const id *project, const id *message, int reaction, str comment),     \
      (store, project, message, reaction, comment))

#define STORE_VERBS_LEAD(X)                                                                        \
    X(lead_create,                                                                                 \
      (struct store * store, const struct lead_row *lead, const struct outbox_row *entries,        \
       size_t entry_count, const struct idempotency *once, enum replay *ret_replay, id *ret_id),   \
      (store, lead, entries, entry_count, once, ret_replay, ret_id))                               \
    X(lead_list,                                                                                   \
      (struct store * store, struct arena * a, const id *project, int64_t since_ms, size_t limit,  \
       struct lead_row **ret, size_t *ret_count),                                                  \
      (store, a, project, since_ms, limit, ret, ret_count))                                        \
    X(lead_get,                                                                                    \
      (struct store * store, struct arena * a, const id *project, const id *lead,                  \
       struct lead_row *ret),                                                                      \
      (store, a, project, lead, ret))                                                              \
    X(handoff_create,                                                                              \
      (struct store * store, const struct handoff_row *handoff, const struct outbox_row *entries,  \
       size_t entry_count, const struct idempotency *once, enum replay *ret_replay, id *ret_id),   \
      (store, handoff, entries, entry_count, once, ret_replay, ret_id))                            \
    X(handoff_get,                                                                                 \
      (struct store * store, struct arena * a, const id *project, const id *chat,                  \
       struct handoff_row *ret),                                                                   \
      (store, a, project, chat, ret))

#define STORE_VERBS_OUTBOX(X)                                                                      \
    X(outbox_add, (struct store * store, const struct outbox_row *rows, size_t count),             \
      (store, rows, count))                                                                        \
    X(outbox_claim,                                                                                \
      (struct store * store, struct arena * a, enum outbox_channel channel, int64_t now_ms,        \
       int64_t lease_ms, size_t limit, struct outbox_row * *ret, size_t * ret_count,               \
       int64_t * ret_next_ms),                                                                     \
      (store, a, channel, now_ms, lease_ms, limit, ret, ret_count, ret_next_ms))                   \
    X(outbox_renew, (struct store * store, const id *entry, int64_t until_ms),                     \
      (store, entry, until_ms))                                                                    \
    X(outbox_sent, (struct store * store, const id *entry, int64_t now_ms),                        \
      (store, entry, now_ms))                                                                      \
    X(outbox_later, (struct store * store, const id *entry, int64_t next_ms, str error),           \
      (store, entry, next_ms, error))                                                              \
    X(outbox_dead,                                                                                 \
      (struct store * store, const id *entry, int64_t now_ms, str error,                           \
       const struct outbox_row *notices, size_t notice_count),                                     \
      (store, entry, now_ms, error, notices, notice_count))                                        \
    X(outbox_retry, (struct store * store, const id *entry, int64_t now_ms, size_t *ret_count),    \
      (store, entry, now_ms, ret_count))                                                           \
    X(outbox_get,                                                                                  \
      (struct store * store, struct arena * a, const id *entry, struct outbox_row *ret),           \
      (store, a, entry, ret))                                                                      \
    X(outbox_list,                                                                                 \
      (struct store * store, struct arena * a, str state, size_t limit, struct outbox_row * *ret,  \
       size_t * ret_count),                                                                        \
      (store, a, state, limit, ret, ret_count))                                                    \
    X(outbox_counts, (struct store * store, struct outbox_counts * ret), (store, ret))

#define STORE_VERBS_SOURCE(X)                                                                      \
    X(source_create, (struct store * store, const struct source_row *row), (store, row))           \
    X(source_get,                                                                                  \
      (struct store * store, struct arena * a, const id *project, const id *source,                \
       struct source_row *ret),                                                                    \
      (store, a, project, source, ret))                                                            \
    X(source_list,                                                                                 \
      (struct store * store, struct arena * a, const id *project, struct source_row **ret,         \
       size_t *ret_count),                                                                         \
      (store, a, project, ret, ret_count))                                                         \
    X(source_state,                                                                                \
      (struct store * store, const id *project, const id *source, str state, str error,            \
       int64_t synced_ms),                                                                         \
      (store, project, source, state, error, synced_ms))                                           \
    X(source_delete, (struct store * store, const id *project, const id *source),                  \
      (store, project, source))                                                                    \
    X(source_content,                                                                              \
      (struct store * store, struct arena * a, const id *project, const id *source, str *ret,      \
       str *ret_content_type),                                                                     \
      (store, a, project, source, ret, ret_content_type))                                          \
    X(source_set_content,                                                                          \
      (struct store * store, const id *project, const id *source, str content, str content_type),  \
      (store, project, source, content, content_type))                                             \
    X(document_by_url,                                                                             \
      (struct store * store, struct arena * a, const id *project, const id *source, str url,       \
       struct document_row *ret),                                                                  \
      (store, a, project, source, url, ret))                                                       \
    X(document_list,                                                                               \
      (struct store * store, struct arena * a, const id *project, const id *source,                \
       struct document_row **ret, size_t *ret_count),                                              \
      (store, a, project, source, ret, ret_count))                                                 \
    X(document_put, (struct store * store, const struct document_put *batch, size_t count),        \
      (store, batch, count))                                                                       \
    X(document_seen,                                                                               \
      (struct store * store, const id *project, const id *source, str url, uint64_t generation),   \
      (store, project, source, url, generation))                                                   \
    X(document_prune,                                                                              \
      (struct store * store, const id *project, const id *source, uint64_t generation,             \
       size_t *ret_removed),                                                                       \
      (store, project, source, generation, ret_removed))                                           \
    X(job_create,                                                                                  \
      (struct store * store, struct arena * a, const struct job_row *row, struct job_row *ret),    \
      (store, a, row, ret))                                                                        \
    X(job_get,                                                                                     \
      (struct store * store, struct arena * a, const id *project, const id *job,                   \
       struct job_row *ret),                                                                       \
      (store, a, project, job, ret))                                                               \
    X(job_update,                                                                                  \
      (struct store * store, const id *project, const id *job, str state, str progress),           \
      (store, project, job, state, progress))                                                      \
    X(job_claim,                                                                                   \
      (struct store * store, struct arena * a, int64_t now_ms, int64_t lease_ms,                   \
       struct job_row * ret),                                                                      \
      (store, a, now_ms, lease_ms, ret))                                                           \
    X(job_expire, (struct store * store, int64_t before_ms, size_t * ret_removed),                 \
      (store, before_ms, ret_removed))

#define STORE_VERBS_PASSAGE(X)                                                                     \
    X(passage_find,                                                                                \
      (struct store * store, struct arena * a, const struct passage_query *query,                  \
       struct passage_row **ret, size_t *ret_count),                                               \
      (store, a, query, ret, ret_count))                                                           \
    X(passage_fill,                                                                                \
      (struct store * store, struct arena * a, const id *project, struct passage_row *rows,        \
       size_t count),                                                                              \
      (store, a, project, rows, count))                                                            \
    X(term_counts,                                                                                 \
      (struct store * store, struct arena * a, const id *project, const str *terms, size_t count,  \
       uint64_t *ret_counts, uint64_t *ret_total),                                                 \
      (store, a, project, terms, count, ret_counts, ret_total))                                    \
    X(term_like,                                                                                   \
      (struct store * store, struct arena * a, const id *project, str prefix, size_t min,          \
       size_t max, size_t limit, str **ret_terms, uint64_t **ret_counts, size_t *ret_count),       \
      (store, a, project, prefix, min, max, limit, ret_terms, ret_counts, ret_count))              \
    X(passage_around,                                                                              \
      (struct store * store, struct arena * a, const id *project, const id *document,              \
       uint32_t from_ordinal, uint32_t to_ordinal, struct passage_row **ret, size_t *ret_count),   \
      (store, a, project, document, from_ordinal, to_ordinal, ret, ret_count))

#define STORE_VERBS(X)                                                                             \
    STORE_VERBS_HOUSE(X)                                                                           \
    STORE_VERBS_PROJECT(X)                                                                         \
    STORE_VERBS_KEY(X)                                                                             \
    STORE_VERBS_CHAT(X)                                                                            \
    STORE_VERBS_LEAD(X)                                                                            \
    STORE_VERBS_OUTBOX(X)                                                                          \
    STORE_VERBS_SOURCE(X)                                                                          \
    STORE_VERBS_PASSAGE(X)

struct store_ops {
    void (*close)(struct store *store);
#define STORE_OP(verb, params, args) err(*verb) params;
    STORE_VERBS(STORE_OP)
#undef STORE_OP
};

/* The first member of every backend's own struct. */
struct store {
    const struct store_ops *ops;
};

/* Opens (creates, checks, backs up, migrates) the SQLite database at a path. As store_open. */
err sqlite_open(const struct store_settings *settings, const char *path, struct arena *a,
                struct store **ret, str *ret_detail);

/* As store_user, of the database at a path. */
err sqlite_user(const char *path, int *ret_pid);
