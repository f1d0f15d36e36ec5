/* SPDX-License-Identifier: Apache-2.0 */
/* Projects as the command line makes them. */
#pragma once

#include "cli/cli.h"

/* Builds a row from the slug and --name, --domain, --private, --settings, all checked; the team is
 * left open. */
int project_from_options(struct cli *cli, const char *slug, struct project_row *ret);
