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
#include "store/staff.h"
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

#define STORE_VERBS_AUDIT(X)                                                                       \
    X(audit_add, (struct store * store, const struct audit_act *acts, size_t count),               \
      (store, acts, count))                                                                        \
    X(audit_list,                                                                                  \
      (struct store * store, struct arena * a, const id *team, uint64_t after_seq, size_t limit,   \
       struct audit_row **ret, size_t *ret_count),                                                 \
      (store, a, team, after_seq, limit, ret, ret_count))                                          \
    X(audit_recent,                                                                                \
      (struct store * store, struct arena * a, const id *team, uint64_t before_seq, size_t limit,  \
       struct audit_row **ret, size_t *ret_count),                                                 \
      (store, a, team, before_seq, limit, ret, ret_count))                                         \
    X(audit_heads,                                                                                 \
      (struct store * store, struct arena * a, struct audit_head * *ret, size_t * ret_count),      \
      (store, a, ret, ret_count))

#define STORE_VERBS_PERSON(X)                                                                      \
    X(team_get, (struct store * store, struct arena * a, const id *team, struct team_row *ret),    \
      (store, a, team, ret))                                                                       \
    X(team_list,                                                                                   \
      (struct store * store, struct arena * a, struct team_row * *ret, size_t * ret_count),        \
      (store, a, ret, ret_count))                                                                  \
    X(team_update,                                                                                 \
      (struct store * store, const struct team_row *row, const struct audit_act *act),             \
      (store, row, act))                                                                           \
    X(person_get,                                                                                  \
      (struct store * store, struct arena * a, const id *person, struct person_row *ret),          \
      (store, a, person, ret))                                                                     \
    X(person_by_email,                                                                             \
      (struct store * store, struct arena * a, str email, struct person_row * ret),                \
      (store, a, email, ret))                                                                      \
    X(person_create,                                                                               \
      (struct store * store, const struct person_row *row, const struct member_row *member,        \
       const struct audit_act *act),                                                               \
      (store, row, member, act))                                                                   \
    X(person_create_first,                                                                         \
      (struct store * store, const struct person_row *row, const struct member_row *member,        \
       const struct audit_act *act),                                                               \
      (store, row, member, act))                                                                   \
    X(person_count, (struct store * store, size_t * ret), (store, ret))                            \
    X(person_rename,                                                                               \
      (struct store * store, const id *person, str name, const struct audit_act *act),             \
      (store, person, name, act))                                                                  \
    X(person_password,                                                                             \
      (struct store * store, const id *person, str password, int64_t at_ms, const id *keep,        \
       const struct audit_act *act),                                                               \
      (store, person, password, at_ms, keep, act))                                                 \
    X(person_disable,                                                                              \
      (struct store * store, const id *person, int64_t at_ms, const struct audit_act *act),        \
      (store, person, at_ms, act))                                                                 \
    X(member_get,                                                                                  \
      (struct store * store, struct arena * a, const id *team, const id *person,                   \
       struct member_row *ret),                                                                    \
      (store, a, team, person, ret))                                                               \
    X(member_list,                                                                                 \
      (struct store * store, struct arena * a, const id *team, struct member_row **ret,            \
       size_t *ret_count),                                                                         \
      (store, a, team, ret, ret_count))                                                            \
    X(member_teams,                                                                                \
      (struct store * store, struct arena * a, const id *person, struct member_row **ret,          \
       size_t *ret_count),                                                                         \
      (store, a, person, ret, ret_count))                                                          \
    X(member_put,                                                                                  \
      (struct store * store, const struct member_row *row, const struct member_row *was,           \
       const struct audit_act *act),                                                               \
      (store, row, was, act))                                                                      \
    X(member_remove,                                                                               \
      (struct store * store, const id *team, const id *person, const struct audit_act *act),       \
      (store, team, person, act))                                                                  \
    X(invitation_create,                                                                           \
      (struct store * store, const struct invitation_row *row, const struct outbox_row *mail,      \
       const struct audit_act *act),                                                               \
      (store, row, mail, act))                                                                     \
    X(invitation_by_hash,                                                                          \
      (struct store * store, struct arena * a, const struct crypto_digest *hash, int64_t now_ms,   \
       struct invitation_row *ret),                                                                \
      (store, a, hash, now_ms, ret))                                                               \
    X(invitation_list,                                                                             \
      (struct store * store, struct arena * a, const id *team, int64_t now_ms,                     \
       struct invitation_row **ret, size_t *ret_count),                                            \
      (store, a, team, now_ms, ret, ret_count))                                                    \
    X(invitation_revoke,                                                                           \
      (struct store * store, const id *team, const id *invitation, const struct audit_act *act),   \
      (store, team, invitation, act))                                                              \
    X(invitation_accept,                                                                           \
      (struct store * store, const id *invitation, const struct person_row *row, int64_t now_ms,   \
       const struct audit_act *act),                                                               \
      (store, invitation, row, now_ms, act))                                                       \
    X(reset_create,                                                                                \
      (struct store * store, const struct reset_row *row, const struct outbox_row *mail,           \
       const struct audit_act *act),                                                               \
      (store, row, mail, act))                                                                     \
    X(reset_by_hash,                                                                               \
      (struct store * store, const struct crypto_digest *hash, int64_t now_ms,                     \
       struct reset_row *ret),                                                                     \
      (store, hash, now_ms, ret))                                                                  \
    X(reset_accept,                                                                                \
      (struct store * store, const id *reset, str password, int64_t now_ms,                        \
       const struct audit_act *act),                                                               \
      (store, reset, password, now_ms, act))

#define STORE_VERBS_STAFF(X)                                                                       \
    X(staff_session_create,                                                                        \
      (struct store * store, const struct staff_session_row *row, const struct audit_act *act),    \
      (store, row, act))                                                                           \
    X(staff_session_by_hash,                                                                       \
      (struct store * store, struct arena * a, const struct crypto_digest *hash, int64_t now_ms,   \
       struct staff_principal *ret),                                                               \
      (store, a, hash, now_ms, ret))                                                               \
    X(staff_session_list,                                                                          \
      (struct store * store, struct arena * a, const id *person, int64_t now_ms,                   \
       struct staff_session_row **ret, size_t *ret_count),                                         \
      (store, a, person, now_ms, ret, ret_count))                                                  \
    X(staff_session_used, (struct store * store, const id *session, int64_t at_ms),                \
      (store, session, at_ms))                                                                     \
    X(staff_session_raise,                                                                         \
      (struct store * store, const id *session, const struct crypto_digest *hash,                  \
       enum staff_state state, int64_t at_ms, int64_t expires_ms, const struct audit_act *act),    \
      (store, session, hash, state, at_ms, expires_ms, act))                                       \
    X(staff_session_fresh, (struct store * store, const id *session, int64_t at_ms),               \
      (store, session, at_ms))                                                                     \
    X(staff_session_challenge, (struct store * store, const id *session, str challenge),           \
      (store, session, challenge))                                                                 \
    X(staff_session_take_challenge,                                                                \
      (struct store * store, struct arena * a, const id *session, str *ret),                       \
      (store, a, session, ret))                                                                    \
    X(staff_session_switch, (struct store * store, const id *session, const id *team),             \
      (store, session, team))                                                                      \
    X(staff_session_end,                                                                           \
      (struct store * store, const id *person, const id *session, const struct audit_act *act),    \
      (store, person, session, act))                                                               \
    X(staff_session_end_all,                                                                       \
      (struct store * store, const id *person, const id *keep, const struct audit_act *act,        \
       size_t *ret_count),                                                                         \
      (store, person, keep, act, ret_count))                                                       \
    X(staff_session_expire, (struct store * store, int64_t before_ms, size_t * ret_removed),       \
      (store, before_ms, ret_removed))

#define STORE_VERBS_FACTOR(X)                                                                      \
    X(factor_add,                                                                                  \
      (struct store * store, const struct factor_row *row, const struct audit_act *act),           \
      (store, row, act))                                                                           \
    X(factor_list,                                                                                 \
      (struct store * store, struct arena * a, const id *person, struct factor_row **ret,          \
       size_t *ret_count),                                                                         \
      (store, a, person, ret, ret_count))                                                          \
    X(factor_by_credential,                                                                        \
      (struct store * store, struct arena * a, str credential, struct factor_row * ret),           \
      (store, a, credential, ret))                                                                 \
    X(factor_use, (struct store * store, const id *factor, uint64_t counter, int64_t at_ms),       \
      (store, factor, counter, at_ms))                                                             \
    X(factor_remove,                                                                               \
      (struct store * store, const id *person, const id *factor, const id *keep,                   \
       const struct audit_act *act),                                                               \
      (store, person, factor, keep, act))                                                          \
    X(factor_reset, (struct store * store, const id *person, const struct audit_act *act),         \
      (store, person, act))                                                                        \
    X(recovery_replace,                                                                            \
      (struct store * store, const id *person, const struct crypto_digest *hashes, size_t count,   \
       int64_t at_ms, const struct audit_act *act),                                                \
      (store, person, hashes, count, at_ms, act))                                                  \
    X(recovery_use,                                                                                \
      (struct store * store, const id *person, const struct crypto_digest *hash, int64_t at_ms,    \
       size_t *ret_left),                                                                          \
      (store, person, hash, at_ms, ret_left))                                                      \
    X(recovery_count, (struct store * store, const id *person, size_t *ret), (store, person, ret))

#define STORE_VERBS_KEY(X)                                                                         \
    X(key_create, (struct store * store, const struct key_row *row, const struct audit_act *act),  \
      (store, row, act))                                                                           \
    X(key_by_hash,                                                                                 \
      (struct store * store, struct arena * a, const struct crypto_digest *hash,                   \
       struct key_row *ret),                                                                       \
      (store, a, hash, ret))                                                                       \
    X(key_get,                                                                                     \
      (struct store * store, struct arena * a, const id *team, const id *key,                      \
       struct key_row *ret),                                                                       \
      (store, a, team, key, ret))                                                                  \
    X(key_list,                                                                                    \
      (struct store * store, struct arena * a, const id *team, struct key_row **ret,               \
       size_t *ret_count),                                                                         \
      (store, a, team, ret, ret_count))                                                            \
    X(key_update,                                                                                  \
      (struct store * store, const struct key_row *row, const struct key_row *was,                 \
       const struct audit_act *act),                                                               \
      (store, row, was, act))                                                                      \
    X(key_disable,                                                                                 \
      (struct store * store, const id *team, const id *key, const char *why, int64_t at_ms,        \
       const struct audit_act *act),                                                               \
      (store, team, key, why, at_ms, act))                                                         \
    X(key_rotate,                                                                                  \
      (struct store * store, const id *team, const id *key, int64_t until_ms,                      \
       const struct key_row *successor, const struct audit_act *act),                              \
      (store, team, key, until_ms, successor, act))                                                \
    X(key_used, (struct store * store, const struct key_use *uses, size_t count),                  \
      (store, uses, count))                                                                        \
    X(key_mark,                                                                                    \
      (struct store * store, const id *key, int64_t idle_ms, int64_t reminded_ms,                  \
       int64_t exposed_ms, const struct audit_act *act),                                           \
      (store, key, idle_ms, reminded_ms, exposed_ms, act))                                         \
    X(key_count, (struct store * store, size_t * ret), (store, ret))                               \
    X(visitor_key_add,                                                                             \
      (struct store * store, const struct visitor_key_row *row, const struct audit_act *act),      \
      (store, row, act))                                                                           \
    X(visitor_key_list,                                                                            \
      (struct store * store, struct arena * a, const id *project, struct visitor_key_row **ret,    \
       size_t *ret_count),                                                                         \
      (store, a, project, ret, ret_count))                                                         \
    X(visitor_key_by_kid,                                                                          \
      (struct store * store, struct arena * a, const id *project, str kid,                         \
       struct visitor_key_row *ret),                                                               \
      (store, a, project, kid, ret))                                                               \
    X(visitor_key_remove,                                                                          \
      (struct store * store, const id *project, const id *key, const struct audit_act *act),       \
      (store, project, key, act))

#define STORE_VERBS_SESSION(X)                                                                     \
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
    X(source_set_groups,                                                                           \
      (struct store * store, const id *project, const id *source, str groups,                      \
       const struct audit_act *act),                                                               \
      (store, project, source, groups, act))                                                       \
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
      (struct store * store, struct arena * a, const id *project, const struct reader *reader,     \
       struct passage_row *rows, size_t count),                                                    \
      (store, a, project, reader, rows, count))                                                    \
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
    STORE_VERBS_AUDIT(X)                                                                           \
    STORE_VERBS_PERSON(X)                                                                          \
    STORE_VERBS_STAFF(X)                                                                           \
    STORE_VERBS_FACTOR(X)                                                                          \
    STORE_VERBS_KEY(X)                                                                             \
    STORE_VERBS_SESSION(X)                                                                         \
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
