/* SPDX-License-Identifier: Apache-2.0 */
/* What a receiving server wrote into a message: Authentication-Results (RFC 8601) and Received
 * (RFC 5321 section 4.4). */
#pragma once

#include "check/mail/message.h"
#include "net/addr.h"

enum { AUTH_RESULTS_MAX = 40, AUTH_BYTES_MAX = 64 << 10 };

/* One `method=result` with what belongs to it. */
struct auth_result {
    str method, result; /* lower case */
    str reason;         /* empty: none */
    str properties;     /* "header.d=example.com smtp.mailfrom=…", in one line without comments */
};

struct auth_results {
    str server; /* who says so */
    struct auth_result results[AUTH_RESULTS_MAX];
    size_t count; /* 0: "none" */
};

/* Reads a field's value. INVALID: no such field. The pieces live in the arena. */
err auth_results_read(struct arena *a, str value, struct auth_results *ret);

/* The value of a property ("header.d"), empty when there is none. */
str auth_result_property(const struct auth_result *r, str name);

/* Says in words what a result means for the one who reads it; static text, "" for results that
 * are not known. */
const char *auth_result_words(const struct auth_result *r);
/* Whether it is one that a message of a well-kept domain has. */
bool auth_result_good(const struct auth_result *r);

struct received {
    str helo; /* what the client called itself */
    bool has_client;
    struct addr client;
    str by;
    int64_t time_ms; /* 0: not told */
};

/* Reads a Received field's value as far as it says these things. */
void received_read(struct arena *a, str value, struct received *ret);

/* The hop at which the message came in from outside: the topmost Received whose client is neither
 * loopback nor of a private network. What stands below was written by strangers. False: none. */
bool received_entry(struct arena *a, const struct message *m, struct received *ret);

/* When it was received: the date of the topmost Received that has one, 0: none. */
int64_t received_time(struct arena *a, const struct message *m);
