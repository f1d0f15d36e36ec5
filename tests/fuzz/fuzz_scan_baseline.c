/* SPDX-License-Identifier: Apache-2.0 */
/* Baselines of the scanner: what is taken can be looked up. */
#include <stdlib.h>

#include "base/crypto.h"
#include "scan/scan_baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rule rule = {.id = "sample-key"};
    struct finding f = {.rule = &rule, .fingerprint = "00112233445566778899aabbccddeeff"};
    struct scan_baseline b = {0};
    struct arena a;
    str reason = STR_EMPTY;
    if (!err_ok(crypto_init())) {
        return 0;
    }
    arena_init(&a, 32 << 20);
    err e = scan_baseline_read(&a, str_n((const char *)data, size), false, &b, &reason);
    check(err_ok(e) || !str_empty(reason) || e.code == ERR_NO_MEMORY);
    const struct scan_baseline_entry *found = scan_baseline_find(&b, &f);
    size_t same = 0;
    for (size_t i = 0; i < b.count; i++) {
        check(b.entries[i].reason.n <= SCAN_REASON_MAX && b.entries[i].until_ms != 0);
        same += str_eq(b.entries[i].fingerprint, str_c(f.fingerprint)) &&
                str_eq(b.entries[i].rule, str_c(rule.id));
    }
    check((found != NULL) == (same > 0));
    arena_done(&a);
    return 0;
}
