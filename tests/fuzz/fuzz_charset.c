/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses a declared encoding; what comes out must be UTF-8. */
#include <stdlib.h>

#include "base/utf8.h"
#include "know/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"",        "utf-8", "utf-16be", "shift_jis",
                                        "gb18030", "big5",  "euc-kr",   "koi8-r"};
    struct arena a;
    str text = STR_EMPTY;
    arena_init(&a, 16 << 20);
    if (size &&
        err_ok(charset_decode(&a, str_n((const char *)data + 1, size - 1),
                              str_c(names[data[0] % 8]), data[0] & 8, &text)) &&
        !utf8_valid(text)) {
        abort();
    }
    arena_done(&a);
    return 0;
}
