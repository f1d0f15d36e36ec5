/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar days as people write them in files: 2026-01-31, UTC; times as they read them. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"

enum { DAY_MS = 86400000 };

/* Reads a day that exists as its beginning in UTC; false otherwise. */
bool day_parse(str text, int64_t *ret_ms);

/* The day that a time falls on, in UTC. */
struct clock_text day_text(int64_t wall_ms);

/* "30 November 2026, 04:20 UTC", "8.4 s" and "240 ms"; empty without memory. */
str day_moment(struct arena *a, int64_t wall_ms);
str day_span(struct arena *a, unsigned ms);
