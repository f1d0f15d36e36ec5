/* SPDX-License-Identifier: Apache-2.0 */
/* API keys and visitor sessions: only keyed hashes of tokens are stored. */
#pragma once

#include "base/crypto.h"
#include "store/store.h"

struct key_row {
    id id, team;
    id project; /* none: every project of the team */
    str name;
    str kind; /* "pk" or "sk" */
    str hint; /* first characters of the token, for lists */
    struct crypto_digest hash;
    uint64_t permissions;           /* bits of access/permission.h */
    int64_t created_ms, expires_ms; /* 0: never */
    int64_t disabled_ms;            /* 0: live */
    int64_t used_ms;
};

err store_key_create(struct store *store, const struct key_row *row);
/* NOT_FOUND; also finds disabled and expired keys, the caller judges. */
err store_key_by_hash(struct store *store, struct arena *a, const struct crypto_digest *hash,
                      struct key_row *ret);
err store_key_list(struct store *store, struct arena *a, const id *team, struct key_row **ret,
                   size_t *ret_count);
err store_key_disable(struct store *store, const id *team, const id *key, int64_t at_ms);
/* Counts live keys; the server says at start when there is none. */
err store_key_count(struct store *store, size_t *ret);

struct session_row {
    id id; /* the visitor's session */
    id project, visitor;
    struct crypto_digest hash;
    str origin; /* origin it is bound to, empty for same origin without one */
    str locale;
    str terms_version; /* accepted terms, empty: none */
    int64_t created_ms, expires_ms;
};

err store_session_create(struct store *store, const struct session_row *row);
err store_session_by_hash(struct store *store, struct arena *a, const struct crypto_digest *hash,
                          struct session_row *ret);
/* Removes sessions that expired before `before_ms`; at most 1,000 a call. */
err store_session_expire(struct store *store, int64_t before_ms, size_t *ret_removed);
