/* SPDX-License-Identifier: Apache-2.0 */
/* Every format of a report with hostile names: nothing is obeyed, no secret gets out, programs can
 * read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/json.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "unit/scan/report_sample.h"

static const int64_t now_ms = INT64_C(1795996800000); /* 2026-11-30 */
static const char *const names[SCAN_FORMATS] = {"text", "json", "sarif", "junit", "csv"};

static const char *written(const struct scan_style *style, unsigned format, struct buf *b)
{
    struct sample s;
    sample_make(&s, STR_EMPTY, now_ms);
    buf_init(b, SCAN_REPORT_BYTES_MAX);
    if (format < SCAN_FORMATS) {
        scan_report_write(&s.report, (enum scan_format)format, style, b);
    } else {
        scan_plan_write(&s.report, style, b);
    }
    sample_done(&s);
    return buf_c(b);
}

static const struct scan_style plain = {.explain = true};

static void formats_have_names(void **state)
{
    (void)state;
    enum scan_format format;
    for (unsigned i = 0; i < SCAN_FORMATS; i++) {
        assert_true(scan_format_parse(str_c(names[i]), &format));
        assert_int_equal(format, i);
    }
    assert_false(scan_format_parse(STR("html"), &format));
}

static void no_secret_is_printed_whole(void **state)
{
    (void)state;
    for (unsigned format = 0; format <= SCAN_FORMATS; format++) {
        struct buf b;
        const char *text = written(&plain, format, &b);
        assert_non_null(text);
        for (size_t i = 0; i < sample_secret_count; i++) {
            str secret = str_c(sample_secrets[i]);
            for (size_t n = secret.n / 5 + 1; n < secret.n; n += 3) {
                /* "-----" and the like stand in every text */
                str part = str_slice(secret, secret.n - n, secret.n);
                if (part.n >= 8 && str_find(buf_str(&b), part, 0) != SIZE_MAX) {
                    fail_msg("%s shows %.*s", format < SCAN_FORMATS ? names[format] : "plan",
                             STR_ARG(part));
                }
            }
        }
        buf_done(&b);
    }
}

static void secrets_are_shown_when_asked_for(void **state)
{
    (void)state;
    const struct scan_style whole = {.show_secrets = true};
    for (unsigned format = 0; format <= SCAN_FORMATS; format++) {
        struct buf b;
        assert_non_null(written(&whole, format, &b));
        assert_true(str_find(buf_str(&b), str_c(sample_secrets[0]), 0) != SIZE_MAX);
        buf_done(&b);
    }
}

static void nothing_in_a_report_is_obeyed(void **state)
{
    (void)state;
    for (unsigned format = 0; format <= SCAN_FORMATS; format++) {
        struct buf b;
        assert_non_null(written(&plain, format, &b));
        str rest = buf_str(&b);
        assert_true(utf8_valid(rest));
        for (uint32_t point; utf8_next(&rest, &point);) {
            bool control =
                (point < 0x20 && point != '\n' && !(point == '\r' && format == SCAN_CSV)) ||
                (point >= 0x7f && point < 0xa0) || utf8_is_hidden(point);
            if (control) {
                fail_msg("U+%04X in %s", point, format < SCAN_FORMATS ? names[format] : "plan");
            }
        }
        buf_done(&b);
    }
}

static void text_fits_the_terminal(void **state)
{
    (void)state;
    struct buf b;
    str line;
    assert_non_null(written(&plain, SCAN_TEXT, &b));
    str rest = buf_str(&b);
    while (str_split(&rest, '\n', &line)) {
        if (utf8_count(line) > LAYOUT_WIDTH) {
            fail_msg("%zu characters: %.*s", utf8_count(line), STR_ARG(line));
        }
    }
    static const char *const said[] = {"Sample key <b>",
                                       "anybody can read it now",
                                       "and 14 more",
                                       "since 2026-01-01, commit 0123456789",
                                       "One secret in several environments",
                                       "Publishable by design",
                                       "Accepted",
                                       "test key",
                                       "Could not be read",
                                       "permission denied",
                                       "Judged to be no secret",
                                       "2 open (1 high, 1 medium, 0 low)\n",
                                       "1 shared between environments",
                                       "1. Make a new key.",
                                       "https://console.example/keys",
                                       "environment prod"};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (str_find(buf_str(&b), str_c(said[i]), 0) == SIZE_MAX) {
            fail_msg("`%s` is not said in:\n%s", said[i], buf_c(&b));
        }
    }
    buf_done(&b);
}

static void colour_only_when_asked_for(void **state)
{
    (void)state;
    const struct scan_style coloured = {.colour = true};
    struct buf b;
    assert_non_null(written(&coloured, SCAN_TEXT, &b));
    assert_true(str_find(buf_str(&b), STR("\x1b[31m"), 0) != SIZE_MAX);
    buf_done(&b);
}

static json_t *parsed(unsigned format)
{
    struct buf b;
    json_t *value;
    struct json_fault fault;
    assert_non_null(written(&plain, format, &b));
    if (!err_ok(json_read_object(buf_str(&b), &value, &fault))) {
        fail_msg("%s: line %d: %s", names[format], fault.line, fault.text);
    }
    buf_done(&b);
    return value;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return text;
}

static void json_is_as_the_contract_says(void **state)
{
    (void)state;
    json_t *report = parsed(SCAN_JSON);
    assert_int_equal(json_integer_value(json_object_get(report, "version")), 1);
    const json_t *findings = json_object_get(report, "findings");
    assert_int_equal(json_array_size(findings), 2);
    assert_int_equal(json_array_size(json_object_get(report, "shared")), 1);
    const json_t *first = json_array_get(findings, 0), *places = json_object_get(first, "places");
    assert_string_equal(text_of(first, "rule"), "sample-key");
    assert_string_equal(text_of(first, "service"), "Sample, Inc.");
    assert_string_equal(text_of(first, "severity"), "high");
    assert_string_equal(text_of(first, "secret"), "xk_l…(masked)");
    assert_int_equal(strlen(text_of(first, "fingerprint")), 32);
    assert_string_equal(text_of(first, "why"), "it has the form of this secret; <b>bold</b>");
    assert_string_equal(text_of(first, "rotate"),
                        "Make a new key.\nDeploy it.\nRevoke the old key.");
    assert_int_equal(json_array_size(places), 6);
    unsigned kinds = 0;
    for (size_t i = 0; i < 6; i++) {
        const json_t *place = json_array_get(places, i);
        static const char *const all[] = {"file", "git", "url", "archive", "log"};
        for (unsigned k = 0; k < 5; k++) {
            kinds |= strcmp(text_of(place, "kind"), all[k]) == 0 ? 1U << k : 0;
        }
        assert_true(json_is_integer(json_object_get(place, "line")) &&
                    json_is_integer(json_object_get(place, "column")));
        assert_int_equal(json_object_get(place, "commit") != NULL,
                         strcmp(text_of(place, "kind"), "git") == 0);
    }
    assert_int_equal(kinds, 15);
    assert_int_equal(json_array_size(json_object_get(report, "accepted")), 1);
    assert_int_equal(json_array_size(json_object_get(report, "publishable")), 1);
    assert_int_equal(json_array_size(json_object_get(report, "not_reported")), 1);
    const json_t *summary = json_object_get(report, "summary");
    assert_int_equal(json_integer_value(json_object_get(summary, "open")), 2);
    json_decref(report);
}

static void sarif_suppresses_what_is_accepted(void **state)
{
    (void)state;
    json_t *sarif = parsed(SCAN_SARIF);
    const json_t *run = json_array_get(json_object_get(sarif, "runs"), 0);
    const json_t *results = json_object_get(run, "results");
    const json_t *rules =
        json_object_get(json_object_get(json_object_get(run, "tool"), "driver"), "rules");
    assert_int_equal(json_array_size(results), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *one = json_array_get(results, i);
        size_t index = (size_t)json_integer_value(json_object_get(one, "ruleIndex"));
        assert_string_equal(text_of(one, "ruleId"), text_of(json_array_get(rules, index), "id"));
        bool accepted = strcmp(text_of(one, "ruleId"), "private-key") == 0;
        assert_int_equal(json_object_get(one, "suppressions") != NULL, accepted);
    }
    json_decref(sarif);
}

/* Fields of a CSV row as RFC 4180 has them; the row's end is a CRLF outside quotes. */
static size_t csv_row(str *rest)
{
    size_t fields = 1, i = 0;
    bool quoted = false;
    for (; i < rest->n; i++) {
        char c = rest->p[i];
        quoted ^= c == '"';
        fields += !quoted && c == ',';
        if (!quoted && c == '\n') {
            break;
        }
        if (c == '"' && i > 0 && rest->p[i - 1] == ',' && i + 1 < rest->n) {
            assert_null(strchr("=+@\t\r", rest->p[i + 1]));
        }
    }
    *rest = str_slice(*rest, i + 1, rest->n);
    return fields;
}

static void csv_has_a_row_for_each_place(void **state)
{
    (void)state;
    struct buf b;
    size_t rows = 0;
    assert_non_null(written(&plain, SCAN_CSV, &b));
    for (str rest = buf_str(&b); rest.n > 0; rows++) {
        assert_int_equal(csv_row(&rest), 21);
    }
    assert_int_equal(rows, 1 + 6 + 2 + 20 + 1 + 1);
    buf_done(&b);
}

static void the_plan_says_how_to_purge_what_is_in_history(void **state)
{
    (void)state;
    struct buf b;
    assert_non_null(written(&plain, SCAN_FORMATS, &b));
    static const char *const said[] = {"## 1. Sample key",
                                       "**Tell.** the owner of the account",
                                       "git filter-repo",
                                       "Purge the history",
                                       "Take it off the site",
                                       "Build the archives again",
                                       "Clean the logs",
                                       "1. Make a new key.",
                                       "https://console.example/keys"};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (str_find(buf_str(&b), str_c(said[i]), 0) == SIZE_MAX) {
            fail_msg("`%s` is not said in:\n%s", said[i], buf_c(&b));
        }
    }
    /* Only one of the three is in history. */
    size_t at = str_find(buf_str(&b), STR("Purge the history"), 0);
    assert_true(str_find(buf_str(&b), STR("Purge the history"), at + 1) == SIZE_MAX);
    buf_done(&b);
}

static void a_report_that_does_not_fit_is_told(void **state)
{
    (void)state;
    for (unsigned format = 0; format < SCAN_FORMATS; format++) {
        struct sample s;
        struct buf b;
        sample_make(&s, STR_EMPTY, now_ms);
        buf_init(&b, 1000);
        scan_report_write(&s.report, (enum scan_format)format, &plain, &b);
        assert_int_equal(buf_err(&b).code, ERR_TOO_LARGE);
        buf_done(&b);
        for (long after = 0; after < 60; after++) {
            buf_init(&b, SCAN_REPORT_BYTES_MAX);
            mem_fail_after(after);
            scan_report_write(&s.report, (enum scan_format)format, &plain, &b);
            mem_fail_after(-1);
            for (size_t i = 0; i < sample_secret_count; i++) {
                assert_true(str_find(buf_str(&b), str_c(sample_secrets[i]), 0) == SIZE_MAX);
            }
            buf_done(&b);
        }
        sample_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_have_names),
        cmocka_unit_test(no_secret_is_printed_whole),
        cmocka_unit_test(secrets_are_shown_when_asked_for),
        cmocka_unit_test(nothing_in_a_report_is_obeyed),
        cmocka_unit_test(text_fits_the_terminal),
        cmocka_unit_test(colour_only_when_asked_for),
        cmocka_unit_test(json_is_as_the_contract_says),
        cmocka_unit_test(sarif_suppresses_what_is_accepted),
        cmocka_unit_test(csv_has_a_row_for_each_place),
        cmocka_unit_test(the_plan_says_how_to_purge_what_is_in_history),
        cmocka_unit_test(a_report_that_does_not_fit_is_told),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
