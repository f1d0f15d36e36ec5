/* SPDX-License-Identifier: Apache-2.0 */
/* What every format promises, on a report as runs give it and on one full of hostile texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libxml/parser.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "check/judge.h"
#include "unit/check/sample.h"

enum { WIDTH = 80 };

static struct buf out;

static str written(struct report *r, enum report_format format)
{
    struct report_style style = sample_style();
    buf_done(&out);
    buf_init(&out, REPORT_BYTES_MAX);
    report_write(r, format, &style, &out);
    assert_true(err_ok(buf_err(&out)));
    report_free(r);
    return buf_str(&out);
}

static str plan(struct report *r)
{
    struct report_style style = sample_style();
    buf_done(&out);
    buf_init(&out, REPORT_BYTES_MAX);
    report_plan(r, &style, &out);
    report_free(r);
    return buf_str(&out);
}

static void has(str text, const char *part)
{
    if (str_find(text, str_c(part), 0) == SIZE_MAX) {
        print_error("not there: %s\n", part);
        fail();
    }
}

static void lacks(str text, const char *part)
{
    if (str_find(text, str_c(part), 0) != SIZE_MAX) {
        print_error("is there: %s\n", part);
        fail();
    }
}

/* The parts stand in the text in this order. */
static void in_order(str text, const char *const *parts)
{
    size_t at = 0;
    for (; *parts; parts++) {
        size_t found = str_find(text, str_c(*parts), at);
        if (found == SIZE_MAX) {
            print_error("not there, or too early: %s\n", *parts);
            fail();
        }
        at = found + 1;
    }
}

static void the_score_card_comes_first_and_the_worst_next(void **state)
{
    (void)state;
    const char *const order[] = {"L1 ",
                                 "L4 ",
                                 "L12 ",
                                 "1 fail · 3 warn · 1 error · 4 pass · 1 not tested · 1 accepted",
                                 "What to do first",
                                 "email.spf.lookup-limit",
                                 "tls.expiry",
                                 "page.header.csp",
                                 "redirect.hops",
                                 "Could not be tested",
                                 "email.mx.starttls",
                                 "Accepted for now",
                                 "dns.axfr",
                                 "Notes",
                                 "dns.dnssec.insecure",
                                 "Not tested",
                                 "page.lighthouse",
                                 NULL};
    in_order(written(sample_report(), REPORT_TEXT), order);
}

static void lines_fit_a_terminal_unless_they_are_to_be_pasted(void **state)
{
    (void)state;
    str text = written(sample_report(), REPORT_TEXT), line;
    while (str_split(&text, '\n', &line)) {
        bool pasted = str_starts(line, STR("example.com. ")) || str_starts(line, STR("; delete")) ||
                      str_starts(line, STR("add_header")) || str_starts(line, STR("certbot")) ||
                      str_starts(line, STR("Rules")) || str_starts(line, STR("concat")) ||
                      str_find(line, STR("Re-test"), 0) != SIZE_MAX;
        assert_true(pasted || utf8_count(line) <= WIDTH);
    }
}

static void colour_is_there_only_when_asked_for(void **state)
{
    (void)state;
    struct report_style style = sample_style();
    lacks(written(sample_report(), REPORT_TEXT), "\x1b");
    struct report *r = sample_report();
    style.colour = true;
    buf_clear(&out);
    report_write(r, REPORT_TEXT, &style, &out);
    has(buf_str(&out), "\x1b[31m✗");
    report_free(r);
}

static void the_retest_repeats_the_options(void **state)
{
    (void)state;
    has(written(sample_report(), REPORT_TEXT),
        "doorward check example.com --only tls.expiry --resolver 127.0.0.1:5353");
}

static void json_has_the_shape_of_the_contract(void **state)
{
    (void)state;
    json_t *root;
    str text = written(sample_report(), REPORT_JSON);
    assert_true(err_ok(json_read_object(text, &root, NULL)));
    const json_t *rows = json_object_get(root, "rows");
    assert_int_equal(json_integer_value(json_object_get(root, "version")), 1);
    assert_string_equal(json_string_value(json_object_get(root, "started")),
                        "2026-11-30T04:20:00.000Z");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(root, "summary"), "warn")),
                     3);
    assert_int_equal(json_array_size(rows), 5);
    const json_t *check = json_array_get(json_object_get(json_array_get(rows, 2), "checks"), 0);
    assert_string_equal(json_string_value(json_object_get(check, "id")), "redirect.hops");
    const json_t *fix = json_object_get(check, "fix");
    assert_non_null(json_object_get(json_object_get(fix, "config"), "caddy"));
    assert_null(json_object_get(fix, "record"));
    json_decref(root);
    has(text, "\"excepted\":\"ns2 is replaced on Friday (until 2026-12-05)\"");
}

/* The fingerprints of a SARIF report, one after another. */
static void fingerprints(struct report *r, struct buf *b)
{
    json_t *root, *result;
    size_t i;
    assert_true(err_ok(json_read_object(written(r, REPORT_SARIF), &root, NULL)));
    json_t *results = json_object_get(json_array_get(json_object_get(root, "runs"), 0), "results");
    buf_init(b, 65536);
    json_array_foreach (results, i, result) {
        json_write(b, json_object_get(result, "partialFingerprints"));
    }
    json_decref(root);
}

static void fingerprints_do_not_know_the_day(void **state)
{
    (void)state;
    struct buf today, tomorrow, elsewhere;
    struct report *r = sample_report(), *other = sample_report();
    fingerprints(sample_report(), &today);
    r->started_ms += 86400000;
    r->duration_ms++;
    fingerprints(r, &tomorrow);
    other->target = STR("example.net");
    fingerprints(other, &elsewhere);
    assert_true(str_eq(buf_str(&today), buf_str(&tomorrow)));
    assert_false(str_eq(buf_str(&today), buf_str(&elsewhere)));
    buf_done(&today);
    buf_done(&tomorrow);
    buf_done(&elsewhere);
}

static void fingerprints_of_equal_subjects_differ(void **state)
{
    (void)state;
    json_t *root, *result, *seen = json_object();
    size_t i;
    assert_true(
        err_ok(json_read_object(written(sample_hostile_report(), REPORT_SARIF), &root, NULL)));
    json_t *results = json_object_get(json_array_get(json_object_get(root, "runs"), 0), "results");
    json_array_foreach (results, i, result) {
        const char *one = json_string_value(
            json_object_get(json_object_get(result, "partialFingerprints"), "doorwardCheck/v1"));
        assert_null(json_object_get(seen, one));
        json_object_set_new(seen, one, json_true());
    }
    assert_true(i > 20);
    json_decref(root);
    json_decref(seen);
}

static void the_plan_groups_the_zone_lines(void **state)
{
    (void)state;
    const char *const order[] = {"# Fix plan for example.com",
                                 "## Zone lines",
                                 "; delete: example.com. 300",
                                 "include:sendgrid.net ~all\"\n",
                                 "## 1. SPF",
                                 "## 2. Certificates",
                                 "## Then",
                                 "doorward check example.com --resolver 127.0.0.1:5353",
                                 NULL};
    in_order(plan(sample_report()), order);
}

static void html_asks_nobody_for_anything(void **state)
{
    (void)state;
    str text = written(sample_report(), REPORT_HTML);
    has(text, "default-src 'none'");
    lacks(text, "src=\"");
    lacks(text, "@import");
    lacks(text, "url(");
    lacks(text, " style=");
    lacks(text, " onclick");
}

/* ── hostile texts ── */

static void no_format_hands_on_what_a_terminal_obeys(void **state)
{
    (void)state;
    for (unsigned format = 0; format <= REPORT_FORMATS; format++) {
        str text = format < REPORT_FORMATS
                       ? written(sample_hostile_report(), (enum report_format)format)
                       : plan(sample_hostile_report());
        assert_true(utf8_valid(text));
        for (uint32_t point; utf8_next(&text, &point);) {
            assert_true(point >= 0x20 || point == '\n' || point == '\t');
            assert_true(point < 0x7f || point >= 0xa0);
            /* JSON readers get the text as it was; nobody obeys it there. */
            assert_true(format == REPORT_JSON || format == REPORT_SARIF || point != 0x202e);
        }
    }
}

static void html_has_only_its_own_script(void **state)
{
    (void)state;
    str text = written(sample_hostile_report(), REPORT_HTML);
    size_t first = str_find(text, STR("<script"), 0);
    assert_true(first != SIZE_MAX);
    assert_true(str_find(text, STR("<script"), first + 1) == SIZE_MAX);
    lacks(text, "alert(1)</script>");
    lacks(text, "href=\"javascript:");
}

static void junit_is_xml_whatever_the_texts_are(void **state)
{
    (void)state;
    str text = written(sample_hostile_report(), REPORT_JUNIT);
    xmlDoc *doc = xmlReadMemory(text.p, (int)text.n, "junit.xml", NULL, XML_PARSE_NONET);
    assert_non_null(doc);
    xmlFreeDoc(doc);
    xmlCleanupParser();
}

static void json_formats_are_json_whatever_the_texts_are(void **state)
{
    (void)state;
    json_t *root;
    assert_true(
        err_ok(json_read_object(written(sample_hostile_report(), REPORT_JSON), &root, NULL)));
    json_decref(root);
    assert_true(
        err_ok(json_read_object(written(sample_hostile_report(), REPORT_SARIF), &root, NULL)));
    json_decref(root);
}

static void markdown_blocks_cannot_be_left(void **state)
{
    (void)state;
    /* Three backticks in a text: every fence around it has at least four. */
    str text = written(sample_hostile_report(), REPORT_MARKDOWN), line;
    bool inside = false;
    while (str_split(&text, '\n', &line)) {
        if (str_starts(line, STR("````"))) {
            inside = !inside;
        } else if (!inside) {
            assert_false(str_starts(line, STR("## no heading")));
            /* Evidence stands in code spans, which take it as it is. */
            assert_true(str_starts(line, STR("- ")) ||
                        str_find(line, STR("<script>"), 0) == SIZE_MAX);
        }
    }
    assert_false(inside);
}

static void running_out_of_memory_is_told(void **state)
{
    (void)state;
    struct report_style style = sample_style();
    for (long i = 0; i < 200; i += 7) {
        for (unsigned format = 0; format < REPORT_FORMATS; format++) {
            struct buf b;
            struct report *r = sample_report();
            buf_init(&b, REPORT_BYTES_MAX);
            mem_fail_after(i);
            report_write(r, (enum report_format)format, &style, &b);
            mem_fail_after(-1);
            buf_done(&b);
            report_free(r);
        }
    }
}

static int clean_up(void **state)
{
    (void)state;
    buf_done(&out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_card_comes_first_and_the_worst_next),
        cmocka_unit_test(lines_fit_a_terminal_unless_they_are_to_be_pasted),
        cmocka_unit_test(colour_is_there_only_when_asked_for),
        cmocka_unit_test(the_retest_repeats_the_options),
        cmocka_unit_test(json_has_the_shape_of_the_contract),
        cmocka_unit_test(fingerprints_do_not_know_the_day),
        cmocka_unit_test(fingerprints_of_equal_subjects_differ),
        cmocka_unit_test(the_plan_groups_the_zone_lines),
        cmocka_unit_test(html_asks_nobody_for_anything),
        cmocka_unit_test(no_format_hands_on_what_a_terminal_obeys),
        cmocka_unit_test(html_has_only_its_own_script),
        cmocka_unit_test(junit_is_xml_whatever_the_texts_are),
        cmocka_unit_test(json_formats_are_json_whatever_the_texts_are),
        cmocka_unit_test(markdown_blocks_cannot_be_left),
        cmocka_unit_test(running_out_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
