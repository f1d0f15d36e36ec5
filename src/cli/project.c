/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/project.h"

#include "access/domain.h"
#include "base/clock.h"
#include "base/file.h"
#include "chat/chat.h"
#include "cli/act.h"
#include "cli/assign.h"

enum { SLUG_BYTES_MAX = 63, NAME_BYTES_MAX = 200, DOMAINS_MAX = 100, SETTINGS_BYTES_MAX = 262144 };

static int check_slug(const char *slug)
{
    size_t n = strlen(slug);
    bool good = n >= 1 && n <= SLUG_BYTES_MAX && slug[0] != '-' && slug[n - 1] != '-';
    for (size_t i = 0; good && i < n; i++) {
        good = (slug[i] >= 'a' && slug[i] <= 'z') || (slug[i] >= '0' && slug[i] <= '9') ||
               slug[i] == '-';
    }
    return good ? CLI_OK
                : cli_fail(CLI_USAGE,
                           "`%.80s` is no slug: 1 to 63 of a-z, 0-9 and -, not at the ends", slug);
}

static int check_name(const char *name)
{
    str text = str_c(name);
    return text.n && text.n <= NAME_BYTES_MAX && !str_has_control(text)
               ? CLI_OK
               : cli_fail(CLI_USAGE, "a name is 1 to %d bytes long, without control characters",
                          NAME_BYTES_MAX);
}

/* Appends the domains of an option to a list. */
static int read_domains(struct cli *cli, const char *option, str *domains, size_t *count)
{
    const char *text;
    for (unsigned i = 0; (text = cli_option(cli, option, i)) != NULL; i++) {
        if (!*text) {
            continue;
        }
        if (*count == DOMAINS_MAX) {
            return cli_fail(CLI_USAGE, "at most %d domains", DOMAINS_MAX);
        }
        err e = domain_parse(&cli->a, str_c(text), &domains[*count]);
        if (!err_ok(e)) {
            return cli_fail(CLI_USAGE, "--%s %s: %s", option, text, e.what);
        }
        ++*count;
    }
    return CLI_OK;
}

/* Reads --settings over `settings`; members of the file replace those of the same name. */
static int merge_settings_file(struct cli *cli, json_t *settings)
{
    const char *path = cli_option(cli, "settings", 0);
    if (!path) {
        return CLI_OK;
    }
    struct buf text;
    struct json_fault fault;
    json_t *given = NULL;
    buf_init(&text, SETTINGS_BYTES_MAX);
    err e = file_read(path, &text);
    if (!err_ok(e)) {
        buf_done(&text);
        return cli_fail(CLI_USAGE, "%s: %s", path, e.what);
    }
    e = json_read_object(buf_str(&text), &given, &fault);
    buf_done(&text);
    if (!err_ok(e)) {
        return cli_fail(CLI_USAGE, "%s:%d:%d: %s", path, fault.line, fault.column, fault.text);
    }
    int failed = json_object_update(settings, given);
    json_decref(given);
    return failed ? cli_fail(CLI_UNREACHABLE, "out of memory") : CLI_OK;
}

/* Writes the settings into the row after the reader of settings has judged them. */
static int put_settings(struct cli *cli, const json_t *settings, struct project_row *row)
{
    struct buf b;
    struct chat_project project;
    str reason = STR_EMPTY;
    buf_init(&b, SETTINGS_BYTES_MAX);
    json_write(&b, settings);
    err e = buf_err(&b);
    row->settings = err_ok(e) ? arena_str(&cli->a, buf_str(&b)) : STR_EMPTY;
    buf_done(&b);
    if (!err_ok(e) || !row->settings.p) {
        return cli_fail(CLI_USAGE, "the settings are larger than %d bytes", SETTINGS_BYTES_MAX);
    }
    e = chat_project_load(&cli->a, row, &project, &reason);
    if (!err_ok(e)) {
        return cli_fail(CLI_USAGE, "settings: %.*s",
                        STR_ARG(str_empty(reason) ? str_c(e.what) : reason));
    }
    chat_project_done(&project);
    return CLI_OK;
}

static int change_settings(struct cli *cli, struct project_row *row)
{
    json_t *settings = NULL;
    err e = json_read_object(row->settings, &settings, NULL);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the project's settings");
    }
    int code = merge_settings_file(cli, settings);
    if (code == CLI_OK) {
        code = assign_arguments(cli, 1, settings);
    }
    if (code == CLI_OK) {
        code = put_settings(cli, settings, row);
    }
    json_decref(settings);
    return code;
}

int project_from_options(struct cli *cli, const char *slug, struct project_row *ret)
{
    const char *name = cli_option(cli, "name", 0);
    str *domains = arena_array(&cli->a, DOMAINS_MAX, sizeof *domains);
    size_t count = 0;
    name = name ? name : slug;
    if (!domains) {
        return cli_fail(CLI_UNREACHABLE, "out of memory");
    }
    int code = check_slug(slug);
    code = code == CLI_OK ? check_name(name) : code;
    code = code == CLI_OK ? read_domains(cli, "domain", domains, &count) : code;
    if (code != CLI_OK) {
        return code;
    }
    *ret = (struct project_row){.id = id_random(),
                                .slug = str_c(slug),
                                .name = str_c(name),
                                .is_private = cli_option(cli, "private", 0) != NULL,
                                .settings = chat_project_default_settings(),
                                .domains = domains,
                                .domain_count = count,
                                .created_ms = clock_wall_ms()};
    cli->positional_count = cli->positional_count > 1 ? 1 : cli->positional_count;
    return change_settings(cli, ret);
}

/* ── printing ── */

static void project_json(struct buf *b, const struct project_row *row, bool whole)
{
    buf_addf(b, "{\"uuid\":\"%s\",\"slug\":", row->id.c);
    json_write_str(b, row->slug);
    buf_add_c(b, ",\"name\":");
    json_write_str(b, row->name);
    buf_addf(b, ",\"private\":%s,\"domains\":[", row->is_private ? "true" : "false");
    for (size_t i = 0; i < row->domain_count; i++) {
        buf_add_c(b, i ? "," : "");
        json_write_str(b, row->domains[i]);
    }
    buf_addf(b, "],\"created_at\":\"%s\"", clock_rfc3339(row->created_ms).c);
    if (whole) {
        buf_add_c(b, ",\"settings\":");
        buf_add(b, row->settings);
    }
    buf_add_byte(b, '}');
}

static int print_project(struct cli *cli, const struct project_row *row)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    if (cli->json) {
        project_json(&b, row, true);
        return cli_print(&b);
    }
    buf_addf(&b, "%.*s  %.*s%s\n", STR_ARG(row->slug), STR_ARG(row->name),
             row->is_private ? "  (private)" : "");
    for (size_t i = 0; i < row->domain_count; i++) {
        buf_addf(&b, "  may embed: %.*s\n", STR_ARG(row->domains[i]));
    }
    if (row->domain_count == 0) {
        buf_add_c(&b, "  may embed: only this server's own pages\n");
    }
    buf_addf(&b, "  settings: %.*s", STR_ARG(row->settings));
    return cli_print(&b);
}

/* ── commands ── */

/* The team of the installation: the one that `init` made. */
static int find_team(struct cli *cli, id *ret)
{
    struct project_row *rows;
    size_t count;
    id every_team = {{0}};
    err e = store_project_list(cli->store, &cli->a, &every_team, &rows, &count);
    if (err_ok(e) && count) {
        *ret = rows[0].team;
        return CLI_OK;
    }
    e = err_ok(e) ? store_team_create(cli->store, STR("Owners"), ret) : e;
    return err_ok(e) ? CLI_OK : cli_fail_err(e, "the team");
}

int cmd_project_create(struct cli *cli)
{
    struct project_row row;
    int code = cli_open_store(cli);
    code = code == CLI_OK ? project_from_options(cli, cli->positional[0], &row) : code;
    code = code == CLI_OK ? find_team(cli, &row.team) : code;
    if (code != CLI_OK) {
        return code;
    }
    struct audit_act act = act_new(&row.team, "project.create", "project", id_str(&row.id));
    err e = act_record(cli, &act);
    if (err_ok(e)) {
        e = store_project_create(cli->store, &row);
        e = err_ok(e) ? e : act_failed(cli, &act, e);
    }
    if (e.code == ERR_CONFLICT) {
        return cli_fail(CLI_REFUSED, "there is a project `%s` already", cli->positional[0]);
    }
    return err_ok(e) ? print_project(cli, &row) : cli_fail_err(e, "the project");
}

int cmd_project_list(struct cli *cli)
{
    struct project_row *rows;
    size_t count;
    id every_team = {{0}};
    int code = cli_open_store(cli);
    if (code != CLI_OK) {
        return code;
    }
    err e = store_project_list(cli->store, &cli->a, &every_team, &rows, &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "projects");
    }
    struct buf b;
    buf_init(&b, 8 << 20);
    buf_add_c(&b, cli->json ? "[" : "");
    for (size_t i = 0; i < count; i++) {
        if (cli->json) {
            buf_add_c(&b, i ? "," : "");
            project_json(&b, &rows[i], false);
        } else {
            buf_addf(&b, "%s%-24.*s %.*s%s", i ? "\n" : "", STR_ARG(rows[i].slug),
                     STR_ARG(rows[i].name), rows[i].is_private ? " (private)" : "");
        }
    }
    buf_add_c(&b, cli->json ? "]"
                  : count   ? ""
                            : "no projects yet; `doorward project create SLUG` makes one");
    return cli_print(&b);
}

static int open_named(struct cli *cli, struct project_row *ret)
{
    int code = cli_open_store(cli);
    if (code != CLI_OK) {
        return code;
    }
    err e = store_project_by_slug(cli->store, &cli->a, str_c(cli->positional[0]), ret);
    return err_ok(e) ? CLI_OK
                     : cli_fail(CLI_REFUSED,
                                "there is no project `%s`; `doorward project list` lists them",
                                cli->positional[0]);
}

int cmd_project_show(struct cli *cli)
{
    struct project_row row;
    int code = open_named(cli, &row);
    return code == CLI_OK ? print_project(cli, &row) : code;
}

static int change_domains(struct cli *cli, struct project_row *row)
{
    str *domains = arena_array(&cli->a, DOMAINS_MAX, sizeof *domains);
    size_t count = 0;
    bool replace = cli_option(cli, "domain", 0) != NULL;
    if (!domains) {
        return cli_fail(CLI_UNREACHABLE, "out of memory");
    }
    for (size_t i = 0; !replace && i < row->domain_count && i < DOMAINS_MAX; i++) {
        domains[count++] = row->domains[i];
    }
    int code = read_domains(cli, "domain", domains, &count);
    code = code == CLI_OK ? read_domains(cli, "add-domain", domains, &count) : code;
    row->domains = domains;
    row->domain_count = count;
    return code;
}

int cmd_project_set(struct cli *cli)
{
    struct project_row row;
    const char *name = cli_option(cli, "name", 0), *private = cli_option(cli, "private", 0);
    int code = open_named(cli, &row);
    if (code == CLI_OK && name) {
        code = check_name(name);
        row.name = str_c(name);
    }
    if (code == CLI_OK && private) {
        row.is_private = strcmp(private, "true") == 0;
        code = row.is_private || strcmp(private, "false") == 0
                   ? CLI_OK
                   : cli_fail(CLI_USAGE, "--private is true or false");
    }
    code = code == CLI_OK ? change_domains(cli, &row) : code;
    code = code == CLI_OK ? change_settings(cli, &row) : code;
    if (code != CLI_OK) {
        return code;
    }
    struct audit_act act = act_new(&row.team, "project.change", "project", id_str(&row.id));
    err e = act_record(cli, &act);
    if (err_ok(e)) {
        e = store_project_update(cli->store, &row);
        e = err_ok(e) ? e : act_failed(cli, &act, e);
    }
    return err_ok(e) ? print_project(cli, &row) : cli_fail_err(e, "the project");
}

int cmd_project_delete(struct cli *cli)
{
    struct project_row row;
    int code = open_named(cli, &row);
    if (code != CLI_OK) {
        return code;
    }
    if (!cli_option(cli, "yes", 0)) {
        return cli_fail(CLI_REFUSED,
                        "this removes all documents, chats and leads of `%s`; add --yes to do it",
                        cli->positional[0]);
    }
    struct audit_act act = act_new(&row.team, "project.delete", "project", id_str(&row.id));
    err e = act_record(cli, &act);
    if (err_ok(e)) {
        e = store_project_delete(cli->store, &row.id);
        e = err_ok(e) ? e : act_failed(cli, &act, e);
    }
    if (!err_ok(e)) {
        return cli_fail_err(e, "the project");
    }
    cli_say("Removed %s.", cli->positional[0]);
    return CLI_OK;
}
