/* SPDX-License-Identifier: Apache-2.0 */
/* Which hosts belong together (public suffix list). */
#pragma once

#include "check/facts/facts.h"
#include "net/url.h"

/* The registrable domain of a host; the host itself when there is none. Lives in the arena. */
str site_registrable(struct arena *a, str host);

/* Hosts of one registrable domain; addresses must be equal. */
bool site_same(struct arena *a, str one, str other);

/* The host is one of the deployment's own: of its domain, of intent's origin, or a declared one. */
bool site_own(struct arena *a, const struct facts *f, str host);

/* The target names the site itself (the domain or its www), not one service below it: both names
 * are then looked at. */
bool site_is_apex(const struct facts *f);

/* The Origin that nobody owns, for probes. */
#define SITE_FOREIGN "https://foreign.test"
/* Path and query that tell whether redirects keep both. */
#define SITE_DEEP "/doorward-check/deep?utm_source=check&q=1"
