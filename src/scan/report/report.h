/* SPDX-License-Identifier: Apache-2.0 */
/* A scan's report in the formats that people and other programs read. Everything that came from a
 * file, a commit or the network is escaped for the format; a secret is masked. */
#pragma once

#include "base/buf.h"
#include "scan/scan.h"

enum scan_format { SCAN_TEXT, SCAN_JSON, SCAN_SARIF, SCAN_JUNIT, SCAN_CSV, SCAN_FORMATS };

enum { SCAN_REPORT_BYTES_MAX = 128 << 20 };

struct scan_style {
    bool colour;       /* text: for a terminal */
    bool show_secrets; /* print them whole */
    bool explain;      /* also what was judged to be none */
};

bool scan_format_parse(str name, enum scan_format *ret);

/* Appends the report. The buffer's sticky error tells when it did not fit. */
void scan_report_write(struct scan_report *r, enum scan_format format,
                       const struct scan_style *style, struct buf *b);

/* Appends the order of rotation of what is open as Markdown: what each secret opens, who must be
 * told, where it is, how to replace it, how to purge it from where it went. */
void scan_plan_write(struct scan_report *r, const struct scan_style *style, struct buf *b);

enum scan_listing { SCAN_LIST_TEXT, SCAN_LIST_JSON, SCAN_LIST_MARKDOWN };

/* Appends the table of all rules (docs/secrets.md). */
void scan_list_write(enum scan_listing listing, struct buf *b);
