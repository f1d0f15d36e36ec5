/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as text of a format: what a terminal, a browser or a spreadsheet could obey, what hides
 * or reorders text, and malformed UTF-8 becomes U+FFFD. */
#pragma once

#include "base/buf.h"

void escape_terminal(struct buf *b, str s); /* line ends stay */
void escape_line(struct buf *b, str s);     /* the same on one line, of names and paths */
void escape_html(struct buf *b, str s);     /* also for attributes in double quotes */
void escape_xml(struct buf *b, str s);      /* the same for XML 1.0 attributes: line ends stay */
void escape_markdown(struct buf *b, str s); /* one line of running text */
void escape_markdown_code(struct buf *b, str s); /* an inline code span */
void escape_markdown_block(struct buf *b, const char *language, str s);

/* A CSV field (RFC 4180) with what follows it, defused so that a spreadsheet never runs it as a
 * formula. */
void escape_csv(struct buf *b, str s, bool last);

/* An argument of a shell's command, quoted when it needs it; bytes stay as they are. */
void escape_shell(struct buf *b, str s);
