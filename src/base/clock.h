/* SPDX-License-Identifier: Apache-2.0 */
/* Time: monotonic for deadlines, wall for records. */
#pragma once

#include <stdint.h>

#include "base/str.h"

/* Milliseconds of the monotonic clock; only differences mean something. */
int64_t clock_mono_ms(void);

/* Microseconds of the monotonic clock. */
int64_t clock_mono_us(void);

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);

/* A time as text, NUL-terminated. */
struct clock_text {
    char c[40];
};

/* RFC 3339 in UTC with milliseconds: 2026-11-21T20:25:01.123Z. */
struct clock_text clock_rfc3339(int64_t wall_ms);

/* RFC 5322 date of mail: Sat, 21 Nov 2026 20:25:01 +0000. */
struct clock_text clock_rfc5322(int64_t wall_ms);

/* IMF-fixdate of HTTP (RFC 9110 section 5.6.7). */
struct clock_text clock_http(int64_t wall_ms);

/* Parses the three forms of an HTTP date that recipients must accept; false when it is none. */
bool clock_http_parse(str s, int64_t *ret_wall_ms);
