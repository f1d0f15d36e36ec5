/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of name servers. The question is the message's own; every record is read in every way. */
#include <stdlib.h>

#include "check/facts/dns_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_name(struct arena *a, str name)
{
    str again;
    check(!str_has_control(name) && name.n < DNS_NAME_TEXT_MAX);
    check(err_ok(dns_name_normalise(a, name, &again)) && str_eq(name, again));
    check(dns_name_under(name, dns_name_parent(name)));
}

static void try_record(struct arena *a, const struct dns_record *r)
{
    struct dns_record again;
    struct addr address;
    uint32_t soa[5];
    unsigned x, y, z;
    size_t strings;
    str s, t;
    check_name(a, r->owner);
    if (dns_record_name(a, r, &s)) {
        check_name(a, s);
    }
    if (dns_record_mx(a, r, &x, &s)) {
        check_name(a, s);
    }
    (void)(dns_record_addr(r, &address) || dns_record_txt(a, r, &s, &strings) ||
           dns_record_soa(a, r, &s, soa) || dns_record_caa(r, &x, &s, &t) ||
           dns_record_tlsa(r, &x, &y, &z, &s));
    str shown = dns_record_show(a, r);
    check(shown.n <= 4096);
    if (err_ok(dns_record_read(a, shown, &again))) {
        check(again.type == r->type && str_eq(again.owner, r->owner));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct dns_answer x = {.outcome = DNS_TIMEOUT};
    struct dns_wire_name name;
    struct dns_cursor c = {.p = data, .n = size, .at = 12};
    arena_init(&a, 32 << 20);
    if (size > 12) {
        dns_take_name(&c, false, &name);
        x.type = dns_take_u16(&c);
        x.name = dns_name_of_wire(&a, &name);
    }
    if (err_ok(dns_message_read(&a, str_n((const char *)data, size), &x))) {
        const struct dns_record *const sections[] = {x.records, x.authority, x.additional};
        const size_t counts[] = {x.count, x.authority_count, x.additional_count};
        check(x.outcome == DNS_ANSWERED);
        for (size_t s = 0; s < 3; s++) {
            check(counts[s] <= DNS_RECORDS_MAX);
            for (size_t i = 0; i < counts[s] && i < 64; i++) {
                try_record(&a, &sections[s][i]);
            }
        }
    } else {
        check(x.outcome == DNS_TIMEOUT); /* untouched */
    }
    arena_done(&a);
    return 0;
}
