/* SPDX-License-Identifier: Apache-2.0 */
/* The running text of a DOCX: what the elements of its runs stand for, without what Word keeps
 * beside it (deleted text, codes of fields, copies for older readers). */
#pragma once

#include "base/buf.h"
#include "know/xml.h"

struct docx_run {
    struct buf *text; /* borrowed */
    char line;        /* what a line break becomes */
    unsigned skip;    /* depth below an element that is left out */
    bool open;        /* within w:t */
};

/* Takes the reader's event. True when it was text or left out and is of no further interest. */
bool docx_run_event(struct docx_run *run, const struct xml_reader *x);
