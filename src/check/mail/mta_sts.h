/* SPDX-License-Identifier: Apache-2.0 */
/* MTA-STS (RFC 8461): the record and the policy. */
#pragma once

#include "base/arena.h"
#include "check/mail/tags.h"

enum {
    MTA_STS_POLICY_MAX = 64 << 10, /* bytes, as section 3.2 advises */
    MTA_STS_MX_MAX = 100,
    MTA_STS_AGE_MAX = 31557600, /* seconds */
};

enum mta_sts_mode { MTA_STS_NONE, MTA_STS_TESTING, MTA_STS_ENFORCE };

struct mta_sts_policy {
    enum mta_sts_mode mode;
    str mx[MTA_STS_MX_MAX]; /* names, or *. before one */
    size_t mx_count;
    uint64_t max_age; /* seconds */
};

/* Says whether a TXT record is an MTA-STS record (section 3.1). */
bool mta_sts_is_record(str text);
/* Reads a record; *ret_id is borrowed. False with *ret_problem. */
bool mta_sts_record_read(str text, str *ret_id, struct text_problem *ret_problem);

/* Reads a policy; the pieces are borrowed. False with *ret_problem, whose offset is the line, 1
 * first. */
bool mta_sts_policy_read(str text, struct mta_sts_policy *ret, struct text_problem *ret_problem);

/* Section 4.1: the host is one of the policy's. */
bool mta_sts_allows(const struct mta_sts_policy *policy, str host);

const char *mta_sts_mode_name(enum mta_sts_mode mode);
