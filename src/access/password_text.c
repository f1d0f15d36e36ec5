/* SPDX-License-Identifier: Apache-2.0 */
#include <utf8proc.h>

#include "access/password_private.h"
#include "base/crypto.h"

static bool map(struct password_text *text, str s, utf8proc_option_t options)
{
    utf8proc_ssize_t n = utf8proc_decompose((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n,
                                            text->room, PASSWORD_CODES_MAX, options);
    if (n < 0 || n > PASSWORD_CODES_MAX) {
        return false;
    }
    n = utf8proc_reencode(text->room, n, options);
    text->s = str_n((const char *)text->room, n < 0 ? 0 : (size_t)n);
    return n >= 0;
}

bool password_text_nfc(struct password_text *text, str s)
{
    return map(text, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

void password_text_fold(struct password_text *text, str s)
{
    if (map(text, s,
            UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                UTF8PROC_STRIPMARK | UTF8PROC_IGNORE)) {
        return;
    }
    char *out = (char *)text->room;
    size_t n = s.n < sizeof text->room ? s.n : sizeof text->room;
    for (size_t i = 0; i < n; i++) {
        out[i] = str_lower(s.p[i]);
    }
    text->s = str_n(out, n);
}

void password_text_done(struct password_text *text) { crypto_wipe(text, sizeof *text); }
