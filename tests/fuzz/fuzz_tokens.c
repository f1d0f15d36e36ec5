/* SPDX-License-Identifier: Apache-2.0 */
#include "know/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Both ways to terms end and agree in what they give. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    str text = str_n((const char *)data, size), terms = STR_EMPTY, each;
    struct know_term *list = NULL;
    size_t count = 0, at = 0;
    arena_init(&a, 64 << 20);
    if (err_ok(know_index_text(&a, text, &terms)) &&
        err_ok(know_terms(&a, text, SIZE_MAX, &list, &count))) {
        while (str_split(&terms, ' ', &each)) {
            if (!str_eq(each, STR(".")) && (at >= count || !str_eq(each, list[at++].text))) {
                __builtin_trap();
            }
        }
    }
    arena_done(&a);
    return 0;
}
