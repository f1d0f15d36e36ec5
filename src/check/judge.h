/* SPDX-License-Identifier: Apache-2.0 */
/* From facts to a report: runs the checks, applies exceptions. */
#pragma once

#include "check/baseline.h"
#include "check/select.h"

enum {
    JUDGE_ARENA_MAX = 16 << 20, /* of one check */
    REPORT_ARENA_MAX = 64 << 20,
};

/* Makes an empty report; facts are added later. NO_MEMORY. */
err report_new(struct report **ret);

/* Runs the selected checks on r->facts and fills the rest. `baseline` may be NULL. NO_MEMORY. */
err judge_report(struct report *r, const struct selection *selection,
                 const struct baseline *baseline);

/* The exception of the intent that holds for this evidence at `now_ms`, or NULL. */
const struct intent_exception *judge_exception(const struct intent *intent,
                                               const struct check *check, const struct evidence *e,
                                               int64_t now_ms);
