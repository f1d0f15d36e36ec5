/* SPDX-License-Identifier: Apache-2.0 */
/* One transfer through libcurl, for http_ask.c. */
#pragma once

#include "check/facts/http_collect.h"

/* Where a request may go: what the name resolves to, and what collect_reach made of it. */
struct http_way {
    struct addr asked[HTTP_ASK_ADDRESSES_MAX], to[HTTP_ASK_ADDRESSES_MAX];
    size_t count;
};

/* Performs the exchange and fills `x` from address on; its url and labels are set. */
void http_transfer(struct arena *a, const struct http_ask *ask, const struct url *url,
                   const struct http_way *way, unsigned wait_ms, struct http_exchange *x);
