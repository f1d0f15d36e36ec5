/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/finding.h"

enum { SHOWN_MAX = 4, SHOWN_PART = 5 };

str finding_mask(struct arena *a, str secret)
{
    size_t n = secret.n / SHOWN_PART < SHOWN_MAX ? secret.n / SHOWN_PART : SHOWN_MAX;
    for (size_t i = 0; i < n; i++) {
        n = secret.p[i] > ' ' && secret.p[i] < 0x7f ? n : i;
    }
    str text = arena_printf(a, "%.*s…(masked)", (int)n, secret.p);
    return text.p ? text : STR("…(masked)");
}
