/* SPDX-License-Identifier: Apache-2.0 */
/* A report in the formats that people and other programs read. Everything that came from the
 * network is escaped for the format. */
#pragma once

#include "base/buf.h"
#include "check/check.h"

enum report_format {
    REPORT_TEXT,
    REPORT_JSON,
    REPORT_SARIF,
    REPORT_JUNIT,
    REPORT_HTML,
    REPORT_MARKDOWN,
    REPORT_FORMATS
};

enum { REPORT_BYTES_MAX = 64 << 20 };

struct report_style {
    bool colour; /* text: for a terminal */
    str options; /* what the re-test command repeats, quoted for a shell: "--resolver 127.0.0.1:53"
                  */
    str place;   /* SARIF: the file of the repository that stands for the deployment */
};

const char *report_format_name(enum report_format format);
bool report_format_parse(str name, enum report_format *ret);

/* Appends the report. The buffer's sticky error tells when it did not fit. */
void report_write(const struct report *r, enum report_format format,
                  const struct report_style *style, struct buf *b);

/* Appends all fixes as one Markdown file, in the order of what to do first, the zone lines
 * together.
 */
void report_plan(const struct report *r, const struct report_style *style, struct buf *b);

/* Appends the table of all checks: text, JSON, or Markdown (docs/checks.md). */
void report_list(enum report_format format, struct buf *b);
