/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of secrets share. */
#pragma once

#include "check/facts/secrets.h"
#include "check/rows/rows.h"

/* The fix: how the worst of the findings are replaced, step by step, without downtime. */
void secrets_fix(struct verdict *v, const struct secret_finding *const *found, size_t count,
                 enum secret_where where);
