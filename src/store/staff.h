/* SPDX-License-Identifier: Apache-2.0 */
/* Log-ins of people: sessions, second factors, recovery codes. Only keyed hashes of tokens and
 * codes are stored; secrets of factors come in encrypted (access/seal.h). */
#pragma once

#include "store/person.h"

enum staff_state {
    STAFF_FULL,         /* everything the role allows */
    STAFF_NEEDS_FACTOR, /* the password was right; the second factor is still to come */
    STAFF_NEEDS_ENROLL /* the team requires a second factor and its grace is over: only enrolling */
};

struct staff_session_row {
    id id, person;
    id team; /* that it works in */
    struct crypto_digest hash;
    enum staff_state state;
    int64_t created_ms, expires_ms;
    int64_t used_ms;  /* written at most once a minute */
    int64_t fresh_ms; /* when password or factor were last shown; 0: never */
    str address;      /* network, as audit_act.address */
    str agent;        /* "Firefox on Windows", never the whole header */
    str challenge;    /* JSON of a passkey ceremony under way, or empty */
};

/* What a request of a session needs to be judged, read in one go. */
struct staff_principal {
    struct staff_session_row session;
    struct person_row person; /* without the password */
    struct member_row member; /* of session.team */
    bool has_second_factor;
    str team_settings;
};

/* NOT_FOUND when the account is disabled or not in the team. A full one counts as log-in. */
err store_staff_session_create(struct store *store, const struct staff_session_row *row,
                               const struct audit_act *act);
/* NOT_FOUND when it does not exist, has expired at now_ms, the account is disabled or no longer in
 * the team. */
err store_staff_session_by_hash(struct store *store, struct arena *a,
                                const struct crypto_digest *hash, int64_t now_ms,
                                struct staff_principal *ret);
/* Live sessions of a person, newest first. */
err store_staff_session_list(struct store *store, struct arena *a, const id *person, int64_t now_ms,
                             struct staff_session_row **ret, size_t *ret_count);
/* Changes of one session; each NOT_FOUND when it is gone. */
/* Writes at most once a minute. */
err store_staff_session_used(struct store *store, const id *session, int64_t at_ms);
/* Replaces a token after the second factor: a session that was fixed on somebody is worthless. */
err store_staff_session_raise(struct store *store, const id *session,
                              const struct crypto_digest *hash, enum staff_state state,
                              int64_t at_ms, int64_t expires_ms, const struct audit_act *act);
err store_staff_session_fresh(struct store *store, const id *session, int64_t at_ms);
err store_staff_session_challenge(struct store *store, const id *session, str challenge);
/* Takes the challenge out: of two at once one gets it, the other NOT_FOUND. */
err store_staff_session_take_challenge(struct store *store, struct arena *a, const id *session,
                                       str *ret);
/* NOT_FOUND also when the person is not in the team. */
err store_staff_session_switch(struct store *store, const id *session, const id *team);
/* Ends one session of the person; NOT_FOUND when it is not theirs. */
err store_staff_session_end(struct store *store, const id *person, const id *session,
                            const struct audit_act *act);
/* Ends all of the person's sessions but `keep` (may be NULL). */
err store_staff_session_end_all(struct store *store, const id *person, const id *keep,
                                const struct audit_act *act, size_t *ret_count);
/* Removes sessions that expired before `before_ms`; at most 1,000 a call. */
err store_staff_session_expire(struct store *store, int64_t before_ms, size_t *ret_removed);

/* ── second factors ── */

struct factor_row {
    id id, person;
    str kind;         /* "totp" or "passkey" */
    str name;         /* what the person calls it */
    str secret;       /* sealed: the TOTP key; for a passkey its public key (COSE, not sealed) */
    str credential;   /* credential id of a passkey, bytes; empty for totp; unique */
    uint64_t counter; /* passkey: signature counter; totp: last time step that was used */
    bool confirmed;   /* a TOTP counts only after its first code; a passkey always does */
    int64_t created_ms, used_ms;
};

/* Adds; a new unconfirmed TOTP replaces an older unconfirmed one. CONFLICT for a known credential.
 */
err store_factor_add(struct store *store, const struct factor_row *row,
                     const struct audit_act *act);
err store_factor_list(struct store *store, struct arena *a, const id *person,
                      struct factor_row **ret, size_t *ret_count);
err store_factor_by_credential(struct store *store, struct arena *a, str credential,
                               struct factor_row *ret);
/* Moves the counter forward and confirms, in one step: CONFLICT when `counter` is not greater than
 * the stored one (a replay; for passkeys 0 to 0 passes), so of two at once one wins. */
err store_factor_use(struct store *store, const id *factor, uint64_t counter, int64_t at_ms);
/* Ends every other session of the person. NOT_FOUND when it is not theirs. */
err store_factor_remove(struct store *store, const id *person, const id *factor, const id *keep,
                        const struct audit_act *act);
/* Removes all factors and codes and ends all sessions: a lost factor. */
err store_factor_reset(struct store *store, const id *person, const struct audit_act *act);

/* Replaces all of the person's codes. */
err store_recovery_replace(struct store *store, const id *person,
                           const struct crypto_digest *hashes, size_t count, int64_t at_ms,
                           const struct audit_act *act);
/* Uses a code: of two at once one wins. NOT_FOUND when it is none or was used. *ret_left are left.
 */
err store_recovery_use(struct store *store, const id *person, const struct crypto_digest *hash,
                       int64_t at_ms, size_t *ret_left);
err store_recovery_count(struct store *store, const id *person, size_t *ret);
