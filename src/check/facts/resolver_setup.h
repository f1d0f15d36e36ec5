/* SPDX-License-Identifier: Apache-2.0 */
/* Where the resolver asks: the one that was named, the system's, or the root's servers. */
#pragma once

#include "check/facts/collect.h"

struct ub_ctx;

/* Makes a context of libunbound. *ret_validates: answers are validated. UNAVAILABLE. */
err resolver_set_up(const struct collect *c, struct ub_ctx **ret, bool *ret_validates);
