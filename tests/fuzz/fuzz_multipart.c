/* SPDX-License-Identifier: Apache-2.0 */
#include "http/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct multipart_part *parts;
    size_t count;
    str all = str_n((const char *)data, size), boundary;
    arena_init(&a, 1 << 20);
    size_t line = str_find_byte(all, '\n', 0);
    if (multipart_boundary(str_slice(all, 0, line), &boundary)) {
        err e = multipart_parse(&a, str_slice(all, line == SIZE_MAX ? size : line + 1, size),
                                boundary, &parts, &count);
        for (size_t i = 0; err_ok(e) && i < count; i++) {
            if (parts[i].content.n > size || parts[i].name.n > size) {
                __builtin_trap();
            }
        }
    }
    arena_done(&a);
    return 0;
}
