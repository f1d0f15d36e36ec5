/* SPDX-License-Identifier: Apache-2.0 */
/* The first line is the path to ask for, the rest is robots.txt. */
#include "know/robots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct robots robots;
    str text = str_n((const char *)data, size), path = STR_EMPTY;
    (void)str_split(&text, '\n', &path);
    arena_init(&a, 4 << 20);
    if (err_ok(robots_parse(&a, text, STR("Doorward"), &robots))) {
        (void)robots_allows(&robots, path);
    }
    arena_done(&a);
    return 0;
}
