/* SPDX-License-Identifier: Apache-2.0 */
/* `secrets:` of launch.yaml: what it may say, and what is said where it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/day.h"
#include "scan/config.h"

static struct arena memory;
static str reason;

static err root(struct yaml *y, struct fy_node *node, void *into)
{
    static const struct yaml_key keys[] = {{"secrets", scan_config_read}, {NULL, NULL}};
    return yaml_mapping(y, NULL, node, keys, into);
}

static err parse(const char *text, struct scan_config *ret)
{
    struct yaml y = {.a = &memory, .name = "launch.yaml", .reason = &reason};
    *ret = (struct scan_config){.history = false};
    reason = STR_EMPTY;
    return yaml_read(&y, str_c(text), root, ret);
}

static void everything_is_read(void **state)
{
    (void)state;
    struct scan_config c;
    int64_t day;
    assert_true(err_ok(parse("secrets:\n"
                             "  paths: [., dist, .env]\n"
                             "  exclude: [node_modules/, '*.lock']\n"
                             "  urls: [https://www.example.com/]\n"
                             "  repository: true\n"
                             "  key: env:SCAN_KEY\n"
                             "  environments:\n"
                             "    prod: [deploy/prod/, https://www.example.com/**]\n"
                             "    staging: [deploy/staging/]\n"
                             "  allow:\n"
                             "    - fingerprint: 00112233445566778899aabbccddeeff\n"
                             "      reason: revoked, stays in history\n"
                             "    - rule: generic-*\n"
                             "      path: tests/**\n"
                             "      reason: keys of the test server\n"
                             "      until: 2027-03-31\n",
                             &c)));
    assert_int_equal(c.path_count, 3);
    assert_true(str_eq(c.paths[1], STR("dist")));
    assert_true(str_eq(c.exclude[1], STR("*.lock")));
    assert_int_equal(c.url_count, 1);
    assert_true(c.history);
    assert_true(str_eq(c.key_from, STR("env:SCAN_KEY")) && str_empty(c.key));
    assert_int_equal(c.environment_count, 2);
    assert_true(str_eq(c.environments[0].name, STR("prod")));
    assert_int_equal(c.environments[0].glob_count, 2);
    assert_int_equal(c.allow_count, 2);
    assert_int_equal(c.allow[0].until_ms, 0);
    assert_true(day_parse(STR("2027-03-31"), &day));
    assert_int_equal(c.allow[1].until_ms, day + DAY_MS);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"secrets: yes\n", "launch.yaml:1:1: keys and values are expected here, one a line"},
        {"secrets: {path: [.]}\n", "launch.yaml:1:11: unknown key `path`; did you mean `paths`?"},
        {"secrets: {paths: [https://example.com/]}\n",
         "launch.yaml:1:19: `https://example.com/` is an address; write it under urls"},
        {"secrets: {urls: [example.com]}\n",
         "launch.yaml:1:18: `example.com` is no http(s) address; write https://www.example.com/"},
        {"secrets: {repository: maybe}\n",
         "launch.yaml:1:23: repository is true (read the history of paths too) or false"},
        {"secrets: {key: s3cr3t}\n",
         "launch.yaml:1:16: a key does not stand in this file; write where it is: env:NAME or "
         "file:PATH"},
        {"secrets: {key: 'env:'}\n",
         "launch.yaml:1:17: a key does not stand in this file; write where it is: env:NAME or "
         "file:PATH"},
        {"secrets: {environments: [prod]}\n",
         "launch.yaml:1:11: names with lists are expected here: prod: [deploy/prod/]"},
        {"secrets: {environments: {prod: x}}\n",
         "launch.yaml:1:26: a list is expected here: [one, two]"},
        {"secrets: {allow: {rule: x}}\n",
         "launch.yaml:1:11: a list is expected here: - fingerprint: … with reason and until"},
        {"secrets: {allow: [{rule: x}]}\n",
         "launch.yaml:1:11: entry 1 needs a reason and either fingerprint or rule; rule takes a "
         "path too"},
        {"secrets: {allow: [{reason: x}]}\n",
         "launch.yaml:1:11: entry 1 needs a reason and either fingerprint or rule; rule takes a "
         "path too"},
        {"secrets: {allow: [{fingerprint: 00112233, reason: x}]}\n",
         "launch.yaml:1:33: a fingerprint has 32 hex digits, as the report gives it"},
        {"secrets: {allow: [{rule: x, reason: x, until: 2027-02-30}]}\n",
         "launch.yaml:1:47: `2027-02-30` is no day; write 2027-01-31"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scan_config c;
        assert_false(err_ok(parse(rows[i].text, &c)));
        if (!str_eq(reason, str_c(rows[i].reason))) {
            fail_msg("%s: %.*s", rows[i].text, STR_ARG(reason));
        }
    }
}

/* What stands where a reference belongs may be the key itself. */
static void a_key_in_clear_is_not_repeated(void **state)
{
    (void)state;
    struct scan_config c;
    assert_false(err_ok(parse("secrets: {key: hunter2hunter2}\n", &c)));
    assert_true(str_find(reason, STR("hunter2"), 0) == SIZE_MAX);
}

static void lists_have_an_end(void **state)
{
    (void)state;
    struct scan_config c;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add_c(&b, "secrets:\n  environments:\n");
    for (unsigned i = 0; i <= SCAN_ENVIRONMENTS_MAX; i++) {
        buf_addf(&b, "    e%u: [x]\n", i);
    }
    assert_false(err_ok(parse(buf_c(&b), &c)));
    assert_true(str_ends(reason, STR("more than 16 environments")));
    buf_clear(&b);
    buf_add_c(&b, "secrets:\n  exclude: [");
    for (unsigned i = 0; i <= GLOB_PATTERN_MAX; i++) {
        buf_add_byte(&b, 'x');
    }
    buf_add_c(&b, "]\n");
    assert_false(err_ok(parse(buf_c(&b), &c)));
    assert_true(str_ends(reason, STR("a pattern has at most 400 bytes")));
    buf_done(&b);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 8 << 20);
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
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(a_key_in_clear_is_not_repeated),
        cmocka_unit_test(lists_have_an_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
