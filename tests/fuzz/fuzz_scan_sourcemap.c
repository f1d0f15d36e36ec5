/* SPDX-License-Identifier: Apache-2.0 */
/* A source map, whatever a server calls one. */
#include <stdlib.h>

#include "scan/sourcemap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_source(void *user, str name, str content)
{
    size_t *left = user;
    if (name.n == 0 || name.n > SOURCEMAP_NAME_MAX || content.n > *left + 16) {
        abort();
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t most = size * 3;
    err e = sourcemap_each(str_n((const char *)data, size), on_source, &most);
    (void)err_ok(e);
    return 0;
}
