/* SPDX-License-Identifier: Apache-2.0 */
#include <qrencode.h>

#include "access/totp.h"
#include "base/buf.h"
#include "base/crypto.h"

enum { QUIET = 4, URI_MAX = 1024, SVG_MAX = 256 << 10 };

/* One closed box for each run of dark modules in a row. */
static void add_path(struct buf *b, const unsigned char *modules, int width)
{
    for (int y = 0; y < width; y++) {
        for (int x = 0; x < width;) {
            int run = 0;
            while (x + run < width && modules[y * width + x + run] & 1) {
                run++;
            }
            if (run) {
                buf_addf(b, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
            }
            x += run ? run : 1;
        }
    }
}

err totp_qr_svg(struct arena *a, str uri, str *ret)
{
    if (str_empty(uri) || uri.n > URI_MAX) {
        return err_new(ERR_INVALID, "the text does not fit into a QR code");
    }
    QRcode *code = QRcode_encodeData((int)uri.n, (const unsigned char *)uri.p, 0, QR_ECLEVEL_M);
    if (!code) {
        return err_new(ERR_NO_MEMORY, "no memory for a QR code");
    }
    struct buf b;
    int side = code->width + 2 * QUIET;
    buf_init(&b, SVG_MAX);
    buf_addf(&b,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
             "shape-rendering=\"crispEdges\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>"
             "<path fill=\"#000\" d=\"",
             side, side, side, side);
    add_path(&b, code->data, code->width);
    buf_add_c(&b, "\"/></svg>");
    crypto_wipe(code->data, (size_t)code->width * (size_t)code->width);
    QRcode_free(code);
    err e = buf_err(&b);
    str kept = err_ok(e) ? arena_str(a, buf_str(&b)) : STR_EMPTY;
    buf_wipe(&b);
    if (err_ok(e) && !kept.p) {
        e = err_new(ERR_NO_MEMORY, "no memory for a QR code");
    }
    if (err_ok(e)) {
        *ret = kept;
    }
    return e;
}
