/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log: every privileged act and every refused one, append-only. The rows of a team form a
 * chain: each has the hash of the one before, so that none can be changed or left out unseen. */
#pragma once

#include "base/crypto.h"
#include "store/store.h"

/* What is to be recorded. Never a secret, a token or the text of a message. */
struct audit_act {
    id team;         /* none: of the installation */
    int64_t at_ms;   /* 0: now */
    str actor_kind;  /* "person", "key", "command", "nobody" */
    id actor;        /* none for "command" and "nobody" */
    str act;         /* "key.create", "person.login"; at most STORE_WORD_MAX */
    str object_kind; /* "key", "person", "project"; may be empty */
    str object;      /* its id, or its slug; at most STORE_NAME_MAX */
    str outcome;     /* "done", "refused", "failed" */
    str detail;      /* JSON object of what else matters, or empty; at most STORE_COMMENT_MAX */
    id request;      /* X-Request-Id, or none */
    str address;     /* network the caller was in: IPv4 /24, IPv6 /48; or empty */
};

struct audit_row {
    uint64_t seq; /* 1, 2, 3 … in its team's chain */
    struct audit_act what;
    struct crypto_digest before; /* hash of the row before; zeros for the first */
    struct crypto_digest hash;   /* audit_hash of this row */
};

/* SHA-256 over `before`, the sequence number and every member of the act in the order above, each
 * with its length in front: what a row's hash must be. Lengths and numbers are 8 bytes, most
 * significant first; ids are their text in lower case. */
struct crypto_digest audit_hash(const struct crypto_digest *before, uint64_t seq,
                                const struct audit_act *act);

/* Records acts that are no part of another write (a refusal, a log-in that failed). Verbs that take
 * an audit_act record it in the same transaction as what they do: neither happens alone. */
err store_audit_add(struct store *store, const struct audit_act *acts, size_t count);

/* Rows of a team after a sequence number, oldest first; a team of no id: the installation's. */
err store_audit_list(struct store *store, struct arena *a, const id *team, uint64_t after_seq,
                     size_t limit, struct audit_row **ret, size_t *ret_count);
/* The newest rows, newest first, before a sequence number (0: from the newest). */
err store_audit_recent(struct store *store, struct arena *a, const id *team, uint64_t before_seq,
                       size_t limit, struct audit_row **ret, size_t *ret_count);

/* Every team that has a chain, with its length and last hash. */
struct audit_head {
    id team;
    uint64_t seq;
    struct crypto_digest hash;
};
err store_audit_heads(struct store *store, struct arena *a, struct audit_head **ret,
                      size_t *ret_count);
