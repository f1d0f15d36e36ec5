/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "access/cookie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str header = {(const char *)data, size}, value = STR_EMPTY;
    err e = cookie_find(header, STR("__Host-doorward_session"), &value);
    /* What is found lies within the header. */
    if (err_ok(e) && value.n > 0 &&
        (value.p < header.p || value.p + value.n > header.p + header.n)) {
        abort();
    }
    return 0;
}
