/* SPDX-License-Identifier: Apache-2.0 */
#include "net/site.h"

#include <libpsl.h>

#include "net/addr.h"

str site_registrable(struct arena *a, str host)
{
    const psl_ctx_t *list = psl_builtin();
    struct addr address;
    str name = arena_str(a, host);
    const char *domain = NULL;
    if (list && name.p && !addr_parse(host, &address)) {
        domain = psl_registrable_domain(list, name.p);
    }
    return domain ? str_c(domain) : host;
}

bool site_same(struct arena *a, str one, str other)
{
    return str_ieq(site_registrable(a, one), site_registrable(a, other));
}
