/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of collect_dns. */
#pragma once

#include "check/facts/collect.h"

/* Asks the parent's servers for the delegation and each server of the zone directly. */
void collect_servers(struct collect *c, struct arena *a);

/* Looks up where a record points to: its addresses, and whether its domain is registered. */
void collect_target(struct collect *c, struct arena *a, str name);
