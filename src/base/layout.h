/* SPDX-License-Identifier: Apache-2.0 */
/* Text in lines that fit a terminal. */
#pragma once

#include "base/buf.h"

enum { LAYOUT_WIDTH = 80 };

void layout_spaces(struct buf *b, size_t n);

/* Appends a text, cleaned (escape_terminal), from column `indent` on where the line stands already;
 * further lines begin there too. A word that is longer than a line is cut. Ends the line. */
void layout_wrap(struct buf *b, str raw, size_t indent);
