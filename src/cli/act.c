/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"

#include "base/clock.h"

enum { PREFIX_MIN = 4 };

struct audit_act act_new(const id *team, const char *act, const char *object_kind, str object)
{
    return (struct audit_act){.team = *team,
                              .at_ms = clock_wall_ms(),
                              .actor_kind = STR("command"),
                              .act = str_c(act),
                              .object_kind = str_c(object_kind),
                              .object = object,
                              .outcome = STR("done")};
}

err act_record(struct cli *cli, const struct audit_act *act)
{
    return store_audit_add(cli->store, act, 1);
}

err act_failed(struct cli *cli, const struct audit_act *act, err e)
{
    struct audit_act failed = *act;
    failed.outcome = STR("failed");
    err recorded = store_audit_add(cli->store, &failed, 1);
    return err_ok(recorded) ? e : recorded;
}

bool act_is_prefix(str text, const id *whole)
{
    return text.n >= PREFIX_MIN && str_istarts(id_str(whole), text);
}

static int teams_named(struct cli *cli, const struct team_row *rows, size_t count, const char *text,
                       struct team_row *ret)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(rows[i].name, str_c(text)) || act_is_prefix(str_c(text), &rows[i].id)) {
            *ret = rows[i];
            found++;
        }
    }
    (void)cli;
    return found == 1 ? CLI_OK
           : found    ? cli_fail(CLI_USAGE, "`%s` fits %zu teams; give the id", text, found)
                   : cli_fail(CLI_REFUSED, "there is no team `%s`; `doorward team show` lists them",
                              text);
}

int act_find_team(struct cli *cli, struct team_row *ret)
{
    struct team_row *rows;
    size_t count;
    const char *text = cli_option(cli, "team", 0);
    err e = store_team_list(cli->store, &cli->a, &rows, &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "teams");
    }
    if (text) {
        return teams_named(cli, rows, count, text, ret);
    }
    if (count != 1) {
        return count ? cli_fail(CLI_USAGE,
                                "there are %zu teams: add --team NAME; `doorward team "
                                "show` lists them",
                                count)
                     : cli_fail(CLI_REFUSED, "there is no team yet; `doorward project create SLUG` "
                                             "makes one");
    }
    *ret = rows[0];
    return CLI_OK;
}

int act_find_teams(struct cli *cli, id *ret)
{
    struct team_row team = {0};
    int code = cli_option(cli, "team", 0) ? act_find_team(cli, &team) : CLI_OK;
    *ret = team.id;
    return code;
}

int act_team_rules(struct cli *cli, const id *team, struct team_rules *ret)
{
    struct team_row row;
    str reason = STR_EMPTY;
    err e = store_team_get(cli->store, &cli->a, team, &row);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the team");
    }
    e = team_rules_read(&cli->a, row.settings, ret, &reason);
    return err_ok(e)
               ? CLI_OK
               : cli_fail(CLI_USAGE,
                          "the rules of the team %.*s: %.*s; `doorward team set` "
                          "mends them",
                          STR_ARG(row.name), STR_ARG(str_empty(reason) ? str_c(e.what) : reason));
}

str act_slug(const struct project_row *projects, size_t count, const id *project)
{
    for (size_t i = 0; i < count; i++) {
        if (id_eq(&projects[i].id, project)) {
            return projects[i].slug;
        }
    }
    return STR("?");
}

str act_link(const struct cli *cli, struct arena *a, const char *page, const char *token)
{
    const char *origin = cli->config.http.origin;
    return origin[0] ? arena_printf(a, "%s/admin/%s#%s", origin, page, token)
                     : arena_printf(a, "http%s://%s/admin/%s#%s",
                                    cli->config.http.tls_certificate[0] ? "s" : "",
                                    cli->config.http.listen, page, token);
}
