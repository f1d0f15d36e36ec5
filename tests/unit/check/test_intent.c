/* SPDX-License-Identifier: Apache-2.0 */
/* launch.yaml: what it may say, and what is said where it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/day.h"
#include "check/intent.h"

static struct arena memory;
static str reason;

static err parse(const char *text, struct intent *ret)
{
    reason = STR_EMPTY;
    return intent_parse(&memory, str_c(text), "launch.yaml", ret, &reason);
}

static void everything_is_read(void **state)
{
    (void)state;
    struct intent x;
    int64_t day;
    assert_true(err_ok(parse("version: 1\n"
                             "origin: https://WWW.Example.com/\n"
                             "hosts:\n"
                             "  www.example.com: {addresses: [203.0.113.10, '2001:DB8::1']}\n"
                             "  chat.example.com: {cname: Edge.example.net.}\n"
                             "  app.example.com:\n"
                             "mail: {senders: [postmark], selectors: [pm, s1._x]}\n"
                             "cdn: {name: cloudflare, origin_addresses: [203.0.113.10]}\n"
                             "latency: {urls: [/health], p95: 300ms, samples: 5}\n"
                             "lighthouse: lighthouse {url} --output json\n"
                             "exceptions:\n"
                             "  - id: intent.*\n"
                             "    subject: example.com\n"
                             "    reason: moves in spring\n"
                             "    until: 2027-03-31\n",
                             &x)));
    assert_true(x.given);
    assert_true(str_eq(x.origin, STR("https://www.example.com")));
    assert_int_equal(x.host_count, 3);
    assert_true(str_eq(x.hosts[0].addresses[1], STR("2001:db8::1")));
    assert_true(str_eq(x.hosts[1].cname, STR("edge.example.net")));
    assert_true(x.sends_mail && x.sends_mail_given);
    assert_true(str_eq(x.selectors[1], STR("s1._x")));
    assert_int_equal(x.cdn, INTENT_CDN_YES);
    assert_int_equal(x.latency.p95_ms, 300);
    assert_true(day_parse(STR("2027-03-31"), &day));
    assert_int_equal(x.exceptions[0].until_ms, day + DAY_MS);
    assert_int_equal(x.exceptions[0].line, 12);
}

static void short_forms_are_read(void **state)
{
    (void)state;
    struct intent x;
    assert_true(err_ok(parse("mail: none\ncdn: none\nhosts: [www.example.com, b\xc3\xbc"
                             "cher.example]\n",
                             &x)));
    assert_false(x.sends_mail);
    assert_true(x.sends_mail_given);
    assert_int_equal(x.cdn, INTENT_CDN_NO);
    assert_true(str_eq(x.hosts[1].name, STR("xn--bcher-kva.example")));
    assert_true(err_ok(parse("# only a comment\n", &x)));
    assert_true(x.given && x.sends_mail && !x.sends_mail_given);
    assert_int_equal(x.latency.p95_ms, 500);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"version: 2\n", "launch.yaml:1:10: a whole number from 1 to 1 is expected"},
        {"version: 1\norigni: https://x.example\n",
         "launch.yaml:2:1: unknown key `origni`; did you mean `origin`?"},
        {"cdn:\n  nam: cloudflare\n", "launch.yaml:2:3: unknown key `nam`; did you mean `name`?"},
        {"zzz: 1\n", "launch.yaml:1:1: unknown key `zzz`; here are possible: version, origin"},
        {"origin: https://www.example.com/path\n", "launch.yaml:1:9: `https://www"},
        {"origin: ftp://www.example.com\n", "is no origin"},
        {"origin: [a]\n", "launch.yaml:1:1: a single value is expected here"},
        {"hosts: [www]\n", "launch.yaml:1:9: `www` is no host name"},
        {"hosts:\n  www.example.com: {adresses: []}\n", "did you mean `addresses`?"},
        {"hosts:\n  www.example.com: {addresses: [1.2.3]}\n", "`1.2.3` is no IP address"},
        {"hosts: 5\n", "a list of host names"},
        {"mail: never\n", "mail is `none`"},
        {"mail: {senders: post}\n", "a list is expected"},
        {"mail: {senders: [postmrk]}\n",
         "1:18: unknown sender `postmrk`; did you mean `postmark`?"},
        {"mail: {senders: [nobody-knows-them]}\n", "unknown sender `nobody-knows-them`"},
        {"mail: {selectors: ['a b']}\n", "`a b` is no name"},
        {"latency: {samples: 1000}\n", "a whole number from 1 to 100"},
        {"latency: {urls: [health]}\n", "neither an http(s) URL nor a path"},
        {"lighthouse: lighthouse\n", "{url}"},
        {"exceptions:\n  - id: intent.orign\n    reason: x\n    until: 2027-01-01\n",
         "launch.yaml:2:9: no check is called `intent.orign`; did you mean `intent.origin`?"},
        {"exceptions:\n  - {id: intent.origin, until: 2027-01-01}\n",
         "exception 1 needs id, reason and until"},
        {"exceptions:\n  - {id: intent.origin, reason: x, until: 2027-02-29}\n",
         "`2027-02-29` is no day"},
        {"mail: *nothing\n", "launch.yaml:1:"},
        {"a: [\n", "not YAML"},
        {"- a\n", "keys and values are expected"},
        {"%YAML 1.1\n---\n", "launch.yaml:1:1: YAML directives"},
        {"mail: \"\x01\"\n", "control character"},
        {"mail: \xff\n", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct intent x = {.given = false};
        assert_int_equal(parse(rows[i].text, &x).code, ERR_INVALID);
        assert_false(x.given); /* untouched */
        if (str_find(reason, str_c(rows[i].reason), 0) == SIZE_MAX) {
            print_error("%s: %.*s\n", rows[i].text, STR_ARG(reason));
            fail();
        }
    }
}

static void nesting_without_end_is_refused(void **state)
{
    (void)state;
    static const char *const units[] = {"[", "{a: ", "- ", "a:\n "};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct buf b;
        struct intent x;
        buf_init(&b, INTENT_FILE_MAX);
        while (b.n + 8 < 200000) {
            buf_add_c(&b, units[i]);
        }
        assert_false(err_ok(intent_parse(&memory, buf_str(&b), "launch.yaml", &x, &reason)));
        buf_done(&b);
    }
}

static void long_lists_are_refused(void **state)
{
    (void)state;
    struct buf b;
    struct intent x;
    buf_init(&b, 65536);
    buf_add_c(&b, "hosts: [a0.example");
    for (int i = 1; i <= INTENT_LIST_MAX; i++) {
        buf_addf(&b, ", a%d.example", i);
    }
    buf_add_c(&b, "]\n");
    assert_false(err_ok(intent_parse(&memory, buf_str(&b), "launch.yaml", &x, &reason)));
    assert_true(str_find(reason, STR("more than 64 hosts"), 0) != SIZE_MAX);
    buf_done(&b);
}

static void days_are_real_days(void **state)
{
    (void)state;
    static const char *const wrong[] = {"2027-02-29", "2027-13-01", "2027-00-10", "2027-1-01",
                                        "2027/01/01", "20270101",   "",           "2027-01-01Z"};
    int64_t ms;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(day_parse(str_c(wrong[i]), &ms));
    }
    assert_true(day_parse(STR("2028-02-29"), &ms));
    assert_string_equal(day_text(ms).c, "2028-02-29");
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
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(short_forms_are_read),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(nesting_without_end_is_refused),
        cmocka_unit_test(long_lists_are_refused),
        cmocka_unit_test(days_are_real_days),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
