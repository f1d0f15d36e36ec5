/* SPDX-License-Identifier: Apache-2.0 */
/* The people of a team: who they are, what they may do, and leaving. */
#include "api/admin.h"
#include "api/authorize.h"
#include "base/clock.h"

static void member_json(struct buf *b, const struct admin_projects *projects,
                        const struct member_row *member)
{
    struct admin_place place = {.role = member->role,
                                .all_projects = member->all_projects,
                                .projects = member->projects,
                                .project_count = member->project_count};
    buf_add_byte(b, '{');
    answer_member(b, "uuid", id_str(&member->person));
    answer_member(b, "email", member->account.email);
    answer_member(b, "name", member->account.name);
    admin_place_json(b, projects, &place);
    answer_member_bool(b, "second_factor", member->has_second_factor);
    answer_member_bool(b, "disabled", member->account.disabled_ms != 0);
    answer_member_time(b, "login_at", member->account.login_ms);
    answer_member_time(b, "created_at", member->created_ms);
    buf_add_byte(b, '}');
}

err people_list(struct call *call)
{
    struct member_row *rows;
    struct admin_projects projects;
    size_t count;
    err e = store_member_list(call->app->store, call->a, &call->who.team, &rows, &count);
    if (err_ok(e)) {
        e = admin_projects_load(call, &projects);
    }
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_addf(&b, "{\"count\":%zu,\"results\":[", count);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&b, i ? "," : "");
        member_json(&b, &projects, &rows[i]);
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

/* Finds a member of the caller's team among those that the list fills. */
static err find_listed(struct call *call, const id *person, struct member_row *ret)
{
    struct member_row *rows;
    size_t count;
    err e = store_member_list(call->app->store, call->a, &call->who.team, &rows, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        if (id_eq(&rows[i].person, person)) {
            *ret = rows[i];
            return ERR_NONE;
        }
    }
    return err_ok(e) ? route_not_found() : e;
}

/* Finds somebody of the caller's team whom the caller may manage. */
static err find_member(struct call *call, struct member_row *ret)
{
    id person;
    err e = admin_arg(call, 0, &person);
    if (err_ok(e)) {
        e = find_listed(call, &person, ret);
    }
    if (err_ok(e) && !role_may_manage(admin_role(call), ret->role)) {
        e = err_new(ERR_FORBIDDEN, "their role is above yours");
    }
    return e;
}

/* What is of the account, and not of its place in this team, is only for a team that has it alone.
 */
static err is_ours_alone(struct call *call, const struct member_row *member)
{
    struct member_row *teams;
    size_t count;
    err e = store_member_teams(call->app->store, call->a, &member->person, &teams, &count);
    return err_ok(e) && count > 1
               ? err_new(ERR_CONFLICT, "the account is in another team too: remove it from yours, "
                                       "or ask who runs the server (doorward user)")
               : e;
}

static err change_place(struct call *call, struct member_row *member)
{
    struct admin_place place = {.role = member->role,
                                .all_projects = member->all_projects,
                                .projects = member->projects,
                                .project_count = member->project_count};
    const struct member_row was = *member;
    if (!body_has(call, "role") && !body_has(call, "projects")) {
        return ERR_NONE;
    }
    err e = admin_place_read(call, &place);
    if (!err_ok(e)) {
        return e;
    }
    member->role = place.role;
    member->all_projects = place.all_projects;
    member->projects = place.projects;
    member->project_count = place.project_count;
    struct buf detail;
    buf_init(&detail, 256);
    buf_addf(&detail, "{\"role\":\"%s\",\"all_projects\":%s,\"projects\":%zu}",
             role_name(member->role), member->all_projects ? "true" : "false",
             member->project_count);
    struct audit_act act = record_act(call, "member.change", "person", id_str(&member->person));
    act.detail = buf_str(&detail);
    e = store_member_put(call->app->store, member, &was, &act);
    buf_done(&detail);
    return e;
}

static err change_disabled(struct call *call, struct member_row *member)
{
    bool given, disabled;
    err e = body_bool(call, "disabled", &given, &disabled);
    if (!err_ok(e) || !given || disabled == (member->account.disabled_ms != 0)) {
        return e;
    }
    if (call->who.kind == PRINCIPAL_STAFF && id_eq(&member->person, &call->who.staff.person.id)) {
        return err_new(ERR_CONFLICT, "this is your own account");
    }
    e = is_ours_alone(call, member);
    if (err_ok(e)) {
        struct audit_act act = record_act(call, disabled ? "person.disable" : "person.enable",
                                          "person", id_str(&member->person));
        member->account.disabled_ms = disabled ? clock_wall_ms() : 0;
        e = store_person_disable(call->app->store, &member->person, member->account.disabled_ms,
                                 &act);
    }
    return e;
}

err person_update(struct call *call)
{
    struct member_row member = {0};
    struct admin_projects projects;
    err e = find_member(call, &member);
    if (err_ok(e)) {
        e = change_place(call, &member);
    }
    if (err_ok(e)) {
        e = change_disabled(call, &member);
    }
    if (err_ok(e)) {
        e = admin_projects_load(call, &projects);
    }
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    member_json(&b, &projects, &member);
    return answer_json(call, 200, &b);
}

err person_remove(struct call *call)
{
    struct member_row member = {0};
    err e = find_member(call, &member);
    if (err_ok(e)) {
        struct audit_act act = record_act(call, "member.remove", "person", id_str(&member.person));
        e = store_member_remove(call->app->store, &call->who.team, &member.person, &act);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}

err person_reset_factor(struct call *call)
{
    struct member_row member = {0};
    err e = find_member(call, &member);
    if (err_ok(e)) {
        e = is_ours_alone(call, &member);
    }
    if (err_ok(e)) {
        struct audit_act act = record_act(call, "factor.reset", "person", id_str(&member.person));
        e = store_factor_reset(call->app->store, &member.person, &act);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}
