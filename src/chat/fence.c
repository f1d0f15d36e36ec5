/* SPDX-License-Identifier: Apache-2.0 */
#include "chat/fence.h"

enum { MARKS_MIN = 3, INDENT_MAX = 40 };

struct reader {
    struct fence fence;
    size_t item;       /* column where the text of the list item begins; 0 outside of a list */
    size_t fence_item; /* of the item in which the block began */
};

static size_t blanks(str s)
{
    size_t n = 0;
    while (n < s.n && s.p[n] == ' ') {
        n++;
    }
    return n;
}

/* Length of "- " or "12. " at the front with the spaces behind it, 0 when there is none. */
static size_t list_mark(str s)
{
    size_t n = 0;
    while (n < s.n && n < 9 && s.p[n] >= '0' && s.p[n] <= '9') {
        n++;
    }
    bool sound = n < s.n && (n ? strchr(".)", s.p[n]) : strchr("-*+", s.p[n])) && s.p[n];
    size_t space = sound ? blanks(str_slice(s, n + 1, s.n)) : 0;
    return space ? n + 1 + space : 0;
}

static size_t fence_marks(str s)
{
    size_t n = 0;
    while (n < s.n && s.p[n] == s.p[0] && (s.p[0] == '`' || s.p[0] == '~')) {
        n++;
    }
    return n;
}

/* A line inside the block. False when the list that held the block has ended before it. */
static bool line_inside(struct reader *r, str line)
{
    size_t column = blanks(line);
    str rest = str_trim(line);
    size_t marks = fence_marks(rest);
    if (marks >= r->fence.marks && marks == rest.n && rest.p[0] == r->fence.mark) {
        r->fence.open = false;
        r->fence.line_open = true;
        return true;
    }
    r->fence.open = rest.n == 0 || column >= r->fence_item;
    return r->fence.open;
}

static void line_outside(struct reader *r, str line, size_t at, size_t next)
{
    size_t column = blanks(line), mark;
    if (column < r->item && column < line.n) {
        r->item = 0;
    }
    while ((mark = list_mark(str_slice(line, column, line.n))) > 0) {
        r->item = column += mark;
    }
    str rest = str_slice(line, column, line.n);
    size_t marks = fence_marks(rest);
    bool info = marks > 0 && str_find_byte(rest, '`', marks) == SIZE_MAX;
    if (marks >= MARKS_MIN && (info || rest.p[0] == '~')) {
        r->fence = (struct fence){.open = true,
                                  .line_open = true,
                                  .mark = rest.p[0],
                                  .marks = marks,
                                  .indent = column < INDENT_MAX ? column : INDENT_MAX,
                                  .at = at,
                                  .inside = next};
        r->fence_item = r->item;
    }
}

struct fence fence_find(str text)
{
    struct reader r = {0};
    for (size_t at = 0; at < text.n;) {
        size_t end = str_find_byte(text, '\n', at);
        size_t next = end == SIZE_MAX ? text.n : end + 1;
        str line = str_slice(text, at, end == SIZE_MAX ? text.n : end);
        r.fence.line_open = false;
        if (!r.fence.open || !line_inside(&r, line)) {
            line_outside(&r, line, at, next);
        }
        r.fence.last_line = end == SIZE_MAX;
        at = next;
    }
    r.fence.line_open = r.fence.line_open && r.fence.last_line;
    return r.fence;
}

void fence_close(const struct fence *fence, struct buf *b)
{
    if (fence->open) {
        buf_add_c(b, fence->last_line ? "\n" : "");
        for (size_t i = 0; i < fence->indent; i++) {
            buf_add_byte(b, ' ');
        }
        for (size_t i = 0; i < fence->marks; i++) {
            buf_add_byte(b, fence->mark);
        }
    }
}
