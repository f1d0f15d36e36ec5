/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats share. */
#pragma once

#include "base/day.h"
#include "base/escape.h"
#include "scan/report/report.h"

/* A report being written. */
struct show {
    struct scan_report *r;
    const struct scan_style *style;
    struct buf *b;
    struct arena a; /* scratch */
};

/* Findings of a state, in their order; those judged to be none are of no state. Start with *at 0;
 * NULL at the end. */
const struct finding *show_next(const struct show *s, enum finding_state state, size_t *at);
/* Those judged to be none; nothing unless asked for. */
const struct finding *show_next_none(const struct show *s, size_t *at);

size_t show_count(const struct show *s, enum rule_severity severity); /* open ones */

/* "file", "git", "url", "archive", "log" */
const char *show_kind(enum place_kind kind);
/* "open", "accepted", "baseline", "publishable" */
const char *show_state(enum finding_state state);
const char *show_confidence(enum confidence confidence);
/* " (in base64)"; "" when it stands there as it is. */
const char *show_encoding(enum encoding encoding);

/* The secret as it may be shown, in the arena. */
str show_secret(struct show *s, const struct finding *f);
/* A place's path without the secret in it, in the arena: an address or a name may have it. */
str show_path(struct show *s, const struct finding *f, const struct place *p);
/* The same with ":line:column" where they are known. */
str show_place(struct show *s, const struct finding *f, const struct place *p);
/* Any other text without the secrets of the report in it. */
str show_clean(struct show *s, str text);

/* The reasons as one text: "a; b". */
str show_why(struct show *s, const struct finding *f);
/* Where nobody but history has it. */
bool show_only_history(const struct finding *f);
/* A place of it is about to be committed. */
bool show_staged(const struct finding *f);
bool show_served(const struct finding *f);
/* The n-th step of rotation; false at the end. */
bool show_step(const char *rotate, size_t n, str *ret);

/* Appends `"key":"text"` and what stands before. */
void show_member(struct buf *b, const char *before, const char *key, str text);

void show_text(struct show *s);
void show_json(struct show *s);
void show_sarif(struct show *s);
void show_junit(struct show *s);
void show_csv(struct show *s);
