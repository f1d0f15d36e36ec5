/* SPDX-License-Identifier: Apache-2.0 */
/* What is done about people and keys beside the requests: each minute the keys' last uses are
 * written, each hour old keys are looked at and ended sessions removed. */
#pragma once

#include "access/keys.h"
#include "ops/outbox.h"

struct upkeep;

err upkeep_start(struct store *store, struct key_uses *uses, const struct outbox_settings *outbox,
                 struct upkeep **ret);

/* Ends the thread, writes the last uses, frees. NULL is fine. */
void upkeep_stop(struct upkeep *upkeep);
