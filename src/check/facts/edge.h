/* SPDX-License-Identifier: Apache-2.0 */
/* What the collector of the edge and its checks agree on. */
#pragma once

/* A client address that nobody has (RFC 5737), as a forged header claims it. */
#define EDGE_FORGED "192.0.2.77"

/* Names below the domain that usually lead past a CDN, ended by NULL. */
extern const char *const edge_names[];
