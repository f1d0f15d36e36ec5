/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/site.h"

bool site_own(struct arena *a, const struct facts *f, str host)
{
    const struct intent *intent = facts_intent(f);
    struct url origin;
    if (site_same(a, host, facts_target(f)) ||
        (intent->origin.n && err_ok(url_parse(a, intent->origin, &origin)) &&
         site_same(a, host, origin.host))) {
        return true;
    }
    for (size_t i = 0; i < intent->host_count; i++) {
        if (str_ieq(intent->hosts[i].name, host)) {
            return true;
        }
    }
    return false;
}

bool site_is_apex(const struct facts *f)
{
    str target = facts_target(f), domain = facts_domain(f);
    return str_ieq(target, domain) ||
           (str_istarts(target, STR("www.")) && str_ieq(str_slice(target, 4, target.n), domain));
}
