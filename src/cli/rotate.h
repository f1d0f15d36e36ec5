/* SPDX-License-Identifier: Apache-2.0 */
/* One run of `doorward rotate`: what there was, what was drawn, what is left for people. */
#pragma once

#include "cli/secrets.h"

enum { ROTATE_OUTPUT_MAX = 64 << 20 };

struct rotation {
    struct cli *cli;
    struct secret_stock stock;
    struct buf keys, visitor_keys; /* what was drawn, as text or JSON; wiped */
    size_t staff_sessions, visitor_sessions, invitations, resets;
    int code; /* CLI_UNREACHABLE when something could not be done */
};

/* Prints the list of secrets, or after rotating what was drawn and what is left; gives the exit
 * code of the run. */
int rotate_print(struct rotation *r, bool done);
