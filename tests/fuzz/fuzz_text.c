/* SPDX-License-Identifier: Apache-2.0 */
/* Cleaning gives valid text and does it once: cleaning again changes nothing. */
#include "base/utf8.h"
#include "guard/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    str out, again;
    arena_init(&a, 16 << 20);
    if (err_ok(guard_text_clean(&a, (str){(const char *)data, size}, 4000, &out))) {
        bool stable = err_ok(guard_text_clean(&a, out, 4000, &again)) && str_eq(out, again);
        if (!stable || !utf8_valid(out)) {
            __builtin_trap();
        }
    }
    arena_done(&a);
    return 0;
}
