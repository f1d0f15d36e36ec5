/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor as one call: collect the facts of a target, judge them, give the report. The command
 * line uses it, and so may the server on a schedule. */
#pragma once

#include "check/facts/collect.h"
#include "check/rows/rows.h"

enum { CHECK_RESULTS_MAX = 400, REPORT_ROWS_MAX = 16 };

struct check_result {
    const struct check *check;
    struct verdict verdict;
    struct arena a; /* the verdict's memory: no check can take that of another */
};

struct report_row {
    const char *id, *title; /* "L4", "Email authentication" */
    enum check_state state; /* the worst of its checks; CHECK_SKIP when none was tested */
};

struct report {
    struct arena a;
    str target;
    int64_t started_ms; /* wall */
    unsigned duration_ms;
    struct check_result *results;
    size_t count;
    struct report_row rows[REPORT_ROWS_MAX];
    size_t row_count;
    size_t summary[CHECK_STATES]; /* number of checks by state */
    size_t excepted;              /* pieces of evidence that are known and accepted */
    struct facts *facts;
    bool owns_facts; /* check_run made them; those of check_judge are borrowed */
    struct intent intent;
    bool truncated; /* a limit of the facts was reached: some of it was not looked at */
};

struct check_options {
    str target;         /* "example.com", "https://www.example.com/" */
    const char *config; /* launch.yaml; NULL: none */
    str only;           /* "L1,L4,email.spf.*"; empty: all */
    str baseline;       /* the file's content; empty: none */
    struct collect_options collect;
};

/* Runs the checks. INVALID with words for people in *ret_reason: a malformed target, an --only that
 * names nothing, a broken launch.yaml or baseline. Free the report with report_free. */
err check_run(const struct check_options *options, struct report **ret, str *ret_reason,
              struct arena *a);

/* Judges facts that are there already and must outlive the report. INVALID: `only` names nothing.
 */
err check_judge(struct facts *facts, str only, struct report **ret);

void report_free(struct report *r);

/* The worst severity among checks that failed; false when none did. */
bool report_worst(const struct report *r, enum check_severity *ret);
