/* SPDX-License-Identifier: Apache-2.0 */
/* Inline comments that allow a secret on their line or the next. */
#include "scan/engine_private.h"

enum { COMMENT_LINE_MAX = 4096, REASON_MAX = 200 };

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
    str reason = str_trim(str_slice(line, at, line.n));
    while (reason.n > 0 && memchr(":=-,;", reason.p[0], 5)) {
        reason = str_trim(str_slice(reason, 1, reason.n));
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t found = str_find(reason, ends[i], 0);
        reason = str_trim(str_slice(reason, 0, found));
    }
    return str_slice(reason, 0, REASON_MAX);
}

static enum allow_comment in_line(str line, str *ret_reason)
{
    static const str own = STR_INIT("doorward:allow");
    static const str others[] = {STR_INIT("gitleaks:allow"), STR_INIT("pragma: allowlist secret")};
    size_t at = str_find(line, own, 0);
    if (at != SIZE_MAX) {
        str reason = reason_after(line, at + own.n);
        if (str_empty(reason)) {
            return ALLOW_NO_REASON;
        }
        *ret_reason = reason;
        return ALLOW_REASON;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (str_find(line, others[i], 0) != SIZE_MAX) {
            *ret_reason = others[i];
            return ALLOW_REASON;
        }
    }
    return ALLOW_NONE;
}

enum allow_comment allow_comment_find(str block, size_t offset, str *ret_reason)
{
    str line = line_around(block, offset);
    enum allow_comment found = in_line(line, ret_reason);
    size_t start = (size_t)(line.p - block.p);
    if (found == ALLOW_NONE && start > 0 && block.p[start - 1] == '\n') {
        found = in_line(line_around(block, start - 1), ret_reason);
    }
    return found;
}
