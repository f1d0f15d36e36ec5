/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands share: a table row each, parsed options, the opened store, output and exit
 * codes. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/config.h"
#include "store/project.h"

/* Exit codes (API.md, "The command line"). */
enum cli_exit { CLI_OK = 0, CLI_REFUSED = 1, CLI_USAGE = 2, CLI_UNREACHABLE = 3 };

enum {
    CLI_OPTIONS_MAX = 200,
    CLI_POSITIONAL_MAX = 64, /* of commands that hold them in a list of their own */
    CLI_POSITIONAL_ANY = 0x7fffffff
};

struct cli_option {
    const char *name;  /* "format"; given as --format VALUE or --format=VALUE */
    const char *value; /* what its value is called in the help, NULL for a switch */
    const char *help;
};

struct cli;

struct cli_command {
    const char *name;    /* "source add" */
    const char *usage;   /* what follows the name: "--project SLUG PATH|URL" */
    const char *summary; /* one line */
    const char *help;    /* more lines, may be empty */
    const struct cli_option
        *options; /* ended by a NULL name; --config, --format and --help are always there */
    unsigned positional_min, positional_max;
    int (*run)(struct cli *cli);
};

extern const struct cli_command cli_commands[];
extern const size_t cli_command_count;

struct cli {
    const struct cli_command *command;
    struct arena a;
    const char **positional;
    unsigned positional_count;
    struct {
        const char *name, *value;
    } given[CLI_OPTIONS_MAX];
    unsigned given_count;
    bool json; /* --format json */
    struct config config;
    bool has_config;
    struct store *store;
    struct secret hash_key;
};

/* Runs the program: finds the command, parses, runs, cleans up. */
int cli_main(int argc, char **argv);

/* Value of an option, NULL when it was not given; "" for a switch. The i-th time it was given. */
const char *cli_option(const struct cli *cli, const char *name, unsigned i);

/* ── opening what a command needs; on failure the reason is printed and the exit code given ── */

int cli_open_config(struct cli *cli);
/* The configuration, the store and the hashing key. */
int cli_open_store(struct cli *cli);
/* Finds the project of --project (or the only one there is). */
int cli_find_project(struct cli *cli, struct project_row *ret);

/* ── saying ── */

/* Prints "doorward: <text>" on standard error and gives `code`. */
int cli_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for an error value: INVALID and the like are usage, CONFLICT and NOT_FOUND a refused
 * act, others unreachable. */
int cli_fail_err(err e, const char *what);
/* Prints a line on standard output. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints the buffer as it is with a line end, frees it. */
int cli_print(struct buf *b);
/* True when progress may be drawn on standard error. */
bool cli_progress(void);

/* ── commands ── */
int cmd_init(struct cli *cli);
int cmd_serve(struct cli *cli);
int cmd_project_create(struct cli *cli);
int cmd_project_list(struct cli *cli);
int cmd_project_show(struct cli *cli);
int cmd_project_set(struct cli *cli);
int cmd_project_delete(struct cli *cli);
int cmd_source_add(struct cli *cli);
int cmd_source_list(struct cli *cli);
int cmd_source_sync(struct cli *cli);
int cmd_source_remove(struct cli *cli);
int cmd_search(struct cli *cli);
int cmd_ask(struct cli *cli);
int cmd_lead_list(struct cli *cli);
int cmd_lead_export(struct cli *cli);
int cmd_outbox_list(struct cli *cli);
int cmd_outbox_show(struct cli *cli);
int cmd_outbox_retry(struct cli *cli);
int cmd_mail_test(struct cli *cli);
int cmd_team_show(struct cli *cli);
int cmd_team_set(struct cli *cli);
int cmd_user_list(struct cli *cli);
int cmd_user_show(struct cli *cli);
int cmd_user_create(struct cli *cli);
int cmd_user_role(struct cli *cli);
int cmd_user_disable(struct cli *cli);
int cmd_user_enable(struct cli *cli);
int cmd_user_remove(struct cli *cli);
int cmd_user_reset_factor(struct cli *cli);
int cmd_user_reset_password(struct cli *cli);
int cmd_user_sessions(struct cli *cli);
int cmd_key_create(struct cli *cli);
int cmd_key_list(struct cli *cli);
int cmd_key_rotate(struct cli *cli);
int cmd_key_revoke(struct cli *cli);
int cmd_key_report(struct cli *cli);
int cmd_visitor_key_add(struct cli *cli);
int cmd_visitor_key_list(struct cli *cli);
int cmd_visitor_key_remove(struct cli *cli);
int cmd_source_groups(struct cli *cli);
int cmd_audit_list(struct cli *cli);
int cmd_audit_export(struct cli *cli);
int cmd_audit_verify(struct cli *cli);
int cmd_rotate(struct cli *cli);
int cmd_policy(struct cli *cli);
int cmd_check(struct cli *cli);
int cmd_scan(struct cli *cli);
int cmd_backup(struct cli *cli);
int cmd_restore(struct cli *cli);
int cmd_migrate(struct cli *cli);
int cmd_version(struct cli *cli);
int cmd_help(struct cli *cli);
