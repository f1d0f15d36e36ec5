/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of access/staff.h share. */
#pragma once

#include "access/staff.h"

/* The account of an address, found in the same steps whether there is one or not. */
struct staff_account {
    bool usable; /* there is one, it is live and in a team */
    bool exists;
    struct person_row person;
    const struct member_row *teams;
    size_t team_count;
};
err staff_account_find(const struct staff_desk *desk, struct arena *a, str folded,
                       struct staff_account *ret);

/* An address as accounts go by; what is none stays as it was typed, cut. */
str staff_fold(struct arena *a, str email);

/* An act of a person (NULL: nobody) on themselves. `team` may be NULL. */
struct audit_act staff_act(const struct staff_from *from, const id *team, const id *person,
                           const char *act, const char *outcome, const char *detail);
err staff_audit(const struct staff_desk *desk, const struct audit_act *act);
/* Records the refusal and gives `e`, or what went wrong with recording. */
err staff_refuse(const struct staff_desk *desk, const struct audit_act *act, err e);

/* Takes a try. When there is none, records that at most once in a while and gives RATE_LIMITED. */
err staff_take(const struct staff_desk *desk, enum throttle_what what, str account,
               const struct staff_from *from, const struct audit_act *act, unsigned *ret_wait_s);

/* The rules of a team's settings; the defaults where they cannot be read. */
struct team_rules staff_rules(struct arena *a, str settings);

/* What a person can give. */
struct staff_factors {
    struct factor_row *rows;
    size_t count, codes;
    size_t totps, passkeys; /* confirmed */
};
err staff_factors_read(const struct staff_desk *desk, struct arena *a, const id *person,
                       struct staff_factors *ret);

/* Whether the person may add factors now; see staff.h. */
err staff_may_enrol(const struct staff_principal *who, const struct staff_from *from);

/* Ends a ceremony that gave a factor: a new token, a full session, recorded. */
err staff_raise(const struct staff_desk *desk, struct arena *a, const struct staff_principal *who,
                const struct staff_from *from, const char *detail, struct staff_login *ret);

/* Draws codes when the person has none (or `always`), and stores their hashes. */
struct recovery_code;
err staff_codes_draw(const struct staff_desk *desk, const struct staff_principal *who,
                     const struct staff_from *from, bool always, struct recovery_code *ret_codes,
                     size_t *ret_count);
/* After a factor was confirmed: the session that enrolled it is full now. */
err staff_enrolled(const struct staff_desk *desk, struct arena *a,
                   const struct staff_principal *who, const struct staff_from *from);

/* Keeps a ceremony's challenge with the session, for one purpose ("get" or "make"). */
err staff_challenge_keep(const struct staff_desk *desk, struct arena *a, const id *session,
                         const char *purpose, str challenge);
/* Takes it out again: UNAUTHORIZED when there is none of this purpose. */
err staff_challenge_take(const struct staff_desk *desk, struct arena *a, const id *session,
                         const char *purpose, str *ret);

/* Credential ids of a person's passkeys, in the arena. */
err staff_passkeys_known(struct arena *a, const struct staff_factors *factors, str **ret,
                         size_t *ret_count);

/* Checks a code against one TOTP; a right one is used up. False also for a replayed one. */
err staff_totp_use(const struct staff_desk *desk, const struct factor_row *factor, str code,
                   int64_t now_ms, bool *ret_right);

/* Checks what a person is to be called: UNPROCESSABLE. */
err staff_name_judge(str name);

/* Drawn, hashed and, when mail is possible, sealed: what a link by mail needs. */
struct staff_link {
    struct token token;
    struct crypto_digest hash;
    str sealed, before; /* before: the link up to the token */
};
err staff_link_draw(const struct staff_desk *desk, struct arena *a, enum token_kind kind, str to,
                    str origin, const char *page, struct staff_link *ret);

/* A token that is none, was used or is over: recorded at most once in a while for a network. */
err staff_refuse_token(const struct staff_desk *desk, const char *act,
                       const struct staff_from *from);
