/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check.h"

#include <unistd.h>

#include "check/baseline.h"
#include "cli/output.h"

/* ── progress ── */

static void show_progress(void *user, const char *stage, size_t done, size_t total)
{
    (void)user;
    output_progress(stage, done, total);
}

/* ── what comes out ── */

static int write_report(struct check_command *c, const struct report *r)
{
    struct buf b;
    bool to_file = output_is_file(c->out);
    buf_init(&b, REPORT_BYTES_MAX);
    c->style.colour = !to_file && output_colour();
    report_write(r, c->format, &c->style, &b);
    int code = output_write(c->out, &b, "the report");
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
    int code = output_write(path, &b, "the report");
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
    int code = output_write(path, &b, "the report");
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
    int code = output_write(cli_option(cli, "out", 0), &b, "the report");
    buf_done(&b);
    return code;
}

static int run(struct cli *cli, struct check_command *c)
{
    struct report *r;
    str reason = STR_EMPTY;
    bool progress = output_is_terminal(STDERR_FILENO);
    c->options.collect.progress = progress ? show_progress : NULL;
    err e = check_run(&c->options, &r, &reason, &cli->a);
    if (progress) {
        output_progress_end();
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
