/* SPDX-License-Identifier: Apache-2.0 */
/* A baseline: the findings of one day, which do not count until another. */
#pragma once

#include "base/buf.h"
#include "check/check.h"

enum {
    BASELINE_VERSION = 1,
    BASELINE_BYTES_MAX = 4 << 20,
    BASELINE_ENTRIES_MAX = 10000,
    BASELINE_DAYS = 90
};

struct baseline_entry {
    str id, subject;
    enum check_state state; /* as it was; what became worse counts again */
};

struct baseline {
    const struct baseline_entry *entries;
    size_t count;
    int64_t until_ms; /* the end of that day */
    str reason;       /* "baseline of 2026-11-30, until 2027-02-28" */
};

/* Reads what baseline_write wrote, for this target. INVALID with words. */
err baseline_read(struct arena *a, str text, str target, struct baseline *ret, str *ret_reason);

/* True when this evidence of a check was there already, and not better. */
bool baseline_has(const struct baseline *b, const struct check *check, const struct evidence *e,
                  int64_t now_ms);

/* Appends the findings of a report (what warns, fails or could not be tested) as JSON; until
 * BASELINE_DAYS after the report. */
void baseline_write(struct buf *b, const struct report *r);
