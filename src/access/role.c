/* SPDX-License-Identifier: Apache-2.0 */
#include "access/role.h"

enum {
    VIEWER_MAY = PERMISSION_PROJECT_READ | PERMISSION_PROJECT_SEARCH | PERMISSION_SOURCES_READ,
    AGENT_MAY = VIEWER_MAY | PERMISSION_CHATS_READ | PERMISSION_LEADS_READ | PERMISSION_CHAT_CREATE,
    EDITOR_MAY = AGENT_MAY | PERMISSION_SOURCES_CREATE | PERMISSION_SOURCES_DELETE |
                 PERMISSION_SYNC | PERMISSION_CHECKS_RUN,
};

static const struct {
    str name;
    permissions may;
} roles[] = {
    [ROLE_NONE] = {STR_INIT(""), PERMISSION_NONE},
    [ROLE_VIEWER] = {STR_INIT("viewer"), VIEWER_MAY},
    [ROLE_AGENT] = {STR_INIT("agent"), AGENT_MAY},
    [ROLE_EDITOR] = {STR_INIT("editor"), EDITOR_MAY},
    [ROLE_ADMIN] = {STR_INIT("admin"), PERMISSION_ALL},
    [ROLE_OWNER] = {STR_INIT("owner"), PERMISSION_ALL},
};

/* A number from elsewhere that is no role gives no rights. */
static bool is_role(enum role role) { return (size_t)role < sizeof roles / sizeof *roles; }

permissions role_permissions(enum role role)
{
    return is_role(role) ? roles[role].may : PERMISSION_NONE;
}

const char *role_name(enum role role) { return is_role(role) ? roles[role].name.p : ""; }

enum role role_parse(str name)
{
    for (unsigned i = ROLE_VIEWER; i <= ROLE_OWNER; i++) {
        if (str_eq(name, roles[i].name)) {
            return (enum role)i;
        }
    }
    return str_eq(name, STR("maintainer")) ? ROLE_EDITOR : ROLE_NONE;
}

enum role role_on_project(const struct member_row *member, const id *project)
{
    if (!is_role(member->role) || id_none(project)) {
        return ROLE_NONE;
    }
    enum role role = member->all_projects ? member->role : ROLE_NONE;
    bool listed = false;
    for (size_t i = 0; i < member->project_count; i++) {
        const struct member_project *one = &member->projects[i];
        if (!id_eq(&one->project, project)) {
            continue;
        }
        enum role highest = listed || member->all_projects ? role : member->role;
        role = !is_role(one->role) ? ROLE_NONE : one->role < highest ? one->role : highest;
        listed = true;
    }
    return role;
}

bool role_may_manage(enum role own, enum role other)
{
    return is_role(own) && is_role(other) && other != ROLE_NONE && other <= own &&
           (role_permissions(own) & PERMISSION_TEAM_MANAGE) != 0;
}
