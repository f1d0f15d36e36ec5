/* SPDX-License-Identifier: Apache-2.0 */
/* Footnotes and endnotes of a DOCX, by the number that the text refers to them with. */
#pragma once

#include "know/format.h"

enum { DOCX_NOTES_MAX = 10000 }; /* numbers; notes with higher ones are left out */

struct docx_notes {
    str *texts; /* at their numbers; in the arena */
    size_t count;
};

/* Reads word/footnotes.xml (`element` "footnote") or word/endnotes.xml ("endnote"); no text gives
 * no notes. At most text_max bytes of text, else TOO_MUCH_TEXT. */
enum format_fault docx_notes_read(struct arena *a, str xml, const char *element, size_t text_max,
                                  struct docx_notes *ret);

/* Gives a note, once: a note that is referred to again would only repeat itself. Empty when there
 * is none. */
str docx_notes_take(struct docx_notes *notes, str number);
