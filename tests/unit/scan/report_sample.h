/* SPDX-License-Identifier: Apache-2.0 */
/* A report made by hand: findings of every kind and state, with paths and names of hostile bytes.
 */
#pragma once

#include "scan/report/report.h"

/* What stands in the sample and must never be printed whole. */
extern const char *const sample_secrets[];
extern const size_t sample_secret_count;

struct sample {
    struct scan_options options;
    struct scan_config config;
    struct scan_report report;
};

/* Fills it; `baseline` may be empty. Free with sample_done. */
void sample_make(struct sample *s, str baseline, int64_t now_ms);
void sample_done(struct sample *s);
