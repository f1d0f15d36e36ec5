/* SPDX-License-Identifier: Apache-2.0 */
/* Roles and projects of people in their team. */
#include "api/admin.h"
#include "api/authorize.h"

enum role admin_role(const struct call *call)
{
    return call->who.kind == PRINCIPAL_STAFF ? call->who.staff.member.role : ROLE_ADMIN;
}

err admin_projects_load(struct call *call, struct admin_projects *ret)
{
    return store_project_list(call->app->store, call->a, &call->who.team, &ret->rows, &ret->count);
}

const struct project_row *admin_project_by_slug(const struct admin_projects *projects, str slug)
{
    for (size_t i = 0; i < projects->count; i++) {
        if (str_eq(projects->rows[i].slug, slug)) {
            return &projects->rows[i];
        }
    }
    return NULL;
}

const struct project_row *admin_project_by_id(const struct admin_projects *projects,
                                              const id *project)
{
    for (size_t i = 0; i < projects->count; i++) {
        if (id_eq(&projects->rows[i].id, project)) {
            return &projects->rows[i];
        }
    }
    return NULL;
}

static err read_role(struct call *call, const json_t *object, enum role *ret)
{
    str name;
    enum role role = json_get_str(object, "role", &name) ? role_parse(name) : ROLE_NONE;
    if (role == ROLE_NONE) {
        return unprocessable(call, STR("a role is one of owner, admin, editor, agent and viewer"));
    }
    *ret = role;
    return ERR_NONE;
}

static err read_projects(struct call *call, const json_t *list, struct admin_place *place)
{
    struct admin_projects projects;
    size_t count = json_array_size(list);
    struct member_project *rows = arena_array(call->a, count + 1, sizeof *rows);
    err e = rows ? admin_projects_load(call, &projects) : err_new(ERR_NO_MEMORY, "out of memory");
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        str slug;
        const json_t *item = json_array_get(list, i);
        const struct project_row *project =
            json_get_str(item, "slug", &slug) ? admin_project_by_slug(&projects, slug) : NULL;
        if (!project) {
            return route_not_found();
        }
        rows[i] = (struct member_project){.project = project->id, .role = place->role};
        e = json_object_get(item, "role") ? read_role(call, item, &rows[i].role) : ERR_NONE;
        if (err_ok(e) && rows[i].role > place->role) {
            return unprocessable(call, STR("a role on a project is at most the one in the team"));
        }
    }
    if (err_ok(e)) {
        place->all_projects = false;
        place->projects = rows;
        place->project_count = count;
    }
    return e;
}

/* A lower role in the team takes the projects' roles down with it. */
static err lower_projects(struct call *call, struct admin_place *place)
{
    struct member_project *rows = arena_array(call->a, place->project_count + 1, sizeof *rows);
    if (!rows) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < place->project_count; i++) {
        rows[i] = place->projects[i];
        rows[i].role = rows[i].role > place->role ? place->role : rows[i].role;
    }
    place->projects = rows;
    return ERR_NONE;
}

err admin_place_read(struct call *call, struct admin_place *place)
{
    const json_t *projects = json_object_get(call->body, "projects");
    str all;
    err e = body_has(call, "role") ? read_role(call, call->body, &place->role) : ERR_NONE;
    if (err_ok(e) && !role_may_manage(admin_role(call), place->role)) {
        return err_new(ERR_FORBIDDEN, "this role is not yours to give");
    }
    e = err_ok(e) ? lower_projects(call, place) : e;
    if (!err_ok(e) || !projects || json_is_null(projects)) {
        return e;
    }
    if (json_is_array(projects)) {
        return read_projects(call, projects, place);
    }
    if (!json_get_str(call->body, "projects", &all) || !str_eq(all, STR("all"))) {
        return unprocessable(
            call, STR("\"projects\" is \"all\" or a list of {\"slug\",\"role\"} of this team"));
    }
    place->all_projects = true;
    place->project_count = 0;
    return ERR_NONE;
}

void admin_place_json(struct buf *b, const struct admin_projects *projects,
                      const struct admin_place *place)
{
    bool first = true;
    answer_member(b, "role", str_c(role_name(place->role)));
    answer_member_name(b, "projects");
    if (place->all_projects) {
        buf_add_c(b, "\"all\"");
        return;
    }
    buf_add_byte(b, '[');
    for (size_t i = 0; i < place->project_count; i++) {
        const struct project_row *project =
            admin_project_by_id(projects, &place->projects[i].project);
        if (!project) {
            continue; /* of another team, or gone meanwhile */
        }
        buf_add_c(b, first ? "{" : ",{");
        first = false;
        answer_member(b, "slug", project->slug);
        answer_member(b, "name", project->name);
        answer_member(b, "role", str_c(role_name(place->projects[i].role)));
        buf_add_byte(b, '}');
    }
    buf_add_byte(b, ']');
}
