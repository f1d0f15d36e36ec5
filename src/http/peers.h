/* SPDX-License-Identifier: Apache-2.0 */
/* How many connections each address has: IPv4 by address, IPv6 by /64. Used by all loops. */
#pragma once

#include "base/err.h"
#include "net/addr.h"

struct peer_table;

/* Makes a table for about `expected` addresses at a time. */
err peer_table_new(unsigned expected, struct peer_table **ret);
void peer_table_free(struct peer_table *table);

/* Counts one more; false, and nothing is counted, when there are `max` already or memory ran out.
 */
bool peer_table_enter(struct peer_table *table, const struct addr *peer, unsigned max);

/* Counts one less. */
void peer_table_leave(struct peer_table *table, const struct addr *peer);
