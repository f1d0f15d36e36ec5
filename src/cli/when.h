/* SPDX-License-Identifier: Apache-2.0 */
/* Days and spans of time as people type them on the command line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Reads a day, "2026-01-31", as its beginning in UTC. */
bool when_day(str text, int64_t *ret_wall_ms);

/* Reads "0", "30min", "24h", "90d"; at most ten years. */
bool when_span(str text, int64_t *ret_ms);

/* Either: a day, or so long after `now_ms`. */
bool when_future(str text, int64_t now_ms, int64_t *ret_wall_ms);
/* Either: a day, or so long before `now_ms`. */
bool when_past(str text, int64_t now_ms, int64_t *ret_wall_ms);
