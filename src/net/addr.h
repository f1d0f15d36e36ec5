/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses and networks: text forms, classes, prefixes. */
#pragma once

#include <netinet/in.h>

#include "base/err.h"
#include "base/str.h"

struct addr {
    unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned port;           /* host order, 0 when none */
};

struct addr_net {
    struct addr base;
    unsigned bits; /* 0 … 128, of the 16-byte form */
};

struct addr_text {
    char c[64];
};

bool addr_is_v4(const struct addr *a);

/* Reads "192.0.2.1", "2001:db8::1", "[2001:db8::1]"; strict, no zones, no octal, no short forms. */
bool addr_parse(str s, struct addr *ret);
/* Reads "192.0.2.1:80" or "[::1]:80"; the port is required. */
bool addr_parse_port(str s, struct addr *ret);
/* Reads "10.0.0.0/8" or a single address. */
bool addr_net_parse(str s, struct addr_net *ret);
bool addr_net_has(const struct addr_net *net, const struct addr *a);

struct addr addr_from_sockaddr(const struct sockaddr *sa);
socklen_t addr_to_sockaddr(const struct addr *a, struct sockaddr_storage *ret);
struct addr_text addr_text(const struct addr *a);

/* True only for globally reachable unicast addresses (IANA special-purpose registries, RFC 6890;
 * also NAT64, 6to4, Teredo and mapped forms judged by the IPv4 address inside). */
bool addr_is_public(const struct addr *a);
bool addr_is_loopback(const struct addr *a);
/* Addresses inside a network: this host and loopback, RFC 1918, RFC 6598, RFC 4193, link-local.
 * What is neither public nor private is reserved, for documentation for example. */
bool addr_is_private(const struct addr *a);
