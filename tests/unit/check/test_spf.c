/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "check/mail/spf.h"

static struct arena memory;

/* TXT records by name; a name that ends in "+" repeats its record's text with a number. */
struct zone {
    const char *name, *text;
};

static const struct dns_answer *ask(void *user, str name, unsigned type)
{
    const struct zone *zone = user;
    struct dns_answer *x = arena_alloc(&memory, sizeof *x);
    *x = (struct dns_answer){.name = name, .type = type, .rcode = DNS_NXDOMAIN};
    for (; zone->name && type == DNS_TXT; zone++) {
        if (str_ieq(str_c(zone->name), name)) {
            struct buf b;
            struct dns_record *r = arena_alloc(&memory, sizeof *r);
            buf_init(&b, 16 << 20);
            for (str rest = str_c(zone->text); rest.n > 0; rest = str_slice(rest, 255, rest.n)) {
                str piece = str_slice(rest, 0, 255);
                buf_add_byte(&b, (char)(unsigned char)piece.n);
                buf_add(&b, piece);
            }
            *r = (struct dns_record){name, DNS_TXT, 60, arena_str(&memory, buf_str(&b))};
            buf_done(&b);
            x->rcode = DNS_NOERROR;
            x->records = r;
            x->count = 1;
        }
    }
    return x;
}

static void faults_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t faults, at;
    } cases[] = {
        {"v=spf1 -all", 0, 0},
        {"v=spf1", 0, 0},
        {"V=SPF1  a  MX/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~ALL ", 0, 0},
        {"v=spf1 exists:%{i}.%{d2r-}.example.com -all", 0, 0},
        {"v=spf1 ip4:192.0.2.256 -all", 1, 11},
        {"v=spf1 ip4:192.0.2.0/33 -all", 1, 20},
        {"v=spf1 ip4:192.0.2.0/024 -all", 1, 20},
        {"v=spf1 ip4:192.0.2.0/ -all", 1, 20},
        {"v=spf1 ip6:192.0.2.1 -all", 1, 11},
        {"v=spf1 ip4:2001:db8::1 -all", 1, 11},
        {"v=spf1 ip6:[2001:db8::1] -all", 1, 11},
        {"v=spf1 include -all", 1, 14},
        {"v=spf1 include: -all", 1, 15},
        {"v=spf1 a:192.0.2.1 -all", 1, 9},
        {"v=spf1 a:localhost -all", 1, 9},
        {"v=spf1 mx:example.com/24/33 -all", 1, 24},
        {"v=spf1 ptr/24 -all", 1, 10},
        {"v=spf1 -all:x", 1, 11},
        {"v=spf1 moo -all", 1, 7},
        {"v=spf1 exists:%{x}.example.com -all", 1, 14},
        {"v=spf1 exists:a%.example.com -all", 1, 15},
        {"v=spf1 exists:%{d0}.example.com -all", 1, 14},
        {"v=spf1 redirect=a.example redirect=b.example", 1, 26},
        {"v=spf1 +redirect=a.example", 1, 8},
        {"v=spf1 x=% -all", 1, 9},
        {"v=spf1 a\t-all", 1, 8},
        {"v=spf1 - all", 2, 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spf_record record;
        assert_true(spf_is_record(str_c(cases[i].text)));
        assert_true(err_ok(spf_parse(&memory, str_c(cases[i].text), &record)));
        if (cases[i].faults > 0 && (!record.fault || record.fault->fault_at != cases[i].at)) {
            fprintf(stderr, "%s: at %zu\n", cases[i].text,
                    record.fault ? record.fault->fault_at : 0);
        }
        if (i + 1 == sizeof cases / sizeof cases[0]) {
            assert_true(record.faults > 0);
            continue;
        }
        assert_int_equal(record.faults, cases[i].faults);
        assert_int_equal(record.fault ? record.fault->fault_at : 0, cases[i].at);
    }
}

static void only_whole_versions_are_records(void **state)
{
    (void)state;
    assert_true(spf_is_record(STR("v=spf1 ")));
    assert_false(spf_is_record(STR("v=spf10")));
    assert_false(spf_is_record(STR("v=spf")));
    assert_false(spf_is_record(STR(" v=spf1")));
    assert_false(spf_is_record(STR("")));
}

static struct spf_audit walk(const struct zone *zone, const char *domain)
{
    struct spf_audit audit;
    struct zone *user;
    memcpy(&user, &zone, sizeof user);
    assert_true(
        err_ok(spf_audit(&memory, (struct dns_lookup){ask, user}, NULL, str_c(domain), &audit)));
    return audit;
}

static void look_ups_are_counted_through_the_tree(void **state)
{
    (void)state;
    static const struct zone zone[] = {
        {"top.test", "v=spf1 include:a.test a mx include:%{d}.more.test exists:%{i}.x.test -all "
                     "include:never.test"},
        {"a.test", "v=spf1 include:b.test ptr -all"},
        {"b.test", "v=spf1 ip4:192.0.2.1 redirect=c.test"},
        {"c.test", "v=spf1 include:a.test -all"},
        {"top.test.more.test", "v=spf1 -all"},
        {NULL, NULL}};
    struct spf_audit audit = walk(zone, "top.test");
    size_t loops = 0;
    for (struct spf_node *node = audit.root; node; node = spf_audit_next(node)) {
        loops += node->state == SPF_NODE_LOOP;
        assert_false(str_eq(node->domain, STR("never.test")));
    }
    assert_int_equal(audit.root->lookups, 9);
    assert_int_equal(loops, 1);
    assert_int_equal(audit.root->voids, 2); /* a and mx find nothing */
}

/* Every record includes the next ten times: the walk ends all the same. */
static void a_tree_of_ten_million_is_bounded(void **state)
{
    (void)state;
    static struct zone zone[64];
    for (size_t i = 0; i < 63; i++) {
        str name = arena_printf(&memory, "n%zu.test", i);
        struct buf b;
        buf_init(&b, 4096);
        buf_add_c(&b, "v=spf1");
        for (size_t k = 0; k < 10; k++) {
            buf_addf(&b, " include:n%zu.test", i + 1);
        }
        zone[i] = (struct zone){name.p, arena_str(&memory, buf_str(&b)).p};
        buf_done(&b);
    }
    struct spf_audit audit = walk(zone, "n0.test");
    assert_true(audit.cut);
    assert_true(audit.nodes <= SPF_NODES_MAX);
}

static void huge_records_are_bounded(void **state)
{
    (void)state;
    static struct zone zone[2] = {{"huge.test", NULL}, {NULL, NULL}};
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_add_c(&b, "v=spf1");
    while (b.n < 10 << 20) {
        buf_add_c(&b, " a:a.test");
    }
    zone[0].text = buf_c(&b);
    struct arena a;
    arena_init(&a, 4 << 20);
    struct spf_record record;
    assert_true(err_ok(spf_parse(&a, buf_str(&b), &record)));
    assert_true(record.count <= SPF_TERMS_MAX + 1 && record.faults > 0);
    arena_done(&a);
    struct spf_audit audit = walk(zone, "huge.test");
    assert_true(audit.nodes <= SPF_NODES_MAX);
    buf_done(&b);
}

static void errors_are_explained(void **state)
{
    (void)state;
    static const struct zone zone[] = {{"top.test", "v=spf1 include:gone.test -all"},
                                       {"many.test", "v=spf1 a a a a a a -all"},
                                       {NULL, NULL}};
    struct spf_sender sender = {.helo = STR("h.test"), .mail_from = STR("x@top.test")};
    struct spf_outcome outcome;
    struct zone *user;
    const struct zone *from = zone;
    memcpy(&user, &from, sizeof user);
    assert_true(addr_parse(STR("192.0.2.1"), &sender.ip));
    spf_evaluate(&memory, (struct dns_lookup){ask, user}, &sender, &outcome);
    assert_int_equal(outcome.result, SPF_PERMERROR);
    assert_true(str_find(outcome.why, STR("gone.test"), 0) != SIZE_MAX);
    sender.mail_from = STR("x@many.test");
    spf_evaluate(&memory, (struct dns_lookup){ask, user}, &sender, &outcome);
    assert_int_equal(outcome.result, SPF_PERMERROR); /* the third void look-up */
    assert_int_equal(outcome.voids, 3);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 512 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&memory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_told_with_their_place),
        cmocka_unit_test(only_whole_versions_are_records),
        cmocka_unit_test(look_ups_are_counted_through_the_tree),
        cmocka_unit_test(a_tree_of_ten_million_is_bounded),
        cmocka_unit_test(huge_records_are_bounded),
        cmocka_unit_test(errors_are_explained),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
