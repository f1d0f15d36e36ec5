/* SPDX-License-Identifier: Apache-2.0 */
/* Parts that several verbs about people use, inside a job or while reading. */
#pragma once

#include "store/sqlite_store.h"

/* Columns of a person p for sq_person_read; the second form leaves the password out. */
#define SQ_PERSON_COLUMNS                                                                          \
    "p.id, p.email, p.name, p.password, p.password_ms, p.created_ms, p.disabled_ms, p.login_ms"
#define SQ_ACCOUNT_COLUMNS                                                                         \
    "p.id, p.email, p.name, '', p.password_ms, p.created_ms, p.disabled_ms, p.login_ms"
#define SQ_HAS_FACTOR "EXISTS (SELECT 1 FROM factor WHERE person = p.id AND confirmed <> 0)"
#define SQ_MEMBER_COLUMNS "m.team, m.person, m.role, m.all_projects, m.created_ms"

void sq_person_read(struct sq_query *q, struct arena *a, void *person_row);
void sq_member_read(struct sq_query *q, struct arena *a, void *member_row);

/* Reads the project roles that were narrowed for a member. */
err sq_member_projects(struct sq_conn *c, struct arena *a, struct member_row *row);

/* One project role with its project. */
void sq_role_read(struct sq_query *q, struct arena *a, void *member_project);

err sq_person_insert(struct sq_conn *c, const struct person_row *row);

/* NOT_FOUND. */
err sq_password_set(struct sq_conn *c, const id *person, str password, int64_t at_ms);

/* Ends the person's sessions but `keep` (may be NULL). */
err sq_sessions_end(struct sq_conn *c, const id *person, const id *keep);

/* Removes the person's open resets. */
err sq_resets_clear(struct sq_conn *c, const id *person);

/* Adds or replaces a membership; a project of another team is NOT_FOUND, a project role above the
 * member's INVALID. */
err sq_member_set(struct sq_conn *c, const struct member_row *row);

/* INVALID when a role is no role or a project's is above it. */
err sq_roles_check(enum role role, const struct member_project *projects, size_t count);
