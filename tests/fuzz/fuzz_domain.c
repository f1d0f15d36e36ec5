/* SPDX-License-Identifier: Apache-2.0 */
/* Origins, as owners write them and as pages send them: what an owner may write matches no page but
 * those it names. */
#include <stdlib.h>

#include "access/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is a domain of an owner, the rest an Origin header. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    str rest = {(const char *)data, size}, owner, domain, again, page = STR_EMPTY;
    if (!str_split(&rest, '\n', &owner)) {
        return 0;
    }
    arena_init(&a, 1 << 20);
    if (err_ok(domain_parse(&a, owner, &domain))) {
        /* Normalised is normal. */
        if (!err_ok(domain_parse(&a, domain, &again)) || !str_eq(domain, again)) {
            abort();
        }
        struct domain_request request = {.self = STR("https://chat.example.com"), .origin = rest};
        enum domain_verdict verdict = domain_judge(&a, &domain, 1, &request, &page);
        /* What is let in is ours or matches; what matches is no opaque origin. */
        if (verdict == DOMAIN_ALLOWED && !domain_matches(domain, page)) {
            abort();
        }
        if (verdict == DOMAIN_ABSENT || (verdict == DOMAIN_REFUSED && !str_empty(page)) ||
            (str_eq(rest, STR("null")) && verdict != DOMAIN_REFUSED)) {
            abort();
        }
    }
    arena_done(&a);
    return 0;
}
