/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/scan.h"

#include <unistd.h>

#include "cli/output.h"
#include "scan/confine.h"
#include "scan/scan_baseline.h"

static const char report_name[] = "the report";

static void show_progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
    (void)user;
    output_progress(stage, done, total);
}

/* ── what comes out ── */

static int write_report(struct scan_command *c, struct scan_report *r)
{
    struct buf b;
    bool to_file = output_is_file(c->out);
    buf_init(&b, SCAN_REPORT_BYTES_MAX);
    c->style.colour = !to_file && output_colour();
    scan_report_write(r, c->format, &c->style, &b);
    int code = output_write(c->out, &b, report_name);
    buf_wipe(&b);
    if (code == CLI_OK && to_file) {
        cli_say("%zu open, %zu accepted, %zu in the baseline, %zu not read; written to %s",
                r->open + r->shared, r->allowed, r->baselined, r->problem_count + r->problem_more,
                c->out);
    }
    return code;
}

static int write_plan(struct cli *cli, struct scan_command *c, struct scan_report *r)
{
    struct buf b;
    const char *path = cli_option(cli, "plan", 0);
    if (!path) {
        return CLI_OK;
    }
    buf_init(&b, SCAN_REPORT_BYTES_MAX);
    scan_plan_write(r, &c->style, &b);
    int code = output_write(path, &b, "the plan");
    buf_wipe(&b);
    return code;
}

static int write_baseline(struct cli *cli, struct scan_report *r)
{
    struct buf b;
    const char *path = cli_option(cli, "write-baseline", 0);
    if (!path) {
        return CLI_OK;
    }
    buf_init(&b, SCAN_BASELINE_BYTES_MAX);
    scan_baseline_write(&b, r);
    int code = output_write(path, &b, "the baseline");
    buf_done(&b);
    return code;
}

static int exit_code(const struct scan_command *c, const struct scan_report *r)
{
    enum rule_severity worst;
    if (scan_worst(r, &worst) && worst >= c->fail_on) {
        return CLI_REFUSED;
    }
    return r->problem_count + r->problem_more > 0 || r->truncated ? CLI_UNREACHABLE : CLI_OK;
}

/* ── the command ── */

static int list(struct cli *cli)
{
    static const char *const names[] = {"text", "json", "markdown"};
    struct buf b;
    const char *format = cli_option(cli, "format", 0);
    unsigned listing = 0;
    while (format && listing < 3 && strcmp(format, names[listing]) != 0) {
        listing++;
    }
    if (listing == 3) {
        return cli_fail(CLI_USAGE, "with --list, --format is text, json or markdown");
    }
    buf_init(&b, SCAN_REPORT_BYTES_MAX);
    scan_list_write((enum scan_listing)listing, &b);
    int code = output_write(cli_option(cli, "out", 0), &b, report_name);
    buf_done(&b);
    return code;
}

/* The kernel holds the scan to what it was told to read and write. */
static void confine(struct cli *cli, const struct scan_command *c)
{
    static const char *const outputs[] = {"out", "plan", "write-baseline"};
    str paths[sizeof outputs / sizeof *outputs];
    size_t count = 0;
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        const char *path = cli_option(cli, outputs[i], 0);
        if (path && strcmp(path, "-") != 0) {
            paths[count++] = str_c(path);
        }
    }
    (void)scan_confine(&c->options, paths, count); /* best effort */
}

static int run(struct cli *cli, struct scan_command *c)
{
    struct scan_report *r;
    str reason = STR_EMPTY;
    bool progress = output_is_terminal(STDERR_FILENO);
    c->options.progress = progress ? show_progress : NULL;
    confine(cli, c);
    err e = scan_run(&c->options, &r, &reason, &cli->a);
    if (progress) {
        output_progress_end();
    }
    if (!err_ok(e)) {
        return str_empty(reason) ? cli_fail_err(e, "scan")
                                 : cli_fail(CLI_USAGE, "%.*s", STR_ARG(reason));
    }
    int code = write_report(c, r);
    code = code == CLI_OK ? write_plan(cli, c, r) : code;
    code = code == CLI_OK ? write_baseline(cli, r) : code;
    code = code == CLI_OK ? exit_code(c, r) : code;
    scan_report_free(r);
    return code;
}

int cmd_scan(struct cli *cli)
{
    struct scan_command c;
    if (cli_option(cli, "list", 0)) {
        return list(cli);
    }
    int code = scan_command_read(cli, &c);
    code = code == CLI_OK ? run(cli, &c) : code;
    scan_command_done(&c);
    return code;
}
