/* SPDX-License-Identifier: Apache-2.0 */
/* Leads and handoffs: each commits with its outbox entries and idempotency record in one durable
 * transaction. */
#pragma once

#include "base/crypto.h"
#include "store/outbox.h"
#include "store/store.h"

struct lead_row {
    id id, project, chat; /* chat may be none */
    str name, email, phone, company, message;
    str fields; /* JSON object of further fields, or empty */
    bool consent;
    str consent_text; /* the very words that were agreed to */
    str url, locale;
    int64_t created_ms;
};

struct handoff_row {
    id id, project, chat;
    str email, message;
    str state; /* requested, active, resolved */
    int64_t created_ms;
};

/* What makes a repeated request harmless (draft-ietf-httpapi-idempotency-key-header). */
struct idempotency {
    str key;  /* as sent, at most 255 bytes; empty: none */
    id scope; /* session or API key: another caller's same key is another record */
    struct crypto_digest request; /* of method, path and body */
};

/* Outcome of a write that may be a repetition. */
enum replay { REPLAY_NEW, REPLAY_SAME /* ret_id is the first one's */ };

/* CONFLICT when the idempotency key came before with another request. `entries` may be 0. */
err store_lead_create(struct store *store, const struct lead_row *lead,
                      const struct outbox_row *entries, size_t entry_count,
                      const struct idempotency *once, enum replay *ret_replay, id *ret_id);
err store_lead_list(struct store *store, struct arena *a, const id *project, int64_t since_ms,
                    size_t limit, struct lead_row **ret,
                    size_t *ret_count); /* newest first; project none: all (command line) */
err store_lead_get(struct store *store, struct arena *a, const id *project, const id *lead,
                   struct lead_row *ret);

/* Also sets the chat's handoff state. NOT_FOUND when the chat is not the project's. */
err store_handoff_create(struct store *store, const struct handoff_row *handoff,
                         const struct outbox_row *entries, size_t entry_count,
                         const struct idempotency *once, enum replay *ret_replay, id *ret_id);
err store_handoff_get(struct store *store, struct arena *a, const id *project, const id *chat,
                      struct handoff_row *ret); /* the newest of the chat, NOT_FOUND */
