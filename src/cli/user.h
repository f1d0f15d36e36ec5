/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts as the commands on them find and read them. */
#pragma once

#include "cli/act.h"
#include "store/staff.h"

/* Reads an address as accounts go by it. */
int user_read_email(struct cli *cli, const char *text, str *ret);

/* Opens the store and finds the account that the first argument names. */
int user_open(struct cli *cli, struct person_row *ret);

/* The same, and its place in the team of --team. */
int user_open_member(struct cli *cli, struct team_row *ret_team, struct person_row *ret_person,
                     struct member_row *ret_member);

/* Reads a role by its name. */
int user_read_role(const char *text, enum role *ret);

/* Reads --project SLUG=ROLE …, each at most `highest`; when there is none, leaves what was. */
int user_read_projects(struct cli *cli, const id *team, enum role highest, bool *all_projects,
                       const struct member_project **projects, size_t *project_count);

/* Says an error of a change to a member: the last owner stays. */
int user_fail(err e, str email);
