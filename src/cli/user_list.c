/* SPDX-License-Identifier: Apache-2.0 */
#include "access/role.h"
#include "base/clock.h"
#include "cli/print.h"
#include "cli/user.h"

struct view {
    struct cli *cli;
    const struct project_row *projects;
    size_t project_count;
    struct buf b;
};

static const char *person_state(const struct member_row *member)
{
    return member->account.disabled_ms ? "disabled" : "live";
}

static void projects_json(struct view *v, bool all, const struct member_project *rows, size_t count)
{
    buf_add_c(&v->b, ",\"projects\":");
    buf_add_c(&v->b, all ? "\"all\"" : "[");
    for (size_t i = 0; !all && i < count; i++) {
        buf_add_c(&v->b, i ? ",{" : "{");
        print_member(&v->b, "slug", act_slug(v->projects, v->project_count, &rows[i].project));
        print_member(&v->b, "role", str_c(role_name(rows[i].role)));
        buf_add_byte(&v->b, '}');
    }
    buf_add_c(&v->b, all ? "" : "]");
}

static void member_json(struct view *v, const struct member_row *m)
{
    buf_add_byte(&v->b, '{');
    print_member(&v->b, "uuid", id_str(&m->account.id));
    print_member(&v->b, "email", m->account.email);
    print_member(&v->b, "name", m->account.name);
    print_member(&v->b, "role", str_c(role_name(m->role)));
    projects_json(v, m->all_projects, m->projects, m->project_count);
    buf_addf(&v->b, ",\"second_factor\":%s", m->has_second_factor ? "true" : "false");
    buf_addf(&v->b, ",\"disabled\":%s", m->account.disabled_ms ? "true" : "false");
    print_member(&v->b, "state", str_c(person_state(m)));
    print_member_time(&v->b, "login_at", m->account.login_ms);
    print_member_time(&v->b, "created_at", m->account.created_ms);
    buf_add_byte(&v->b, '}');
}

static void member_text(struct view *v, const struct member_row *m)
{
    buf_addf(&v->b, "%-32.*s %-7s %-14s %-9s last log-in %s  %.*s", STR_ARG(m->account.email),
             role_name(m->role), m->has_second_factor ? "second factor" : "password only",
             person_state(m), m->account.login_ms ? clock_rfc3339(m->account.login_ms).c : "never",
             STR_ARG(m->account.name));
    for (size_t i = 0; !m->all_projects && i < m->project_count; i++) {
        buf_addf(&v->b, "\n    only %.*s: %s",
                 STR_ARG(act_slug(v->projects, v->project_count, &m->projects[i].project)),
                 role_name(m->projects[i].role));
    }
}

static void invitation(struct view *v, const struct invitation_row *row)
{
    if (!v->cli->json) {
        buf_addf(&v->b, "%-32.*s %-7s invited until %s", STR_ARG(row->email), role_name(row->role),
                 clock_rfc3339(row->expires_ms).c);
        return;
    }
    buf_add_byte(&v->b, '{');
    print_member(&v->b, "uuid", id_str(&row->id));
    print_member(&v->b, "email", row->email);
    print_member(&v->b, "role", str_c(role_name(row->role)));
    projects_json(v, row->all_projects, row->projects, row->project_count);
    print_member(&v->b, "state", STR("invited"));
    print_member_time(&v->b, "created_at", row->created_ms);
    print_member_time(&v->b, "expires_at", row->expires_ms);
    buf_add_byte(&v->b, '}');
}

static int open_view(struct view *v, const id *team)
{
    struct project_row *projects;
    err e = store_project_list(v->cli->store, &v->cli->a, team, &projects, &v->project_count);
    v->projects = err_ok(e) ? projects : NULL;
    buf_init(&v->b, 64 << 20);
    return err_ok(e) ? CLI_OK : cli_fail_err(e, "projects");
}

static void next_row(struct view *v, size_t shown)
{
    buf_add_c(&v->b, shown == 0 ? "" : v->cli->json ? "," : "\n");
}

int cmd_user_list(struct cli *cli)
{
    struct view v = {.cli = cli};
    struct team_row team;
    struct member_row *members;
    struct invitation_row *invitations;
    size_t count, invited;
    int code = cli_open_store(cli);
    code = code == CLI_OK ? act_find_team(cli, &team) : code;
    code = code == CLI_OK ? open_view(&v, &team.id) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_member_list(cli->store, &cli->a, &team.id, &members, &count);
    if (err_ok(e)) {
        e = store_invitation_list(cli->store, &cli->a, &team.id, clock_wall_ms(), &invitations,
                                  &invited);
    }
    if (!err_ok(e)) {
        return cli_fail_err(e, "people");
    }
    buf_add_c(&v.b, cli->json         ? "["
                    : count + invited ? ""
                                      : "nobody yet; `doorward user create EMAIL --role owner` "
                                        "makes the first account");
    for (size_t i = 0; i < count; i++) {
        next_row(&v, i);
        if (cli->json) {
            member_json(&v, &members[i]);
        } else {
            member_text(&v, &members[i]);
        }
    }
    for (size_t i = 0; i < invited; i++) {
        next_row(&v, count + i);
        invitation(&v, &invitations[i]);
    }
    buf_add_c(&v.b, cli->json ? "]" : "");
    return cli_print(&v.b);
}

static void factors(struct view *v, const struct factor_row *rows, size_t count)
{
    buf_add_c(&v->b, v->cli->json ? ",\"factors\":[" : "");
    for (size_t i = 0, shown = 0; i < count; i++) {
        if (!rows[i].confirmed) {
            continue; /* an enrolment that was never finished protects nobody */
        }
        if (!v->cli->json) {
            buf_addf(&v->b, "\n  %.*s %.*s, since %.10s", STR_ARG(rows[i].kind),
                     STR_ARG(rows[i].name), clock_rfc3339(rows[i].created_ms).c);
            continue;
        }
        buf_add_c(&v->b, shown++ ? ",{" : "{");
        print_member(&v->b, "kind", rows[i].kind);
        print_member(&v->b, "name", rows[i].name);
        print_member_time(&v->b, "created_at", rows[i].created_ms);
        print_member_time(&v->b, "used_at", rows[i].used_ms);
        buf_add_byte(&v->b, '}');
    }
    buf_add_c(&v->b, v->cli->json ? "]" : "");
}

int cmd_user_show(struct cli *cli)
{
    struct view v = {.cli = cli};
    struct team_row team;
    struct person_row person;
    struct member_row member;
    struct factor_row *rows;
    struct staff_session_row *sessions;
    size_t count, open;
    int code = user_open_member(cli, &team, &person, &member);
    code = code == CLI_OK ? open_view(&v, &team.id) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_factor_list(cli->store, &cli->a, &person.id, &rows, &count);
    if (err_ok(e)) {
        e = store_staff_session_list(cli->store, &cli->a, &person.id, clock_wall_ms(), &sessions,
                                     &open);
    }
    if (!err_ok(e)) {
        return cli_fail_err(e, "the account");
    }
    member.account = person;
    for (size_t i = 0; i < count; i++) {
        member.has_second_factor = member.has_second_factor || rows[i].confirmed;
    }
    if (cli->json) {
        member_json(&v, &member);
        v.b.n -= v.b.n ? 1 : 0; /* its closing brace: two members follow */
        factors(&v, rows, count);
        print_member_number(&v.b, "sessions", open);
        buf_add_byte(&v.b, '}');
    } else {
        member_text(&v, &member);
        factors(&v, rows, count);
        buf_addf(&v.b, "\n  %zu open sessions", open);
    }
    return cli_print(&v.b);
}

static void session(struct view *v, const struct staff_session_row *row)
{
    if (!v->cli->json) {
        buf_addf(&v->b, "%s  %-24.*s %-20.*s last used %s%s", row->id.c, STR_ARG(row->agent),
                 STR_ARG(row->address), clock_rfc3339(row->used_ms).c,
                 row->state == STAFF_FULL ? "" : "  (waits for the second factor)");
        return;
    }
    buf_add_byte(&v->b, '{');
    print_member(&v->b, "uuid", id_str(&row->id));
    print_member(&v->b, "agent", row->agent);
    print_member(&v->b, "address", row->address);
    print_member(&v->b, "state", row->state == STAFF_FULL ? STR("full") : STR("waiting"));
    print_member_time(&v->b, "created_at", row->created_ms);
    print_member_time(&v->b, "used_at", row->used_ms);
    print_member_time(&v->b, "expires_at", row->expires_ms);
    buf_add_byte(&v->b, '}');
}

static int end_sessions(struct cli *cli, const struct person_row *person)
{
    size_t count = 0;
    struct member_row *teams;
    size_t team_count;
    err e = store_member_teams(cli->store, &cli->a, &person->id, &teams, &team_count);
    id team = err_ok(e) && team_count ? teams[0].team : (id){{0}};
    struct audit_act act = act_new(&team, "session.end_all", "person", id_str(&person->id));
    e = err_ok(e) ? store_staff_session_end_all(cli->store, &person->id, NULL, &act, &count) : e;
    if (!err_ok(e)) {
        return cli_fail_err(e, "sessions");
    }
    cli_say(cli->json ? "{\"ended\":%zu}" : "Ended %zu sessions.", count);
    return CLI_OK;
}

int cmd_user_sessions(struct cli *cli)
{
    struct view v = {.cli = cli};
    struct person_row person;
    struct staff_session_row *rows;
    size_t count;
    int code = user_open(cli, &person);
    if (code != CLI_OK) {
        return code;
    }
    if (cli_option(cli, "end-all", 0)) {
        return end_sessions(cli, &person);
    }
    err e =
        store_staff_session_list(cli->store, &cli->a, &person.id, clock_wall_ms(), &rows, &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "sessions");
    }
    buf_init(&v.b, 16 << 20);
    buf_add_c(&v.b, cli->json ? "[" : count ? "" : "no open session");
    for (size_t i = 0; i < count; i++) {
        next_row(&v, i);
        session(&v, &rows[i]);
    }
    buf_add_c(&v.b, cli->json ? "]" : "");
    return cli_print(&v.b);
}
