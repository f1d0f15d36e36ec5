/* SPDX-License-Identifier: Apache-2.0 */
/* Facts from a file of tests/fixtures/check: what a collector would have seen. */
#pragma once

#include <jansson.h>

#include "check/facts/facts.h"

struct fixture {
    struct arena a;
    struct intent intent;
    struct facts *facts;
    char expect[8];   /* "pass", "fail", … */
    json_t *contains; /* texts that must stand in evidence or fix; borrowed from tree */
    json_t *lacks;    /* texts that must not; borrowed from tree */
    json_t *tree;
};

/* Reads <folder>/<name>; a fault of the file fails the test that runs. Free with fixture_done. */
void fixture_open(struct fixture *x, const char *folder, const char *name);
void fixture_done(struct fixture *x);

/* ── for the parts below ── */

/* A member as text, "" when it is missing. */
str fixture_str(const json_t *entry, const char *key);
/* A member as a number, `fallback` when it is missing. */
long fixture_number(const json_t *entry, const char *key, long fallback);
/* RFC 3339 date, or a number of days from the facts' now: "+20d", "-3d"; `fallback` when missing.
 */
int64_t fixture_time(const struct fixture *x, const json_t *entry, const char *key,
                     int64_t fallback);
/* The index of a member's text in a list ended by NULL; `fallback` when it is missing; fails on
 * others. */
unsigned fixture_choice(const json_t *entry, const char *key, const char *const *names,
                        unsigned fallback);
/* "192.0.2.1" or "192.0.2.1:443". */
struct addr fixture_addr(const json_t *entry, const char *key, unsigned port);
/* A list of texts into the arena. */
const str *fixture_list(struct fixture *x, const json_t *entry, const char *key, size_t *ret_count);
/* Stops the test with words. */
void fixture_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* One entry of `tls:`; other lists have such entries inside too. */
struct tls_endpoint fixture_tls(struct fixture *x, const json_t *entry);

/* The mapping `scanned:`. */
void fixture_set_secrets(struct fixture *x, const json_t *scanned);
void fixture_add_dns(struct fixture *x, const json_t *entry);
void fixture_add_http(struct fixture *x, const json_t *entry);
void fixture_add_lighthouse(struct fixture *x, const json_t *entry);
void fixture_add_tls(struct fixture *x, const json_t *entry);
void fixture_add_smtp(struct fixture *x, const json_t *entry);
void fixture_add_registration(struct fixture *x, const json_t *entry);
