/* SPDX-License-Identifier: Apache-2.0 */
/* The life of API keys: made, used, rotated, reminded of, idle, exposed, revoked (checklist B4, B5,
 * B7, B8, B10). */
#pragma once

#include "access/permission.h"
#include "access/team.h"
#include "access/token.h"
#include "store/key.h"

enum { KEYS_OVERLAP_DAYS = 30, KEYS_LIFE_DAYS = 3653, KEY_USES_MAX = 4096 };

/* What somebody asks for; checked by keys_judge before it is made. */
struct key_wish {
    str name;
    enum token_kind kind; /* TOKEN_PUBLIC_KEY or TOKEN_SECRET_KEY */
    permissions may;
    int64_t expires_ms;      /* 0: never */
    id team, project, owner; /* project none: all of the team's */
};

/* UNPROCESSABLE with a text for people: no name, no permission, one that a browser may not hold in
 * a public key, a public key without a project, more than `own` (of who makes it) has, expiry in
 * the past or beyond ten years. */
err keys_judge(const struct key_wish *wish, permissions own, int64_t now_ms, const char **ret_why);

/* Draws a key and stores its hash; the token is shown once. */
err keys_create(struct store *store, const struct secret *hash_key, const struct key_wish *wish,
                const struct audit_act *act, struct key_row *ret, struct token *ret_token);

/* Draws a successor with the same rights and the same length of life; the old key goes on for
 * `overlap_ms` (0: ends now; UNPROCESSABLE beyond KEYS_OVERLAP_DAYS). */
err keys_rotate(struct store *store, struct arena *a, const struct secret *hash_key,
                const struct key_row *old, int64_t overlap_ms, int64_t now_ms,
                const struct audit_act *act, struct key_row *ret, struct token *ret_token);

/* ── last use: remembered in memory, written together once a minute ── */

struct key_uses;
err key_uses_new(struct store *store, struct key_uses **ret);
/* Never blocks on the store; thread-safe. `agent` is the User-Agent header or its family. Of a key
 * that finds no room (4,096 in a round) the next use counts. */
void key_uses_note(struct key_uses *uses, const id *key, str network, str agent, int64_t now_ms);
/* Writes what came since the last call, a thousand keys a transaction; also when the process ends.
 * What cannot be written stays for the next call. */
err key_uses_write(struct key_uses *uses);
void key_uses_free(struct key_uses *uses);

/* ── what a key looks like to its owner ── */

enum key_state {
    KEY_LIVE,
    KEY_EXPIRING,
    KEY_IDLE,
    KEY_OLD,
    KEY_EXPOSED,
    KEY_EXPIRED,
    KEY_DISABLED
};
/* The gravest that holds, and one sentence that says what to do. */
enum key_state key_state_of(const struct key_row *key, const struct team_rules *rules,
                            int64_t now_ms, const char **ret_advice);
const char *key_state_name(enum key_state state);

/* One round of housekeeping over all teams: flags and disables idle keys, reminds of expiry (mail
 * to the key's owner or, without one, to the configured recipients, and the webhook event
 * `key.expiring`). A key is reminded of once for each expiry, however often this runs. *ret_changed
 * keys. */
struct outbox_settings;
err keys_housekeeping(struct store *store, struct arena *a, const struct outbox_settings *outbox,
                      int64_t now_ms, size_t *ret_changed);

/* "Firefox on Windows", "curl", "python-requests": the family in a User-Agent header, at most 64
 * bytes of letters, digits, spaces and "-"; "" when it is missing. A family is its own. */
str agent_family(struct arena *a, str user_agent);
