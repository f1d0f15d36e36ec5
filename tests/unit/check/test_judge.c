/* SPDX-License-Identifier: Apache-2.0 */
/* From facts to a report: selection, exceptions, baselines, and what a target may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/mem.h"
#include "check/judge.h"
#include "check/target.h"

/* 2026-11-30 */
static const int64_t now_ms = INT64_C(1795996800000);

static struct arena memory;

static struct intent intent_of(const char *text)
{
    struct intent intent;
    str reason = STR_EMPTY;
    err e = intent_parse(&memory, str_c(text), "launch.yaml", &intent, &reason);
    if (!err_ok(e)) {
        print_error("%.*s\n", STR_ARG(reason));
    }
    assert_true(err_ok(e));
    return intent;
}

/* A site that ends at https://www.example.com though launch.yaml says something else. */
static struct facts *facts_of(const struct intent *intent)
{
    struct facts *f;
    assert_true(err_ok(facts_new(STR("example.com"), intent, now_ms, &f)));
    struct http_exchange x = {.url = STR("https://www.example.com/"),
                              .label = STR("https://www.example.com/"),
                              .purpose = HTTP_REDIRECT_FIRST,
                              .outcome = HTTP_ANSWERED,
                              .status = 200};
    facts_add_http(f, &x);
    return f;
}

static struct report *report_of(const struct intent *intent, const char *only,
                                const struct baseline *baseline)
{
    struct report *r;
    struct selection selection;
    str reason;
    assert_true(err_ok(report_new(&r)));
    r->facts = facts_of(intent);
    r->owns_facts = true;
    assert_true(err_ok(selection_read(&r->a, str_c(only), &selection, &reason)));
    assert_true(err_ok(judge_report(r, &selection, baseline)));
    return r;
}

#define DRIFT "origin: https://chat.example.com\n"

static void drift_fails(void **state)
{
    (void)state;
    struct intent intent = intent_of(DRIFT);
    enum check_severity worst;
    struct report *r = report_of(&intent, "intent.origin", NULL);
    assert_int_equal(r->count, 1);
    assert_int_equal(r->results[0].verdict.state, CHECK_FAIL);
    assert_int_equal(r->summary[CHECK_FAIL], 1);
    assert_true(report_worst(r, &worst));
    assert_int_equal(worst, SEVERITY_MEDIUM);
    assert_int_equal(r->row_count, 1);
    assert_string_equal(r->rows[0].id, "L3");
    report_free(r);
}

static void an_exception_holds_to_the_end_of_its_day(void **state)
{
    (void)state;
    static const struct {
        const char *exception;
        bool holds;
    } rows[] = {
        {"{id: intent.origin, reason: moves, until: 2026-11-30}", true},
        {"{id: intent.origin, reason: moves, until: 2026-11-29}", false},
        {"{id: 'intent.*', reason: moves, until: 2027-01-01}", true},
        {"{id: intent.origin, subject: 'https://chat.example.com', reason: moves, until: "
         "2027-01-01}",
         true},
        {"{id: intent.origin, subject: other, reason: moves, until: 2027-01-01}", false},
        {"{id: intent.exception-unused, reason: moves, until: 2027-01-01}", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str text = arena_printf(&memory, DRIFT "exceptions:\n  - %s\n", rows[i].exception);
        struct intent intent = intent_of(text.p);
        struct report *r = report_of(&intent, "intent.origin", NULL);
        assert_int_equal(r->results[0].verdict.state, rows[i].holds ? CHECK_PASS : CHECK_FAIL);
        assert_int_equal(r->excepted, rows[i].holds ? 1 : 0);
        assert_int_equal(r->results[0].verdict.evidence[0].state, CHECK_FAIL); /* still shown */
        report_free(r);
    }
}

static void a_baseline_covers_what_was_there_and_ends(void **state)
{
    (void)state;
    struct intent intent = intent_of(DRIFT);
    struct buf b;
    struct baseline baseline;
    str reason = STR_EMPTY;
    struct report *r = report_of(&intent, "intent.origin", NULL);
    buf_init(&b, BASELINE_BYTES_MAX);
    baseline_write(&b, r);
    report_free(r);
    assert_true(
        err_ok(baseline_read(&memory, buf_str(&b), STR("example.com"), &baseline, &reason)));
    buf_done(&b);
    assert_int_equal(baseline.count, 1);
    r = report_of(&intent, "intent.origin", &baseline);
    assert_int_equal(r->results[0].verdict.state, CHECK_PASS);
    assert_true(str_eq(r->results[0].verdict.evidence[0].reason,
                       STR("baseline of 2026-11-30, until 2027-02-28")));
    report_free(r);
    /* What became worse counts again, and so does everything after the last day. */
    struct evidence e = {.state = CHECK_FAIL, .subject = STR("https://chat.example.com")};
    const struct check *check = check_find(STR("intent.origin"));
    assert_true(baseline_has(&baseline, check, &e, baseline.until_ms - 1));
    assert_false(baseline_has(&baseline, check, &e, baseline.until_ms));
    struct baseline_entry milder = {STR("intent.origin"), e.subject, CHECK_WARN};
    baseline.entries = &milder;
    assert_false(baseline_has(&baseline, check, &e, now_ms));
}

static void broken_baselines_are_refused_with_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"", "no JSON"},
        {"[]", "no JSON"},
        {"{}", "this is no baseline"},
        {"{\"version\":1,\"target\":\"example.net\",\"created\":\"2026-11-30\","
         "\"until\":\"2027-01-01\",\"findings\":[]}",
         "of example.net, not of example.com"},
        {"{\"version\":1,\"target\":\"example.com\",\"created\":\"2026-11-30\","
         "\"until\":\"soon\",\"findings\":[]}",
         "no day"},
        {"{\"version\":1,\"target\":\"example.com\",\"created\":\"2026-11-30\","
         "\"until\":\"2027-01-01\",\"findings\":[{\"id\":\"x\",\"subject\":\"y\",\"state\":"
         "\"bad\"}]}",
         "finding 1 of the baseline"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct baseline b;
        str reason = STR_EMPTY;
        assert_int_equal(
            baseline_read(&memory, str_c(rows[i].text), STR("example.com"), &b, &reason).code,
            ERR_INVALID);
        if (str_find(reason, str_c(rows[i].reason), 0) == SIZE_MAX) {
            print_error("%s: %.*s\n", rows[i].text, STR_ARG(reason));
            fail();
        }
    }
}

static void selections_name_rows_ids_and_beginnings(void **state)
{
    (void)state;
    static const struct {
        const char *only;
        bool origin, expired;
    } rows[] = {
        {"", true, true},
        {"intent.origin", true, false},
        {"L3", true, false},
        {"l1", false, true},
        {" L1 , L3 ", true, true},
        {"intent.*", true, true},
        {"intent.e*", false, false},
        {"L4", false, false},
        {"*", true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct selection s;
        str reason = STR_EMPTY;
        err e = selection_read(&memory, str_c(rows[i].only), &s, &reason);
        if (strcmp(rows[i].only, "intent.e*") == 0) {
            assert_int_equal(e.code, ERR_INVALID);
            continue;
        }
        assert_true(err_ok(e));
        assert_int_equal(selection_has(&s, check_find(STR("intent.origin"))), rows[i].origin);
        assert_int_equal(selection_has(&s, check_find(STR("intent.exception-expired"))),
                         rows[i].expired);
    }
}

static void a_misspelt_check_is_answered_with_the_nearest(void **state)
{
    (void)state;
    struct selection s;
    str reason = STR_EMPTY;
    assert_int_equal(selection_read(&memory, STR("L1,intent.orgin"), &s, &reason).code,
                     ERR_INVALID);
    assert_true(str_find(reason, STR("did you mean `intent.origin`?"), 0) != SIZE_MAX);
}

static void targets_are_read_as_people_type_them(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host; /* NULL: refused, with these words */
        const char *words;
    } rows[] = {
        {"example.com", "example.com", NULL},
        {" EXAMPLE.com. ", "example.com", NULL},
        {"https://www.example.com/a/b?c#d", "www.example.com", NULL},
        {"http://example.com:80/", "example.com", NULL},
        {"example.com/path", "example.com", NULL},
        {"b\xc3\xbc"
         "cher.example",
         "xn--bcher-kva.example", NULL},
        {"", NULL, "the target is a domain name"},
        {"localhost", NULL, "is no domain name"},
        {"192.0.2.1", NULL, "an IP address has no mail"},
        {"2001:db8::1", NULL, "an IP address has no mail"},
        {"https://[2001:db8::1]/", NULL, "an IP address has no mail"},
        {"example.com:8443", NULL, "--resolve '*:443::8443'"},
        {"http://example.com:443", NULL, "ports 80 and 443"},
        {"https://me:secret@example.com/", NULL, "user name"},
        {"ftp://example.com", NULL, "is no domain name or web address"},
        {"exa mple.com", NULL, "is no domain name"},
        {"a..example", NULL, "is no domain name"},
        {"example.com\n--only", NULL, "the target is a domain name"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str host = STR_EMPTY, reason = STR_EMPTY;
        err e = target_read(&memory, str_c(rows[i].text), &host, &reason);
        bool fine = rows[i].host ? err_ok(e) && str_eq(host, str_c(rows[i].host))
                                 : e.code == ERR_INVALID &&
                                       str_find(reason, str_c(rows[i].words), 0) != SIZE_MAX;
        if (!fine) {
            print_error("%s: %.*s %.*s\n", rows[i].text, STR_ARG(host), STR_ARG(reason));
            fail();
        }
    }
}

static void no_allocation_that_fails_is_more_than_an_error(void **state)
{
    (void)state;
    struct intent intent = intent_of(DRIFT);
    struct facts *f = facts_of(&intent);
    for (long i = 0; i < 400; i++) {
        struct report *r;
        mem_fail_after(i);
        err e = check_judge(f, STR("intent.*,L4"), &r);
        mem_fail_after(-1);
        if (err_ok(e)) {
            report_free(r);
        }
    }
    facts_free(f);
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
        cmocka_unit_test(drift_fails),
        cmocka_unit_test(an_exception_holds_to_the_end_of_its_day),
        cmocka_unit_test(a_baseline_covers_what_was_there_and_ends),
        cmocka_unit_test(broken_baselines_are_refused_with_words),
        cmocka_unit_test(selections_name_rows_ids_and_beginnings),
        cmocka_unit_test(a_misspelt_check_is_answered_with_the_nearest),
        cmocka_unit_test(targets_are_read_as_people_type_them),
        cmocka_unit_test(no_allocation_that_fails_is_more_than_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
