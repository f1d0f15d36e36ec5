/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of one page as pdftotext -layout places them: two columns of prose become one after the
 * other. */
#pragma once

#include "base/arena.h"

struct pdf_lines {
    str *lines;
    size_t count;
};

enum { PDF_LINES_MAX = 2000 }; /* of one page; later ones are left out */

/* Splits a page into lines in reading order, trailing white space removed. False: no memory. */
bool pdf_page_lines(struct arena *a, str page, struct pdf_lines *ret);

/* A key that is the same for page headers and footers that differ only in numbers and white space.
 */
uint64_t pdf_line_key(str line);
