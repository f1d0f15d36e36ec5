/* SPDX-License-Identifier: Apache-2.0 */
/* DMARC (RFC 9989; aggregate reports RFC 9990): records, the walk up the DNS tree, which policy
 * applies, who may receive reports, and the verdict on one message. */
#pragma once

#include "base/arena.h"
#include "check/facts/dns.h"

enum {
    DMARC_RECORD_MAX = 8 << 10,
    DMARC_TAGS_MAX = 48,
    DMARC_URIS_MAX = 16,
    DMARC_WALK_MAX = 8, /* section 4.10 */
    DMARC_LABELS_MAX = 7,
};

/* ── records ── */

enum dmarc_policy { DMARC_UNSET, DMARC_NONE, DMARC_QUARANTINE, DMARC_REJECT };

const char *dmarc_policy_name(enum dmarc_policy policy); /* "quarantine"; "" when unset */

struct dmarc_tag {
    str name, value; /* as written */
    str text;        /* both with the sign between */
    const char *fault;
    size_t fault_at;   /* where, from the start of the record */
    const char *notes; /* ignored by RFC 9989, or older than it: why; NULL: neither */
};

struct dmarc_record {
    str text;
    struct dmarc_tag *tags;
    size_t count, faults;
    const struct dmarc_tag *fault; /* the first that is wrong; NULL */
    enum dmarc_policy p, sp, np;   /* unset when missing or wrong */
    char psd;                      /* y n u */
    bool testing;                  /* t=y */
    bool strict_dkim, strict_spf;  /* adkim=s, aspf=s */
    const struct dmarc_tag *rua;   /* NULL: none */
    const struct dmarc_tag *ruf;
    const struct dmarc_tag *pct;
    size_t rua_count; /* addresses in rua that reports can go to */
};

/* Whether a TXT record is of this version (section 4.7): v=DMARC1 first, its value in capitals. */
bool dmarc_is_record(str text);

/* Reads a record that dmarc_is_record; faults are told in it. NO_MEMORY. Borrows the text. */
err dmarc_parse(struct arena *a, str text, struct dmarc_record *ret);

/* The tag of a name; NULL. */
const struct dmarc_tag *dmarc_tag(const struct dmarc_record *record, const char *name);

struct dmarc_uri {
    str text;    /* mailto:dmarc@example.com */
    str address; /* empty: the URI is wrong */
    str host;    /* lower case */
    bool sized;  /* has "!10m", which RFC 9990 leaves out */
};

/* The URIs in a rua or ruf; those beyond DMARC_URIS_MAX are left out. */
size_t dmarc_uris(struct arena *a, str value, struct dmarc_uri ret[DMARC_URIS_MAX]);

/* ── the tree walk ── */

struct dmarc_step {
    str domain;
    str name; /* _dmarc.<domain> */
    const struct dns_answer *answer;
    size_t found;                /* DMARC records there; more than one are discarded */
    const struct dns_record *rr; /* the first of them; NULL */
    struct dmarc_record record;  /* when found is 1 */
};

struct dmarc_walk {
    struct dmarc_step steps[DMARC_WALK_MAX];
    size_t count;
    bool failed; /* a look-up went wrong */
};

/* Section 4.10: from `domain` upwards until psd=y or psd=n. NO_MEMORY. */
err dmarc_walk(struct arena *a, struct dns_lookup dns, str domain, struct dmarc_walk *ret);

/* Section 4.10.2: the organisational domain of the domain that was walked from. */
str dmarc_organisation(const struct dmarc_walk *walk);

/* Section 4.10.1: the step whose record applies to the domain that was walked from; NULL. */
const struct dmarc_step *dmarc_applies(const struct dmarc_walk *walk);

/* What it asks for: p, or for a domain below its own sp, or np when the domain does not exist. */
enum dmarc_policy dmarc_policy_for(const struct dmarc_step *step, str domain, bool exists);

/* ── reports ── */

/* RFC 9990 section 4: whether reports about `domain` to `uri` leave its organisation, and then the
 * name that must have a TXT record "v=DMARC1". */
bool dmarc_is_external(struct arena *a, struct dns_lookup dns, str domain,
                       const struct dmarc_uri *uri, str *ret_name);

/* The answer to that name permits the reports. */
bool dmarc_permits_reports(struct arena *a, const struct dns_answer *x);

/* ── the verdict ── */

enum dmarc_result { DMARC_RESULT_NONE, DMARC_PASS, DMARC_FAIL, DMARC_TEMPERROR, DMARC_PERMERROR };

const char *dmarc_result_name(enum dmarc_result result);

/* A domain that SPF or DKIM said pass for. */
struct dmarc_identity {
    str domain;
    bool dkim; /* else SPF */
};

struct dmarc_verdict {
    enum dmarc_result result;
    enum dmarc_policy policy; /* asked for */
    bool testing;
    const struct dmarc_step *step; /* whose record applies; NULL */
    bool spf_aligned, dkim_aligned;
    str organisation; /* of the author */
};

/* Judges a message of the author domain `from`, given who passed. `walk` is filled with the
 * author's walk. NO_MEMORY. */
err dmarc_evaluate(struct arena *a, struct dns_lookup dns, str from,
                   const struct dmarc_identity *passed, size_t count, struct dmarc_walk *walk,
                   struct dmarc_verdict *ret);

/* Section 4.4: the same domain, or, relaxed, the same organisation. */
bool dmarc_aligned(struct arena *a, struct dns_lookup dns, str from, str other, bool strict);
