/* SPDX-License-Identifier: Apache-2.0 */
#include "check/intent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct intent intent;
    str reason = STR_EMPTY;
    arena_init(&a, 8 << 20);
    (void)err_ok(intent_parse(&a, str_n((const char *)data, size), "fuzz", &intent, &reason));
    arena_done(&a);
    return 0;
}
