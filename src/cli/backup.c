/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/act.h"
#include "store/store.h"

int cmd_backup(struct cli *cli)
{
    int code = cli_open_store(cli);
    if (code != CLI_OK) {
        return code;
    }
    id installation = {{0}};
    struct audit_act act = act_new(&installation, "backup.create", "", STR_EMPTY);
    err e = act_record(cli, &act);
    if (err_ok(e)) {
        e = store_backup(cli->store, cli->positional[0]);
        e = err_ok(e) ? e : act_failed(cli, &act, e);
    }
    if (e.code == ERR_CONFLICT) {
        return cli_fail(CLI_REFUSED, "%s exists already; a backup never replaces a file",
                        cli->positional[0]);
    }
    if (!err_ok(e)) {
        return cli_fail_err(e, cli->positional[0]);
    }
    cli_say("Wrote %s. Keep %s with it: without that file no key or session is recognised.",
            cli->positional[0], cli->config.key_file);
    return CLI_OK;
}

/* Renames the database and what belongs to it (-wal, -shm) out of the way. */
static int put_aside(const char *path, char aside[PATH_MAX])
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    (void)snprintf(aside, PATH_MAX, "%.3900s.before-restore-%lld", path,
                   (long long)(clock_wall_ms() / 1000));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char from[PATH_MAX + 8], to[PATH_MAX + 8];
        (void)snprintf(from, sizeof from, "%s%s", path, parts[i]);
        (void)snprintf(to, sizeof to, "%s%s", aside, parts[i]);
        if (rename(from, to) != 0 && errno != ENOENT) {
            return cli_fail(CLI_UNREACHABLE, "%s cannot be put aside", from);
        }
    }
    return CLI_OK;
}

/* Opens the backup as a store of its own: damaged, foreign and newer files are refused before
 * anything is touched. */
static int check_backup(struct cli *cli, const char *path)
{
    struct store_settings settings = cli->config.store;
    struct store *backup = NULL;
    str reason = STR_EMPTY;
    char copy[PATH_MAX];
    if (snprintf(settings.url, sizeof settings.url, "sqlite:%s", path) >=
            (int)sizeof settings.url ||
        !realpath(path, copy)) {
        return cli_fail(CLI_USAGE, "%s: no such file, or its path is too long", path);
    }
    err e = store_open(&settings, &cli->a, &backup, &reason);
    if (err_ok(e)) {
        e = store_check(backup, &cli->a, &reason);
    }
    store_close(backup);
    return err_ok(e) ? CLI_OK
                     : cli_fail(CLI_REFUSED, "%s is not a usable backup: %.*s", path,
                                STR_ARG(str_empty(reason) ? str_c(e.what) : reason));
}

static int copy_backup(struct cli *cli, const char *from, const char *to)
{
    struct store_settings settings = cli->config.store;
    struct store *backup = NULL;
    str reason = STR_EMPTY;
    (void)snprintf(settings.url, sizeof settings.url, "sqlite:%.500s", from);
    err e = store_open(&settings, &cli->a, &backup, &reason);
    if (err_ok(e)) {
        e = store_backup(backup, to);
    }
    store_close(backup);
    return err_ok(e) ? CLI_OK : cli_fail_err(e, to);
}

/* A restored log ends where the backup was made: the row after it says why. */
static int record_restore(struct cli *cli)
{
    id installation = {{0}};
    struct audit_act act = act_new(&installation, "backup.restore", "", STR_EMPTY);
    err e = store_open(&cli->config.store, &cli->a, &cli->store, NULL);
    if (err_ok(e)) {
        e = act_record(cli, &act);
    }
    return err_ok(e) ? CLI_OK : cli_fail_err(e, "restored, but not recorded");
}

/* A running server would go on writing, and acknowledging leads, into the file that was put aside.
 */
static int check_stopped(struct cli *cli)
{
    int pid = 0;
    err e = store_user(&cli->config.store, &pid);
    if (!err_ok(e) && e.code != ERR_NOT_FOUND) {
        return cli_fail_err(e, cli->config.store.url);
    }
    return pid ? cli_fail(CLI_REFUSED, "process %d has the database open; stop the server first",
                          pid)
               : CLI_OK;
}

int cmd_restore(struct cli *cli)
{
    char aside[PATH_MAX];
    int code = cli_open_config(cli);
    if (code != CLI_OK) {
        return code;
    }
    str url = str_c(cli->config.store.url);
    if (!str_starts(url, STR("sqlite:"))) {
        return cli_fail(CLI_USAGE,
                        "restore works on sqlite stores; use the database's own tools for %s",
                        url.p);
    }
    if (!cli_option(cli, "yes", 0)) {
        return cli_fail(CLI_REFUSED,
                        "this puts %s in the place of %s; stop the server and add --yes to do it",
                        cli->positional[0], url.p + 7);
    }
    code = check_stopped(cli);
    code = code == CLI_OK ? check_backup(cli, cli->positional[0]) : code;
    code = code == CLI_OK ? put_aside(url.p + 7, aside) : code;
    code = code == CLI_OK ? copy_backup(cli, cli->positional[0], url.p + 7) : code;
    code = code == CLI_OK ? record_restore(cli) : code;
    if (code == CLI_OK) {
        cli_say("Restored %s. What was there before is %s.", url.p + 7, aside);
    }
    return code;
}

int cmd_migrate(struct cli *cli)
{
    int code = cli_open_store(cli);
    if (code == CLI_OK) {
        cli_say("The database is of this version.");
    }
    return code;
}
