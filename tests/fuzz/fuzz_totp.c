/* SPDX-License-Identifier: Apache-2.0 */
/* What people type as a second factor: one-time passwords and recovery codes; and names that go
 * into an otpauth address. */
#include <stdlib.h>

#include "access/recovery.h"
#include "access/totp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Only the six digits of a step near now are taken, and each step once. */
static void try_code(str typed)
{
    static const str key = STR_INIT("12345678901234567890");
    uint64_t step, again;
    if (!totp_verify(key, typed, 59000, 0, &step)) {
        return;
    }
    uint32_t value = 0;
    size_t digits = 0;
    for (size_t i = 0; i < typed.n; i++) {
        check(typed.p[i] == ' ' || (typed.p[i] >= '0' && typed.p[i] <= '9'));
        value = typed.p[i] == ' ' ? value : value * 10 + (uint32_t)(typed.p[i] - '0');
        digits += typed.p[i] != ' ';
    }
    check(digits == TOTP_DIGITS && step <= 2 && totp_code(key, step, TOTP_DIGITS) == value);
    check(!totp_verify(key, typed, 59000, step, &again));
}

static void try_names(str text)
{
    struct arena a;
    str svg = STR_EMPTY;
    arena_init(&a, 4 << 20);
    str uri = totp_uri(&a, STR("12345678901234567890"), text, text);
    if (uri.p) {
        for (size_t i = 0; i < uri.n; i++) {
            check(uri.p[i] > ' ' && uri.p[i] <= '~' && !strchr("<>\"'\\", uri.p[i]));
        }
        if (err_ok(totp_qr_svg(&a, uri, &svg))) {
            check(str_starts(svg, STR("<svg ")) && str_ends(svg, STR("</svg>")));
        }
    }
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secret key = {0};
    struct crypto_digest hash;
    str text = str_n((const char *)data + 1, size - 1);
    if (size == 0 || !err_ok(crypto_init()) || !err_ok(secret_set(&key, STR("key")))) {
        return 0;
    }
    if (data[0] == 'n') {
        try_names(text);
    } else if (data[0] == 'r') {
        (void)recovery_hash(&key, STR("person"), text, &hash);
    } else {
        try_code(text);
    }
    secret_done(&key);
    return 0;
}
