/* SPDX-License-Identifier: Apache-2.0 */
/* What commands on people, keys and rules share: the team, its projects and rules, and the record
 * of the act in the audit log. */
#pragma once

#include "access/team.h"
#include "cli/cli.h"

/* A done act of the command line, of now. */
struct audit_act act_new(const id *team, const char *act, const char *object_kind, str object);

/* Records an act whose verb does not record it itself: before it is done, so that it does not
 * happen without; act_failed says afterwards that it did not come off, and hands `e` through. */
err act_record(struct cli *cli, const struct audit_act *act);
err act_failed(struct cli *cli, const struct audit_act *act, err e);

/* Finds the team of --team (its name, or its id or the beginning of it), or the only one there is.
 */
int act_find_team(struct cli *cli, struct team_row *ret);

/* The same, but gives no id when --team is missing: every team. */
int act_find_teams(struct cli *cli, id *ret);

/* The team's rules; broken settings are reported. */
int act_team_rules(struct cli *cli, const id *team, struct team_rules *ret);

/* Slug of one of the projects, "?" when it is not there. */
str act_slug(const struct project_row *projects, size_t count, const id *project);

/* True when `text` is an id or at least its first four characters. */
bool act_is_prefix(str text, const id *whole);

/* Address of a page of the dashboard with a one-time token behind "#", where no log sees it; with
 * server.origin, or the listening address when there is none. */
str act_link(const struct cli *cli, struct arena *a, const char *page, const char *token);
