/* SPDX-License-Identifier: Apache-2.0 */
/* Which paragraph styles of a DOCX are headings. */
#pragma once

#include "know/format.h"

enum { DOCX_STYLES_MAX = 2000, DOCX_LEVEL_TITLE = 100, DOCX_LEVEL_CONTENTS = 101 };

struct docx_style {
    str name; /* styleId */
    str based_on;
    unsigned level; /* 1–9 heading, DOCX_LEVEL_…, 0 none */
};

struct docx_styles {
    struct docx_style *items;
    size_t count;
};

enum format_fault docx_styles_read(struct arena *a, str xml, struct docx_styles *ret);

/* Level of a style, through what it is based on. Built-in names count without styles ("Heading1").
 */
unsigned docx_style_level(const struct docx_styles *styles, str name);
