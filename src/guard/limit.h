/* SPDX-License-Identifier: Apache-2.0 */
/* Rate limits (GCRA) in memory, sharded, with a fixed ceiling of entries. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct limits;

struct limit_rule {
    const char *name; /* "sessions.address" */
    uint32_t count;   /* allowed per period on average */
    uint32_t period_ms;
    uint32_t burst; /* at once */
};

struct limit_verdict {
    bool allowed;
    uint32_t retry_ms; /* when refused: after this it may succeed */
    uint32_t remaining;
    uint32_t reset_ms;
};

err limits_new(size_t entries_max, struct limits **ret);
void limits_free(struct limits *limits);

/* Counts one request of `who` (address, session, key, project) under the rule. When the table is
 * full the oldest entries go. */
struct limit_verdict limits_take(struct limits *limits, const struct limit_rule *rule, str who,
                                 int64_t now_ms);

/* The same verdict without counting: whether a request would be allowed now. */
struct limit_verdict limits_look(struct limits *limits, const struct limit_rule *rule, str who,
                                 int64_t now_ms);

/* The part of an address that one customer has: IPv4 whole, IPv6 /64. */
str limit_address_class(str address, char ret_text[64]);
