/* SPDX-License-Identifier: Apache-2.0 */
/* What a key may do (API.md, "Credentials"). */
#pragma once

#include <stdint.h>

#include "base/buf.h"

/* X(name, text) */
#define PERMISSIONS(X)                                                                             \
    X(PROJECT_READ, "project_read")                                                                \
    X(PROJECT_SEARCH, "project_search")                                                            \
    X(SOURCES_READ, "project_sources_read")                                                        \
    X(SOURCES_CREATE, "project_sources_create")                                                    \
    X(SOURCES_DELETE, "project_sources_delete")                                                    \
    X(SYNC, "project_sync")                                                                        \
    X(CHAT_CREATE, "chat_create")                                                                  \
    X(LEADS_READ, "leads_read")                                                                    \
    X(CHATS_READ, "chats_read")                                                                    \
    X(CHATS_DELETE, "chats_delete")                                                                \
    X(KEYS_MANAGE, "keys_manage")                                                                  \
    X(PROJECT_MANAGE, "project_manage")                                                            \
    X(TEAM_MANAGE, "team_manage")                                                                  \
    X(AUDIT_READ, "audit_read")                                                                    \
    X(CHECKS_RUN, "checks_run")                                                                    \
    X(METRICS_READ, "metrics_read")

enum permission_bit {
#define PERMISSION_BIT(name, text) PERMISSION_BIT_##name,
    PERMISSIONS(PERMISSION_BIT)
#undef PERMISSION_BIT
        PERMISSION_COUNT
};

/* A set of permissions, one bit each. */
typedef uint64_t permissions;

enum permission_value {
    PERMISSION_NONE = 0,
#define PERMISSION_VALUE(name, text) PERMISSION_##name = 1 << PERMISSION_BIT_##name,
    PERMISSIONS(PERMISSION_VALUE)
#undef PERMISSION_VALUE
        PERMISSION_ALL = (1 << PERMISSION_COUNT) - 1,
    /* What a key that a browser holds may do at most. */
    PERMISSION_BROWSER_SAFE =
        PERMISSION_PROJECT_READ | PERMISSION_PROJECT_SEARCH | PERMISSION_CHAT_CREATE
};

/* Reads one name or its alias (create_chat, sources_create, sources_delete); 0 when unknown. */
permissions permission_parse(str name);

/* Gives the name of a single permission, "" for none. */
const char *permission_name(permissions one);
