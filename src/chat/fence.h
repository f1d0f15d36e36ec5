/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the fenced code block in which a text of Markdown ends (CommonMark 0.30, section 4.5), at
 * the margin or inside a list, so that prose may follow it. Private to chat/. */
#pragma once

#include "base/buf.h"

struct fence {
    bool open;      /* the text ends inside a block */
    bool line_open; /* the text ends on a fence's own line: what follows would belong to it */
    bool last_line; /* the text ends within a line */
    char mark;      /* "`" or "~" */
    size_t marks, indent;
    size_t at, inside; /* where the line that opened the block begins, and where its code begins */
};

/* Reads a text from its beginning. */
struct fence fence_find(str text);

/* Appends the closing fence when a block is open. A line feed must follow when line_open was set
 * or something was appended. */
void fence_close(const struct fence *fence, struct buf *b);
