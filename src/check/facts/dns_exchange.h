/* SPDX-License-Identifier: Apache-2.0 */
/* One question to one name server over UDP and TCP (RFC 1035, 5936, 6891, 7766). */
#pragma once

#include "check/facts/collect.h"

enum {
    DNS_TRIES = 3,      /* datagrams sent */
    DNS_STRAY_MAX = 32, /* datagrams that answer nothing and are passed over, of one try */
};

struct dns_ask {
    bool tcp;     /* over TCP only */
    bool recurse; /* RD */
    bool once;    /* one datagram, not DNS_TRIES: for servers that may not be there */
};

/* Asks the server for x->name and x->type with DO set and fills the rest of *x, whatever comes. The
 * pieces live in `a`. DNS_AXFR goes over TCP and ends after the first message. */
void dns_exchange(const struct collect *c, struct arena *a, struct dns_ask how, str server,
                  const struct addr *address, struct dns_answer *x);
