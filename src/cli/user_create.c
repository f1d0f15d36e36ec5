/* SPDX-License-Identifier: Apache-2.0 */
#include "access/role.h"
#include "access/staff.h"
#include "base/clock.h"
#include "cli/ask_secret.h"
#include "cli/print.h"
#include "cli/user.h"

enum { HASH_WAIT_MS = 10000 };

/* Prints a link that lets its holder in once; with mail it has been sent instead. */
static int print_link(struct cli *cli, str email, const char *page, const struct token *token,
                      int64_t expires_ms, bool mailed)
{
    struct buf b;
    str link = mailed ? STR_EMPTY : act_link(cli, &cli->a, page, token->c);
    buf_init(&b, 65536);
    if (cli->json) {
        buf_add_byte(&b, '{');
        print_member(&b, "email", email);
        buf_addf(&b, ",\"mailed\":%s", mailed ? "true" : "false");
        if (!mailed) {
            print_member(&b, "link", link);
        }
        print_member_time(&b, "expires_at", expires_ms);
        buf_add_byte(&b, '}');
    } else if (mailed) {
        buf_addf(&b, "A link is on its way to %.*s; it holds until %s.", STR_ARG(email),
                 clock_rfc3339(expires_ms).c);
    } else {
        buf_addf(&b,
                 "Hand this link to %.*s, and to nobody else. It works once, until %s:\n\n  %.*s",
                 STR_ARG(email), clock_rfc3339(expires_ms).c, STR_ARG(link));
    }
    return cli_print(&b);
}

static int invite(struct cli *cli, const struct team_row *team, const struct member_row *member,
                  str email)
{
    struct token token = {0};
    int64_t now = clock_wall_ms();
    struct staff_desk desk = {
        .store = cli->store, .hash_key = &cli->hash_key, .seal_key = &cli->hash_key};
    struct invitation_row row = {.id = id_random(),
                                 .team = team->id,
                                 .email = email,
                                 .role = member->role,
                                 .all_projects = member->all_projects,
                                 .projects = member->projects,
                                 .project_count = member->project_count,
                                 .created_ms = now,
                                 .expires_ms = now + INT64_C(86400000) * STAFF_INVITATION_DAYS};
    struct audit_act act = act_new(&team->id, "invitation.create", "invitation", id_str(&row.id));
    err e = throttle_new(&desk.throttle);
    if (err_ok(e)) {
        e = staff_invite(&desk, &cli->a, &cli->config.outbox, str_c(cli->config.http.origin), &row,
                         &act, &token);
    }
    throttle_free(desk.throttle);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the invitation");
    }
    int code = print_link(cli, email, "invitation", &token, row.expires_ms, !token.c[0]);
    crypto_wipe(&token, sizeof token);
    return code;
}

static err hash_password(struct cli *cli, const struct secret *password,
                         const struct person_row *person, str *ret)
{
    struct password_hasher *hasher;
    err e = password_hasher_new(1, &hasher);
    if (!err_ok(e)) {
        return e;
    }
    e = password_judge(hasher, secret_view(password), person->email, person->name);
    if (err_ok(e)) {
        e = password_hash(hasher, &cli->a, secret_view(password), clock_mono_ms() + HASH_WAIT_MS,
                          ret);
    }
    password_hasher_free(hasher);
    return e;
}

static int make_account(struct cli *cli, const struct team_row *team, struct person_row *person,
                        struct member_row *member)
{
    struct secret password = {0};
    int code = ask_secret(cli, "Password (12 characters or more): ", &password);
    if (code != CLI_OK) {
        return code;
    }
    err e = hash_password(cli, &password, person, &person->password);
    secret_done(&password);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the password");
    }
    person->password_ms = person->created_ms;
    struct audit_act act = act_new(&team->id, "person.create", "person", id_str(&person->id));
    act.detail = arena_printf(&cli->a, "{\"role\":\"%s\"}", role_name(member->role));
    e = store_person_create(cli->store, person, member, &act);
    if (e.code == ERR_CONFLICT) {
        return cli_fail(CLI_REFUSED,
                        "%.*s has an account already; `doorward user role` changes it, --invite "
                        "asks it into a team",
                        STR_ARG(person->email));
    }
    if (!err_ok(e)) {
        return cli_fail_err(e, "the account");
    }
    cli_say(cli->json ? "{\"uuid\":\"%s\",\"email\":\"%.*s\",\"role\":\"%s\"}"
                      : "Made the account %s: %.*s, %s.",
            person->id.c, STR_ARG(person->email), role_name(member->role));
    return CLI_OK;
}

int cmd_user_create(struct cli *cli)
{
    struct team_row team;
    int64_t now = clock_wall_ms();
    const char *name = cli_option(cli, "name", 0), *role = cli_option(cli, "role", 0);
    bool by_link = cli_option(cli, "invite", 0) != NULL;
    struct person_row person = {.id = id_random(), .created_ms = now};
    struct member_row member = {.person = person.id, .all_projects = true, .created_ms = now};
    if (!role) {
        return cli_fail(CLI_USAGE, "--role is needed: owner, admin, editor, agent or viewer");
    }
    if (by_link && cli_option(cli, "password-stdin", 0)) {
        return cli_fail(CLI_USAGE, "--invite lets them choose a password: leave --password-stdin");
    }
    int code = user_read_role(role, &member.role);
    code = code == CLI_OK ? user_read_email(cli, cli->positional[0], &person.email) : code;
    code = code == CLI_OK ? cli_open_store(cli) : code;
    code = code == CLI_OK ? act_find_team(cli, &team) : code;
    code = code == CLI_OK ? user_read_projects(cli, &team.id, member.role, &member.all_projects,
                                               &member.projects, &member.project_count)
                          : code;
    if (code != CLI_OK) {
        return code;
    }
    member.team = team.id;
    person.name = name ? str_c(name) : person.email;
    if (str_empty(person.name) || person.name.n > 200 || str_has_control(person.name)) {
        return cli_fail(CLI_USAGE, "--name is 1 to 200 bytes long, without control characters");
    }
    return by_link ? invite(cli, &team, &member, person.email)
                   : make_account(cli, &team, &person, &member);
}

int cmd_user_reset_password(struct cli *cli)
{
    struct person_row person;
    struct team_row team;
    struct member_row member;
    int code = user_open_member(cli, &team, &person, &member);
    if (code != CLI_OK) {
        return code;
    }
    if (person.disabled_ms) {
        return cli_fail(CLI_REFUSED, "%.*s is disabled; `doorward user enable` comes first",
                        STR_ARG(person.email));
    }
    struct token token = token_new(TOKEN_RESET);
    struct reset_row row = {.id = id_random(),
                            .person = person.id,
                            .hash = token_hash(&cli->hash_key, str_c(token.c)),
                            .created_ms = clock_wall_ms()};
    row.expires_ms = row.created_ms + STAFF_RESET_MS;
    struct audit_act act = act_new(&team.id, "person.reset", "person", id_str(&person.id));
    err e = store_reset_create(cli->store, &row, NULL, &act);
    code = err_ok(e) ? print_link(cli, person.email, "reset", &token, row.expires_ms, false)
                     : cli_fail_err(e, "the reset");
    crypto_wipe(&token, sizeof token);
    return code;
}
