/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords never stand on a command line, where every process and the shell's history see them.
 */
#pragma once

#include "base/secret.h"
#include "cli/cli.h"

/* Reads a new password: from standard input with --password-stdin (its last line end is not part
 * of it), else twice from the terminal without echo. Free with secret_done. */
int ask_secret(struct cli *cli, const char *prompt, struct secret *ret);
