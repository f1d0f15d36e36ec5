/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content_private.h"
#include "scan/decode.h"

enum { STEP = 128 << 10 };

void utf16_feed_init(struct utf16_feed *f, struct scan_stream *stream, bool big_endian,
                     struct buf *buf)
{
    *f = (struct utf16_feed){.stream = stream, .big_endian = big_endian, .buf = buf};
}

static void convert(struct utf16_feed *f, str units)
{
    while (units.n > 0) {
        str step = str_slice(units, 0, STEP);
        buf_clear(f->buf);
        (void)decode_utf16(step, f->big_endian, f->buf);
        scan_stream_add(f->stream, buf_str(f->buf));
        units = str_slice(units, step.n, units.n);
    }
}

/* True when the unit at `at` is the first half of a pair. */
static bool is_first_half(const struct utf16_feed *f, const char *at)
{
    return ((unsigned char)at[f->big_endian ? 0 : 1] & 0xfc) == 0xd8;
}

void utf16_feed_add(struct utf16_feed *f, str piece)
{
    while (piece.n > 0 && f->carried > 0) {
        f->carry[f->carried++] = piece.p[0];
        piece = str_slice(piece, 1, piece.n);
        if (f->carried == 4 || (f->carried == 2 && !is_first_half(f, f->carry))) {
            convert(f, str_n(f->carry, f->carried));
            f->carried = 0;
        }
    }
    size_t n = piece.n & ~(size_t)1;
    if (n >= 2 && is_first_half(f, piece.p + n - 2)) {
        n -= 2;
    }
    convert(f, str_slice(piece, 0, n));
    for (size_t i = n; i < piece.n; i++) {
        f->carry[f->carried++] = piece.p[i];
    }
}
