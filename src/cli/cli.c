/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "access/access.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/near.h"
#include "cli/help.h"

enum { CLI_ARENA_MAX = 256 << 20 };

/* ── saying ── */

int cli_fail(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("doorward: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    return code;
}

int cli_fail_err(err e, const char *what)
{
    bool usage = e.code == ERR_INVALID || e.code == ERR_UNPROCESSABLE || e.code == ERR_TOO_LARGE;
    bool refused = e.code == ERR_CONFLICT || e.code == ERR_NOT_FOUND || e.code == ERR_FORBIDDEN;
    return cli_fail(usage     ? CLI_USAGE
                    : refused ? CLI_REFUSED
                              : CLI_UNREACHABLE,
                    "%s%s%s", what, *what ? ": " : "", e.what);
}

void cli_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vprintf(format, args);
    (void)putchar('\n');
    va_end(args);
}

int cli_print(struct buf *b)
{
    err e = buf_err(b);
    if (err_ok(e)) {
        (void)fwrite(b->p, 1, b->n, stdout);
        (void)putchar('\n');
    }
    buf_done(b);
    return err_ok(e) ? CLI_OK : cli_fail_err(e, "");
}

bool cli_progress(void) { return isatty(STDERR_FILENO) == 1; }

/* ── options ── */

const char *cli_option(const struct cli *cli, const char *name, unsigned i)
{
    for (unsigned n = 0; n < cli->given_count; n++) {
        if (strcmp(cli->given[n].name, name) == 0 && i-- == 0) {
            return cli->given[n].value;
        }
    }
    return NULL;
}

static const struct cli_option *find_option(const struct cli_option *options, str name,
                                            const char **nearest, size_t *distance)
{
    for (; options && options->name; options++) {
        if (str_eq(name, str_c(options->name))) {
            return options;
        }
        near_consider(name, options->name, nearest, distance);
    }
    return NULL;
}

static int parse_option(struct cli *cli, int argc, char **argv, int *i)
{
    str text = str_c(argv[*i] + 2);
    size_t equals = str_find_byte(text, '=', 0), distance = SIZE_MAX;
    str name = str_slice(text, 0, equals);
    const char *nearest = NULL;
    const struct cli_option *option = find_option(cli->command->options, name, &nearest, &distance);
    option = option ? option : find_option(help_common_options, name, &nearest, &distance);
    if (!option) {
        return cli_fail(CLI_USAGE, "unknown option --%.*s%s%s; `doorward %s --help` lists them",
                        STR_ARG(name), nearest ? "; did you mean --" : "", nearest ? nearest : "",
                        cli->command->name);
    }
    const char *value = "";
    if (option->value && equals != SIZE_MAX) {
        value = argv[*i] + 2 + equals + 1;
    } else if (option->value) {
        if (*i + 1 >= argc) {
            return cli_fail(CLI_USAGE, "--%s needs a value: --%s %s", option->name, option->name,
                            option->value);
        }
        value = argv[++*i];
    } else if (equals != SIZE_MAX) {
        return cli_fail(CLI_USAGE, "--%s takes no value", option->name);
    }
    if (cli->given_count == CLI_OPTIONS_MAX) {
        return cli_fail(CLI_USAGE, "more than %d options", CLI_OPTIONS_MAX);
    }
    cli->given[cli->given_count].name = option->name;
    cli->given[cli->given_count++].value = value;
    return CLI_OK;
}

static int parse_arguments(struct cli *cli, int argc, char **argv, int from)
{
    bool only_positional = false;
    cli->positional = arena_array(&cli->a, (size_t)argc, sizeof(const char *));
    if (!cli->positional) {
        return cli_fail(CLI_UNREACHABLE, "out of memory");
    }
    for (int i = from; i < argc; i++) {
        if (!only_positional && strcmp(argv[i], "--") == 0) {
            only_positional = true;
        } else if (!only_positional && strncmp(argv[i], "--", 2) == 0) {
            int code = parse_option(cli, argc, argv, &i);
            if (code != CLI_OK) {
                return code;
            }
        } else {
            cli->positional[cli->positional_count++] = argv[i];
        }
    }
    return CLI_OK;
}

static int check_arguments(struct cli *cli)
{
    const struct cli_command *command = cli->command;
    const char *format = cli_option(cli, "format", 0);
    if (format && strcmp(format, "json") != 0 && strcmp(format, "text") != 0 &&
        command->run != cmd_policy && command->run != cmd_check && command->run != cmd_scan) {
        return cli_fail(CLI_USAGE, "--format is text or json");
    }
    cli->json = format && strcmp(format, "json") == 0;
    if (cli->positional_count < command->positional_min ||
        cli->positional_count > command->positional_max) {
        return cli_fail(CLI_USAGE, "usage: doorward %s %s\n`doorward %s --help` says more",
                        command->name, command->usage, command->name);
    }
    return CLI_OK;
}

/* ── opening ── */

int cli_open_config(struct cli *cli)
{
    str reason = STR_EMPTY;
    err e = config_load(&cli->a, cli_option(cli, "config", 0), &cli->config, &reason);
    if (!err_ok(e)) {
        return cli_fail(CLI_USAGE, "%.*s", STR_ARG(reason));
    }
    cli->has_config = true;
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(cli->config.log_level, levels[i]) == 0) {
            log_setup((enum log_level)i, STDERR_FILENO);
        }
    }
    return CLI_OK;
}

int cli_open_store(struct cli *cli)
{
    str reason = STR_EMPTY;
    int code = cli_open_config(cli);
    if (code != CLI_OK) {
        return code;
    }
    err e = store_open(&cli->config.store, &cli->a, &cli->store, &reason);
    if (!err_ok(e)) {
        return str_empty(reason) ? cli_fail_err(e, cli->config.store.url)
                                 : cli_fail(CLI_UNREACHABLE, "%.*s", STR_ARG(reason));
    }
    e = access_hash_key_load(cli->store, cli->config.key_file, &cli->hash_key);
    return err_ok(e) ? CLI_OK : cli_fail_err(e, cli->config.key_file);
}

int cli_find_project(struct cli *cli, struct project_row *ret)
{
    const char *slug = cli_option(cli, "project", 0);
    struct project_row *rows;
    size_t count;
    id every_team = {{0}};
    if (slug) {
        err e = store_project_by_slug(cli->store, &cli->a, str_c(slug), ret);
        return err_ok(e)
                   ? CLI_OK
                   : cli_fail(CLI_REFUSED,
                              "there is no project `%s`; `doorward project list` lists them", slug);
    }
    err e = store_project_list(cli->store, &cli->a, &every_team, &rows, &count);
    if (!err_ok(e)) {
        return cli_fail_err(e, "projects");
    }
    if (count != 1) {
        return cli_fail(CLI_USAGE,
                        "--project SLUG is needed; `doorward project list` lists the projects");
    }
    *ret = rows[0];
    return CLI_OK;
}

/* ── running ── */

/* Finds the command whose name's words the arguments begin with; the longest wins. */
static const struct cli_command *find_command(int argc, char **argv, int *ret_words)
{
    const struct cli_command *best = NULL;
    for (size_t i = 0; i < cli_command_count; i++) {
        str rest = str_c(cli_commands[i].name), word;
        int words = 0;
        bool same = true;
        while (same && str_split(&rest, ' ', &word)) {
            same = 1 + words < argc && str_eq(word, str_c(argv[1 + words]));
            words++;
        }
        if (same && (!best || words > *ret_words)) {
            best = &cli_commands[i];
            *ret_words = words;
        }
    }
    return best;
}

static int unknown_command(int argc, char **argv)
{
    bool asked = argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0);
    if (help_is_group(str_c(argv[1])) && (argc == 2 || asked)) {
        return help_group(str_c(argv[1]), asked);
    }
    const char *nearest = NULL;
    size_t distance = SIZE_MAX;
    char typed[128];
    bool two = argc > 2 && argv[2][0] != '-';
    (void)snprintf(typed, sizeof typed, "%s%s%s", argv[1], two ? " " : "", two ? argv[2] : "");
    for (size_t i = 0; i < cli_command_count; i++) {
        near_consider(str_c(typed), cli_commands[i].name, &nearest, &distance);
        near_consider(str_c(argv[1]), cli_commands[i].name, &nearest, &distance);
    }
    return cli_fail(CLI_USAGE, "unknown command `%s`%s%s%s; `doorward help` lists them", typed,
                    nearest ? "; did you mean `doorward " : "", nearest ? nearest : "",
                    nearest ? "`?" : "");
}

static void cli_done(struct cli *cli)
{
    store_close(cli->store);
    secret_done(&cli->hash_key);
    if (cli->has_config) {
        config_done(&cli->config);
    }
    arena_done(&cli->a);
}

int cli_main(int argc, char **argv)
{
    struct cli cli = {0};
    int words = 0;
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        (void)help_all();
        return argc < 2 ? CLI_USAGE : CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        return cmd_version(&cli);
    }
    cli.command = find_command(argc, argv, &words);
    if (!cli.command) {
        return unknown_command(argc, argv);
    }
    err e = crypto_init();
    if (!err_ok(e)) {
        return cli_fail_err(e, "");
    }
    log_setup(LOG_WARN, STDERR_FILENO);
    arena_init(&cli.a, CLI_ARENA_MAX);
    int code = parse_arguments(&cli, argc, argv, 1 + words);
    if (code == CLI_OK && cli_option(&cli, "help", 0)) {
        code = help_command(cli.command);
    } else if (code == CLI_OK) {
        code = check_arguments(&cli);
        code = code == CLI_OK ? cli.command->run(&cli) : code;
    }
    cli_done(&cli);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code != CLI_USAGE) {
        code = cli_fail(CLI_UNREACHABLE, "the output could not be written");
    }
    return code;
}
