/* SPDX-License-Identifier: Apache-2.0 */
/* API keys, keys of sites, and visitor sessions: only keyed hashes of tokens are stored. */
#pragma once

#include "base/crypto.h"
#include "store/audit.h"

struct key_row {
    id id, team;
    id project; /* none: every project of the team */
    id owner;   /* person who made it, or none */
    str name;
    str kind; /* "pk" or "sk" */
    str hint; /* first characters of the token, for lists */
    str note; /* where its owner keeps the token, for whoever rotates it; or empty */
    struct crypto_digest hash;
    uint64_t permissions;           /* bits of access/permission.h */
    int64_t created_ms, expires_ms; /* 0: never */
    int64_t disabled_ms;            /* 0: live */
    str disabled_why;               /* "revoked", "rotated", "idle", "exposed", or empty */
    id successor;                   /* the key that it was rotated to, or none */
    int64_t used_ms;                /* last use, 0: never */
    str used_from;                  /* network of the last use, as audit_act.address */
    str used_by;                    /* family of its user agent: "curl", "Firefox" */
    int64_t idle_ms;                /* when it was flagged as unused, 0: not */
    int64_t reminded_ms;            /* when its expiry was announced, 0: not */
    int64_t exposed_ms;             /* when it was last seen in a browser or URL, 0: never */
};

/* A key of one project must be of that project's team: else NOT_FOUND. */
err store_key_create(struct store *store, const struct key_row *row, const struct audit_act *act);
/* NOT_FOUND; also finds disabled and expired keys, the caller judges. */
err store_key_by_hash(struct store *store, struct arena *a, const struct crypto_digest *hash,
                      struct key_row *ret);
err store_key_get(struct store *store, struct arena *a, const id *team, const id *key,
                  struct key_row *ret);
/* A team of no id gives the keys of all teams (command line and jobs only). */
err store_key_list(struct store *store, struct arena *a, const id *team, struct key_row **ret,
                   size_t *ret_count);
/* Sets name, note, permissions, expiry of a key that still is as `was` says, so that what somebody
 * else took from it meanwhile does not come back. NOT_FOUND; CONFLICT when it is disabled, or was
 * changed or rotated since. */
err store_key_update(struct store *store, const struct key_row *row, const struct key_row *was,
                     const struct audit_act *act);
/* Disables at once; a disabled key stays as it was disabled first. NOT_FOUND. */
err store_key_disable(struct store *store, const id *team, const id *key, const char *why,
                      int64_t at_ms, const struct audit_act *act);
/* Makes the successor and lets the old key expire at until_ms (or earlier, if it did), in one
 * transaction. CONFLICT when the old one is disabled or was rotated already, NOT_FOUND. */
err store_key_rotate(struct store *store, const id *team, const id *key, int64_t until_ms,
                     const struct key_row *successor, const struct audit_act *act);
/* Uses of keys since the last call, written together: never on the path of a request. At most
 * STORE_BATCH_MAX; a used key is flagged as idle no more; keys that are gone are left out. */
struct key_use {
    id key;
    int64_t at_ms;
    str from, by;
};
err store_key_used(struct store *store, const struct key_use *uses, size_t count);
/* Marks: flagged as idle, reminded of, seen exposed; 0 leaves a mark as it is. */
err store_key_mark(struct store *store, const id *key, int64_t idle_ms, int64_t reminded_ms,
                   int64_t exposed_ms, const struct audit_act *act);
/* Counts live keys; the server says at start when there is none. */
err store_key_count(struct store *store, size_t *ret);

/* ── keys that sites sign their visitors' identity with (JWT) ── */

struct visitor_key_row {
    id id, project;
    str kid; /* unique in the project */
    str alg; /* "HS256", "ES256" or "EdDSA" */
    str key; /* sealed shared secret, or the public key as SPKI DER */
    int64_t created_ms, used_ms;
};
/* CONFLICT when the project has the kid, INVALID for another alg. */
err store_visitor_key_add(struct store *store, const struct visitor_key_row *row,
                          const struct audit_act *act);
err store_visitor_key_list(struct store *store, struct arena *a, const id *project,
                           struct visitor_key_row **ret, size_t *ret_count);
err store_visitor_key_by_kid(struct store *store, struct arena *a, const id *project, str kid,
                             struct visitor_key_row *ret);
err store_visitor_key_remove(struct store *store, const id *project, const id *key,
                             const struct audit_act *act);

struct session_row {
    id id; /* the visitor's session */
    id project, visitor;
    struct crypto_digest hash;
    str origin; /* origin it is bound to, empty for same origin without one */
    str locale;
    str terms_version; /* accepted terms, empty: none */
    str subject;       /* who a known visitor is to the site, empty: unknown */
    str email;         /* of a known visitor, or empty */
    str groups;        /* of a known visitor: names with a line feed after each, sorted; or empty */
    int64_t created_ms, expires_ms;
};

err store_session_create(struct store *store, const struct session_row *row);
err store_session_by_hash(struct store *store, struct arena *a, const struct crypto_digest *hash,
                          struct session_row *ret);
/* Removes sessions that expired before `before_ms`; at most 1,000 a call. */
err store_session_expire(struct store *store, int64_t before_ms, size_t *ret_removed);
