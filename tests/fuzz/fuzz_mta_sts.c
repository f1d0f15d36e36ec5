/* SPDX-License-Identifier: Apache-2.0 */
/* MTA-STS: "r" and a record, or a policy. What is taken keeps to the limits. */
#include <stdlib.h>

#include "check/mail/mta_sts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mta_sts_policy policy;
    struct text_problem problem = {0, NULL};
    str all = str_n((const char *)data, size), id = STR_EMPTY;
    if (size > 0 && data[0] == 'r') {
        bool taken = mta_sts_record_read(str_slice(all, 1, all.n), &id, &problem);
        check(taken ? id.n > 0 && id.n <= 32 : problem.what != NULL && problem.at < size);
    } else if (mta_sts_policy_read(all, &policy, &problem)) {
        check(policy.mx_count <= MTA_STS_MX_MAX && policy.max_age <= MTA_STS_AGE_MAX);
        check(policy.mx_count > 0 || policy.mode == MTA_STS_NONE);
        check(policy.mx_count == 0 || str_starts(policy.mx[0], STR("*.")) ||
              mta_sts_allows(&policy, policy.mx[0]));
    } else {
        check(problem.what != NULL);
    }
    return 0;
}
