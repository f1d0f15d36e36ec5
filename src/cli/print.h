/* SPDX-License-Identifier: Apache-2.0 */
/* Members of JSON objects for the command line's output. */
#pragma once

#include "cli/cli.h"

/* Appends `"key":"text"`, with a comma unless an object was just opened. */
void print_member(struct buf *b, const char *key, str text);
void print_member_number(struct buf *b, const char *key, uint64_t number);
/* A time as RFC 3339, null when 0. */
void print_member_time(struct buf *b, const char *key, int64_t wall_ms);

/* An id, null when there is none. */
void print_member_id(struct buf *b, const char *key, const id *value);

/* Reads --limit, or gives the default; CLI_USAGE when it is no number from 1 to max. */
int print_limit(struct cli *cli, unsigned fallback, unsigned max, size_t *ret);
