/* SPDX-License-Identifier: Apache-2.0 */
/* What hides a secret: the first byte says which decoder, the second where it looks. */
#include <stdlib.h>

#include "scan/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUT_MAX = 1 << 20, DECODERS = 7 };

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool decode(unsigned which, str text, size_t at, struct buf *out, struct decoded *d)
{
    bool big = false;
    switch (which) {
    case 0:
        return decode_base64(text, at, out, d);
    case 1:
        return decode_hex(text, at, out, d);
    case 2:
        return decode_escapes(text, out);
    case 3:
        return decode_join(text, out);
    case 4:
        return decode_utf16(text, decode_is_utf16(text, &big) && big, out);
    case 5:
        return decode_gunzip(text, out);
    default:
        return decode_utf16(text, true, out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    unsigned which = data[0] % DECODERS;
    str text = str_n((const char *)data + 2, size - 2);
    size_t at = text.n ? text.n * data[1] / 256 : 0;
    struct decoded d = {0, 0};
    struct buf out;
    buf_init(&out, OUT_MAX);
    if (decode(which, text, at, &out, &d)) {
        check(!out.failed);
        check(which == 5 || out.n <= text.n * 3);
        check(which > 1 || (d.from <= at + 4 && at < d.to + 4 && d.to <= text.n && out.n > 0));
        check(which != 3 || out.n < text.n);
    }
    buf_done(&out);
    return 0;
}
