/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends mail for domains (rules/check/senders.yaml). */
#pragma once

#include "base/str.h"

/* How its mail passes DMARC. */
enum sender_align {
    SENDER_SPF = 1,         /* it sends from the domain itself, which must include it */
    SENDER_RETURN_PATH = 2, /* from a subdomain that one sets up */
    SENDER_DKIM = 4,
};

struct mail_sender {
    const char *id, *name;
    const char *spf, *selectors, *mx; /* separated by spaces; in lower case */
    unsigned align;
};

/* The i-th, NULL at the end. */
const struct mail_sender *sender_at(size_t i);
/* NULL when there is none of that id. */
const struct mail_sender *sender_find(str id);
/* Whose domain a policy includes; NULL: nobody's that is known. Several may share one: the first.
 */
const struct mail_sender *sender_of_include(str domain);
/* The domain is one that policies include for this sender. */
bool sender_has_include(const struct mail_sender *sender, str domain);
/* The host is one that receives for this sender's customers. */
bool sender_has_mx(const struct mail_sender *sender, str host);
