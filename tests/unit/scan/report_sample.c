/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/scan/report_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/scan_private.h"

#define HOSTILE "a\x1b[31m\nb\r\t\xe2\x80\xae\xff<&>\"'`|,;$(x)=.env"

const char *const sample_secrets[] = {"xk_live_A1b2C3d4E5f6G7h8I9j0", "=hunter2-hunter2-hunter2",
                                      "publishable-ghijklmnopqrstuv",
                                      "-----BEGIN X\nAAAA\n-----END X"};
const size_t sample_secret_count = sizeof sample_secrets / sizeof sample_secrets[0];

static const struct rule rules[] = {
    {.id = "sample-key",
     .service = "Sample, Inc.",
     .title = "Sample key <b>",
     .opens = "Reads & writes.",
     .rotate = "Make a new key.\nDeploy it.\nRevoke the old key.",
     .console = "https://console.example/keys",
     .tell = "the owner of the account",
     .severity = RULE_HIGH,
     .expression = "x"},
    {.id = "generic-password",
     .service = "Passwords",
     .title = "Password",
     .opens = "What it protects.",
     .rotate = "Change it.",
     .console = "where it is used",
     .severity = RULE_MEDIUM,
     .generic = true,
     .expression = "x"},
    {.id = "sample-public",
     .service = "Sample, Inc.",
     .title = "Publishable key",
     .opens = "Nothing.",
     .rotate = "Nothing is to be done.",
     .console = "-",
     .severity = RULE_LOW,
     .public_by_design = true,
     .expression = "x"},
    {.id = "private-key",
     .service = "Keys",
     .title = "Private key",
     .opens = "What trusts it.",
     .rotate = "Make a new pair.",
     .console = "-",
     .severity = RULE_HIGH,
     .expression = "x"},
};

static const struct place_history old = {.first = "0123456789abcdef0123456789abcdef01234567",
                                         .last = "89abcdef0123456789abcdef0123456789abcdef",
                                         .date_ms = INT64_C(1767225600000),
                                         .author = STR_INIT("=M\x1b[0mallory <m@example.com>"),
                                         .ref = STR_INIT("refs/heads/\xe2\x80\xaex")};

static void add(struct sample *s, unsigned rule, unsigned secret, struct origin o, unsigned line,
                const char *allow, bool report)
{
    const struct judgement j = {.report = report,
                                .confidence = CONFIDENCE_HIGH,
                                .reasons = {"it has the form of this secret", "<b>bold</b>"},
                                .reason_count = 2};
    const struct candidate c = {.rule = &rules[rule],
                                .secret = str_c(sample_secrets[secret]),
                                .key = STR("=cmd|' /C calc'!A0")};
    findings_add(s->report.scan.findings, &c, &j, &o, line, line ? 7 : 0, str_c(allow));
}

static void fill(struct sample *s)
{
    const str hostile = STR(HOSTILE);
    add(s, 0, 0, (struct origin){.kind = PLACE_FILE, .path = hostile}, 3, NULL, true);
    add(s, 0, 0, (struct origin){.kind = PLACE_FILE, .path = STR("deploy/prod/x.env")}, 1, NULL,
        true);
    add(s, 0, 0, (struct origin){.kind = PLACE_ARCHIVE, .path = STR("i.tar!deploy/staging/x.env")},
        0, NULL, true);
    add(s, 0, 0, (struct origin){.kind = PLACE_GIT, .path = hostile, .history = &old}, 2, NULL,
        true);
    add(s, 0, 0, (struct origin){.kind = PLACE_GIT, .path = STR("a b/x.env"), .history = &old}, 2,
        NULL, true);
    add(s, 0, 0,
        (struct origin){.kind = PLACE_URL,
                        .path =
                            STR("https://www.example.com/a.js?key=xk_live_A1b2C3d4E5f6G7h8I9j0"),
                        .served = true},
        1, NULL, true);
    for (unsigned i = 0; i < 20; i++) {
        add(s, 1, 1, (struct origin){.kind = PLACE_LOG, .path = STR("=1+1")}, 10 + i, NULL, true);
    }
    add(s, 2, 2, (struct origin){.kind = PLACE_URL, .path = STR("https://www.example.com/")}, 1,
        NULL, true);
    add(s, 3, 3, (struct origin){.kind = PLACE_FILE, .path = STR("key.pem")}, 1,
        "\x1b[31mtest key <b>", true);
    add(s, 0, 1, (struct origin){.kind = PLACE_FILE, .path = STR("doc.md")}, 1, NULL, false);
}

void sample_make(struct sample *s, str baseline_text, int64_t now_ms)
{
    static const str prod[] = {STR_INIT("deploy/prod/")}, staging[] = {STR_INIT("deploy/staging/")};
    struct scan_baseline baseline = {0};
    str reason;
    *s = (struct sample){.options = {.explain = true, .input_fd = -1}};
    s->config.environments[0] = (struct scan_environment){STR("prod"), prod, 1};
    s->config.environments[1] = (struct scan_environment){STR("staging"), staging, 1};
    s->config.environment_count = 2;
    s->options.config = &s->config;
    struct scan_report *r = &s->report;
    arena_init(&r->a, 1 << 24);
    r->scan.options = &s->options;
    r->started_ms = now_ms;
    r->duration_ms = 1234;
    assert_true(err_ok(findings_new(&r->scan.findings)));
    assert_true(err_ok(scan_problems_new(&r->scan.problems)));
    fill(s);
    scan_problem(&r->scan, STR(HOSTILE), "permission denied", false);
    assert_true(err_ok(findings_finish(r->scan.findings, STR("k"))));
    assert_true(err_ok(scan_environments(r)));
    if (!str_empty(baseline_text)) {
        assert_true(err_ok(scan_baseline_read(&r->a, baseline_text, false, &baseline, &reason)));
    }
    scan_states(r, &baseline, now_ms);
    scan_problems_take(r);
}

void sample_done(struct sample *s)
{
    findings_free(s->report.scan.findings);
    scan_problems_free(s->report.scan.problems);
    arena_done(&s->report.a);
}
