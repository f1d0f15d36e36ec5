/* SPDX-License-Identifier: Apache-2.0 */
/* A baseline: the secrets that were known on one day, which do not count until another. */
#pragma once

#include "base/buf.h"
#include "scan/scan.h"

enum {
    SCAN_BASELINE_VERSION = 1,
    SCAN_BASELINE_BYTES_MAX = 8 << 20,
    SCAN_BASELINE_ENTRIES_MAX = 20000,
    SCAN_BASELINE_DAYS = 90
};

struct scan_baseline_entry {
    str fingerprint, rule;
    str reason;       /* empty: the baseline's */
    int64_t until_ms; /* the end of that day */
};

struct scan_baseline {
    const struct scan_baseline_entry *entries; /* by fingerprint */
    size_t count;
    str reason; /* "known since 2026-11-30" or what somebody wrote there */
};

/* Reads what scan_baseline_write wrote. `keyed` tells whether this run's fingerprints are: those of
 * another kind would match nothing. INVALID with words. */
err scan_baseline_read(struct arena *a, str text, bool keyed, struct scan_baseline *ret,
                       str *ret_reason);

/* The entry of a finding, whether it still holds or not; NULL when there is none. */
const struct scan_baseline_entry *scan_baseline_find(const struct scan_baseline *b,
                                                     const struct finding *f);

/* Appends the findings that are open or in the baseline already as JSON, until SCAN_BASELINE_DAYS
 * after the run. */
void scan_baseline_write(struct buf *b, struct scan_report *r);
