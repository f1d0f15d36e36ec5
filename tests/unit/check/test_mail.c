/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, what receivers wrote into them, and MTA-STS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "check/mail/auth_results.h"
#include "check/mail/mta_sts.h"

static struct arena memory;

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

static struct message read(str raw)
{
    struct message m;
    assert_true(err_ok(message_read(&memory, raw, &m)));
    return m;
}

static void fields_and_body_are_found(void **state)
{
    (void)state;
    struct message m = read(STR("From a@example.com Mon\nA: 1\nB : two\n lines\nA:\n\nbody\n\n"));
    assert_int_equal(m.count, 3);
    assert_true(m.bare_lf && m.has_body && !m.problem);
    assert_true(str_eq(m.body, STR("body\n\n")));
    const struct message_field *b = message_field(&m, STR("b"), 0);
    assert_true(str_eq(b->name, STR("B")) && str_eq(b->value, STR(" two\n lines")));
    assert_true(str_eq(message_unfold(&memory, b->value), STR("two lines")));
    assert_int_equal(b->line, 3);
    assert_int_equal(message_field_count(&m, STR("a")), 2);
    assert_null(message_field(&m, STR("a"), 2));
    m = read(STR("A: 1\r\n\tx\r\n\r\n"));
    assert_true(!m.bare_lf && m.body.n == 0 && m.has_body);
}

static void what_is_no_message_is_told(void **state)
{
    (void)state;
    static const struct {
        str raw;
        const char *problem;
        unsigned line;
    } cases[] = {
        {STR_INIT("A: 1\nno field\nB: 2\n\n"), "no `Name: value`", 2},
        {STR_INIT(" first\nA: 1\n\n"), "continuation", 1},
        {STR_INIT("A: 1\n \nB: 2\n\n"), "nothing but space", 2},
        {STR_INIT("A: 1\nB: 2\n"), "no empty line", 3},
        {STR_INIT("\xef\xbb\xbf"
                  "A: 1\n\n"),
         "byte order mark", 1},
        {STR_INIT("A: \0\n\n"), "NUL", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct message m = read(cases[i].raw);
        if (!m.problem || !strstr(m.problem, cases[i].problem) || m.problem_line != cases[i].line) {
            fail_msg("%zu: %s in line %u", i, m.problem ? m.problem : "nothing", m.problem_line);
        }
    }
    struct message m;
    assert_int_equal(message_read(&memory, STR(""), &m).code, ERR_INVALID);
    assert_int_equal(message_read(&memory, STR("\n\nhello"), &m).code, ERR_INVALID);
    str many = STR_EMPTY;
    char *p = arena_alloc(&memory, 5000);
    for (size_t i = 0; i < 1001; i++) {
        memcpy(p + 4 * i, "A:1\n", 4);
    }
    many = str_n(p, 4004);
    assert_int_equal(message_read(&memory, many, &m).code, ERR_TOO_LARGE);
}

static void addresses_of_from_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *value, *domains;
    } cases[] = {
        {"a@example.com", "example.com"},
        {" \"b@x.org, c\" <a@Example.COM.> (d@y.org)", "example.com"},
        {"a@b.example, <c@d.example>", "b.example d.example"},
        {"group: a@b.example, c@d.example;", "b.example d.example"},
        {"\"a@b\"@c.example", "c.example"},
        {"a (x (y) @z) @ b.example", "b.example"},
        {"<@route.example:a@b.example>", "b.example"},
        {"nobody", ""},
        {"", ""},
        {"a@", ""},
        {"a@b.example <c@d.example>", "d.example"},
        {"(never ends a@b.example", ""},
        {"\"never ends a@b.example", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        str domains[MESSAGE_FROM_MAX], joined = STR_EMPTY;
        size_t count = message_domains(&memory, str_c(cases[i].value), domains);
        for (size_t k = 0; k < count; k++) {
            joined = arena_printf(&memory, "%.*s%s%.*s", STR_ARG(joined), k > 0 ? " " : "",
                                  STR_ARG(domains[k]));
        }
        if (!str_eq(joined, str_c(cases[i].domains))) {
            fail_msg("%s: %.*s", cases[i].value, STR_ARG(joined));
        }
    }
}

static void dates_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *utc;
    } cases[] = {
        {"Mon, 30 Nov 2026 08:00:02 +0000", "2026-11-30T08:00:02.000Z"},
        {"30 Nov 2026 08:00 -0530", "2026-11-30T13:30:00.000Z"},
        {" Fri, 11 Jul 2003 21:00:37 -0700 (PDT)", "2003-07-12T04:00:37.000Z"},
        {"Thu, 29 Feb 96 23:59:60 GMT", "1996-03-01T00:00:00.000Z"},
        {"1 Jan 1970 00:00:00 EST", "1970-01-01T05:00:00.000Z"},
        {"Mon, 30 Nov", NULL},
        {"30 Foo 2026 08:00:00 +0000", NULL},
        {"", NULL},
        {"99 Nov 2026 08:00:00 +0000", NULL},
        {"30 Nov 2026 25:00:00 +0000", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = 0;
        bool read_it = message_date(str_c(cases[i].text), &ms);
        struct clock_text text = clock_rfc3339(ms);
        if (read_it != (cases[i].utc != NULL) ||
            (cases[i].utc && strcmp(text.c, cases[i].utc) != 0)) {
            fail_msg("%s: %s", cases[i].text, text.c);
        }
    }
}

static void results_of_receivers_are_read(void **state)
{
    (void)state;
    struct auth_results r;
    assert_true(err_ok(auth_results_read(
        &memory,
        STR(" mx.example.net 1 (a; comment);\r\n\tdkim=pass (2048-bit key) header.d=example.com "
            "header.i=\"@example.com\" header.b=AbC;\r\n\tSPF/1=softfail reason=\"not; yours\" "
            "smtp.mailfrom=b@example.org;\r\n\tdmarc=fail (p=NONE dis=NONE) header.from=x.org; "
            "x-own=odd"),
        &r)));
    assert_true(str_eq(r.server, STR("mx.example.net")));
    assert_int_equal(r.count, 4);
    assert_true(str_eq(r.results[0].method, STR("dkim")) && auth_result_good(&r.results[0]));
    assert_true(str_eq(auth_result_property(&r.results[0], STR("header.i")), STR("@example.com")));
    assert_true(str_eq(r.results[1].method, STR("spf")));
    assert_true(str_eq(r.results[1].result, STR("softfail")));
    assert_true(str_eq(r.results[1].reason, STR("not; yours")));
    assert_true(str_eq(r.results[1].properties, STR("smtp.mailfrom=b@example.org")));
    assert_true(strstr(auth_result_words(&r.results[1]), "~all") != NULL);
    assert_false(auth_result_good(&r.results[1]) || auth_result_good(&r.results[2]));
    assert_true(auth_result_words(&r.results[3])[0] == '\0' && auth_result_good(&r.results[3]));
    assert_true(err_ok(auth_results_read(&memory, STR("mx.example.net; none"), &r)));
    assert_int_equal(r.count, 0);
    static const str broken[] = {STR_INIT(""),          STR_INIT(";"),
                                 STR_INIT("dkim=pass"), STR_INIT("mx; dkim"),
                                 STR_INIT("mx; =pass"), STR_INIT("mx; dkim=")};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        assert_int_equal(auth_results_read(&memory, broken[i], &r).code, ERR_INVALID);
    }
}

static void hops_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *value, *helo, *client, *by;
    } cases[] = {
        {"from a.example (b.example [203.0.113.5]) by c.example with ESMTP id 1 for <d@e>; Mon, 30 "
         "Nov 2026 08:00:02 +0000",
         "a.example", "203.0.113.5", "c.example"},
        {"from a.example (b.example. [IPv6:2001:db8::5])\r\n\tby c.example; 30 Nov 2026 08:00 +0000",
         "a.example", "2001:db8::5", "c.example"},
        {"from [203.0.113.6] by c.example", "203.0.113.6", "203.0.113.6", "c.example"},
        {"from unknown (HELO a.example) (203.0.113.7) by c.example", "unknown", "203.0.113.7",
         "c.example"},
        {"by 10.0.0.1 with SMTP id x; Mon, 30 Nov 2026 08:00:02 +0000", "", "", "10.0.0.1"},
        {"from a.example by 203.0.113.9", "a.example", "", "203.0.113.9"},
        {"(nonsense", "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct received hop;
        received_read(&memory, str_c(cases[i].value), &hop);
        struct addr_text text = addr_text(&hop.client);
        if (!str_eq(hop.helo, str_c(cases[i].helo)) || !str_eq(hop.by, str_c(cases[i].by)) ||
            hop.has_client != (cases[i].client[0] != '\0') ||
            (hop.has_client && strcmp(text.c, cases[i].client) != 0)) {
            fail_msg("%s: %.*s %s %.*s", cases[i].value, STR_ARG(hop.helo), text.c,
                     STR_ARG(hop.by));
        }
    }
}

/* The hop where the message came in, not what a stranger wrote below. */
static void entry_is_the_topmost_hop_from_outside(void **state)
{
    (void)state;
    struct message m = read(STR("Received: by store.example.net id 1; 30 Nov 2026 08:00:03 +0000\n"
                                "Received: from in ([10.0.0.3]) by store; 30 Nov 2026 08:00 +0000\n"
                                "Received: from app (app [203.0.113.5]) by in.example.net\n"
                                "Received: from liar (liar [198.51.100.1]) by app\n\n"));
    struct received hop;
    assert_true(received_entry(&memory, &m, &hop));
    assert_true(str_eq(hop.helo, STR("app")) && str_eq(hop.by, STR("in.example.net")));
    assert_int_equal(received_time(&memory, &m), 1796025603000);
    m = read(STR("Received: from a ([127.0.0.1]) by b\nReceived: from c ([fd00::1]) by d\n\n"));
    assert_false(received_entry(&memory, &m, &hop));
}

static void policies_of_mta_sts_are_read(void **state)
{
    (void)state;
    static const struct {
        str text;
        size_t line;
        const char *what; /* NULL: well */
    } cases[] = {
        {STR_INIT("version: STSv1\r\nmode: enforce\r\nmx: *.a.example\r\nmax_age: 86400\r\n"), 0,
         NULL},
        {STR_INIT("version: STSv1\nmode: none\nmax_age: 0"), 0, NULL},
        {STR_INIT("version: STSv1\nmode: none\nmode: enforce\nmax_age: 1\nfuture: x"), 0, NULL},
        {STR_INIT("mode: none\nmax_age: 0"), 2, "version"},
        {STR_INIT("version: STSv2\n"), 1, "STSv1"},
        {STR_INIT("version: STSv1\nmode: Enforce\n"), 2, "mode"},
        {STR_INIT("version: STSv1\nmode: enforce\nmax_age: 1\n"), 3, "mx"},
        {STR_INIT("version: STSv1\nmode: enforce\nmx: a.example\n"), 3, "max_age"},
        {STR_INIT("version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 31557601"), 4, "max_age"},
        {STR_INIT("version: STSv1\nmx: mx1 mx2\n"), 2, "host"},
        {STR_INIT("<html>"), 1, "key"},
        {STR_INIT(""), 0, "version"},
    };
    struct mta_sts_policy policy;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text_problem problem = {0, NULL};
        bool fine = mta_sts_policy_read(cases[i].text, &policy, &problem);
        if (fine != !cases[i].what ||
            (!fine && (problem.at != cases[i].line || !strstr(problem.what, cases[i].what)))) {
            fail_msg("%zu: %s at %zu", i, problem.what ? problem.what : "well", problem.at);
        }
    }
    struct text_problem problem;
    assert_true(mta_sts_policy_read(cases[0].text, &policy, &problem));
    assert_true(mta_sts_allows(&policy, STR("mx.a.example")));
    assert_false(mta_sts_allows(&policy, STR("x.mx.a.example")));
    assert_false(mta_sts_allows(&policy, STR("a.example")));
    assert_false(mta_sts_allows(&policy, STR(".a.example")));
}

static void records_of_mta_sts_are_read(void **state)
{
    (void)state;
    str id;
    struct text_problem problem;
    assert_true(mta_sts_record_read(STR("v=STSv1; id=20261101;"), &id, &problem));
    assert_true(str_eq(id, STR("20261101")));
    assert_false(mta_sts_record_read(STR("v=STSv1 id=1"), &id, &problem));
    assert_false(mta_sts_record_read(STR("v=STSv1;"), &id, &problem));
    assert_false(mta_sts_record_read(STR("v=STSv1; id=a-b"), &id, &problem));
    assert_int_equal(problem.at, 13);
    assert_true(mta_sts_is_record(STR("v=STSv1")) && !mta_sts_is_record(STR("v=STSv10; id=1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_body_are_found),
        cmocka_unit_test(what_is_no_message_is_told),
        cmocka_unit_test(addresses_of_from_are_found),
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(results_of_receivers_are_read),
        cmocka_unit_test(hops_are_read),
        cmocka_unit_test(entry_is_the_topmost_hop_from_outside),
        cmocka_unit_test(policies_of_mta_sts_are_read),
        cmocka_unit_test(records_of_mta_sts_are_read),
    };
    return cmocka_run_group_tests_name("check_mail", tests, set_up, tear_down);
}
