/* SPDX-License-Identifier: Apache-2.0 */
/* Which hosts are the deployment's own. */
#pragma once

#include "check/facts/facts.h"
#include "net/site.h"
#include "net/url.h"

/* The host is one of the deployment's own: of its domain, of intent's origin, or a declared one. */
bool site_own(struct arena *a, const struct facts *f, str host);

/* The target names the site itself (the domain or its www), not one service below it: both names
 * are then looked at. */
bool site_is_apex(const struct facts *f);

/* The Origin that nobody owns, for probes. */
#define SITE_FOREIGN "https://foreign.test"
/* Path and query that tell whether redirects keep both. */
#define SITE_DEEP "/doorward-check/deep?utm_source=check&q=1"
