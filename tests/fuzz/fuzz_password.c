/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords and names in any bytes: judged and brought to one form, which stays as it is. Lines:
 * password, address, name. */
#include <stdlib.h>

#include "access/email.h"
#include "access/password_private.h"
#include "base/crypto.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void try_forms(str text)
{
    struct password_text one, two;
    if (password_text_nfc(&one, text)) {
        check(utf8_valid(one.s) && password_text_nfc(&two, one.s) && str_eq(one.s, two.s));
    }
    password_text_fold(&one, text);
    check(one.s.n <= sizeof one.room);
}

static void try_address(str text)
{
    struct arena a;
    str folded, again;
    arena_init(&a, 1 << 20);
    if (err_ok(email_fold(&a, text, &folded))) {
        check(err_ok(email_fold(&a, folded, &again)) && str_eq(folded, again));
        for (size_t i = 0; i < folded.n; i++) {
            check(folded.p[i] > ' ' && folded.p[i] <= '~' && str_lower(folded.p[i]) == folded.p[i]);
        }
    }
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct password_list none;
    str rest = str_n((const char *)data, size), parts[3] = {STR_EMPTY, STR_EMPTY, STR_EMPTY};
    for (size_t i = 0; i < 3 && str_split(&rest, '\n', &parts[i]); i++) {
    }
    try_forms(parts[0]);
    try_address(parts[1]);
    if (err_ok(password_judge_with(&none, parts[0], parts[1], parts[2]))) {
        check(utf8_valid(parts[0]) && parts[0].n >= PASSWORD_CHARS_MIN &&
              parts[0].n <= PASSWORD_BYTES_MAX);
    }
    return 0;
}
