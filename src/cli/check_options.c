/* SPDX-License-Identifier: Apache-2.0 */
#include "base/escape.h"
#include "check/baseline.h"
#include "check/mail/message.h"
#include "cli/check.h"
#include "cli/output.h"

enum { OPTIONS_BYTES_MAX = 65536, BUDGET_MAX_S = 3600, DNS_PORT = 53, PORT_MAX = 65535 };

/* ── --resolve ── */

/* Takes what stands before the next colon; an IPv6 address stands in brackets. */
static bool take_part(str *rest, str *ret)
{
    size_t end = 0;
    if (rest->n && rest->p[0] == '[') {
        end = str_find_byte(*rest, ']', 0);
        if (end == SIZE_MAX) {
            return false;
        }
        end++;
        if (end < rest->n && rest->p[end] != ':') {
            return false;
        }
    } else {
        end = str_find_byte(*rest, ':', 0);
        end = end == SIZE_MAX ? rest->n : end;
    }
    *ret = str_slice(*rest, 0, end);
    *rest = str_slice(*rest, end < rest->n ? end + 1 : end, rest->n);
    return true;
}

static bool port_parse(str text, unsigned *ret)
{
    uint64_t number;
    if (!str_u64(text, &number) || number < 1 || number > PORT_MAX) {
        return false;
    }
    *ret = (unsigned)number;
    return true;
}

bool check_reach_parse(struct arena *a, str text, struct reach_rule *ret, const char **ret_reason)
{
    struct reach_rule rule = {0};
    str rest = text, host, port, address, to_port;
    *ret_reason = "it has the form HOST:PORT:ADDRESS[:PORT]; an IPv6 address stands in brackets";
    if (!take_part(&rest, &host) || str_empty(host) || !take_part(&rest, &port) ||
        !port_parse(port, &rule.port) || rest.p != text.p + host.n + port.n + 2 ||
        !take_part(&rest, &address) || !take_part(&rest, &to_port) || !str_empty(rest)) {
        return false;
    }
    if (!str_empty(address)) {
        rule.has_address = true;
        if (!addr_parse(address, &rule.address)) {
            *ret_reason = "the third part is no IP address; left empty it is the same address";
            return false;
        }
    }
    if (!str_empty(to_port) && !port_parse(to_port, &rule.to_port)) {
        *ret_reason = "the last part is no port";
        return false;
    }
    struct addr literal;
    if (addr_parse(host, &literal)) {
        host = str_c(addr_text(&literal).c);
    }
    rule.host = arena_str(a, host);
    if (!rule.host.p) {
        *ret_reason = "out of memory";
        return false;
    }
    *ret = rule;
    return true;
}

static int read_reach(struct cli *cli, struct check_command *c)
{
    const char *text, *reason;
    struct collect_options *o = &c->options.collect;
    for (unsigned i = 0; (text = cli_option(cli, "resolve", i)) != NULL; i++) {
        if (o->reach_count == COLLECT_REACH_MAX) {
            return cli_fail(CLI_USAGE, "more than %d --resolve", COLLECT_REACH_MAX);
        }
        if (!check_reach_parse(&cli->a, str_c(text), &o->reach[o->reach_count], &reason)) {
            return cli_fail(CLI_USAGE, "--resolve %s: %s", text, reason);
        }
        o->reach_count++;
    }
    return CLI_OK;
}

/* ── the others ── */

static int read_network(struct cli *cli, struct collect_options *o)
{
    const char *resolver = cli_option(cli, "resolver", 0), *budget = cli_option(cli, "budget", 0);
    uint64_t seconds = 0;
    if (resolver && !addr_parse_port(str_c(resolver), &o->resolver)) {
        if (!addr_parse(str_c(resolver), &o->resolver)) {
            return cli_fail(CLI_USAGE,
                            "--resolver %s: it is an IP address, with or without a "
                            "port: 9.9.9.9, 127.0.0.1:5353, [::1]:53",
                            resolver);
        }
        o->resolver.port = DNS_PORT;
    }
    if (budget && (!str_u64(str_c(budget), &seconds) || seconds < 1 || seconds > BUDGET_MAX_S)) {
        return cli_fail(CLI_USAGE, "--budget is a number of seconds from 1 to %d", BUDGET_MAX_S);
    }
    o->budget_ms = (unsigned)seconds * 1000;
    o->allow_private = cli_option(cli, "allow-private", 0) != NULL;
    o->no_ipv4 = cli_option(cli, "no-ipv4", 0) != NULL;
    o->no_ipv6 = cli_option(cli, "no-ipv6", 0) != NULL;
    if (o->no_ipv4 && o->no_ipv6) {
        return cli_fail(CLI_USAGE, "--no-ipv4 and --no-ipv6 together leave nothing");
    }
    int code = output_readable(cli, "ca-file", &o->ca_file);
    return code == CLI_OK ? output_readable(cli, "trust-anchor", &o->trust_anchor) : code;
}

/* The domain of the From field, when no target was given. */
static int target_of_message(struct cli *cli, struct check_command *c)
{
    struct message message;
    str domains[MESSAGE_FROM_MAX];
    err e = message_read(&cli->a, buf_str(&c->message), &message);
    const struct message_field *from = err_ok(e) ? message_field(&message, STR("from"), 0) : NULL;
    if (!from || message_domains(&cli->a, from->value, domains) == 0) {
        return cli_fail(CLI_USAGE,
                        "--message %s: it has no From field with an address; is it the "
                        "whole message with its header?",
                        cli_option(cli, "message", 0));
    }
    c->options.target = domains[0];
    return CLI_OK;
}

/* A message alone is judged alone: the rest of the domain was not asked for. */
static int read_message(struct cli *cli, struct check_command *c)
{
    const char *path = cli_option(cli, "message", 0);
    if (!path) {
        return CLI_OK;
    }
    int code = output_read("message", path, &c->message, MESSAGE_BYTES_MAX);
    if (code != CLI_OK) {
        return code;
    }
    c->options.collect.message = buf_str(&c->message);
    if (str_empty(c->options.target)) {
        code = target_of_message(cli, c);
        c->options.only = str_empty(c->options.only) ? STR("email.message.*") : c->options.only;
    }
    return code;
}

static int read_format(struct cli *cli, struct check_command *c)
{
    const char *format = cli_option(cli, "format", 0), *fail_on = cli_option(cli, "fail-on", 0);
    c->format = REPORT_TEXT;
    c->fail_on = SEVERITY_NOTE;
    if (format && !report_format_parse(str_c(format), &c->format)) {
        return cli_fail(CLI_USAGE, "--format is text, json, sarif, junit, html or markdown");
    }
    for (unsigned i = SEVERITY_LOW; fail_on && i <= SEVERITY_HIGH; i++) {
        if (strcmp(fail_on, check_severity_name((enum check_severity)i)) == 0) {
            /* A check that fails counts at least as low, whatever its own word. */
            c->fail_on = i == SEVERITY_LOW ? SEVERITY_NOTE : (enum check_severity)i;
            fail_on = NULL;
        }
    }
    return fail_on ? cli_fail(CLI_USAGE, "--fail-on is high, medium or low") : CLI_OK;
}

/* ── the re-test command ── */

static int write_options(struct cli *cli, struct check_command *c)
{
    static const char *const repeated[] = {"config",       "message", "resolver", "resolve",
                                           "trust-anchor", "ca-file", "budget",   "allow-private",
                                           "no-ipv4",      "no-ipv6"};
    struct buf b;
    buf_init(&b, OPTIONS_BYTES_MAX);
    for (size_t k = 0; k < sizeof repeated / sizeof repeated[0]; k++) {
        const char *value;
        for (unsigned i = 0; (value = cli_option(cli, repeated[k], i)) != NULL; i++) {
            buf_addf(&b, "%s--%s", b.n ? " " : "", repeated[k]);
            if (*value) {
                buf_add_byte(&b, ' ');
                escape_shell(&b, str_c(value));
            }
        }
    }
    c->style.options = arena_str(&cli->a, buf_str(&b));
    bool fine = err_ok(buf_err(&b)) && c->style.options.p;
    buf_done(&b);
    return fine ? CLI_OK : cli_fail(CLI_USAGE, "the options are too long");
}

int check_command_read(struct cli *cli, struct check_command *ret)
{
    const char *config = cli_option(cli, "config", 0), *baseline = cli_option(cli, "baseline", 0);
    *ret = (struct check_command){.out = cli_option(cli, "out", 0)};
    buf_init(&ret->message, 0);
    buf_init(&ret->baseline, 0);
    ret->options.config = config;
    ret->options.only = str_c(cli_option(cli, "only", 0));
    ret->options.target = str_c(cli->positional_count ? cli->positional[0] : NULL);
    ret->style.place = str_c(config && *config != '/' ? config : "launch.yaml");
    int code = read_format(cli, ret);
    code = code == CLI_OK ? read_network(cli, &ret->options.collect) : code;
    code = code == CLI_OK ? read_reach(cli, ret) : code;
    code = code == CLI_OK ? read_message(cli, ret) : code;
    code = code == CLI_OK ? write_options(cli, ret) : code;
    if (code == CLI_OK && baseline) {
        code = output_read("baseline", baseline, &ret->baseline, BASELINE_BYTES_MAX);
        ret->options.baseline = buf_str(&ret->baseline);
        if (code == CLI_OK && str_empty(ret->options.baseline)) {
            code = cli_fail(CLI_USAGE, "--baseline %s: the file is empty", baseline);
        }
    }
    if (code == CLI_OK && str_empty(ret->options.target)) {
        code = cli_fail(CLI_USAGE, "usage: doorward check %s\n`doorward check --help` says more",
                        cli->command->usage);
    }
    return code;
}

void check_command_done(struct check_command *c)
{
    buf_done(&c->message);
    buf_done(&c->baseline);
}
