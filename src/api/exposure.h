/* SPDX-License-Identifier: Apache-2.0 */
/* A secret key that comes from a browser or in a URL is no secret any more (checklist B10). */
#pragma once

#include "api/route.h"

/* Marks the caller's key as exposed, records and reports it, and revokes it when the team's rules
 * say so; at most once a minute for a key. `where` is "browser" or "url". */
void exposure_of_caller(struct call *call, const char *where);

/* The same for a token that stands in the URL, when it is one of a live secret key. */
void exposure_in_url(struct call *call, str token);
