/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer says about a key, which keys are asked about, and what of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "scan/verify.h"

static void an_answer_says_what_a_key_may(void **state)
{
    static const struct {
        const char *method;
        int status;
        enum verify_verdict verdict;
    } rows[] = {
        {"GET", 200, VERIFY_MAY},        {"GET", 401, VERIFY_DEAD},
        {"GET", 403, VERIFY_MAY_NOT},    {"GET", 404, VERIFY_UNKNOWN},
        {"GET", 429, VERIFY_UNKNOWN},    {"GET", 500, VERIFY_UNKNOWN},
        {"POST", 400, VERIFY_MAY},       {"POST", 422, VERIFY_MAY},
        {"POST", 415, VERIFY_MAY},       {"POST", 403, VERIFY_MAY_NOT},
        {"POST", 401, VERIFY_DEAD},      {"POST", 201, VERIFY_UNKNOWN},
        {"DELETE", 404, VERIFY_MAY},     {"DELETE", 403, VERIFY_MAY_NOT},
        {"DELETE", 401, VERIFY_DEAD},    {"DELETE", 405, VERIFY_UNKNOWN},
        {"DELETE", 302, VERIFY_UNKNOWN}, {"DELETE", 503, VERIFY_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (verify_judge(rows[i].method, rows[i].status) != rows[i].verdict) {
            fail_msg("%s answered %d", rows[i].method, rows[i].status);
        }
    }
}

/* A token of our own whose checksum holds, or does not. */
static void token_of(const char *kind, bool whole, char into[64])
{
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    int n = snprintf(into, 64, "dw_%s_", kind);
    for (int i = 0; i < 30; i++) {
        into[n++] = letters[(i * 37 + 11) % 62];
    }
    uint32_t sum = crypto_crc32(str_n(into, (size_t)n)) ^ (whole ? 0 : 1);
    for (int i = 5; i >= 0; i--) {
        into[n + i] = letters[sum % 62];
        sum /= 62;
    }
    into[n + 6] = '\0';
}

static bool is_asked(const char *rule, const char *secret, bool served)
{
    const struct rule r = {.id = rule};
    struct place place = {.kind = PLACE_URL, .served = served};
    struct finding f = {.rule = &r, .places = &place, .place_count = 1};
    assert_true(err_ok(secret_set(&f.secret, str_c(secret))));
    bool asked = verify_is_key(&f);
    secret_done(&f.secret);
    return asked;
}

static void only_keys_of_our_protocol_are_sent_anywhere(void **state)
{
    char key[64];
    (void)state;
    token_of("sk", true, key);
    assert_true(is_asked("doorward-secret-key", key, true));
    assert_false(is_asked("doorward-secret-key", key, false));
    token_of("sk", false, key);
    assert_false(is_asked("doorward-secret-key", key, true));
    token_of("pk", true, key);
    assert_true(is_asked("doorward-public-key", key, true));
    token_of("vs", true, key);
    assert_false(is_asked("doorward-session", key, true));
    assert_true(is_asked("biel-api-key", "abc", true));
    assert_false(is_asked("openai-api-key", "abc", true));
    assert_false(is_asked("bielefeld", "abc", true));
}

static void projects_are_read_from_pages(void **state)
{
    static const struct {
        const char *text, *slug;
    } rows[] = {
        {"<script data-project=\"shop\"></script>", "shop"},
        {"<biel-button project='help-desk'>", "help-desk"},
        {"{projectId: \"abc_1\"}", "abc_1"},
        {"{\"project\":\"x\"}", "x"},
        {"{\\\"projectId\\\":\\\"quoted\\\"}", "quoted"},
        {"project_id = `t`", "t"},
        {"our projects are \"big\"", NULL},
        {"project = name", NULL},
        {"data-project=\"a b\"", NULL},
        {"data-project=\"\"", NULL},
        {"data-project=\"../x\"", NULL},
        {"data-project=\"unfinished", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scan s = {.project_count = 0};
        verify_note_projects(&s, str_c(rows[i].text));
        if (!rows[i].slug) {
            assert_int_equal(s.project_count, 0);
            continue;
        }
        if (s.project_count != 1 || strcmp(s.projects[0], rows[i].slug) != 0) {
            fail_msg("%s: %u found, %s", rows[i].text, s.project_count, s.projects[0]);
        }
    }
}

static void projects_are_bounded_and_each_noted_once(void **state)
{
    struct scan s = {.project_count = 0};
    char text[64], longer[200];
    (void)state;
    for (int i = 0; i < 40; i++) {
        snprintf(text, sizeof text, "project=\"p%d\" project=\"p0\"", i);
        verify_note_projects(&s, str_c(text));
    }
    assert_int_equal(s.project_count, SCAN_PROJECTS_MAX);
    assert_string_equal(s.projects[1], "p1");
    s.project_count = 0;
    memset(longer, 'a', sizeof longer);
    memcpy(longer, "project=\"", 9);
    longer[198] = '"';
    longer[199] = '\0';
    verify_note_projects(&s, str_c(longer));
    assert_int_equal(s.project_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_says_what_a_key_may),
        cmocka_unit_test(only_keys_of_our_protocol_are_sent_anywhere),
        cmocka_unit_test(projects_are_read_from_pages),
        cmocka_unit_test(projects_are_bounded_and_each_noted_once),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests_name("scan.verify", tests, NULL, NULL)
                                 : 1;
}
