/* SPDX-License-Identifier: Apache-2.0 */
/* What registries say: a date only with its line, and both within the answer. */
#include <stdlib.h>

#include "check/facts/registration_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(str answer, str part)
{
    if (part.n > answer.n || part.p < answer.p || part.p + part.n > answer.p + answer.n) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str answer = str_n((const char *)data, size), line, value;
    int64_t ms = 0;
    if (registration_expiry(answer, &ms, &line)) {
        check_inside(answer, line);
        if (ms <= 0 || line.n == 0) {
            abort();
        }
    }
    if (registration_field(answer, STR("refer"), &value)) {
        check_inside(answer, value);
    }
    return 0;
}
