/* SPDX-License-Identifier: Apache-2.0 */
#include "check/intent.h"

enum { P95_MS = 500, SAMPLES = 20 };

struct intent intent_default(void)
{
    return (struct intent){.sends_mail = true, .latency = {.p95_ms = P95_MS, .samples = SAMPLES}};
}
