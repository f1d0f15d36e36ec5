/* SPDX-License-Identifier: Apache-2.0 */
/* KEY=VALUE arguments over a JSON object of settings. */
#pragma once

#include "cli/cli.h"

/* Applies the positional arguments from the given one on: VALUE is JSON, or text when it is none;
 * an empty value removes the member. */
int assign_arguments(struct cli *cli, unsigned from, json_t *settings);
