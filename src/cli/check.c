/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "check/baseline.h"

enum { FILE_MODE = 0644 };

static bool is_terminal(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) == 1 && (!term || strcmp(term, "dumb") != 0);
}

/* ── progress: one line on the terminal, written again and again ── */

static void show_progress(void *user, const char *stage, size_t done, size_t total)
{
    (void)user;
    (void)fprintf(stderr, "\r\x1b[K%zu/%zu  %s", done, total, stage);
    (void)fflush(stderr);
}

static void end_progress(void) { (void)fputs("\r\x1b[K", stderr); }

/* ── what comes out ── */

static int write_out(const char *path, const struct buf *b)
{
    err e = buf_err(b);
    if (!err_ok(e)) {
        return cli_fail_err(e, "the report");
    }
    if (!path || strcmp(path, "-") == 0) {
        (void)fwrite(b->p, 1, b->n, stdout);
        return CLI_OK;
    }
    e = file_write(path, buf_str(b), FILE_MODE);
    return err_ok(e) ? CLI_OK : cli_fail(CLI_UNREACHABLE, "%s: %s", path, e.what);
}

static int write_report(struct check_command *c, const struct report *r)
{
    struct buf b;
    const char *no_color = getenv("NO_COLOR");
    bool to_file = c->out && strcmp(c->out, "-") != 0;
    buf_init(&b, REPORT_BYTES_MAX);
    c->style.colour = !to_file && is_terminal(STDOUT_FILENO) && !(no_color && *no_color);
    report_write(r, c->format, &c->style, &b);
    int code = write_out(c->out, &b);
    buf_done(&b);
    if (code == CLI_OK && to_file) {
        cli_say("%.*s: %zu fail, %zu warn, %zu error, %zu pass, %zu not tested; written to %s",
                STR_ARG(r->target), r->summary[CHECK_FAIL], r->summary[CHECK_WARN],
                r->summary[CHECK_ERROR], r->summary[CHECK_PASS], r->summary[CHECK_SKIP], c->out);
    }
    return code;
}

static int write_plan(struct cli *cli, struct check_command *c, const struct report *r)
{
    struct buf b;
    const char *path = cli_option(cli, "fix-plan", 0);
    if (!path) {
        return CLI_OK;
    }
    buf_init(&b, REPORT_BYTES_MAX);
    report_plan(r, &c->style, &b);
    int code = write_out(path, &b);
    buf_done(&b);
    return code;
}

static int write_baseline(struct cli *cli, const struct report *r)
{
    struct buf b;
    const char *path = cli_option(cli, "write-baseline", 0);
    if (!path) {
        return CLI_OK;
    }
    buf_init(&b, BASELINE_BYTES_MAX);
    baseline_write(&b, r);
    int code = write_out(path, &b);
    buf_done(&b);
    return code;
}

static int exit_code(const struct check_command *c, const struct report *r)
{
    enum check_severity worst;
    if (report_worst(r, &worst) && worst >= c->fail_on) {
        return CLI_REFUSED;
    }
    /* Nothing but what does not apply is no success: nothing was seen. */
    bool nothing = r->summary[CHECK_SKIP] == r->count;
    return r->summary[CHECK_ERROR] > 0 || nothing ? CLI_UNREACHABLE : CLI_OK;
}

/* ── the command ── */

static int list(struct cli *cli)
{
    struct buf b;
    const char *name = cli_option(cli, "format", 0);
    enum report_format format = REPORT_TEXT;
    if (name && (!report_format_parse(str_c(name), &format) ||
                 (format != REPORT_TEXT && format != REPORT_JSON && format != REPORT_MARKDOWN))) {
        return cli_fail(CLI_USAGE, "with --list, --format is text, json or markdown");
    }
    buf_init(&b, REPORT_BYTES_MAX);
    report_list(format, &b);
    int code = write_out(cli_option(cli, "out", 0), &b);
    buf_done(&b);
    return code;
}

static int run(struct cli *cli, struct check_command *c)
{
    struct report *r;
    str reason = STR_EMPTY;
    bool progress = is_terminal(STDERR_FILENO);
    c->options.collect.progress = progress ? show_progress : NULL;
    err e = check_run(&c->options, &r, &reason, &cli->a);
    if (progress) {
        end_progress();
    }
    if (!err_ok(e)) {
        return str_empty(reason) ? cli_fail_err(e, "check")
                                 : cli_fail(CLI_USAGE, "%.*s", STR_ARG(reason));
    }
    int code = write_report(c, r);
    code = code == CLI_OK ? write_plan(cli, c, r) : code;
    code = code == CLI_OK ? write_baseline(cli, r) : code;
    code = code == CLI_OK ? exit_code(c, r) : code;
    report_free(r);
    return code;
}

int cmd_check(struct cli *cli)
{
    struct check_command c;
    if (cli_option(cli, "list", 0)) {
        return list(cli);
    }
    int code = check_command_read(cli, &c);
    if (code == CLI_OK) {
        code = cli_option(cli, "init", 0) ? check_init(cli, &c) : run(cli, &c);
    }
    check_command_done(&c);
    return code;
}
