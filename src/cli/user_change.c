/* SPDX-License-Identifier: Apache-2.0 */
#include "access/role.h"
#include "base/clock.h"
#include "cli/print.h"
#include "cli/user.h"

/* Says what was done: the text, or the account with its new state. */
static int say_done(struct cli *cli, str email, const char *state, const char *text)
{
    struct buf b;
    buf_init(&b, 65536);
    if (cli->json) {
        buf_add_byte(&b, '{');
        print_member(&b, "email", email);
        print_member(&b, "state", str_c(state));
        buf_add_byte(&b, '}');
    } else {
        buf_addf(&b, "%.*s %s", STR_ARG(email), text);
    }
    return cli_print(&b);
}

int cmd_user_role(struct cli *cli)
{
    struct team_row team;
    struct person_row person;
    struct member_row member, was = {.role = ROLE_NONE};
    enum role role;
    int code = user_read_role(cli->positional[1], &role);
    code = code == CLI_OK ? user_open_member(cli, &team, &person, &member) : code;
    was = code == CLI_OK ? member : was;
    code = code == CLI_OK ? user_read_projects(cli, &team.id, role, &member.all_projects,
                                               &member.projects, &member.project_count)
                          : code;
    if (code != CLI_OK) {
        return code;
    }
    struct audit_act act = act_new(&team.id, "member.change", "person", id_str(&person.id));
    act.detail = arena_printf(&cli->a, "{\"from\":\"%s\",\"to\":\"%s\"}", role_name(member.role),
                              role_name(role));
    member.team = team.id;
    member.person = person.id;
    member.role = role;
    err e = store_member_put(cli->store, &member, &was, &act);
    if (!err_ok(e)) {
        return user_fail(e, person.email);
    }
    if (cli->json) {
        cli_say("{\"email\":\"%.*s\",\"role\":\"%s\"}", STR_ARG(person.email), role_name(role));
    } else {
        cli_say("%.*s is %s of %.*s from the next request on.", STR_ARG(person.email),
                role_name(role), STR_ARG(team.name));
    }
    return CLI_OK;
}

static int set_disabled(struct cli *cli, bool disabled)
{
    struct team_row team;
    struct person_row person;
    struct member_row member;
    int code = user_open_member(cli, &team, &person, &member);
    if (code != CLI_OK) {
        return code;
    }
    struct audit_act act = act_new(&team.id, disabled ? "person.disable" : "person.enable",
                                   "person", id_str(&person.id));
    err e = store_person_disable(cli->store, &person.id, disabled ? clock_wall_ms() : 0, &act);
    return !err_ok(e) ? user_fail(e, person.email)
           : disabled ? say_done(cli, person.email, "disabled",
                                 "is disabled in every team; all its sessions have ended.")
                      : say_done(cli, person.email, "live", "may log in again.");
}

int cmd_user_disable(struct cli *cli) { return set_disabled(cli, true); }

int cmd_user_enable(struct cli *cli) { return set_disabled(cli, false); }

int cmd_user_remove(struct cli *cli)
{
    struct team_row team;
    struct person_row person;
    struct member_row member;
    int code = user_open_member(cli, &team, &person, &member);
    if (code != CLI_OK) {
        return code;
    }
    struct audit_act act = act_new(&team.id, "member.remove", "person", id_str(&person.id));
    err e = store_member_remove(cli->store, &team.id, &person.id, &act);
    return err_ok(e) ? say_done(cli, person.email, "removed",
                                "is out of the team; its sessions there have ended.")
                     : user_fail(e, person.email);
}

int cmd_user_reset_factor(struct cli *cli)
{
    struct team_row team;
    struct person_row person;
    struct member_row member;
    int code = user_open_member(cli, &team, &person, &member);
    if (code != CLI_OK) {
        return code;
    }
    struct audit_act act = act_new(&team.id, "factor.reset", "person", id_str(&person.id));
    err e = store_factor_reset(cli->store, &person.id, &act);
    return err_ok(e) ? say_done(cli, person.email, "live",
                                "has no second factor and no recovery codes any more; all its "
                                "sessions have ended. The password alone lets in until a new "
                                "factor is set up.")
                     : cli_fail_err(e, "the account");
}
