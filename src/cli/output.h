/* SPDX-License-Identifier: Apache-2.0 */
/* Reports and progress of long commands. */
#pragma once

#include "cli/cli.h"

/* True for a terminal that understands control sequences. */
bool output_is_terminal(int fd);
/* True when what goes to standard output may be coloured (NO_COLOR is honoured). */
bool output_colour(void);

/* Writes to a file (atomically), or to standard output for NULL and "-"; `what` is said when the
 * buffer failed. Gives the exit code. */
int output_write(const char *path, const struct buf *b, const char *what);
/* True when `path` names a file. */
bool output_is_file(const char *path);

/* One line of progress on the terminal, written again and again; `total` 0: not known. */
void output_progress(const char *stage, uint64_t done, uint64_t total);
void output_progress_end(void);

/* Reads a file that an option names. */
int output_read(const char *option, const char *path, struct buf *b, size_t max);
/* The value of an option that names a file, which must be readable; empty when not given. */
int output_readable(struct cli *cli, const char *option, str *ret);
