/* SPDX-License-Identifier: Apache-2.0 */
/* Reading WHOIS answers; shared with the tests. */
#pragma once

#include "base/str.h"

/* The date that a registration ends, as registries write it. False when no line tells one.
 * *ret_line borrows the line. */
bool registration_expiry(str answer, int64_t *ret_ms, str *ret_line);

/* The value of the first line "name: value"; false when there is none. */
bool registration_field(str answer, str name, str *ret_value);
