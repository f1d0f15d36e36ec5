/* SPDX-License-Identifier: Apache-2.0 */
#include "access/team.h"

#include "base/clock.h"
#include "cli/act.h"
#include "cli/assign.h"
#include "cli/print.h"
#include "cli/when.h"

enum { RULES_BYTES_MAX = 65536 };

static void team_json(struct buf *b, const struct team_row *row, const struct team_rules *rules)
{
    buf_add_byte(b, '{');
    print_member(b, "uuid", id_str(&row->id));
    print_member(b, "name", row->name);
    print_member_time(b, "created_at", row->created_ms);
    buf_add_c(b, ",\"rules\":");
    team_rules_json(b, rules);
    buf_add_byte(b, '}');
}

/* The rules as KEY=VALUE lines, as `team set` takes them. */
static void rules_text(struct buf *b, const struct team_rules *rules)
{
    struct buf text;
    json_t *object = NULL, *value;
    const char *key;
    buf_init(&text, RULES_BYTES_MAX);
    team_rules_json(&text, rules);
    if (err_ok(json_read_object(buf_str(&text), &object, NULL))) {
        json_object_foreach (object, key, value) {
            buf_addf(b, "\n  %s=", key);
            json_write(b, value);
        }
    }
    json_decref(object);
    buf_done(&text);
}

static int print_team(struct cli *cli, struct buf *b, const struct team_row *row)
{
    struct team_rules rules;
    int code = act_team_rules(cli, &row->id, &rules);
    if (code == CLI_OK && cli->json) {
        team_json(b, row, &rules);
    } else if (code == CLI_OK) {
        buf_addf(b, "%.*s  %s", STR_ARG(row->name), row->id.c);
        rules_text(b, &rules);
    }
    return code;
}

int cmd_team_show(struct cli *cli)
{
    struct team_row one, *rows = &one;
    size_t count = 1;
    struct buf b;
    int code = cli_open_store(cli);
    if (code == CLI_OK && cli_option(cli, "team", 0)) {
        code = act_find_team(cli, &one);
    } else if (code == CLI_OK) {
        err e = store_team_list(cli->store, &cli->a, &rows, &count);
        code = err_ok(e) ? CLI_OK : cli_fail_err(e, "teams");
    }
    if (code != CLI_OK) {
        return code;
    }
    buf_init(&b, 16 << 20);
    buf_add_c(&b, cli->json ? "[" : count ? "" : "no team yet");
    for (size_t i = 0; code == CLI_OK && i < count; i++) {
        buf_add_c(&b, !i ? "" : cli->json ? "," : "\n");
        code = print_team(cli, &b, &rows[i]);
    }
    buf_add_c(&b, cli->json ? "]" : "");
    if (code != CLI_OK) {
        buf_done(&b);
        return code;
    }
    return cli_print(&b);
}

static int set_grace(struct cli *cli, json_t *settings)
{
    int64_t until;
    const char *text = cli_option(cli, "grace", 0);
    if (!text) {
        return CLI_OK;
    }
    if (!when_future(str_c(text), clock_wall_ms(), &until)) {
        return cli_fail(CLI_USAGE, "--grace is a day such as 2026-01-31, or a span such as 14d");
    }
    return json_object_set_new(settings, "second_factor_from_ms", json_integer(until)) == 0
               ? CLI_OK
               : cli_fail(CLI_UNREACHABLE, "out of memory");
}

/* Judges the new settings and puts them, as the rules' own writer has them, into the row. */
static int put_rules(struct cli *cli, const json_t *settings, struct team_row *row)
{
    struct buf b;
    struct team_rules rules;
    str reason = STR_EMPTY;
    buf_init(&b, RULES_BYTES_MAX);
    json_write(&b, settings);
    err e = team_rules_read(&cli->a, buf_str(&b), &rules, &reason);
    if (err_ok(e)) {
        buf_clear(&b);
        team_rules_json(&b, &rules);
        e = buf_err(&b);
        row->settings = arena_str(&cli->a, buf_str(&b));
    }
    buf_done(&b);
    return err_ok(e) && row->settings.p
               ? CLI_OK
               : cli_fail(CLI_USAGE, "%.*s; `doorward team show` lists the rules",
                          STR_ARG(str_empty(reason) ? str_c(e.what) : reason));
}

int cmd_team_set(struct cli *cli)
{
    struct team_row row;
    json_t *settings = NULL;
    struct buf b;
    const char *name = cli_option(cli, "name", 0);
    int code = cli_open_store(cli);
    code = code == CLI_OK ? act_find_team(cli, &row) : code;
    if (code != CLI_OK) {
        return code;
    }
    if (name && (!*name || strlen(name) > 200 || str_has_control(str_c(name)))) {
        return cli_fail(CLI_USAGE, "--name is 1 to 200 bytes long, without control characters");
    }
    str before = str_empty(row.settings) ? STR("{}") : row.settings;
    err e = json_read_object(before, &settings, NULL);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the team's rules");
    }
    code = assign_arguments(cli, 0, settings);
    code = code == CLI_OK ? set_grace(cli, settings) : code;
    code = code == CLI_OK ? put_rules(cli, settings, &row) : code;
    json_decref(settings);
    if (code != CLI_OK) {
        return code;
    }
    row.name = name ? str_c(name) : row.name;
    struct audit_act act = act_new(&row.id, "team.change", "team", id_str(&row.id));
    act.detail = row.settings;
    e = store_team_update(cli->store, &row, &act);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the team");
    }
    buf_init(&b, 1 << 20);
    code = print_team(cli, &b, &row);
    return code == CLI_OK ? cli_print(&b) : code;
}
