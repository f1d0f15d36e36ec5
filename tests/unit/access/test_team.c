/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/team.h"
#include "base/mem.h"

#define DEFAULTS                                                                                   \
    "{\"second_factor\":false,\"second_factor_from_ms\":0,\"session_hours\":12,"                   \
    "\"session_idle_minutes\":60,\"key_age_days\":365,\"key_idle_days\":60,"                       \
    "\"key_idle_grace_days\":14,\"key_remind_days\":14,\"key_revoke_exposed\":false}"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static const char *shown(const struct team_rules *rules)
{
    struct buf b;
    buf_init(&b, 4096);
    team_rules_json(&b, rules);
    str text = arena_str(&arena, buf_str(&b));
    buf_done(&b);
    return text.p;
}

static void no_settings_are_the_defaults(void **state)
{
    (void)state;
    static const char *const none[] = {"", "{}", DEFAULTS};
    for (size_t i = 0; i < 3; i++) {
        struct team_rules rules;
        str reason;
        assert_true(err_ok(team_rules_read(&arena, str_c(none[i]), &rules, &reason)));
        assert_string_equal(shown(&rules), DEFAULTS);
    }
}

static void every_rule_comes_back_as_it_was_written(void **state)
{
    (void)state;
    static const char all[] =
        "{\"second_factor\":true,\"second_factor_from_ms\":1795292701000,\"session_hours\":1,"
        "\"session_idle_minutes\":5,\"key_age_days\":0,\"key_idle_days\":3650,"
        "\"key_idle_grace_days\":1,\"key_remind_days\":365,\"key_revoke_exposed\":true}";
    struct team_rules rules;
    str reason;
    assert_true(err_ok(team_rules_read(&arena, str_c(all), &rules, &reason)));
    assert_true(rules.second_factor && rules.key_revoke_exposed);
    assert_int_equal(rules.second_factor_from_ms, 1795292701000);
    assert_int_equal(rules.key_idle_days, 3650);
    assert_string_equal(shown(&rules), all);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *reason;
    } cases[] = {
        {"[]", "the rules must be a JSON object"},
        {"{", "the rules must be a JSON object"},
        {"{\"second_factor\":1}", "second_factor must be true or false"},
        {"{\"second_factor\":null}", "second_factor must be true or false"},
        {"{\"second_factor_from_ms\":-1}",
         "second_factor_from_ms must be a whole number from 0 to 253402300800000"},
        {"{\"session_hours\":0}", "session_hours must be a whole number from 1 to 720"},
        {"{\"session_hours\":721}", "session_hours must be a whole number from 1 to 720"},
        {"{\"session_hours\":1.5}", "session_hours must be a whole number from 1 to 720"},
        {"{\"session_hours\":\"12\"}", "session_hours must be a whole number from 1 to 720"},
        {"{\"session_idle_minutes\":4}",
         "session_idle_minutes must be a whole number from 5 to 10080"},
        {"{\"key_idle_grace_days\":0}", "key_idle_grace_days must be a whole number from 1 to 365"},
        {"{\"key_age_days\":4294967297}", "key_age_days must be a whole number from 0 to 3650"},
        {"{\"session_hour\":1}", "session_hour is not a rule"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct team_rules rules = {.session_hours = 77};
        str reason = STR_EMPTY;
        err e = team_rules_read(&arena, str_c(cases[i].settings), &rules, &reason);
        assert_int_equal(e.code, ERR_UNPROCESSABLE);
        assert_string_equal(reason.p, cases[i].reason);
        assert_int_equal(rules.session_hours, 77); /* untouched */
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(no_settings_are_the_defaults),
        CASE(every_rule_comes_back_as_it_was_written),
        CASE(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
