/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/takeover.h"

#include "check/takeover.inc"

static bool is_under(str name, str suffix)
{
    return str_eq(name, suffix) ||
           (name.n > suffix.n && str_ends(name, suffix) && name.p[name.n - suffix.n - 1] == '.');
}

const struct takeover *takeover_of(str name)
{
    for (const struct takeover *t = takeovers; t->service; t++) {
        if (t->suffix[0] != '\0' && is_under(name, str_c(t->suffix))) {
            return t;
        }
    }
    return NULL;
}

const struct takeover *takeover_shown(str name, str body)
{
    for (const struct takeover *t = takeovers; t->service; t++) {
        bool asked = t->suffix[0] == '\0' || is_under(name, str_c(t->suffix));
        if (asked && t->text[0] != '\0' && str_find(body, str_c(t->text), 0) != SIZE_MAX) {
            return t;
        }
    }
    return NULL;
}
