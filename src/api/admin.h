/* SPDX-License-Identifier: Apache-2.0 */
/* What the routes of people and their teams share. */
#pragma once

#include "access/role.h"
#include "api/answer.h"
#include "api/record.h"

enum { ADMIN_NAME_CHARS_MAX = 100, ADMIN_EMAIL_CHARS_MAX = 254 };

/* ── the body ── */

/* Takes a text that must be there. INVALID with call->why. */
err body_needed(struct call *call, const char *key, size_t max_chars, str *ret);

/* Takes a password, code or token as it was sent; INVALID when it is no text. Empty when absent. */
err body_secret(struct call *call, const char *key, str *ret);

/* Takes true or false; *ret_given says whether it was there. */
err body_bool(struct call *call, const char *key, bool *ret_given, bool *ret);

/* Takes a time (RFC 3339, or a date alone: its end in UTC); null and absent are 0. */
err body_time(struct call *call, const char *key, bool *ret_given, int64_t *ret_wall_ms);

/* Whether the body has a member, null included. */
bool body_has(const struct call *call, const char *key);

/* Sets call->why from a text of the arena; gives UNPROCESSABLE. */
err unprocessable(struct call *call, str why);

/* Reads the i-th placeholder as an id; the answer for one that is none is the same as for one that
 * does not exist. */
err admin_arg(const struct call *call, unsigned i, id *ret);

/* ── log-ins ── */

/* Answers with the state of a log-in and sets its cookie; wipes the token. `codes_left` is SIZE_MAX
 * where it says nothing. RATE_LIMITED of `e` gets its Retry-After. */
err admin_logged_in(struct call *call, err e, struct staff_login *login, size_t codes_left);
void admin_clear_cookie(struct call *call);
const char *admin_state_name(enum staff_state state);

/* Adds Retry-After when `e` is RATE_LIMITED; gives it back. */
err admin_wait(struct call *call, err e, unsigned seconds);

/* Gives what navigator.credentials answered as text: its verifier reads it strictly. INVALID. */
err admin_response(struct call *call, str *ret);

/* Appends "permissions": [names]. */
void admin_permissions_json(struct buf *b, permissions may);

/* ── the team ── */

/* The role that the caller acts as towards people: a key is never above an admin. */
enum role admin_role(const struct call *call);

/* The team's projects, for their slugs. */
struct admin_projects {
    struct project_row *rows;
    size_t count;
};
err admin_projects_load(struct call *call, struct admin_projects *ret);
/* NULL when it is none of the team's. */
const struct project_row *admin_project_by_slug(const struct admin_projects *projects, str slug);
const struct project_row *admin_project_by_id(const struct admin_projects *projects,
                                              const id *project);

/* Reads role and projects of a body into a member; what is absent stays. UNPROCESSABLE, FORBIDDEN
 * for a role that the caller may not give, NOT_FOUND for a project that is none of the team's. */
struct admin_place {
    enum role role;
    bool all_projects;
    const struct member_project *projects;
    size_t project_count;
};
err admin_place_read(struct call *call, struct admin_place *place);
/* Appends "role" and "projects". */
void admin_place_json(struct buf *b, const struct admin_projects *projects,
                      const struct admin_place *place);
