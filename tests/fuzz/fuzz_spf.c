/* SPDX-License-Identifier: Apache-2.0 */
/* SPF policies: the input's lines are the TXT records of a.test, b.test and so on. */
#include <stdlib.h>

#include "check/mail/spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

struct zone {
    struct arena *a;
    str text;
};

static const struct dns_answer nothing = {.rcode = DNS_NXDOMAIN};

static const struct dns_answer *ask(void *user, str name, unsigned type)
{
    struct zone *zone = user;
    struct dns_answer *x = arena_alloc(zone->a, sizeof *x);
    struct dns_record *r = arena_alloc(zone->a, sizeof *r);
    str rest = zone->text, line = STR_EMPTY;
    bool found = false;
    for (char letter = 'a'; !found && str_split(&rest, '\n', &line); letter++) {
        found = name.n > 0 && name.p[0] == letter;
    }
    if (!x || !r || !found || (type != DNS_TXT && type != DNS_A)) {
        return &nothing;
    }
    line = str_slice(line, 0, 255);
    str rdata = type == DNS_A ? STR("\xc0\x00\x02\x01")
                              : arena_printf(zone->a, "%c%.*s", (int)line.n, STR_ARG(line));
    *r = (struct dns_record){name, type, 60, rdata};
    r->rdata.n = type == DNS_A ? 4 : line.n + 1;
    *x = (struct dns_answer){.name = name, .type = type, .records = r, .count = rdata.p ? 1 : 0};
    return x;
}

static void check_record(struct arena *a, str text)
{
    struct spf_record record;
    if (!spf_is_record(text) || !err_ok(spf_parse(a, text, &record))) {
        return;
    }
    size_t faults = 0;
    for (size_t i = 0; i < record.count; i++) {
        const struct spf_term *term = &record.terms[i];
        faults += term->fault != NULL;
        check(!term->fault || term->fault_at <= text.n);
        check(term->bits4 <= 128 && term->bits6 <= 128);
    }
    check(faults == record.faults && (faults > 0) == (record.fault != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    arena_init(&a, 16 << 20);
    struct zone zone = {&a, str_n((const char *)data, size)};
    struct dns_lookup dns = {ask, &zone};
    struct spf_audit audit;
    struct spf_sender sender = {.helo = STR("h.test"), .mail_from = STR("l.o-c@a.test")};
    struct spf_outcome outcome;
    check_record(&a, zone.text);
    if (err_ok(spf_audit(&a, dns, NULL, STR("a.test"), &audit))) {
        size_t nodes = 0;
        for (struct spf_node *node = audit.root; node; node = spf_audit_next(node)) {
            nodes++;
        }
        check(nodes == audit.nodes && nodes <= SPF_NODES_MAX);
    }
    for (unsigned i = 0; i < 2; i++) {
        check(addr_parse(i ? STR("2001:db8::1") : STR("192.0.2.1"), &sender.ip));
        spf_evaluate(&a, dns, &sender, &outcome);
        check(outcome.result <= SPF_PERMERROR && outcome.lookups <= SPF_DNS_TERMS_MAX + 1);
        check(outcome.result == SPF_FAIL || str_empty(outcome.explanation));
    }
    arena_done(&a);
    return 0;
}
