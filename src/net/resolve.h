/* SPDX-License-Identifier: Apache-2.0 */
/* Names to addresses through the system's resolver, bounded in time and number. Blocking: for
 * workers only. */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "net/addr.h"

enum {
    RESOLVE_ADDRESSES_MAX = 16,
    RESOLVE_RUNNING_MAX = 64, /* look-ups at once, also those whose caller has given up */
    RESOLVE_HOST_MAX = 253,
};

struct resolve_answer {
    struct addr addresses[RESOLVE_ADDRESSES_MAX]; /* with the port that was asked for */
    size_t count;                                 /* at least 1 */
};

/* Looks a host name or address literal up. NOT_FOUND when the name does not exist, UPSTREAM when
 * the name servers fail, UPSTREAM_TIMEOUT after `wait_ms`, UNAVAILABLE when too many look-ups hang,
 * INVALID for a malformed name. */
err resolve(str host, unsigned port, int64_t wait_ms, struct resolve_answer *ret);
