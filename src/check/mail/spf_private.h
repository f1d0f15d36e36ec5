/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the SPF evaluator share. */
#pragma once

#include "check/mail/spf.h"

/* One evaluation. */
struct spf_run {
    struct arena *a;
    struct dns_lookup dns;
    const struct spf_sender *sender;
    str local, from_domain, helo;
    bool v4;
    unsigned lookups, voids;
    bool no_memory;
    str why;
};

/* Whether macros are well formed (section 7.1); where not, *ret_at. `explanation`: the letters c, r
 * and t are there too, and spaces. *ret_used: some macro needs the sender. */
bool spf_macros_valid(str text, bool explanation, size_t *ret_at, bool *ret_used);

/* Expands valid macros. False: a value that cannot be (RFC 8616 section 4), too long, or no memory.
 */
bool spf_expand(struct spf_run *run, str domain, str text, str *ret);

/* Up to SPF_NAMES_MAX names of the sender's address that lead back to it (section 5.5), each given
 * to `take` until it says true. */
void spf_validated_names(struct spf_run *run, bool (*take)(void *user, str name), void *user);

/* The look-up went wrong, other than finding nothing. */
static inline bool spf_answer_failed(const struct dns_answer *x)
{
    return x->outcome != DNS_ANSWERED || (x->rcode != DNS_NOERROR && x->rcode != DNS_NXDOMAIN);
}

/* The first `bits` of the 16-byte or 4-byte form are the same. */
bool spf_prefix_same(const struct addr *a, const struct addr *b, bool v4, unsigned bits);

/* SPF records among the TXT records of an answer: their number, the first one's text and record. */
size_t spf_select(struct arena *a, const struct dns_answer *x, const struct dns_record **ret,
                  str *ret_text, size_t *ret_strings);
