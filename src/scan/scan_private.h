/* SPDX-License-Identifier: Apache-2.0 */
/* Inside a run: troubles, environments, what is open and what is known. */
#pragma once

#include "scan/scan.h"
#include "scan/scan_baseline.h"

err scan_problems_new(struct scan_problems **ret);
void scan_problems_free(struct scan_problems *p);
/* Puts them into the report, in order. */
void scan_problems_take(struct scan_report *r);

/* False when a path before options->paths[i] is in the same git repository. */
bool scan_repository_is_new(const struct scan_report *r, size_t i);

/* Names the environment of each place, and adds a finding of its own for each secret that stands in
 * more than one (L14). After findings_finish. */
err scan_environments(struct scan_report *r);

/* Sets each finding's state and counts them. */
void scan_states(struct scan_report *r, const struct scan_baseline *baseline, int64_t now_ms);
