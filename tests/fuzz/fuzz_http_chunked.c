/* SPDX-License-Identifier: Apache-2.0 */
/* A chunked body in one piece and byte by byte must end the same way with the same number of bytes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "http/h1_chunked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum h1_result run(str in, size_t step, size_t *ret_body)
{
    struct h1_chunked c;
    enum h1_result result = H1_MORE;
    h1_chunked_init(&c);
    for (size_t at = 0; at < in.n && result == H1_MORE; at += step) {
        str part = str_slice(in, at, at + step), body;
        while (part.n && result == H1_MORE) {
            result = h1_chunked_feed(&c, &part, &body);
            *ret_body += body.n;
        }
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = 0, parts = 0;
    str in = {(const char *)data, size};
    if (size && (run(in, size, &whole) != run(in, 1, &parts) || whole != parts)) {
        abort();
    }
    return 0;
}
