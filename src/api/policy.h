/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the route table as people and programs read them: who passes, with what, how often.
 */
#pragma once

#include "access/role.h"
#include "api/route.h"

/* Name of a method and of an access. */
const char *policy_method(enum http_method method);
const char *policy_access(enum route_access access);

/* True when somebody of this role in the whole team passes the row; what it is about may still not
 * be theirs. */
bool policy_role_passes(const struct route *route, enum role role);

/* Appends the names of the roles that pass, parted by ", ": "owner, admin"; nothing when none. */
void policy_roles(struct buf *b, const struct route *route);

/* Appends a row as a JSON object: method, path, access, permission, roles, fresh, body_max, rate,
 * summary. */
void policy_json(struct buf *b, struct arena *a, const struct route *route,
                 const struct api_settings *settings);
