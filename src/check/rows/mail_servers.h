/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows about mail servers share. */
#pragma once

#include "check/facts/mail_servers.h"
#include "check/mail/mta_sts.h"
#include "check/rows/mail_common.h"

/* The MTA-STS policy that senders would use; false when there is none or it is broken. */
bool mail_policy(const struct facts *f, struct arena *a, struct mta_sts_policy *ret);

/* The exchange that fetched it; NULL. */
const struct http_exchange *mail_policy_exchange(const struct facts *f, struct arena *a);

/* 25 is refused or times out here for everybody. */
bool mail_port_blocked(const struct facts *f);
