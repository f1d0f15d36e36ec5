/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/shown.h"

#include <stdio.h>

#include "base/utf8.h"

enum { MASKED_MAX = 16 };

static bool is_masked(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || utf8_is_hidden(code);
}

bool shown_is_plain(str name)
{
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] < ' ' || name.p[i] > '~') { /* also what is no ASCII, where char is signed */
            return false;
        }
    }
    return true;
}

/* One character; *name goes on behind it. */
static str show_one(str *name, char masked[MASKED_MAX])
{
    str before = *name;
    uint32_t code = 0;
    (void)utf8_next(name, &code);
    str raw = str_n(before.p, before.n - name->n);
    int n;
    if (code == 0xfffd && !str_eq(raw, STR("\xef\xbf\xbd"))) {
        *name = str_slice(before, 1, before.n);
        n = snprintf(masked, MASKED_MAX, "\\x%02x", (unsigned)(unsigned char)before.p[0]);
    } else if (!is_masked(code)) {
        return raw;
    } else if (code == '\n') {
        return STR("\\n");
    } else if (code < 0x80) {
        n = snprintf(masked, MASKED_MAX, "\\x%02x", (unsigned)code);
    } else {
        n = snprintf(masked, MASKED_MAX, "\\u{%x}", (unsigned)code);
    }
    return str_n(masked, n > 0 ? (size_t)n : 0);
}

size_t shown_name(str name, char *to, size_t room)
{
    size_t n = 0;
    while (name.n > 0) {
        char masked[MASKED_MAX];
        str one = show_one(&name, masked);
        if (one.n > room - n) {
            break;
        }
        memcpy(to + n, one.p, one.n);
        n += one.n;
    }
    return n;
}
