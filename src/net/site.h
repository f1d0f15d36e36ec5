/* SPDX-License-Identifier: Apache-2.0 */
/* Which hosts belong together (public suffix list). */
#pragma once

#include "base/arena.h"

/* The registrable domain of a host; the host itself when there is none. Lives in the arena. */
str site_registrable(struct arena *a, str host);

/* Hosts of one registrable domain; addresses must be equal. */
bool site_same(struct arena *a, str one, str other);
