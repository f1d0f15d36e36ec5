/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/file.h"
#include "cli/output.h"
#include "cli/scan.h"
#include "scan/scan_baseline.h"

static const char beside[] = "launch.yaml";

static bool has(const struct cli *cli, const char *option)
{
    return cli_option(cli, option, 0) != NULL;
}

/* ── launch.yaml ── */

/* The key of fingerprints, from where launch.yaml says it is. */
static int read_key(struct cli *cli, struct scan_command *c, const char *config)
{
    err e = scan_config_key(&cli->a, &c->intent.secrets, str_c(config), &c->key);
    return err_ok(e) ? CLI_OK
                     : cli_fail(CLI_USAGE, "secrets.key is %.*s of launch.yaml: %s",
                                STR_ARG(c->intent.secrets.key_from), e.what);
}

static int read_config(struct cli *cli, struct scan_command *c)
{
    const char *config = cli_option(cli, "config", 0);
    str reason = STR_EMPTY;
    config = config ? config : access(beside, F_OK) == 0 ? beside : NULL;
    if (!config) {
        return CLI_OK;
    }
    err e = intent_read(&cli->a, config, &c->intent, &reason);
    if (!err_ok(e)) {
        return str_empty(reason) ? cli_fail_err(e, config)
                                 : cli_fail(CLI_USAGE, "%.*s", STR_ARG(reason));
    }
    int code = read_key(cli, c, config);
    c->options.config = &c->intent.secrets;
    c->options.key = secret_view(&c->key);
    return code;
}

/* ── what is read ── */

/* All values of an option. */
static int read_values(struct cli *cli, const char *option, const str **ret, size_t *ret_count)
{
    size_t count = 0;
    str *list = arena_array(&cli->a, CLI_OPTIONS_MAX, sizeof *list);
    const char *value;
    if (!list) {
        return cli_fail(CLI_UNREACHABLE, "out of memory");
    }
    while ((value = cli_option(cli, option, (unsigned)count)) != NULL) {
        list[count++] = str_c(value);
    }
    *ret = list;
    *ret_count = count;
    return CLI_OK;
}

static int read_paths(struct cli *cli, struct scan_options *o)
{
    size_t count = 0;
    str *paths = arena_array(&cli->a, (size_t)cli->positional_count + 1, sizeof *paths);
    bool input = has(cli, "stdin");
    if (!paths) {
        return cli_fail(CLI_UNREACHABLE, "out of memory");
    }
    for (unsigned i = 0; i < cli->positional_count; i++) {
        if (strcmp(cli->positional[i], "-") == 0) {
            input = true;
        } else if (*cli->positional[i]) {
            paths[count++] = str_c(cli->positional[i]);
        } else {
            return cli_fail(CLI_USAGE, "a PATH is empty");
        }
    }
    if (count == 0 && (o->history || o->staged)) {
        paths[count++] = STR(".");
    }
    o->paths = paths;
    o->path_count = count;
    o->input_fd = input ? STDIN_FILENO : -1;
    o->input_name = STR("-");
    return CLI_OK;
}

/* What launch.yaml names, when the command line names nothing. */
static int read_configured(struct scan_options *o)
{
    const struct scan_config *config = o->config;
    if (o->path_count || o->url_count || o->input_fd >= 0) {
        return CLI_OK;
    }
    if (!config || config->path_count + config->url_count == 0) {
        return cli_fail(CLI_USAGE,
                        "what is to be scanned? `doorward scan .` reads the files here, "
                        "`doorward scan --git` the history too, `doorward scan -` standard input; "
                        "or name paths under `secrets:` of launch.yaml");
    }
    o->paths = config->paths;
    o->path_count = config->path_count;
    o->urls = config->urls;
    o->url_count = config->url_count;
    o->history |= config->history;
    return CLI_OK;
}

static int check_together(const struct cli *cli, const struct scan_options *o)
{
    if (o->staged && (o->history || o->no_tree)) {
        return cli_fail(CLI_USAGE, "--staged reads what is to be committed and nothing else: leave "
                                   "out --git, --dangling and --no-tree");
    }
    if (o->no_tree && !o->history) {
        return cli_fail(CLI_USAGE, "--no-tree leaves the history only: add --git");
    }
    if (o->verify && (!o->config || str_empty(o->config->origin))) {
        return cli_fail(CLI_USAGE, "--verify asks the origin that launch.yaml names: give --config "
                                   "FILE with `origin: https://…`");
    }
    for (size_t i = 0; i < o->exclude_count; i++) {
        if (o->exclude[i].n > GLOB_PATTERN_MAX || str_empty(o->exclude[i])) {
            return cli_fail(CLI_USAGE, "--exclude is a pattern of 1 to %d bytes", GLOB_PATTERN_MAX);
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        /* These take a file; with none, `--out --plan x` would write to "--plan". */
        const char *value = cli_option(cli, i ? "plan" : "out", 0);
        if (value && !*value) {
            return cli_fail(CLI_USAGE, "--%s needs a file", i ? "plan" : "out");
        }
    }
    return CLI_OK;
}

static int read_sources(struct cli *cli, struct scan_options *o)
{
    o->dangling = has(cli, "dangling");
    o->history = has(cli, "git") || o->dangling;
    o->staged = has(cli, "staged");
    o->no_tree = has(cli, "no-tree");
    o->gitignore = has(cli, "gitignore");
    o->no_archives = has(cli, "no-archives");
    o->verify = has(cli, "verify");
    o->allow_private = has(cli, "allow-private");
    o->only = str_c(cli_option(cli, "only", 0));
    int code = read_paths(cli, o);
    code = code == CLI_OK ? read_values(cli, "url", &o->urls, &o->url_count) : code;
    code = code == CLI_OK ? read_values(cli, "exclude", &o->exclude, &o->exclude_count) : code;
    code = code == CLI_OK ? check_together(cli, o) : code;
    code = code == CLI_OK ? read_configured(o) : code;
    return code == CLI_OK ? output_readable(cli, "ca-file", &o->ca_file) : code;
}

/* ── what comes out ── */

static int read_report(struct cli *cli, struct scan_command *c)
{
    const char *format = cli_option(cli, "format", 0), *fail_on = cli_option(cli, "fail-on", 0),
               *jobs = cli_option(cli, "jobs", 0);
    uint64_t number = 0;
    c->style.explain = c->options.explain = has(cli, "explain");
    c->style.show_secrets = has(cli, "show-secrets");
    if (format && !scan_format_parse(str_c(format), &c->format)) {
        return cli_fail(CLI_USAGE, "--format is text, json, sarif, junit or csv");
    }
    for (unsigned i = RULE_LOW; fail_on && i <= RULE_HIGH; i++) {
        if (strcmp(fail_on, rule_severity_name((enum rule_severity)i)) == 0) {
            c->fail_on = (enum rule_severity)i;
            fail_on = NULL;
        }
    }
    if (fail_on) {
        return cli_fail(CLI_USAGE, "--fail-on is high, medium or low");
    }
    if (jobs && (!str_u64(str_c(jobs), &number) || number < 1 || number > SCAN_JOBS_MAX)) {
        return cli_fail(CLI_USAGE, "--jobs is a number of threads from 1 to %d", SCAN_JOBS_MAX);
    }
    c->options.jobs = (unsigned)number;
    return CLI_OK;
}

static int read_baseline(struct cli *cli, struct scan_command *c)
{
    const char *path = cli_option(cli, "baseline", 0);
    if (!path) {
        return CLI_OK;
    }
    int code = output_read("baseline", path, &c->baseline, SCAN_BASELINE_BYTES_MAX);
    c->options.baseline = buf_str(&c->baseline);
    return code == CLI_OK && str_empty(c->options.baseline)
               ? cli_fail(CLI_USAGE, "--baseline %s: the file is empty", path)
               : code;
}

int scan_command_read(struct cli *cli, struct scan_command *ret)
{
    *ret = (struct scan_command){.out = cli_option(cli, "out", 0), .fail_on = RULE_LOW};
    buf_init(&ret->baseline, 0);
    int code = read_report(cli, ret);
    code = code == CLI_OK ? read_config(cli, ret) : code;
    code = code == CLI_OK ? read_sources(cli, &ret->options) : code;
    return code == CLI_OK ? read_baseline(cli, ret) : code;
}

void scan_command_done(struct scan_command *c)
{
    secret_done(&c->key);
    buf_done(&c->baseline);
}
