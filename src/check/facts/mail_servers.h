/* SPDX-License-Identifier: Apache-2.0 */
/* The mail servers of a domain, as the collectors ask about them and the checks find them. */
#pragma once

#include "check/facts/resolver.h"

enum {
    MAIL_HOSTS_MAX = 10,    /* MX hosts that are looked at, in the order of preference */
    SMTP_ADDRESSES_MAX = 4, /* of one host */
    SMTP_SERVERS_MAX = 24,  /* connections */
};

/* The MX hosts of the domain in the order of preference, each once; without the null MX and
 * without address literals. */
size_t mail_hosts(const struct facts *f, struct arena *a, str ret[MAIL_HOSTS_MAX]);

/* Fetches the MTA-STS policy when there is a record, and looks at the certificate it comes with
 * (in the TLS facts with the protocol "mta-sts"). */
void mail_policy_ask(struct collect *c);

/* The URL of the policy. */
str mail_policy_url(struct arena *a, str domain);

/* "10.2.0.192.in-addr.arpa" (RFC 1035 section 3.5, RFC 3596 section 2.5). */
str mail_reverse_name(struct arena *a, const struct addr *address);
