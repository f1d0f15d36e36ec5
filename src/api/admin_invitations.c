/* SPDX-License-Identifier: Apache-2.0 */
/* Invitations to a team. */
#include "api/admin.h"
#include "base/clock.h"

static void invitation_json(struct buf *b, const struct admin_projects *projects,
                            const struct invitation_row *row)
{
    struct admin_place place = {.role = row->role,
                                .all_projects = row->all_projects,
                                .projects = row->projects,
                                .project_count = row->project_count};
    answer_member(b, "uuid", id_str(&row->id));
    answer_member(b, "email", row->email);
    admin_place_json(b, projects, &place);
    answer_member_time(b, "created_at", row->created_ms);
    answer_member_time(b, "expires_at", row->expires_ms);
}

static err load(struct call *call, struct admin_projects *projects, struct invitation_row **ret,
                size_t *ret_count)
{
    err e = admin_projects_load(call, projects);
    return err_ok(e) ? store_invitation_list(call->app->store, call->a, &call->who.team,
                                             clock_wall_ms(), ret, ret_count)
                     : e;
}

err invitation_list(struct call *call)
{
    struct admin_projects projects;
    struct invitation_row *rows;
    size_t count;
    err e = load(call, &projects, &rows, &count);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_addf(&b, "{\"count\":%zu,\"results\":[", count);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&b, i ? ",{" : "{");
        invitation_json(&b, &projects, &rows[i]);
        buf_add_byte(&b, '}');
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

/* The link is for whoever invites to hand on, where no mail could be sent. */
static err answer_invited(struct call *call, const id *made, struct token *token)
{
    struct admin_projects projects;
    struct invitation_row *rows;
    size_t count;
    err e = load(call, &projects, &rows, &count);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, 262144);
    buf_add_byte(&b, '{');
    for (size_t i = 0; i < count; i++) {
        if (id_eq(&rows[i].id, made)) {
            invitation_json(&b, &projects, &rows[i]);
        }
    }
    answer_member_name(&b, "link");
    if (token->c[0]) {
        buf_addf(&b, "\"%.*s/admin/#/invitation/%s\"}", STR_ARG(route_own_origin(call)), token->c);
    } else {
        buf_add_c(&b, "null}");
    }
    crypto_wipe(token, sizeof *token);
    return answer_json(call, 201, &b);
}

err invitation_create(struct call *call)
{
    struct invitation_row row = {.id = id_random(), .team = call->who.team};
    struct admin_place place = {.all_projects = true};
    struct token token = {0};
    err e = body_needed(call, "email", ADMIN_EMAIL_CHARS_MAX, &row.email);
    if (err_ok(e) && !body_has(call, "role")) {
        e = err_new(ERR_INVALID, "the field \"role\" is missing");
    }
    if (err_ok(e)) {
        e = admin_place_read(call, &place);
    }
    if (!err_ok(e)) {
        return e;
    }
    row.role = place.role;
    row.all_projects = place.all_projects;
    row.projects = place.projects;
    row.project_count = place.project_count;
    if (call->who.kind == PRINCIPAL_STAFF) {
        row.invited_by = call->who.staff.person.id;
    }
    struct audit_act act = record_act(call, "invitation.create", "invitation", id_str(&row.id));
    e = staff_invite(&call->app->desk, call->a, call->app->settings.outbox, route_own_origin(call),
                     &row, &act, &token);
    if (!err_ok(e)) {
        return admin_wait(call, e, 0);
    }
    outbox_worker_wake(call->app->chat.worker);
    return answer_invited(call, &row.id, &token);
}

err invitation_revoke(struct call *call)
{
    id wanted;
    err e = admin_arg(call, 0, &wanted);
    if (err_ok(e)) {
        struct audit_act act = record_act(call, "invitation.revoke", "invitation", id_str(&wanted));
        e = store_invitation_revoke(call->app->store, &call->who.team, &wanted, &act);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}
