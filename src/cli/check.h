/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of `doorward check`. */
#pragma once

#include "check/report/report.h"
#include "cli/cli.h"

/* The command line, read. */
struct check_command {
    struct check_options options;
    struct report_style style;
    enum report_format format;
    enum check_severity fail_on;
    const char *out;              /* NULL: standard output */
    struct buf message, baseline; /* files, borrowed by the options */
};

/* Reads the options; on failure the reason is printed. Free with check_command_done either way. */
int check_command_read(struct cli *cli, struct check_command *ret);
void check_command_done(struct check_command *c);

/* Reads "HOST:PORT:ADDRESS[:PORT]" of --resolve, or says what is wrong. */
bool check_reach_parse(struct arena *a, str text, struct reach_rule *ret, const char **ret_reason);

/* check --init: writes launch.yaml from what was found. */
int check_init(struct cli *cli, struct check_command *c);
/* The same as a text, from facts. */
void check_init_text(struct buf *b, const struct report *r);
