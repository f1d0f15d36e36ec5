/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of `doorward scan`. */
#pragma once

#include "check/intent.h"
#include "cli/cli.h"
#include "scan/report/report.h"

/* The command line, read. */
struct scan_command {
    struct scan_options options;
    struct scan_style style;
    enum scan_format format;
    enum rule_severity fail_on;
    const char *out; /* NULL: standard output */
    struct intent intent;
    struct secret key;   /* of the fingerprints */
    struct buf baseline; /* borrowed by the options, as is the key */
};

/* Reads the options; on failure the reason is printed. Free with scan_command_done either way. */
int scan_command_read(struct cli *cli, struct scan_command *ret);
void scan_command_done(struct scan_command *c);
