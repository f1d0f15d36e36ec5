/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats share: order and words. */
#pragma once

#include "base/day.h"
#include "base/escape.h"
#include "check/report/report.h"

/* A report being written. */
struct writing {
    const struct report *r;
    const struct report_style *style;
    struct buf *b;
    struct arena a; /* scratch */
};

/* ── what is in it ── */

/* Results of a state, in the order of what to do first: the more severe first; of the same severity
 * what fails before what warns, then what others build on (names before TLS before redirects before
 * pages before mail before the edge), then the order of the tables. */
size_t parts_findings(const struct report *r, const struct check_result **ret); /* fail and warn */
size_t parts_of_state(const struct report *r, enum check_state state,
                      const struct check_result **ret);
/* Passing checks that say "a note" or "note:": nothing to repair, worth knowing. */
size_t parts_notes(const struct report *r, const struct check_result **ret);
/* The first note of a verdict, NULL when it has none. */
const struct evidence *parts_note(const struct verdict *v);

/* ✓ ! ✗ – ? */
const char *parts_symbol(enum check_state state);
/* "pass", "not tested", … */
const char *parts_word(enum check_state state);

/* "doorward check example.com --only dns.caa.missing --resolver 127.0.0.1:5353" */
str parts_retest(struct writing *w, const struct check_result *one);

/* The n-th of "RFC 1; RFC 2"; false at the end. */
bool parts_ref(const char *refs, size_t n, str *ret);

/* Where a reference can be read, in the arena; "" when nowhere is known. */
str parts_ref_url(struct arena *a, str ref);

/* The pieces of a fix that are to be pasted: label ("nginx") and text; false at the end. */
struct parts_block {
    const char *key, *label;
    str text;
};
bool parts_block(const struct verdict *v, size_t n, struct parts_block *ret);

/* ── the formats ── */

void parts_text(struct writing *w);
void parts_json(struct writing *w);
void parts_sarif(struct writing *w);
void parts_junit(struct writing *w);
void parts_html_page(struct writing *w);
void parts_markdown_page(struct writing *w);
