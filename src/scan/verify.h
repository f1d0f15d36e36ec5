/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the configured origin what a key may do that stands in what a browser gets (B4). */
#pragma once

#include "scan/finding_private.h"
#include "scan/scan.h"

enum {
    VERIFY_KEYS_MAX = 16,
    VERIFY_ANSWER_MS = 10000,
    VERIFY_BODY_MAX = 256 << 10,
    VERIFY_MEMORY_MAX = 4 << 20,
};

/* The rule of a key in a page that may do more than a visitor. */
extern const struct rule scan_acting_rule;

/* Asks, with scan_options' verify only, and only config's origin, and only about keys of this
 * program and of those that speak its protocol: read requests, and two that cannot do anything (an
 * empty body, a source that is not there). What was asked and answered goes into the findings'
 * reasons. After findings_finish. Troubles are told with scan_problem. */
void verify_keys(struct scan *s);

/* True for a key that would be asked about. */
bool verify_is_key(const struct finding *f);

/* What an answer's status says about a permission. */
enum verify_verdict { VERIFY_MAY, VERIFY_MAY_NOT, VERIFY_DEAD, VERIFY_UNKNOWN };
enum verify_verdict verify_judge(const char *method, int status);

/* Notes the projects that a page or script names ("data-project=\"x\"", "projectId: 'x'"), which
 * are what a key is asked about. Not from several threads at once. */
void verify_note_projects(struct scan *s, str text);
