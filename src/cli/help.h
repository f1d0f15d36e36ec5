/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says about itself on the command line. */
#pragma once

#include "cli/cli.h"

/* --config, --format, --help: options of every command. */
extern const struct cli_option help_common_options[];

/* Prints the page of one command; gives CLI_OK. */
int help_command(const struct cli_command *command);

/* Prints the list of commands; gives CLI_OK. */
int help_all(void);

/* True when the word is the first of several commands ("source" of "source add"). */
bool help_is_group(str word);

/* Prints the commands of a group: on standard output when it was asked for with --help (CLI_OK),
 * else on standard error because the group alone is no command (CLI_USAGE). */
int help_group(str word, bool asked);
