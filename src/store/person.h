/* SPDX-License-Identifier: Apache-2.0 */
/* People, their place in teams, and how they get in: invitations and resets. A person is one
 * account of the installation and may be in several teams. */
#pragma once

#include "store/audit.h"

enum role { ROLE_NONE, ROLE_VIEWER, ROLE_AGENT, ROLE_EDITOR, ROLE_ADMIN, ROLE_OWNER };

/* ── teams ── */

struct team_row {
    id id;
    str name;
    str settings; /* JSON object; access/team.h reads it */
    int64_t created_ms;
};

/* NOT_FOUND. */
err store_team_get(struct store *store, struct arena *a, const id *team, struct team_row *ret);
err store_team_list(struct store *store, struct arena *a, struct team_row **ret, size_t *ret_count);
/* Replaces name and settings. */
err store_team_update(struct store *store, const struct team_row *row, const struct audit_act *act);

/* ── people ── */

struct person_row {
    id id;
    str email; /* as access/email.h folds it; unique */
    str name;
    str password; /* PHC string of argon2id; empty: none was set, nobody gets in by it */
    int64_t password_ms, created_ms;
    int64_t disabled_ms; /* 0: live */
    int64_t login_ms;    /* last full log-in, 0: none */
};

/* A project role that narrows a member's. */
struct member_project {
    id project;
    enum role role; /* at most the member's */
};

struct member_row {
    id team, person;
    enum role role;
    bool all_projects; /* false: only those listed */
    const struct member_project *projects;
    size_t project_count;
    int64_t created_ms;
    struct person_row account; /* filled by lists; without the password */
    bool has_second_factor;    /* filled by lists */
};

/* NOT_FOUND. */
err store_person_get(struct store *store, struct arena *a, const id *person,
                     struct person_row *ret);
err store_person_by_email(struct store *store, struct arena *a, str email, struct person_row *ret);
/* Makes an account with its first membership. CONFLICT when the address has one. */
err store_person_create(struct store *store, const struct person_row *row,
                        const struct member_row *member, const struct audit_act *act);
/* The same for the very first account of the installation, made by whoever has the owner's key:
 * CONFLICT when there is any, also of two at once. */
err store_person_create_first(struct store *store, const struct person_row *row,
                              const struct member_row *member, const struct audit_act *act);
/* How many accounts there are. */
err store_person_count(struct store *store, size_t *ret);
err store_person_rename(struct store *store, const id *person, str name,
                        const struct audit_act *act);
/* Sets the password and ends every session of the person but `keep` (may be NULL), all resets and
 * half-finished log-ins. */
err store_person_password(struct store *store, const id *person, str password, int64_t at_ms,
                          const id *keep, const struct audit_act *act);
/* Disables (at_ms > 0; ends all sessions, voids resets) or enables (0) an account. CONFLICT when it
 * is the last live owner of a team. */
err store_person_disable(struct store *store, const id *person, int64_t at_ms,
                         const struct audit_act *act);

/* ── members ── */

/* NOT_FOUND when the person is not in the team. Gives role and projects. */
err store_member_get(struct store *store, struct arena *a, const id *team, const id *person,
                     struct member_row *ret);
/* Members of a team by name; teams of a person. */
err store_member_list(struct store *store, struct arena *a, const id *team, struct member_row **ret,
                      size_t *ret_count);
err store_member_teams(struct store *store, struct arena *a, const id *person,
                       struct member_row **ret, size_t *ret_count);
/* Replaces role and projects of a member who still is as `was` says, so that who was removed or
 * lowered meanwhile does not come back: else NOT_FOUND or CONFLICT. A `was` of NULL adds or
 * replaces. A project of another team is NOT_FOUND, one with a role above the member's INVALID.
 * CONFLICT when it would leave the team without a live owner. Takes effect with the person's next
 * request. */
err store_member_put(struct store *store, const struct member_row *row,
                     const struct member_row *was, const struct audit_act *act);
/* Removes from the team, ends the person's sessions that are in it. CONFLICT for the last owner. */
err store_member_remove(struct store *store, const id *team, const id *person,
                        const struct audit_act *act);

/* ── invitations and resets: single use, found by the hash of their token ── */

struct invitation_row {
    id id, team;
    str email;
    enum role role;
    bool all_projects;
    const struct member_project *projects;
    size_t project_count;
    struct crypto_digest hash;
    id invited_by; /* person, or none */
    int64_t created_ms, expires_ms, used_ms;
};

/* Replaces an open invitation of the same address to the same team. `mail` goes into the outbox in
 * the same transaction; it may be NULL. */
struct outbox_row;
err store_invitation_create(struct store *store, const struct invitation_row *row,
                            const struct outbox_row *mail, const struct audit_act *act);
/* NOT_FOUND for one that does not exist, was used or has expired at `now_ms`. */
err store_invitation_by_hash(struct store *store, struct arena *a, const struct crypto_digest *hash,
                             int64_t now_ms, struct invitation_row *ret);
/* Open ones, newest first. */
err store_invitation_list(struct store *store, struct arena *a, const id *team, int64_t now_ms,
                          struct invitation_row **ret, size_t *ret_count);
/* NOT_FOUND when it is not open. */
err store_invitation_revoke(struct store *store, const id *team, const id *invitation,
                            const struct audit_act *act);
/* Uses it: makes the account (or takes the existing one of that address, whose name and password
 * stay) and the membership, in one transaction; of two at once one wins, the other gets NOT_FOUND.
 * The address is the invitation's, whatever the row says. CONFLICT, and the invitation stays open,
 * when the person is in the team already. */
err store_invitation_accept(struct store *store, const id *invitation, const struct person_row *row,
                            int64_t now_ms, const struct audit_act *act);

struct reset_row {
    id id, person;
    struct crypto_digest hash;
    int64_t created_ms, expires_ms;
};
/* Replaces the person's open resets; `mail` as above. */
err store_reset_create(struct store *store, const struct reset_row *row,
                       const struct outbox_row *mail, const struct audit_act *act);
/* NOT_FOUND as above. */
err store_reset_by_hash(struct store *store, const struct crypto_digest *hash, int64_t now_ms,
                        struct reset_row *ret);
/* Uses it: sets the password, ends all sessions; of two at once one wins, the other NOT_FOUND. */
err store_reset_accept(struct store *store, const id *reset, str password, int64_t now_ms,
                       const struct audit_act *act);
