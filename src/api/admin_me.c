/* SPDX-License-Identifier: Apache-2.0 */
/* The own account: who one is, the password, the team one works in. */
#include "api/admin.h"

#include "access/totp.h"
#include "base/clock.h"

/* ── who one is ── */

struct factors {
    bool totp;
    size_t passkeys, codes;
};

static err count_factors(struct call *call, struct factors *ret)
{
    struct factor_row *rows;
    size_t count;
    const id *person = &call->who.staff.person.id;
    *ret = (struct factors){.totp = false};
    err e = store_factor_list(call->app->store, call->a, person, &rows, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        bool totp = str_eq(rows[i].kind, STR("totp"));
        ret->totp = ret->totp || (totp && rows[i].confirmed);
        ret->passkeys += totp ? 0 : 1;
    }
    return err_ok(e) ? store_recovery_count(call->app->store, person, &ret->codes) : e;
}

static err add_second_factor(struct call *call, struct buf *b)
{
    struct factors factors;
    const struct team_rules *rules = &call->who.rules;
    err e = count_factors(call, &factors);
    answer_member_name(b, "second_factor");
    buf_add_byte(b, '{');
    answer_member_bool(b, "totp", factors.totp);
    answer_member_number(b, "passkeys", factors.passkeys);
    answer_member_number(b, "codes_left", factors.codes);
    answer_member_bool(b, "required", rules->second_factor);
    answer_member_time(b, "required_from", rules->second_factor ? rules->second_factor_from_ms : 0);
    buf_add_byte(b, '}');
    return e;
}

static err add_teams(struct call *call, struct buf *b)
{
    struct member_row *rows;
    size_t count;
    err e =
        store_member_teams(call->app->store, call->a, &call->who.staff.person.id, &rows, &count);
    answer_member_name(b, "teams");
    buf_add_byte(b, '[');
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        struct team_row team;
        e = store_team_get(call->app->store, call->a, &rows[i].team, &team);
        buf_add_c(b, i ? ",{" : "{");
        answer_member(b, "uuid", id_str(&rows[i].team));
        answer_member(b, "name", err_ok(e) ? team.name : STR_EMPTY);
        answer_member(b, "role", str_c(role_name(rows[i].role)));
        buf_add_byte(b, '}');
    }
    buf_add_byte(b, ']');
    return e;
}

static err add_place(struct call *call, struct buf *b)
{
    const struct member_row *member = &call->who.staff.member;
    struct admin_projects projects;
    struct team_row team;
    permissions may = access_permissions(&call->who, NULL);
    err e = store_team_get(call->app->store, call->a, &call->who.team, &team);
    if (err_ok(e)) {
        e = admin_projects_load(call, &projects);
    }
    if (!err_ok(e)) {
        return e;
    }
    struct admin_place place = {.role = member->role,
                                .all_projects = member->all_projects,
                                .projects = member->projects,
                                .project_count = member->project_count};
    answer_member_name(b, "team");
    buf_add_byte(b, '{');
    answer_member(b, "uuid", id_str(&team.id));
    answer_member(b, "name", team.name);
    buf_add_byte(b, '}');
    admin_place_json(b, &projects, &place);
    admin_permissions_json(b, may);
    return add_teams(call, b);
}

/* Somebody who has not shown the second factor yet learns no more than what to do next. */
static err answer_me(struct call *call)
{
    const struct staff_principal *staff = &call->who.staff;
    enum staff_state state = access_state(&call->who);
    int64_t fresh = staff->session.fresh_ms + STAFF_FRESH_MS;
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_add_c(&b, "{\"person\":{");
    answer_member(&b, "uuid", id_str(&staff->person.id));
    answer_member(&b, "email", staff->person.email);
    answer_member(&b, "name", staff->person.name);
    buf_add_byte(&b, '}');
    answer_member(&b, "state", str_c(admin_state_name(state)));
    answer_member_time(&b, "fresh_until", fresh > clock_wall_ms() ? fresh : 0);
    err e = add_second_factor(call, &b);
    if (err_ok(e) && state == STAFF_FULL) {
        e = add_place(call, &b);
    }
    buf_add_byte(&b, '}');
    if (!err_ok(e)) {
        buf_done(&b);
        return e;
    }
    return answer_json(call, 200, &b);
}

err me_get(struct call *call) { return answer_me(call); }

err me_rename(struct call *call)
{
    str name;
    struct person_row *person = &call->who.staff.person;
    err e = body_needed(call, "name", ADMIN_NAME_CHARS_MAX, &name);
    if (err_ok(e)) {
        struct audit_act act = record_act(call, "person.rename", "person", id_str(&person->id));
        e = store_person_rename(call->app->store, &person->id, name, &act);
    }
    if (!err_ok(e)) {
        return e;
    }
    person->name = name;
    return answer_me(call);
}

err me_password(struct call *call)
{
    str current, wanted;
    struct staff_from from = access_from(call->req);
    err e = body_secret(call, "current", &current);
    if (err_ok(e)) {
        e = body_secret(call, "password", &wanted);
    }
    if (err_ok(e)) {
        e = staff_change_password(&call->app->desk, call->a, &call->who.staff, current, wanted,
                                  &from);
    }
    return err_ok(e) ? answer_nothing(call) : admin_wait(call, e, 0);
}

err me_team(struct call *call)
{
    str text;
    id team = {{0}};
    struct member_row member;
    const struct staff_session_row *session = &call->who.staff.session;
    err e = body_needed(call, "team", 64, &text);
    if (err_ok(e)) {
        e = id_parse(text, &team)
                ? store_member_get(call->app->store, call->a, &team, &session->person, &member)
                : err_new(ERR_NOT_FOUND, "no id");
    }
    if (e.code == ERR_NOT_FOUND) {
        return err_new(ERR_NOT_FOUND, "this is no team of yours");
    }
    if (err_ok(e)) {
        e = record_first(call, "person.team", "team", id_str(&team));
    }
    if (err_ok(e)) {
        e = store_staff_session_switch(call->app->store, &session->id, &team);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}

/* ── the own sessions ── */

err me_sessions(struct call *call)
{
    struct staff_session_row *rows;
    size_t count;
    const struct staff_session_row *own = &call->who.staff.session;
    err e = store_staff_session_list(call->app->store, call->a, &own->person, clock_wall_ms(),
                                     &rows, &count);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_addf(&b, "{\"count\":%zu,\"results\":[", count);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&b, i ? ",{" : "{");
        answer_member(&b, "uuid", id_str(&rows[i].id));
        answer_member_bool(&b, "current", id_eq(&rows[i].id, &own->id));
        answer_member(&b, "state", str_c(admin_state_name(rows[i].state)));
        answer_member(&b, "agent", rows[i].agent);
        answer_member(&b, "address", rows[i].address);
        answer_member_time(&b, "created_at", rows[i].created_ms);
        answer_member_time(&b, "used_at", rows[i].used_ms);
        answer_member_time(&b, "expires_at", rows[i].expires_ms);
        buf_add_byte(&b, '}');
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

err me_session_end(struct call *call)
{
    id wanted;
    err e = admin_arg(call, 0, &wanted);
    if (err_ok(e)) {
        struct audit_act act = record_act(call, "session.end", "session", id_str(&wanted));
        e = store_staff_session_end(call->app->store, &call->who.staff.person.id, &wanted, &act);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}

err me_sessions_end(struct call *call)
{
    size_t count;
    const struct staff_session_row *own = &call->who.staff.session;
    struct audit_act act = record_act(call, "session.end_all", "person", id_str(&own->person));
    err e = store_staff_session_end_all(call->app->store, &own->person, &own->id, &act, &count);
    return err_ok(e) ? answer_nothing(call) : e;
}
