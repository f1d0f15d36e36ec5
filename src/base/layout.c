/* SPDX-License-Identifier: Apache-2.0 */
#include "base/layout.h"

#include "base/escape.h"
#include "base/utf8.h"

enum { TEXT_BYTES_MAX = 64 << 20 };

void layout_spaces(struct buf *b, size_t n)
{
    while (n-- > 0) {
        buf_add_byte(b, ' ');
    }
}

/* How many bytes of the text go on a line of `width` characters: up to the last space that fits, or
 * the whole width of a word that is longer. */
static size_t line_bytes(str s, size_t width)
{
    size_t characters = 0, at = 0, last_space = 0;
    str rest = s;
    for (uint32_t point; utf8_next(&rest, &point) && point != '\n';) {
        if (characters++ >= width) {
            return last_space ? last_space : at;
        }
        if (point == ' ' && at > 0) {
            last_space = at;
        }
        at = s.n - rest.n;
    }
    return at;
}

void layout_wrap(struct buf *b, str raw, size_t indent)
{
    struct buf clean;
    buf_init(&clean, TEXT_BYTES_MAX);
    escape_terminal(&clean, raw);
    str s = str_trim(buf_str(&clean));
    for (bool first = true; first || s.n > 0; first = false) {
        size_t n = line_bytes(s, LAYOUT_WIDTH - indent);
        if (!first) {
            layout_spaces(b, indent);
        }
        buf_add(b, str_slice(s, 0, n));
        buf_add_byte(b, '\n');
        while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\n')) {
            n++;
        }
        s = str_slice(s, n, s.n);
    }
    buf_done(&clean);
}
