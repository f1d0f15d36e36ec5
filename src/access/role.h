/* SPDX-License-Identifier: Apache-2.0 */
/* What each role may do: one table for staff of every team (checklist B11). */
#pragma once

#include "access/permission.h"
#include "store/person.h"

/* Permissions of a role; none for ROLE_NONE. A higher role has all of the lower ones. */
permissions role_permissions(enum role role);

/* "owner", "admin", "editor", "agent", "viewer"; "" for ROLE_NONE. */
const char *role_name(enum role role);
/* Reads such a name ("maintainer" is an editor); ROLE_NONE when unknown. */
enum role role_parse(str name);

/* Role of a member on a project of the team: the lower of the team's and the project's, ROLE_NONE
 * when the project is not theirs. */
enum role role_on_project(const struct member_row *member, const id *project);

/* Whether somebody of role `own` may act on a member of role `other` or give that role: nobody on
 * one above, and only owners on owners. */
bool role_may_manage(enum role own, enum role other);
