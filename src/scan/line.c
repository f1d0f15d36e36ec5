/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/engine_private.h"

void lines_advance(struct line_counter *l, str block, uint64_t base, uint64_t offset)
{
    if (offset <= l->at) {
        return;
    }
    const char *p = block.p + (l->at - base), *end = block.p + (offset - base);
    for (const char *found; p < end && (found = memchr(p, '\n', (size_t)(end - p)));
         p = found + 1) {
        l->line += l->line < UINT32_MAX;
        l->start = base + (uint64_t)(found - block.p) + 1;
    }
    l->at = offset;
}

void lines_find(const struct line_counter *l, str block, uint64_t base, uint64_t offset,
                unsigned *ret_line, unsigned *ret_column)
{
    struct line_counter here = *l;
    lines_advance(&here, block, base, offset);
    uint64_t column = offset - here.start + 1;
    *ret_line = here.line;
    *ret_column = column > UINT32_MAX ? UINT32_MAX : (unsigned)column;
}
