/* SPDX-License-Identifier: Apache-2.0 */
/* What collectors share: the budget of time and how to reach a host. Collectors are straight-line
 * code on threads; every wait has a deadline. */
#pragma once

#include "check/facts/facts.h"

enum {
    COLLECT_TOTAL_MS = 60000,    /* for everything, unless --budget says otherwise */
    COLLECT_CONNECT_MS = 4000,   /* one connection */
    COLLECT_EXCHANGE_MS = 10000, /* one request with its answer, one handshake */
    COLLECT_DNS_TRY_MS = 1500,   /* one datagram */
    COLLECT_REACH_MAX = 64,      /* --resolve */
};

/* User agent of every request. */
#define COLLECT_AGENT "doorward-check/" DOORWARD_VERSION

/* --resolve HOST:PORT:ADDR[:PORT]: connections to HOST (a name, an address, or * for all) and PORT
 * go to ADDR (empty: the address it has) and the second port (none: the same). TCP and UDP alike. A
 * private address that a rule names is reached without --allow-private; an empty one names none. */
struct reach_rule {
    str host;
    unsigned port;
    bool has_address;
    struct addr address; /* its port is 0 unless given */
    unsigned to_port;
};

struct collect_options {
    struct addr resolver; /* port 0: the system's */
    str trust_anchor;     /* file; empty: the root's */
    struct reach_rule reach[COLLECT_REACH_MAX];
    size_t reach_count;
    str ca_file; /* empty: the system's */
    bool allow_private;
    bool no_ipv4, no_ipv6;
    unsigned budget_ms; /* 0: COLLECT_TOTAL_MS */
    unsigned needs;     /* enum check_needs; what is not needed is not collected */
    str message;        /* the raw message of --message; empty: none */
    /* Called from any thread, one call at a time: what is done now. May be NULL. */
    void (*progress)(void *user, const char *stage, size_t done, size_t total);
    void *user;
};

struct resolver; /* collector of DNS: check/facts/resolver.h */

struct collect {
    struct facts *facts;
    const struct collect_options *options;
    int64_t deadline_ms; /* monotonic */
    struct resolver *resolver;
};

/* Milliseconds left, at most `wanted`; 0 when the budget is spent. */
unsigned collect_left(const struct collect *c, unsigned wanted);

/* Says whether a connection to `host` at `address` (with its port) may be made, and where it goes
 * after --resolve. False: a private address without --allow-private, or a family that is switched
 * off; *ret_reason is words for people. */
bool collect_reach(const struct collect *c, str host, const struct addr *address, struct addr *ret,
                   const char **ret_reason);

/* Connects (TCP, non-blocking socket) within `wait_ms`. UPSTREAM refused or no route,
 * UPSTREAM_TIMEOUT, FORBIDDEN as collect_reach. The caller closes *ret_fd. */
err collect_dial(const struct collect *c, str host, const struct addr *address, unsigned wait_ms,
                 int *ret_fd);

/* Waits until the socket is ready for POLLIN or POLLOUT or the monotonic time `until_ms`; false at
 * the deadline. */
bool collect_wait(int fd, short events, int64_t until_ms);

/* ── the collectors; each adds to the facts and reports its troubles there ── */

void collect_dns(struct collect *c); /* zone, name servers, hosts; adds the hosts */
void collect_registration(struct collect *c);
void collect_tls(struct collect *c); /* every host, every address, port 443 */
void collect_redirects(struct collect *c);
void collect_pages(struct collect *c); /* pages, assets, probes, latency, origins */
void collect_edge(struct collect *c);
void collect_mail_dns(struct collect *c);
void collect_smtp(struct collect *c);
void collect_secrets(struct collect *c); /* after the pages */
void collect_message(struct collect *c); /* keys and policies that --message needs */

/* Probes one TLS server on a connected socket that is about to speak TLS (after STARTTLS), with one
 * handshake only: versions[] has what was negotiated, chain and trust are judged for `host`. */
void collect_tls_upgrade(struct collect *c, str host, int fd, struct arena *a,
                         struct tls_endpoint *ret);
