/* SPDX-License-Identifier: Apache-2.0 */
/* What is open and what is known: baseline, launch.yaml's list, comments, environments, expiry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/day.h"
#include "scan/scan_private.h"

static const struct rule key = {.id = "sample-key", .severity = RULE_HIGH, .expression = "x"};
static const struct rule other = {.id = "sample-other", .severity = RULE_LOW, .expression = "x"};
static const int64_t now_ms = INT64_C(1795996800000); /* 2026-11-30 */

static struct scan_config config;
static struct scan_options options;
static struct scan_report report;

static void begin(void)
{
    config = (struct scan_config){.history = false};
    options = (struct scan_options){.config = &config};
    report = (struct scan_report){.started_ms = now_ms};
    arena_init(&report.a, 1 << 22);
    report.scan.options = &options;
    assert_true(err_ok(findings_new(&report.scan.findings)));
}

static void add(const struct rule *rule, const char *secret, const char *path, const char *comment)
{
    const struct judgement j = {.report = true, .reasons = {"r"}, .reason_count = 1};
    const struct candidate c = {.rule = rule, .secret = str_c(secret)};
    const struct origin o = {.path = str_c(path)};
    findings_add(report.scan.findings, &c, &j, &o, 1, 1, str_c(comment));
}

static void judge_all(str baseline_text)
{
    struct scan_baseline baseline = {0};
    str reason;
    assert_true(err_ok(findings_finish(report.scan.findings, STR("k"))));
    assert_true(err_ok(scan_environments(&report)));
    if (!str_empty(baseline_text)) {
        assert_true(
            err_ok(scan_baseline_read(&report.a, baseline_text, false, &baseline, &reason)));
    }
    scan_states(&report, &baseline, report.started_ms);
}

static void end(void)
{
    findings_free(report.scan.findings);
    arena_done(&report.a);
}

static const struct finding *at(size_t i) { return findings_at(report.scan.findings, i); }

static void everything_is_accepted_only_when_each_place_is(void **state)
{
    (void)state;
    const struct scan_allow allow[] = {
        {.rule = STR("sample-*"), .path = STR("tests/"), .reason = STR("test keys")}};
    begin();
    config.allow = allow;
    config.allow_count = 1;
    add(&key, "everywhere", "tests/a", NULL);
    add(&key, "everywhere", "src/a", NULL);
    add(&key, "in-tests", "tests/a", NULL);
    add(&key, "by-comment", "src/c", "a comment");
    add(&key, "both", "tests/d", NULL);
    add(&key, "both", "src/d", "a comment");
    judge_all(STR_EMPTY);
    assert_int_equal(report.open, 1);
    assert_int_equal(report.allowed, 3);
    for (size_t i = 0; i < 4; i++) {
        bool open = str_eq(secret_view(&at(i)->secret), STR("everywhere"));
        assert_int_equal(at(i)->state, open ? FINDING_OPEN : FINDING_ALLOWED);
        assert_true(open || !str_empty(at(i)->state_reason));
    }
    end();
}

static void a_day_that_has_passed_is_said_and_counts_again(void **state)
{
    (void)state;
    struct scan_allow allow[] = {
        {.rule = STR("sample-key"), .reason = STR("until the move"), .until_ms = now_ms}};
    begin();
    config.allow = allow;
    config.allow_count = 1;
    add(&key, "secret-1", "a", NULL);
    judge_all(STR_EMPTY);
    assert_int_equal(report.open, 1);
    assert_true(str_eq(at(0)->state_reason, STR("was accepted until 2026-11-29: until the move")));
    end();
    allow[0].until_ms = now_ms + 1;
    begin();
    config.allow = allow;
    config.allow_count = 1;
    add(&key, "secret-1", "a", NULL);
    judge_all(STR_EMPTY);
    assert_int_equal(report.allowed, 1);
    end();
}

static void an_entry_with_a_path_says_nothing_of_places_not_kept(void **state)
{
    (void)state;
    struct scan_allow allow[] = {{.rule = STR("*"), .path = STR("a"), .reason = STR("r")}};
    for (unsigned with_path = 0; with_path < 2; with_path++) {
        begin();
        allow[0].path = with_path ? STR("a") : STR_EMPTY;
        config.allow = allow;
        config.allow_count = 1;
        for (unsigned i = 0; i <= FINDING_PLACES_MAX; i++) {
            const struct judgement j = {.report = true};
            const struct candidate c = {.rule = &key, .secret = STR("secret-1")};
            const struct origin o = {.path = STR("a")};
            findings_add(report.scan.findings, &c, &j, &o, i + 1, 1, STR_EMPTY);
        }
        judge_all(STR_EMPTY);
        assert_int_equal(report.open, with_path);
        end();
    }
}

static void a_fingerprint_is_accepted_wherever_it_is(void **state)
{
    (void)state;
    char fingerprint[65];
    begin();
    add(&key, "secret-1", "a", NULL);
    judge_all(STR_EMPTY);
    memcpy(fingerprint, at(0)->fingerprint, sizeof fingerprint);
    end();
    const struct scan_allow allow[] = {
        {.fingerprint = str_c(fingerprint), .reason = STR("revoked")}};
    begin();
    config.allow = allow;
    config.allow_count = 1;
    add(&key, "secret-1", "elsewhere", NULL);
    add(&key, "secret-2", "elsewhere", NULL);
    judge_all(STR_EMPTY);
    assert_int_equal(report.open, 1);
    assert_int_equal(report.allowed, 1);
    end();
}

static void a_baseline_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct buf first, second;
    buf_init(&first, SCAN_BASELINE_BYTES_MAX);
    buf_init(&second, SCAN_BASELINE_BYTES_MAX);
    begin();
    add(&key, "secret-1", "a\n\"b", NULL);
    add(&other, "secret-2", "b", NULL);
    judge_all(STR_EMPTY);
    scan_baseline_write(&first, &report);
    end();
    begin();
    add(&key, "secret-1", "elsewhere", NULL); /* known, wherever it is */
    add(&key, "secret-2", "b", NULL);         /* of another rule: another finding */
    judge_all(buf_str(&first));
    assert_int_equal(report.baselined, 1);
    assert_int_equal(report.open, 1);
    scan_baseline_write(&second, &report);
    assert_true(str_find(buf_str(&second), STR("known since 2026-11-30"), 0) != SIZE_MAX);
    end();
    begin();
    report.started_ms = now_ms + (int64_t)(SCAN_BASELINE_DAYS + 1) * DAY_MS;
    add(&key, "secret-1", "a", NULL);
    judge_all(buf_str(&first));
    assert_int_equal(report.open, 1);
    assert_true(str_starts(at(0)->state_reason, STR("was accepted until 2027-02-28")));
    end();
    buf_done(&first);
    buf_done(&second);
}

static void a_baseline_that_is_none_is_refused_with_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"", "the baseline is no JSON"},
        {"[]", "the baseline is no JSON"},
        {"{}", "this is no baseline of scan"},
        {"{\"version\":1,\"target\":\"x\",\"created\":\"2026-11-30\",\"findings\":[]}",
         "the baseline's `until` is no day"},
        {"{\"version\":1,\"created\":\"2026-11-30\",\"until\":\"2027-02-30\",\"findings\":[]}",
         "the baseline's `until` is no day"},
        {"{\"version\":1,\"created\":\"2026-11-30\",\"until\":\"2027-02-28\",\"keyed\":true,"
         "\"findings\":[]}",
         "the baseline was made with a key"},
        {"{\"version\":1,\"created\":\"2026-11-30\",\"until\":\"2027-02-28\",\"findings\":[{}]}",
         "finding 1 of the baseline needs rule and fingerprint"},
        {"{\"version\":1,\"created\":\"2026-11-30\",\"until\":\"2027-02-28\",\"findings\":[{\"rule\":"
         "\"a\",\"fingerprint\":\"b\",\"until\":\"soon\"}]}",
         "finding 1 of the baseline needs rule and fingerprint"},
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scan_baseline b;
        str reason = STR_EMPTY;
        assert_false(err_ok(scan_baseline_read(&a, str_c(rows[i].text), false, &b, &reason)));
        if (!str_starts(reason, str_c(rows[i].reason))) {
            fail_msg("%s: %.*s", rows[i].text, STR_ARG(reason));
        }
    }
    struct scan_baseline b;
    str reason = STR_EMPTY;
    assert_false(err_ok(scan_baseline_read(
        &a,
        STR("{\"version\":1,\"created\":\"2026-11-30\",\"until\":\"2027-02-28\",\"findings\":[]}"),
        true, &b, &reason)));
    assert_true(str_starts(reason, STR("the baseline was made without a key")));
    arena_done(&a);
}

static void a_secret_of_two_environments_is_a_finding_of_its_own(void **state)
{
    (void)state;
    static const str prod[] = {STR_INIT("prod/")},
                     staging[] = {STR_INIT("staging/"), STR_INIT("*.st")};
    begin();
    config.environments[0] = (struct scan_environment){STR("prod"), prod, 1};
    config.environments[1] = (struct scan_environment){STR("staging"), staging, 2};
    config.environment_count = 2;
    add(&key, "shared", "prod/a", NULL);
    add(&key, "shared", "x.st", NULL);
    add(&key, "shared", "src/a", NULL);
    add(&key, "alone", "prod/a", NULL);
    add(&key, "alone", "prod/b", NULL);
    add(&key, "nowhere", "src/a", NULL);
    judge_all(STR_EMPTY);
    assert_int_equal(report.open, 3);
    assert_int_equal(report.shared, 1);
    size_t shared = 0, own = 0;
    for (size_t i = 0; i < 4; i++) {
        bool is = str_eq(secret_view(&at(i)->secret), STR("shared"));
        assert_int_equal(at(i)->shared, is);
        shared += is;
        if (at(i)->rule == &scan_shared_rule) {
            own++;
            assert_int_equal(at(i)->place_count, 2);
            assert_true(str_eq(at(i)->places[0].environment, STR("prod")));
            assert_int_equal(strlen(at(i)->fingerprint), 32);
        }
    }
    assert_int_equal(shared, 2);
    assert_int_equal(own, 1);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_accepted_only_when_each_place_is),
        cmocka_unit_test(a_day_that_has_passed_is_said_and_counts_again),
        cmocka_unit_test(an_entry_with_a_path_says_nothing_of_places_not_kept),
        cmocka_unit_test(a_fingerprint_is_accepted_wherever_it_is),
        cmocka_unit_test(a_baseline_is_read_as_it_was_written),
        cmocka_unit_test(a_baseline_that_is_none_is_refused_with_words),
        cmocka_unit_test(a_secret_of_two_environments_is_a_finding_of_its_own),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
