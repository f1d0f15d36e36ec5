/* SPDX-License-Identifier: Apache-2.0 */
/* The checks: one table row each, a pure function from facts to a verdict. */
#pragma once

#include "check/facts/facts.h"
#include "check/verdict.h"

enum check_severity { SEVERITY_NOTE, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH };

const char *check_severity_name(enum check_severity severity); /* "note" "low" "medium" "high" */

/* Which collectors must run for a check; --only leaves the others out. */
enum check_needs {
    NEEDS_DNS = 1 << 0, /* zone, name servers, hosts */
    NEEDS_TLS = 1 << 1,
    NEEDS_REDIRECTS = 1 << 2,
    NEEDS_PAGES = 1 << 3,
    NEEDS_MAIL_DNS = 1 << 4, /* SPF, DKIM, DMARC, MX, MTA-STS records */
    NEEDS_SMTP = 1 << 5,
    NEEDS_REGISTRATION = 1 << 6,
    NEEDS_EDGE = 1 << 7,
    NEEDS_MESSAGE = 1 << 8, /* --message */
    NEEDS_LATENCY = 1 << 9,
    NEEDS_LIGHTHOUSE = 1 << 10,
    NEEDS_SECRETS = 1 << 11, /* of what launch.yaml names: files, history */
    NEEDS_SERVED = 1 << 12,  /* secrets in what the site serves */
};

struct check {
    const char *id;    /* "email.spf.lookup-limit": stable for ever */
    const char *row;   /* of CHECKLIST.md: "L4" */
    const char *title; /* what holds when it passes: "SPF needs at most 10 look-ups" */
    const char *why;   /* one sentence for a founder */
    const char *refs;  /* "RFC 7208 section 4.6.4", several separated by "; " */
    enum check_severity severity;
    unsigned needs; /* enum check_needs */
    void (*run)(const struct facts *facts, struct verdict *v);
};

/* The tables, each ended by a NULL id; in the order of the report. */
extern const struct check checks_dns[], checks_tls[], checks_redirect[], checks_page[],
    checks_email[], checks_mail_dkim[], checks_mail_mx[], checks_mail_smtp[], checks_mail_policy[],
    checks_message[], checks_edge[], checks_secrets[], checks_intent[];
extern const struct check *const check_tables[];
extern const size_t check_table_count;

/* Title of a row of the checklist ("Email authentication"), NULL when it is none. */
const char *check_row_title(const char *row);
/* The i-th row in the order of the score card, NULL at the end. */
const char *check_row_at(size_t i);

/* Finds a check by id; NULL. */
const struct check *check_find(str id);
