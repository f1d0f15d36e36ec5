/* SPDX-License-Identifier: Apache-2.0 */
/* Live look-ups: validated ones through libunbound, and direct ones at one server (RFC 1035, 7766,
 * 4035). Answers of the resolver are asked once and kept in the facts. From every thread. */
#pragma once

#include "check/facts/collect.h"

/* Starts the resolver of options->resolver or, without one, the system's; when that one cannot
 * carry DNSSEC it resolves from the root itself. UNAVAILABLE. */
err resolver_new(struct collect *c, struct resolver **ret);
void resolver_free(struct resolver *r);

/* Looks up, waits for the answer at most until the budget ends, and adds it to the facts. Never
 * NULL: without memory or time a static answer with DNS_TIMEOUT. */
const struct dns_answer *resolver_ask(struct collect *c, str name, unsigned type);

/* Starts a look-up that will be asked for soon; does not wait. */
void resolver_start(struct collect *c, str name, unsigned type);

/* The same as what the evaluators take. */
struct dns_lookup resolver_lookup(struct collect *c);
/* The facts as a source, for the checks. */
struct dns_lookup facts_lookup(const struct facts *f);

/* Asks one server directly, without recursion, DO set: UDP then TCP when truncated, or TCP only.
 * Adds the answer to the facts (server and address set) and gives it; never NULL. */
const struct dns_answer *resolver_ask_server(struct collect *c, str server,
                                             const struct addr *address, str name, unsigned type,
                                             bool tcp);

/* All addresses of a host (A and AAAA, behind CNAMEs), with `port`. *ret lives in the facts. */
size_t resolver_addresses(struct collect *c, str host, unsigned port, const struct addr **ret);
