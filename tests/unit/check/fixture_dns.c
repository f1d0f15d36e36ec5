/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static const struct dns_record *read_records(struct fixture *x, const json_t *entry,
                                             const char *key, size_t *ret_count)
{
    const str *lines = fixture_list(x, entry, key, ret_count);
    struct dns_record *records = arena_array(&x->a, *ret_count + 1, sizeof *records);
    for (size_t i = 0; i < *ret_count; i++) {
        if (!err_ok(dns_record_read(&x->a, lines[i], &records[i]))) {
            fixture_fail("dns: no record: %.*s", STR_ARG(lines[i]));
        }
    }
    return records;
}

void fixture_add_dns(struct fixture *x, const json_t *entry)
{
    static const char *const outcomes[] = {"answered",  "timeout",     "unreachable",
                                           "malformed", "not-allowed", NULL};
    static const char *const securities[] = {"unchecked", "insecure", "secure", "bogus", NULL};
    static const char *const rcodes[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                         "NOTIMP",  "REFUSED", NULL};
    bool direct = !str_empty(fixture_str(entry, "server"));
    struct dns_answer answer = {
        .type = dns_type_parse(fixture_str(entry, "type")),
        .server = fixture_str(entry, "server"),
        .address = fixture_addr(entry, "address", direct ? 53 : 0),
        .tcp = str_eq(fixture_str(entry, "tcp"), STR("true")),
        .outcome = fixture_choice(entry, "outcome", outcomes, DNS_ANSWERED),
        .rcode = fixture_choice(entry, "rcode", rcodes, DNS_NOERROR),
        .authoritative = direct && !str_eq(fixture_str(entry, "aa"), STR("false")),
        .truncated = str_eq(fixture_str(entry, "tc"), STR("true")),
        .recursion = !direct,
        .security =
            fixture_choice(entry, "security", securities, direct ? DNS_UNCHECKED : DNS_INSECURE),
        .why_bogus = fixture_str(entry, "why_bogus"),
        .bytes = (size_t)fixture_number(entry, "bytes", 0),
        .ms = (unsigned)fixture_number(entry, "ms", 5),
    };
    answer.records = read_records(x, entry, "records", &answer.count);
    answer.authority = read_records(x, entry, "authority", &answer.authority_count);
    answer.additional = read_records(x, entry, "additional", &answer.additional_count);
    if (answer.type == 0 ||
        !err_ok(dns_name_normalise(&x->a, fixture_str(entry, "name"), &answer.name))) {
        fixture_fail("dns: an entry needs name and type");
    }
    facts_add_dns(x->facts, &answer);
}

void fixture_add_registration(struct fixture *x, const json_t *entry)
{
    struct registration registration = {
        .domain = fixture_str(entry, "domain"),
        .server = fixture_str(entry, "server"),
        .found = !str_eq(fixture_str(entry, "found"), STR("false")),
        .expires_ms = fixture_time(x, entry, "expires", 0),
        .line = fixture_str(entry, "line"),
        .reason = fixture_str(entry, "reason"),
    };
    facts_add_registration(x->facts, &registration);
}
