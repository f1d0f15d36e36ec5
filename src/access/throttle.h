/* SPDX-License-Identifier: Apache-2.0 */
/* Guessing costs time: log-ins, second factors, resets and invitations, counted per account and per
 * network. An account is never locked for its owner: a network that has logged in to it before
 * keeps a budget of its own. In memory, bounded; the oldest is forgotten first. Thread-safe. */
#pragma once

#include "base/err.h"
#include "base/id.h"
#include "base/str.h"

enum throttle_what {
    THROTTLE_PASSWORD, /* 10 failures in 15 min of an account from strangers' networks together, 10
                          of each network that knows it; 30 of a network over all accounts */
    THROTTLE_FACTOR, /* 5 wrong codes in 15 min, 20 a day of an account: 10 years to a chance of one
                        in a hundred; below 1 in 10^5 before it bites */
    THROTTLE_MAIL,   /* 3 mails an hour to an address, 20 of a network */
    THROTTLE_COUNT
};

struct throttle;

err throttle_new(struct throttle **ret);
void throttle_free(struct throttle *throttle);

/* Takes one try in advance, so that many at once cannot pass. RATE_LIMITED with *ret_wait_s, the
 * seconds until there is one again. `account` is the folded address, known or not. */
err throttle_take(struct throttle *throttle, enum throttle_what what, str account, str network,
                  int64_t now_ms, unsigned *ret_wait_s);
/* Gives the try back after a success, and remembers the network as one that the account knows. */
void throttle_succeeded(struct throttle *throttle, enum throttle_what what, str account,
                        str network, int64_t now_ms);

/* The network of an address as the audit log has it: IPv4 /24, IPv6 /48, "" for what is none. */
str throttle_network(struct arena *a, str address);
