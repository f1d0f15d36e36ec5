/* SPDX-License-Identifier: Apache-2.0 */
/* API keys as the commands on them read and print them. */
#pragma once

#include "access/keys.h"
#include "cli/act.h"

struct key_view {
    struct cli *cli;
    int64_t now_ms;
    const struct key_row *keys;
    size_t count;
    const struct project_row *projects;
    size_t project_count;
};

/* Opens the store and reads the keys of --team, or of all teams. */
int key_open_list(struct cli *cli, struct key_view *ret);

/* Appends a key as a JSON object that is left open. */
void key_json(struct key_view *view, struct buf *b, const struct key_row *key);
