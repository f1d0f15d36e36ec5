/* SPDX-License-Identifier: Apache-2.0 */
/* How people get in and stay in: log-in, second factor, sessions, invitation, reset. Blocking: for
 * workers. Every outcome is audited; unknown and known accounts answer alike and take the same time
 * (OWASP ASVS 2.2, 3.2). */
#pragma once

#include "access/password.h"
#include "access/team.h"
#include "access/throttle.h"
#include "access/token.h"
#include "store/staff.h"

enum {
    STAFF_FRESH_MS = 15 * 60000, /* how long a shown password or factor counts for dangerous acts */
    STAFF_FACTOR_MS = 10 * 60000, /* to give the second factor after the password */
    STAFF_ENROLL_MS = 60 * 60000, /* to enrol one, when the team requires it */
    STAFF_INVITATION_DAYS = 7,
    STAFF_RESET_MS = 60 * 60000,
    STAFF_TOTPS_MAX = 1, /* of a person: each more would make a guess likelier */
};

/* Everything it works with, set once at start. */
struct staff_desk {
    struct store *store;
    const struct secret *hash_key; /* hashes of tokens and codes */
    const struct secret *seal_key; /* access/seal.h */
    struct password_hasher *hasher;
    struct throttle *throttle;
};

/* Tells the throttle which networks people came from lately, as the audit log has it: after a start
 * a stranger's failures must not lock anybody out either. */
err staff_desk_warm(const struct staff_desk *desk, struct arena *a);

/* Where a call comes from. */
struct staff_from {
    str network; /* throttle_network */
    str agent;   /* "Firefox on Windows" */
    id request;
    int64_t now_ms;      /* wall clock */
    int64_t deadline_ms; /* monotonic */
};

/* What a log-in gives. The token goes into the cookie and is shown to nobody else. */
struct staff_login {
    struct token token;
    enum staff_state state;
    id session, person, team;
    int64_t expires_ms;
    bool has_totp, has_passkey, has_codes; /* what can be given as second factor */
    unsigned wait_s;                       /* of RATE_LIMITED */
};

/* Checks address and password, begins a session: full, or one that only waits for the second
 * factor. UNAUTHORIZED with one text for every reason; RATE_LIMITED; UNAVAILABLE when too many
 * hash. */
err staff_log_in(const struct staff_desk *desk, struct arena *a, str email, str password,
                 const struct staff_from *from, struct staff_login *ret);

/* Gives the second factor to a waiting session, or shows it again in a full one. On success the
 * token is a new one. UNAUTHORIZED for a wrong or replayed code, RATE_LIMITED. */
err staff_give_totp(const struct staff_desk *desk, struct arena *a,
                    const struct staff_principal *who, str code, const struct staff_from *from,
                    struct staff_login *ret);
err staff_give_recovery(const struct staff_desk *desk, struct arena *a,
                        const struct staff_principal *who, str code, const struct staff_from *from,
                        struct staff_login *ret, size_t *ret_left);
struct passkey_site;
err staff_give_passkey(const struct staff_desk *desk, struct arena *a,
                       const struct staff_principal *who, const struct passkey_site *site,
                       str response_json, const struct staff_from *from, struct staff_login *ret);
/* Options of the ceremony for the browser; its challenge is kept with the session, for this purpose
 * only. NOT_FOUND when the person has no passkey. */
err staff_passkey_options(const struct staff_desk *desk, struct arena *a,
                          const struct staff_principal *who, const struct passkey_site *site,
                          str *ret_json);
/* Shows the password again in a full session: it is fresh from now on. */
err staff_give_password(const struct staff_desk *desk, struct arena *a,
                        const struct staff_principal *who, str password,
                        const struct staff_from *from);

/* Finds the session of a cookie's token. UNAUTHORIZED when there is none, it has expired or was
 * idle for too long, by the rules of the team it works in. Its state is judged anew: a team that
 * requires a second factor gets STAFF_NEEDS_ENROLL as soon as its grace is over. Writes the last
 * use at most once a minute. */
err staff_authenticate(const struct staff_desk *desk, struct arena *a, str token,
                       const struct staff_from *from, struct staff_principal *ret);
bool staff_is_fresh(const struct staff_principal *who, int64_t now_ms);

/* Everything below that adds a factor or draws codes is FORBIDDEN for a person who has a second
 * factor and whose session is not fresh, and in a session that waits for its factor. */

/* Begins to enrol a TOTP: the key is shown this once as text, address and QR code. */
struct staff_totp {
    id factor;
    str key; /* base32 in groups */
    str uri, svg;
};
err staff_totp_begin(const struct staff_desk *desk, struct arena *a,
                     const struct staff_principal *who, str issuer, const struct staff_from *from,
                     struct staff_totp *ret);
/* Confirms it with its first code; ends all other sessions. `ret_codes` has room for
 * RECOVERY_CODES; *ret_count is 0 when the person has codes already. UNAUTHORIZED for a wrong code,
 * RATE_LIMITED. */
struct recovery_code;
err staff_totp_confirm(const struct staff_desk *desk, struct arena *a,
                       const struct staff_principal *who, const id *factor, str code,
                       const struct staff_from *from, struct recovery_code *ret_codes,
                       size_t *ret_count);
/* The same for a passkey: options of its making, and what the browser answers. */
err staff_passkey_begin(const struct staff_desk *desk, struct arena *a,
                        const struct staff_principal *who, const struct passkey_site *site,
                        const struct staff_from *from, str *ret_json);
err staff_passkey_add(const struct staff_desk *desk, struct arena *a,
                      const struct staff_principal *who, const struct passkey_site *site, str name,
                      str response_json, const struct staff_from *from, id *ret_factor,
                      struct recovery_code *ret_codes, size_t *ret_count);
/* Draws new recovery codes; the old ones are void. CONFLICT without a second factor. */
err staff_codes_new(const struct staff_desk *desk, const struct staff_principal *who,
                    const struct staff_from *from, struct recovery_code *ret_codes);

/* Changes the own password; ends all other sessions. */
err staff_change_password(const struct staff_desk *desk, struct arena *a,
                          const struct staff_principal *who, str current, str wanted,
                          const struct staff_from *from);

/* Makes the first account of an installation, an owner of the team: only while there is none
 * (CONFLICT). */
err staff_first_owner(const struct staff_desk *desk, struct arena *a, const id *team, str email,
                      str name, str password, const struct staff_from *from, id *ret_person);

/* Draws an invitation; its token is in the mail's link ("<origin>/admin/#/invitation/<token>") and,
 * when there is no mail, in *ret_token for whoever invites to hand on. What `what` leaves out is
 * filled: id, hash, times. Whether the inviter may give the role is the caller's to judge.
 * RATE_LIMITED when the address was invited too often. */
struct outbox_settings;
err staff_invite(const struct staff_desk *desk, struct arena *a, const struct outbox_settings *mail,
                 str origin, const struct invitation_row *what, const struct audit_act *act,
                 struct token *ret_token);
/* Accepts: makes the account with this name and password, or takes the existing account of the
 * address when `password` is its password. UNAUTHORIZED for a token that is none, used or over. */
err staff_accept(const struct staff_desk *desk, struct arena *a, str token, str name, str password,
                 const struct staff_from *from, id *ret_person);

/* Mails a link ("<origin>/admin/#/reset/<token>") to the address when it has an account; the answer
 * and its time are the same when it has none. RATE_LIMITED. */
err staff_reset_ask(const struct staff_desk *desk, struct arena *a,
                    const struct outbox_settings *mail, str origin, str email,
                    const struct staff_from *from, unsigned *ret_wait_s);
err staff_reset_accept(const struct staff_desk *desk, struct arena *a, str token, str password,
                       const struct staff_from *from);

/* Opens the rest of a link in a mail that this module composed: `reveal` of outbox_settings, with
 * the desk's seal_key as user. */
err staff_mail_reveal(const void *seal_key, struct arena *a, str to, str sealed, str *ret);
