/* SPDX-License-Identifier: Apache-2.0 */
/* The openspf suite's zone data and cases, and a name server on loopback that serves them. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "check/facts/dns.h"

enum { SPF_CASES_MAX = 400 };

struct spf_case {
    str section, name, helo, host, mail_from;
    str results[4]; /* any of them */
    size_t result_count;
    bool has_explanation;
    str explanation;
    const struct spf_zone *zone;
};

struct spf_zone {
    struct zone_name *names;
    size_t count;
};

struct spf_suite {
    struct arena a;
    struct spf_case cases[SPF_CASES_MAX];
    size_t count;
};

/* False when the file is not there. A fault of the file fails the test. */
bool spf_suite_read(struct spf_suite *suite, const char *path);

/* What a resolver would say; false: nothing at all, a timeout. The pieces live in the arena. */
bool spf_zone_answer(const struct spf_zone *zone, struct arena *a, str name, unsigned type,
                     struct dns_answer *ret);

/* A name of the zone is never answered. */
bool spf_zone_is_silent(const struct spf_zone *zone);

/* A name server with one zone, over UDP and TCP on a free port of loopback. */
struct spf_server {
    const struct spf_zone *zone;
    int udp, tcp;
    struct addr address;
    pthread_t thread;
    atomic_bool stop;
    atomic_uint by_udp, by_tcp; /* questions that were answered */
};

/* Faults fail the test. */
void spf_server_start(struct spf_server *s, const struct spf_zone *zone);
void spf_server_stop(struct spf_server *s);
