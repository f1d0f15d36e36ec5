/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "know/know.h"

struct know_settings know_settings_default(void)
{
    struct know_settings s = {
        .document_bytes_max = 32ULL << 20,
        .text_bytes_max = 4ULL << 20,
        .documents_max = 20000,
        .depth_max = 8,
        .crawl_ms = 30 * 60 * 1000,
        .fetch_ms = 20 * 1000,
        .parse_ms = 20 * 1000,
        .parse_memory = 512ULL << 20,
    };
    (void)snprintf(s.user_agent, sizeof(s.user_agent), "Doorward/%s", DOORWARD_VERSION);
    return s;
}
