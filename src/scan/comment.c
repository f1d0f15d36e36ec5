/* SPDX-License-Identifier: Apache-2.0 */
/* Inline comments that allow a secret on their line or the next. */
#include "scan/engine_private.h"

enum { COMMENT_LINE_MAX = 4096, REASON_MAX = 200, MARKS = 3 };

/* The first is our own and needs a reason. */
static const str marks[MARKS] = {
    STR_INIT("doorward:allow"),
    STR_INIT("gitleaks:allow"),
    STR_INIT("pragma: allowlist secret"),
};

static str line_around(str text, size_t at)
{
    size_t low = at > COMMENT_LINE_MAX ? at - COMMENT_LINE_MAX : 0;
    size_t high = text.n - at > COMMENT_LINE_MAX ? at + COMMENT_LINE_MAX : text.n;
    const char *before = memrchr(text.p + low, '\n', at - low);
    size_t end = str_find_byte(str_slice(text, 0, high), '\n', at);
    return str_slice(text, before ? (size_t)(before - text.p) + 1 : low,
                     end == SIZE_MAX ? high : end);
}

/* What stands after the mark, without the end of the comment it is in. */
static str reason_after(str line, size_t at)
{
    static const str ends[] = {STR_INIT("*/"), STR_INIT("-->"), STR_INIT("#}"), STR_INIT("%>")};
    str reason = str_slice(line, at, line.n);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        reason = str_slice(reason, 0, str_find(reason, ends[i], 0));
    }
    reason = str_trim(reason);
    while (reason.n > 0 && str_find_byte(STR(":=-,;"), reason.p[0], 0) != SIZE_MAX) {
        reason = str_trim(str_slice(reason, 1, reason.n));
    }
    return str_slice(reason, 0, REASON_MAX);
}

/* The mark and where it stands. */
static bool find_mark(str line, size_t *ret_mark, size_t *ret_at)
{
    for (size_t i = 0; i < MARKS; i++) {
        size_t at = str_find(line, marks[i], 0);
        if (at != SIZE_MAX) {
            *ret_mark = i;
            *ret_at = at;
            return true;
        }
    }
    return false;
}

static bool has_letters(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = str_lower(s.p[i]);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            return true;
        }
    }
    return false;
}

/* `alone`: nothing but the comment may stand in the line. */
static enum allow_comment in_line(str line, bool alone, str *ret_reason)
{
    size_t mark, at;
    if (!find_mark(line, &mark, &at) || (alone && has_letters(str_slice(line, 0, at)))) {
        return ALLOW_NONE;
    }
    str reason = mark == 0 ? reason_after(line, at + marks[mark].n) : marks[mark];
    if (str_empty(reason)) {
        return ALLOW_NO_REASON;
    }
    *ret_reason = reason;
    return ALLOW_REASON;
}

enum allow_comment allow_comment_find(str block, size_t offset, str *ret_reason)
{
    str line = line_around(block, offset);
    enum allow_comment found = in_line(line, false, ret_reason);
    size_t start = (size_t)(line.p - block.p);
    if (found == ALLOW_NONE && start > 0 && block.p[start - 1] == '\n') {
        found = in_line(line_around(block, start - 1), true, ret_reason);
    }
    return found;
}
