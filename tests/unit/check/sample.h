/* SPDX-License-Identifier: Apache-2.0 */
/* A report as a real run gives it, and one whose every text is hostile. */
#pragma once

#include "check/report/report.h"

/* What a hostile server would like a terminal, a browser or a parser to do. */
extern const char sample_hostile[];

struct report *sample_report(void);
/* Everything wrong at once: escape sequences, markup, ]]>, invalid UTF-8, and no end. */
struct report *sample_hostile_report(void);
struct report_style sample_style(void);
