/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between the row of a route and its handler: api/object.c and api/authorize.c. */
#pragma once

#include "api/route.h"

/* Finds out who calls: UNAUTHORIZED, FORBIDDEN for a secret key in a browser, CSRF_REFUSED, and
 * FACTOR_REQUIRED or ENROLMENT_REQUIRED for a person whose log-in is not complete for the row. */
err route_authenticate(struct call *call);

/* Reads the body as the row wants it. */
err route_parse_body(struct call *call);

/* Looks up what the row is about; who may see it is judged afterwards. */
err route_find_object(struct call *call);

/* The answer for what does not exist and for what is not the caller's: never tell one from the
 * other. */
err route_not_found(void);
