/* SPDX-License-Identifier: Apache-2.0 */
#include "know/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct know_document document = {0};
    struct format_input in = {str_n((const char *)data, size), STR("x.xml"), STR_EMPTY, 1 << 20};
    arena_init(&a, 64 << 20);
    (void)format_read(&a, FORMAT_KIND_SITEMAP, &in, &document);
    arena_done(&a);
    return 0;
}
