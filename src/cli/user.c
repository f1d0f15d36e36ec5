/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/user.h"

#include "access/email.h"
#include "access/role.h"

enum { USER_PROJECTS_MAX = 200 };

int user_read_email(struct cli *cli, const char *text, str *ret)
{
    err e = email_fold(&cli->a, str_c(text), ret);
    return err_ok(e) ? CLI_OK : cli_fail(CLI_USAGE, "`%.200s`: %s", text, e.what);
}

int user_open(struct cli *cli, struct person_row *ret)
{
    str email;
    int code = user_read_email(cli, cli->positional[0], &email);
    code = code == CLI_OK ? cli_open_store(cli) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_person_by_email(cli->store, &cli->a, email, ret);
    return err_ok(e) ? CLI_OK
           : e.code == ERR_NOT_FOUND
               ? cli_fail(CLI_REFUSED, "there is no account %.*s; `doorward user list` lists them",
                          STR_ARG(email))
               : cli_fail_err(e, "accounts");
}

int user_open_member(struct cli *cli, struct team_row *ret_team, struct person_row *ret_person,
                     struct member_row *ret_member)
{
    int code = user_open(cli, ret_person);
    code = code == CLI_OK ? act_find_team(cli, ret_team) : code;
    if (code != CLI_OK) {
        return code;
    }
    err e = store_member_get(cli->store, &cli->a, &ret_team->id, &ret_person->id, ret_member);
    return err_ok(e) ? CLI_OK
           : e.code == ERR_NOT_FOUND
               ? cli_fail(CLI_REFUSED,
                          "%.*s is not in the team %.*s; `doorward user create %.*s --invite` asks "
                          "them in",
                          STR_ARG(ret_person->email), STR_ARG(ret_team->name),
                          STR_ARG(ret_person->email))
               : cli_fail_err(e, "the team");
}

int user_read_role(const char *text, enum role *ret)
{
    *ret = role_parse(str_c(text));
    return *ret != ROLE_NONE
               ? CLI_OK
               : cli_fail(CLI_USAGE,
                          "`%.60s` is no role: it is owner, admin, editor, agent or viewer", text);
}

/* Reads one SLUG=ROLE; a slug alone has the member's own role. */
static int read_project(struct cli *cli, const id *team, const char *text, enum role highest,
                        struct member_project *ret)
{
    str argument = str_c(text);
    size_t equals = str_find_byte(argument, '=', 0);
    str slug = str_slice(argument, 0, equals);
    struct project_row project;
    err e = store_project_by_slug(cli->store, &cli->a, slug, &project);
    if (!err_ok(e) || !id_eq(&project.team, team)) {
        return cli_fail(
            CLI_REFUSED,
            "there is no project `%.*s` in this team; `doorward project list` lists them",
            STR_ARG(slug));
    }
    ret->project = project.id;
    ret->role = highest;
    int code = equals == SIZE_MAX ? CLI_OK : user_read_role(argument.p + equals + 1, &ret->role);
    return code == CLI_OK && ret->role > highest
               ? cli_fail(CLI_USAGE, "--project %s: a project's role narrows, %s is the most", text,
                          role_name(highest))
               : code;
}

int user_read_projects(struct cli *cli, const id *team, enum role highest, bool *all_projects,
                       const struct member_project **projects, size_t *project_count)
{
    const char *text;
    struct member_project *list = arena_array(&cli->a, USER_PROJECTS_MAX, sizeof *list);
    size_t count = 0;
    if (!list) {
        return cli_fail(CLI_UNREACHABLE, "out of memory");
    }
    for (unsigned i = 0; (text = cli_option(cli, "project", i)) != NULL; i++) {
        if (count == USER_PROJECTS_MAX) {
            return cli_fail(CLI_USAGE, "at most %d projects", USER_PROJECTS_MAX);
        }
        int code = read_project(cli, team, text, highest, &list[count++]);
        if (code != CLI_OK) {
            return code;
        }
    }
    if (cli_option(cli, "all-projects", 0)) {
        *all_projects = true;
        *project_count = 0;
        return count ? cli_fail(CLI_USAGE, "--all-projects and --project exclude each other")
                     : CLI_OK;
    }
    if (count) {
        *all_projects = false;
        *projects = list;
        *project_count = count;
    }
    return CLI_OK;
}

int user_fail(err e, str email)
{
    return e.code == ERR_CONFLICT
               ? cli_fail(CLI_REFUSED,
                          "%.*s is the last owner of a team; make another one first: `doorward "
                          "user role EMAIL owner`",
                          STR_ARG(email))
               : cli_fail_err(e, "the account");
}
