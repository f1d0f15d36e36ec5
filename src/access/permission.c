/* SPDX-License-Identifier: Apache-2.0 */
#include "access/permission.h"

static const struct {
    const char *name;
    permissions value;
} names[] = {
#define PERMISSION_ROW(name, text) {text, PERMISSION_##name},
    PERMISSIONS(PERMISSION_ROW)
#undef PERMISSION_ROW
        {"create_chat", PERMISSION_CHAT_CREATE},
    {"sources_create", PERMISSION_SOURCES_CREATE},
    {"sources_delete", PERMISSION_SOURCES_DELETE},
};

permissions permission_parse(str name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(name, str_c(names[i].name))) {
            return names[i].value;
        }
    }
    return PERMISSION_NONE;
}

const char *permission_name(permissions one)
{
    for (size_t i = 0; i < PERMISSION_COUNT; i++) {
        if (names[i].value == one) {
            return names[i].name;
        }
    }
    return "";
}
