/* SPDX-License-Identifier: Apache-2.0 */
/* Guessing costs time: log-ins, second factors, resets and invitations, counted per account and per
 * network. An account is never locked for its owner: a network that has logged in to it before
 * keeps a budget of its own. In memory, bounded; the oldest is forgotten first. Thread-safe. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"

enum throttle_what {
    THROTTLE_PASSWORD, /* 10 failures in 15 min of an account from strangers' networks together, 10
                          of each network that knows it; 30 of a network over all accounts */
    THROTTLE_FACTOR,   /* 3 wrong codes in 15 min, 10 a day, 20 in 30 days of an account, apart for
                          each network that has given its factor before. With three codes of 10^6
                          right at any time that is a chance of 9 in 10^6 before it bites first, and
                          below one in a hundred in 10 years */
    THROTTLE_MAIL,     /* 3 resets an hour to an address, 20 of a network */
    THROTTLE_INVITE,   /* 3 invitations an hour to an address */
    THROTTLE_TELL,     /* 1 audit row in 15 min about an account's being throttled, or about tokens
                          that are none from one network */
    THROTTLE_COUNT
};

/* How many tries there are within how many seconds. */
struct throttle_window {
    uint32_t count, seconds;
};

enum { THROTTLE_WINDOWS = 3, THROTTLE_TRIES_MAX = 30 };

/* The numbers of a kind; a count of 0 ends the list. */
struct throttle_rule {
    struct throttle_window account[THROTTLE_WINDOWS], network[THROTTLE_WINDOWS];
};
const struct throttle_rule *throttle_rule(enum throttle_what what);

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
/* Gives the try back that was not used after all. */
void throttle_give_back(struct throttle *throttle, enum throttle_what what, str account,
                        str network);
/* Remembers a network that the account came from before the process started. */
void throttle_know(struct throttle *throttle, enum throttle_what what, str account, str network);

/* The network of an address as the audit log has it: IPv4 /24, IPv6 /48, "" for what is none. */
str throttle_network(struct arena *a, str address);
