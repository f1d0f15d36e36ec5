/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "check/mail/dmarc.h"

static struct arena memory;
static unsigned asked;

struct zone {
    const char *name, *text; /* of _dmarc.<name>; several records separated by \n */
};

static const struct dns_answer *ask(void *user, str name, unsigned type)
{
    const struct zone *zone = user;
    struct dns_answer *x = arena_alloc(&memory, sizeof *x);
    struct dns_record *records = arena_array(&memory, 8, sizeof *records);
    *x = (struct dns_answer){.name = name, .type = type, .rcode = DNS_NXDOMAIN, .records = records};
    asked++;
    for (; zone->name && type == DNS_TXT; zone++) {
        str wanted = arena_printf(&memory, "_dmarc.%s", zone->name), rest = str_c(zone->text), line;
        while (str_eq(wanted, name) && str_split(&rest, '\n', &line)) {
            str rdata = arena_printf(&memory, "%c%.*s", (int)line.n, STR_ARG(line));
            records[x->count++] = (struct dns_record){name, DNS_TXT, 60, rdata};
            x->rcode = DNS_NOERROR;
        }
    }
    return x;
}

static struct dns_lookup lookup(const struct zone *zone)
{
    struct zone *user;
    memcpy(&user, &zone, sizeof user);
    return (struct dns_lookup){ask, user};
}

static void records_start_with_their_version(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is;
    } cases[] = {{"v=DMARC1", true},
                 {"v=DMARC1;p=none", true},
                 {"v = DMARC1 ; p=none", true},
                 {"v=DMARC1 p=none", false},
                 {"v=dmarc1; p=none", false},
                 {"p=none; v=DMARC1", false},
                 {"v=DMARC10", false},
                 {"", false},
                 {"v", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(dmarc_is_record(str_c(cases[i].text)), cases[i].is);
    }
}

static void faults_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t faults, at;
    } cases[] = {
        {"v=DMARC1; p=reject; sp=quarantine; np=reject; psd=n; t=y; adkim=s; aspf=r; fo=1:d:s; "
         "rua=mailto:a@example.com, mailto:b@example.net!10m; ruf=mailto:c%2Bd@example.com;",
         0, 0},
        {"v=DMARC1; p=none; unknown=thing; pct=50; ri=1; rf=afrf", 0, 0},
        {"v=DMARC1; p=block", 1, 12},
        {"v=DMARC1; p=reject; sp=", 1, 23},
        {"v=DMARC1; p=reject; adkim=strict", 1, 26},
        {"v=DMARC1; p=reject; rua=a@example.com", 1, 24},
        {"v=DMARC1; p=reject; rua=mailto:a", 1, 24},
        {"v=DMARC1; p=reject; rua=https://example.com/", 1, 24},
        {"v=DMARC1; p=reject; fo=2", 1, 23},
        {"v=DMARC1; p=reject; p=none", 1, 20},
        {"v=DMARC1; p=reject rua=mailto:a@example.com", 1, 12},
        {"v=DMARC1; reject", 1, 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dmarc_record record;
        assert_true(err_ok(dmarc_parse(&memory, str_c(cases[i].text), &record)));
        if (record.fault && record.fault->fault_at != cases[i].at) {
            fprintf(stderr, "%s: at %zu\n", cases[i].text, record.fault->fault_at);
        }
        assert_int_equal(record.faults, cases[i].faults);
        assert_int_equal(record.fault ? record.fault->fault_at : 0, cases[i].at);
    }
}

/* RFC 9989 section 4.10 and its examples. */
static void the_walk_finds_organisation_and_policy(void **state)
{
    (void)state;
    static const struct zone zone[] = {
        {"example.com", "v=DMARC1; p=reject; sp=quarantine; np=none"},
        {"mail.example.com", "v=DMARC1; p=none"},
        {"own.example.com", "v=DMARC1; p=none; psd=n"},
        {"gov.test", "v=DMARC1; p=reject; psd=y; np=reject"},
        {"twice.test", "v=DMARC1; p=none\nv=DMARC1; p=reject"},
        {"g.h.i.j.k.example.net", "v=DMARC1; p=none"},
        {NULL, NULL}};
    static const struct {
        const char *domain, *organisation, *applies;
        unsigned asked;
    } cases[] = {
        {"example.com", "example.com", "example.com", 2},
        {"mail.example.com", "example.com", "mail.example.com", 3},
        {"a.mail.example.com", "example.com", "example.com", 4},
        {"a.own.example.com", "own.example.com", "own.example.com", 2},
        {"agency.gov.test", "agency.gov.test", "gov.test", 2},
        {"x.agency.gov.test", "agency.gov.test", "gov.test", 3},
        {"gov.test", "gov.test", "gov.test", 1},
        {"twice.test", "twice.test", NULL, 2},
        {"nothing.test", "nothing.test", NULL, 2},
        {"a.b.c.d.e.f.g.h.i.j.k.example.net", "g.h.i.j.k.example.net", "g.h.i.j.k.example.net", 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dmarc_walk walk;
        asked = 0;
        assert_true(err_ok(dmarc_walk(&memory, lookup(zone), str_c(cases[i].domain), &walk)));
        assert_int_equal(asked, cases[i].asked);
        str organisation = dmarc_organisation(&walk);
        const struct dmarc_step *step = dmarc_applies(&walk);
        if (!str_eq(organisation, str_c(cases[i].organisation))) {
            fprintf(stderr, "%s: %.*s\n", cases[i].domain, STR_ARG(organisation));
        }
        assert_true(str_eq(organisation, str_c(cases[i].organisation)));
        assert_int_equal(step != NULL, cases[i].applies != NULL);
        assert_true(!step || str_eq(step->domain, str_c(cases[i].applies)));
    }
}

static void policies_below_the_domain(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool own, exists;
        enum dmarc_policy policy;
    } cases[] = {
        {"v=DMARC1; p=reject; sp=quarantine; np=none", true, true, DMARC_REJECT},
        {"v=DMARC1; p=reject; sp=quarantine; np=none", false, true, DMARC_QUARANTINE},
        {"v=DMARC1; p=reject; sp=quarantine; np=none", false, false, DMARC_NONE},
        {"v=DMARC1; p=reject; sp=quarantine", false, false, DMARC_QUARANTINE},
        {"v=DMARC1; p=reject", false, false, DMARC_REJECT},
        {"v=DMARC1; rua=mailto:a@example.com", true, true, DMARC_NONE},
        {"v=DMARC1; p=reject; sp=x; rua=mailto:a@example.com", true, true, DMARC_NONE},
        {"v=DMARC1; p=x", true, true, DMARC_UNSET},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dmarc_step step = {.domain = STR("example.com"), .found = 1};
        str domain = cases[i].own ? STR("example.com") : STR("a.example.com");
        assert_true(err_ok(dmarc_parse(&memory, str_c(cases[i].text), &step.record)));
        assert_int_equal(dmarc_policy_for(&step, domain, cases[i].exists), cases[i].policy);
    }
}

static void messages_are_judged_by_alignment(void **state)
{
    (void)state;
    static const struct zone relaxed[] = {{"example.com", "v=DMARC1; p=reject"}, {NULL, NULL}};
    static const struct zone strict[] = {{"example.com", "v=DMARC1; p=reject; adkim=s; aspf=s"},
                                         {NULL, NULL}};
    static const struct {
        const struct zone *zone;
        const char *from, *other;
        bool dkim;
        enum dmarc_result result;
    } cases[] = {
        {relaxed, "example.com", "example.com", true, DMARC_PASS},
        {relaxed, "example.com", "mail.example.com", true, DMARC_PASS},
        {relaxed, "example.com", "bounce.example.com", false, DMARC_PASS},
        {relaxed, "a.example.com", "b.example.com", false, DMARC_PASS},
        {relaxed, "example.com", "example.net", true, DMARC_FAIL},
        {relaxed, "example.com", "badexample.com", true, DMARC_FAIL},
        {strict, "example.com", "mail.example.com", true, DMARC_FAIL},
        {strict, "example.com", "bounce.example.com", false, DMARC_FAIL},
        {strict, "Example.COM", "example.com", false, DMARC_PASS},
        {relaxed, "example.org", "example.org", true, DMARC_RESULT_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dmarc_identity passed = {str_c(cases[i].other), cases[i].dkim};
        struct dmarc_walk walk;
        struct dmarc_verdict verdict;
        assert_true(err_ok(dmarc_evaluate(&memory, lookup(cases[i].zone), str_c(cases[i].from),
                                          &passed, 1, &walk, &verdict)));
        assert_int_equal(verdict.result, cases[i].result);
    }
}

static void reports_elsewhere_need_a_word(void **state)
{
    (void)state;
    static const struct zone zone[] = {{"example.com", "v=DMARC1; p=reject"}, {NULL, NULL}};
    struct dmarc_uri uris[DMARC_URIS_MAX];
    str name = STR_EMPTY;
    assert_int_equal(
        dmarc_uris(&memory, STR("mailto:a@reports.example.com,mailto:b@other.test!5m"), uris), 2);
    assert_false(dmarc_is_external(&memory, lookup(zone), STR("example.com"), &uris[0], &name));
    assert_true(dmarc_is_external(&memory, lookup(zone), STR("example.com"), &uris[1], &name));
    assert_true(str_eq(name, STR("example.com._report._dmarc.other.test")));
    assert_true(uris[1].sized);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 64 << 20);
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
        cmocka_unit_test(records_start_with_their_version),
        cmocka_unit_test(faults_are_told_with_their_place),
        cmocka_unit_test(the_walk_finds_organisation_and_policy),
        cmocka_unit_test(policies_below_the_domain),
        cmocka_unit_test(messages_are_judged_by_alignment),
        cmocka_unit_test(reports_elsewhere_need_a_word),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
