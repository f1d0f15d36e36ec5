/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar days as people write them in files: 2026-01-31, UTC. */
#pragma once

#include "base/clock.h"

enum { DAY_MS = 86400000 };

/* Reads a day that exists as its beginning in UTC; false otherwise. */
bool day_parse(str text, int64_t *ret_ms);

/* The day that a time falls on, in UTC. */
struct clock_text day_text(int64_t wall_ms);
