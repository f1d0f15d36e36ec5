/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config config;
    struct arena a;
    str reason = STR_EMPTY;
    arena_init(&a, 8 << 20);
    if (err_ok(config_read(&a, str_n((const char *)data, size), "fuzz", "/nonexistent", &config,
                           &reason))) {
        config_done(&config);
    }
    arena_done(&a);
    return 0;
}
