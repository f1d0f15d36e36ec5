/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a DOCX (ISO/IEC 29500) that hold text, unpacked with limits. */
#pragma once

#include "base/buf.h"
#include "know/format.h"

enum {
    DOCX_ENTRIES_MAX = 5000,
    DOCX_PART_MAX = 64 << 20, /* unpacked bytes of one part */
    DOCX_RATIO_MAX = 200,     /* unpacked to packed, for parts above 1 MB */
};

struct docx_parts {
    struct buf document, styles, core; /* word/document.xml, word/styles.xml, docProps/core.xml */
    struct buf footnotes, endnotes;    /* word/footnotes.xml, word/endnotes.xml */
};

void docx_parts_init(struct docx_parts *parts);
void docx_parts_done(struct docx_parts *parts);

/* DAMAGED, ENCRYPTED, BOMB, OTHER_OFFICE (a spreadsheet, slides, OpenDocument), UNKNOWN (another
 * zip), NO_MEMORY. */
enum format_fault docx_unpack(str bytes, struct docx_parts *ret);
