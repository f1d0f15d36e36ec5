/* SPDX-License-Identifier: Apache-2.0 */
/* Content-Security-Policy, read and judged. */
#include <stdlib.h>

#include "check/rows/csp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct csp csp;
    struct csp_finding list[CSP_FINDINGS_MAX];
    size_t warnings;
    arena_init(&a, 4 << 20);
    if (err_ok(csp_read(&a, str_n((const char *)data, size), &csp))) {
        size_t count = csp_judge(&a, &csp, list, &warnings);
        if (count > CSP_FINDINGS_MAX || csp.count > CSP_DIRECTIVES_MAX) {
            abort();
        }
    }
    arena_done(&a);
    return 0;
}
