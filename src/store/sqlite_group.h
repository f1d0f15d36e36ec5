/* SPDX-License-Identifier: Apache-2.0 */
/* Groups that may read a source: names with a line feed after each, sorted, each once. */
#pragma once

#include "store/sqlite_conn.h"

/* Binds groups; INVALID when they are not in that form, TOO_LARGE. */
void sq_bind_groups(struct sq_query *q, str groups);

/* Adds the function meets(groups, groups), true when they share a name, to a connection. */
err sq_group_register(sqlite3 *db);
