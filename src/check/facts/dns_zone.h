/* SPDX-License-Identifier: Apache-2.0 */
/* What the facts say about the target's zone: its apex, its name servers, where names lead. Pure:
 * shared by the collector and the checks. */
#pragma once

#include "check/facts/facts.h"

enum { ZONE_SERVERS_MAX = 13, ZONE_CHAIN_MAX = 16 };

/* A label that nobody has: what answers for it is a wildcard. */
#define ZONE_PROBE_LABEL "doorward-check-no-such-name"

/* Apex of the zone that the target's registrable domain lies in. */
str zone_apex(const struct facts *f);

/* The registrable domain of any name (public suffix list); empty when it has none. */
str zone_registrable(struct arena *a, str name);

/* "<label>.<zone>" */
str zone_name(struct arena *a, const char *label, str zone);

struct zone_server {
    str name;
    bool parent, child; /* in the parent's delegation, in the zone's own NS records */
};

/* Name servers of the zone from the parent's referral and from the zone. At most ZONE_SERVERS_MAX.
 */
size_t zone_servers(const struct facts *f, struct arena *a, struct zone_server *ret);

/* The parent's referral for the zone: not authoritative, NS records of the apex in the authority
 * section. The next at or after *at, NULL at the end. */
const struct dns_answer *zone_referral(const struct facts *f, size_t *at);

/* Follows CNAME records from `name` through the resolver's answers: names[0] is `name` itself. A
 * chain that comes back ends with the name that is there twice. */
size_t zone_chain(const struct facts *f, struct arena *a, str name, str names[ZONE_CHAIN_MAX]);

/* True when the answer to `x` has the same addresses as the wildcard's. */
bool zone_is_wildcard(const struct facts *f, str zone, const struct dns_answer *x);

/* The host has an A or AAAA record, behind CNAMEs too. */
bool zone_resolves(const struct facts *f, str host);

/* The registrable domain does not exist (NXDOMAIN). */
bool zone_is_missing(const struct facts *f);

/* No question at all was answered with something: the network is at fault, or the resolver. */
bool zone_is_mute(const struct facts *f);

/* The resolver says nothing of what is above the domain either, com for example: it, or the way to
 * it, is at fault, and nothing can be said of the domain. */
bool zone_is_deaf(const struct facts *f);
