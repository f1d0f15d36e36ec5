/* SPDX-License-Identifier: Apache-2.0 */
/* Sender Policy Framework (RFC 7208; RFC 8616 for internationalised mail): records, their
 * evaluation for one sender, and the walk over all look-ups that a domain's policy needs. */
#pragma once

#include "base/arena.h"
#include "check/facts/dns.h"

enum {
    SPF_RECORD_MAX = 64 << 10, /* bytes of a record that are read; a longer one is a fault */
    SPF_TERMS_MAX = 4000,      /* of one record; the rest is a fault */
    SPF_DNS_TERMS_MAX = 10,    /* section 4.6.4 */
    SPF_VOID_MAX = 2,
    SPF_NAMES_MAX = 10, /* MX hosts, PTR names */
    SPF_NAME_MAX = 253, /* section 7.3 */
    SPF_EXPANSION_MAX = 16 << 10,
    SPF_NODES_MAX = 300, /* of a walk */
    SPF_DEPTH_MAX = 12,
};

/* ── records ── */

enum spf_kind {
    SPF_ALL,
    SPF_INCLUDE,
    SPF_A,
    SPF_MX,
    SPF_PTR,
    SPF_IP4,
    SPF_IP6,
    SPF_EXISTS,
    SPF_REDIRECT,
    SPF_EXP,
    SPF_OTHER_MODIFIER, /* ignored */
    SPF_NOTHING,        /* no term at all: only as a fault */
};

struct spf_term {
    enum spf_kind kind;
    char qualifier;        /* + - ~ ? of mechanisms */
    str text;              /* as written, in the record */
    str domain;            /* domain-spec as written; empty: the record's own domain */
    bool macros;           /* the domain-spec has macros that need a sender */
    struct addr net;       /* ip4, ip6 */
    unsigned bits4, bits6; /* prefix lengths of ip4, ip6, a, mx */
    const char *fault;     /* what is wrong with it; NULL: nothing */
    size_t fault_at;       /* where, from the start of the record */
};

struct spf_record {
    str text;
    const struct spf_term *terms;
    size_t count, faults;
    const struct spf_term *all, *redirect, *exp; /* the first of each; NULL */
    const struct spf_term *fault;                /* the first that is wrong; NULL */
};

/* Whether a TXT record is an SPF record (section 4.5). */
bool spf_is_record(str text);

/* Reads a record that spf_is_record; faults are told in it. NO_MEMORY. Borrows the text. */
err spf_parse(struct arena *a, str text, struct spf_record *ret);

/* The term makes others ask the DNS (section 4.6.4). */
bool spf_term_asks(const struct spf_term *term);

/* ── evaluation ── */

enum spf_result {
    SPF_NONE,
    SPF_NEUTRAL,
    SPF_PASS,
    SPF_FAIL,
    SPF_SOFTFAIL,
    SPF_TEMPERROR,
    SPF_PERMERROR,
};

const char *spf_result_name(enum spf_result result); /* "softfail" */

struct spf_sender {
    struct addr ip;
    str helo, mail_from; /* the reverse path; empty: <> */
    str receiver;        /* who checks; empty: "unknown" */
    int64_t now_s;
};

struct spf_outcome {
    enum spf_result result;
    str domain;       /* that was checked */
    str explanation;  /* of a fail; empty: none */
    str term;         /* that decided; empty: none */
    str why;          /* in words, of the errors */
    unsigned lookups; /* terms that asked */
    unsigned voids;
};

/* Section 4, check_host for the mail's sender: of the HELO name when the reverse path is empty.
 * Without memory the result is temperror. The pieces live in the arena. */
void spf_evaluate(struct arena *a, struct dns_lookup dns, const struct spf_sender *sender,
                  struct spf_outcome *ret);

/* ── the walk ── */

enum spf_node_state {
    SPF_NODE_FINE,
    SPF_NODE_MISSING, /* no SPF record (include, redirect, the domain itself); no address, no MX */
    SPF_NODE_SEVERAL, /* more than one SPF record */
    SPF_NODE_UNANSWERED, /* the look-up failed */
    SPF_NODE_LOOP,       /* the domain is above already */
    SPF_NODE_MACRO,      /* the name depends on the sender */
    SPF_NODE_BAD_NAME,   /* no DNS name */
    SPF_NODE_UNSEEN,     /* beyond the limits of the walk */
};

/* A term that asks, or the domain at the root. */
struct spf_node {
    const struct spf_term *term; /* NULL at the root */
    str domain;                  /* asked for */
    enum spf_node_state state;
    const struct dns_answer *answer; /* the first one asked for; NULL */
    const struct dns_record *rr;     /* the TXT record; NULL */
    struct spf_record record;        /* of root, include and redirect when FINE */
    size_t strings;                  /* of the TXT record */
    unsigned lookups;                /* of this term and below */
    unsigned voids;    /* look-ups here and below that find nothing, other than those of
                          missing includes */
    unsigned mx_names; /* hosts of an mx term */
    unsigned depth;
    struct spf_node *parent, *child, *next;
};

struct spf_audit {
    struct spf_node *root;
    size_t nodes;
    bool cut; /* a limit of the walk was reached */
};

struct spf_question {
    str name;
    unsigned type;
};

/* Told what will be asked, so that it can be asked side by side. May be NULL. */
struct spf_prefetch {
    void (*ask)(void *user, const struct spf_question *questions, size_t count);
    void *user;
};

/* Visits every look-up that the domain's policy can need, for whatever sender. Terms after `all`
 * and a redirect beside one need none. NO_MEMORY. */
err spf_audit(struct arena *a, struct dns_lookup dns, const struct spf_prefetch *prefetch,
              str domain, struct spf_audit *ret);

/* The node after `node` in the order of evaluation, NULL at the end. */
struct spf_node *spf_audit_next(const struct spf_node *node);

/* The domain-spec as a name that can be asked for: no final dot, at most 253 bytes, other bytes
 * than those of host names escaped (RFC 1035 section 5.1). False: it is none. */
bool spf_name(struct arena *a, str expanded, str *ret);
