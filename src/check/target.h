/* SPDX-License-Identifier: Apache-2.0 */
/* What people type as the target, as a host name. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Reads "example.com", "https://www.example.com/path", "BÜCHER.example." as a host name in lower
 * case, A-labels (RFC 5890), without a final dot, in the arena. INVALID with words for people: an
 * IP address, a port other than the scheme's, credentials, no dot, another scheme. */
err target_read(struct arena *a, str text, str *ret, str *ret_reason);
