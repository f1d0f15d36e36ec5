/* SPDX-License-Identifier: Apache-2.0 */
/* Token and money budgets per project and day: reserved before a model call, settled after it. In
 * memory with a start value from the store's usage; a project without budget left gets extractive
 * answers. */
#pragma once

#include "base/err.h"
#include "base/id.h"

struct budget;

err budget_new(uint64_t tokens_per_day, struct budget **ret); /* 0: no limit */
void budget_free(struct budget *budget);

/* True when there is a limit. */
bool budget_bounds(const struct budget *budget);
/* When the day of a time began, in milliseconds since 1970. */
int64_t budget_day_ms(int64_t now_ms);

/* BUDGET when the day's rest is smaller. */
err budget_reserve(struct budget *budget, const id *project, uint64_t tokens, int64_t now_ms);
/* Gives back what was reserved and counts what was used; reserved 0 at the start, with what the
 * store knows of the day. */
void budget_settle(struct budget *budget, const id *project, uint64_t reserved, uint64_t used,
                   int64_t now_ms);
