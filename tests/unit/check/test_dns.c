/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "check/facts/dns.h"

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

static struct dns_record read_line(const char *line)
{
    struct dns_record r;
    assert_true(err_ok(dns_record_read(&memory, str_c(line), &r)));
    return r;
}

static const char *const lines[] = {
    "www.example.com. 300 IN A 203.0.113.10",
    "www.example.com. 300 IN AAAA 2001:db8::10",
    "example.com. 3600 IN NS ns1.example.net.",
    "www.example.com. 60 IN CNAME sites.example.net.",
    "example.com. 3600 IN SOA ns1.example.net. hostmaster.example.com. 2026113001 7200 3600 "
    "1209600 300",
    "10.113.0.203.in-addr.arpa. 300 IN PTR www.example.com.",
    "example.com. 300 IN MX 10 mail.example.com.",
    "example.com. 300 IN TXT \"v=spf1 -all\" \"a\\\"b\\\\c\"",
    "_sip._tcp.example.com. 300 IN SRV 0 5 5060 sip.example.com.",
    "old.example.com. 300 IN DNAME new.example.com.",
    "example.com. 300 IN DS 12345 13 2 "
    "3490a6806d47f17a34c29e2ce80e8a999ffbe4be7ba5a17e8f9c1ee6ed5c5f5e",
    "_443._tcp.example.com. 300 IN TLSA 3 1 1 "
    "3490a6806d47f17a34c29e2ce80e8a999ffbe4be7ba5a17e8f9c1ee6ed5c5f5e",
    "example.com. 300 IN CAA 0 issue \"letsencrypt.org; validationmethods=dns-01\"",
    "example.com. 300 IN TYPE65400 \\# 4 0a000001",
    "a\\.b.example.com. 300 IN A 203.0.113.10",
    "*.example.com. 300 IN A 203.0.113.10",
    ". 300 IN NS a.root-servers.net.",
};

static void records_are_shown_as_they_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct dns_record r = read_line(lines[i]);
        str shown = dns_record_show(&memory, &r);
        assert_string_equal(shown.p, lines[i]);
    }
}

static void broken_lines_are_refused(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",
        "www.example.com.",
        "www.example.com. 300 IN A",
        "www.example.com. 300 IN A 1.2.3",
        "www.example.com. 300 IN MX mail.example.com.",
        "a..b. 300 IN A 203.0.113.10",
        "www.example.com. 300 CH TXT \"version\"",
        "example.com. 300 IN SOA ns1. host. 1 2 3",
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct dns_record r;
        assert_int_equal(dns_record_read(&memory, str_c(broken[i]), &r).code, ERR_INVALID);
    }
}

static void names_in_records_are_found_for_every_type(void **state)
{
    (void)state;
    static const struct {
        const char *line, *name; /* NULL: none */
    } table[] = {
        {"a.example. 1 IN NS NS1.Example.NET.", "ns1.example.net"},
        {"a.example. 1 IN CNAME .", ""},
        {"a.example. 1 IN PTR x.example.", "x.example"},
        {"a.example. 1 IN DNAME x.example.", "x.example"},
        {"a.example. 1 IN MX 0 .", ""},
        {"a.example. 1 IN MX 10 Mail.example.", "mail.example"},
        {"a.example. 1 IN SRV 1 2 3 x.example.", "x.example"},
        {"a.example. 1 IN SOA ns.example. h\\.m.example. 1 2 3 4 5", "ns.example"},
        {"a.example. 1 IN A 203.0.113.1", NULL},
        {"a.example. 1 IN TXT x", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct dns_record r = read_line(table[i].line);
        str name = STR("untouched");
        assert_int_equal(dns_record_name(&memory, &r, &name), table[i].name != NULL);
        assert_true(str_eq(name, str_c(table[i].name ? table[i].name : "untouched")));
    }
}

static void fields_are_read_for_every_type(void **state)
{
    (void)state;
    struct dns_record r = read_line("a.example. 1 IN MX 10 mail.example.");
    struct addr address, wanted;
    uint32_t soa[5];
    unsigned x, y, z;
    size_t strings;
    str s, t;
    assert_true(dns_record_mx(&memory, &r, &x, &s) && x == 10 && str_eq(s, STR("mail.example")));
    r = read_line("a.example. 1 IN AAAA 2001:db8::1");
    assert_true(dns_record_addr(&r, &address) && addr_parse(STR("2001:db8::1"), &wanted));
    assert_memory_equal(&address, &wanted, sizeof wanted);
    r = read_line("a.example. 1 IN A 203.0.113.1");
    assert_true(dns_record_addr(&r, &address) && addr_parse(STR("203.0.113.1"), &wanted));
    assert_memory_equal(&address, &wanted, sizeof wanted);
    r = read_line("a.example. 1 IN TXT \"one \" \"\" \"two\"");
    assert_true(dns_record_txt(&memory, &r, &s, &strings));
    assert_true(strings == 3 && str_eq(s, STR("one two")));
    r = read_line("a.example. 1 IN SOA ns.example. h.example. 7 2 3 4 4294967295");
    assert_true(dns_record_soa(&memory, &r, &s, soa) && soa[0] == 7 && soa[4] == UINT32_MAX);
    r = read_line("a.example. 1 IN CAA 128 iodef \"mailto:a@b.example\"");
    assert_true(dns_record_caa(&r, &x, &s, &t) && x == 128 && str_eq(s, STR("iodef")) &&
                str_eq(t, STR("mailto:a@b.example")));
    r = read_line("a.example. 1 IN TLSA 3 1 2 abcd");
    assert_true(dns_record_tlsa(&r, &x, &y, &z, &s) && x == 3 && y == 1 && z == 2 && s.n == 2);
}

static void malformed_rdata_is_refused_and_shown_in_hex(void **state)
{
    (void)state;
    static const struct {
        unsigned type;
        str rdata;
    } table[] = {
        {DNS_A, STR_INIT("\1\2\3")},
        {DNS_AAAA, STR_INIT("\1\2\3\4")},
        {DNS_NS, STR_INIT("")},
        {DNS_NS, STR_INIT("\3abc")},
        {DNS_CNAME, STR_INIT("\300\0")},
        {DNS_CNAME, STR_INIT("\1a\0more")},
        {DNS_MX, STR_INIT("\0")},
        {DNS_MX, STR_INIT("\0\12")},
        {DNS_TXT, STR_INIT("")},
        {DNS_TXT, STR_INIT("\5abc")},
        {DNS_SRV, STR_INIT("\0\0\0\0\0")},
        {DNS_SOA, STR_INIT("\1a\0\1b\0\0\0\0")},
        {DNS_CAA, STR_INIT("")},
        {DNS_CAA, STR_INIT("\0\0x")},
        {DNS_CAA, STR_INIT("\0\11issue")},
        {DNS_TLSA, STR_INIT("\3\1")},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct dns_record r = {STR("a.example"), table[i].type, 60, table[i].rdata};
        struct addr address;
        uint32_t soa[5];
        unsigned x, y, z;
        size_t strings;
        str s, t;
        assert_false(dns_record_addr(&r, &address));
        assert_false(dns_record_name(&memory, &r, &s));
        assert_false(dns_record_mx(&memory, &r, &x, &s));
        assert_false(dns_record_txt(&memory, &r, &s, &strings));
        assert_false(dns_record_soa(&memory, &r, &s, soa));
        assert_false(dns_record_caa(&r, &x, &s, &t));
        assert_false(dns_record_tlsa(&r, &x, &y, &z, &s));
        assert_true(str_starts(dns_record_show(&memory, &r), STR("a.example. 60 IN ")));
    }
}

static void huge_records_are_shown_cut(void **state)
{
    (void)state;
    static char rdata[UINT16_MAX];
    struct dns_record r = {STR("a.example"), 65400, 60, {rdata, sizeof rdata}};
    assert_int_equal(dns_record_show(&memory, &r).n, 4096);
    r.type = DNS_TXT; /* 65,535 empty strings */
    assert_true(dns_record_show(&memory, &r).n <= 4096);
}

static void names_are_normalised(void **state)
{
    (void)state;
    static const struct {
        const char *text, *normal; /* NULL: refused */
    } table[] = {
        {"WWW.Example.COM.", "www.example.com"},
        {"www.example.com", "www.example.com"},
        {"", ""},
        {".", ""},
        {"a\\.b.example", "a\\.b.example"},
        {"a\\046b.example", "a\\.b.example"},
        {"\\065.example", "a.example"},
        {"a\\ b", "a\\032b"},
        {"\xc3\xa4.example", "\\195\\164.example"},
        {"_dmarc.example.com", "_dmarc.example.com"},
        {"a..b", NULL},
        {".a", NULL},
        {"..", NULL},
        {"a\\", NULL},
        {"a\\25", NULL},
        {"a\\256", NULL},
        {"0123456789012345678901234567890123456789012345678901234567890123.example", NULL},
        {"012345678901234567890123456789012345678901234567890123456789012.example",
         "012345678901234567890123456789012345678901234567890123456789012.example"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        str name = STR("untouched"), again;
        err e = dns_name_normalise(&memory, str_c(table[i].text), &name);
        assert_int_equal(e.code, table[i].normal ? ERR_OK : ERR_INVALID);
        assert_true(str_eq(name, str_c(table[i].normal ? table[i].normal : "untouched")));
        if (err_ok(e)) {
            assert_true(err_ok(dns_name_normalise(&memory, name, &again)) && str_eq(name, again));
        }
    }
}

static void names_are_at_most_255_bytes(void **state)
{
    (void)state;
    char text[256];
    str name;
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = i % 2 ? '.' : 'a';
    }
    /* 127 labels of one byte and the root: 255 bytes */
    assert_true(err_ok(dns_name_normalise(&memory, str_n(text, 253), &name)));
    assert_int_equal(name.n, 253);
    assert_int_equal(dns_name_normalise(&memory, str_n(text, 255), &name).code, ERR_INVALID);
}

static void names_lie_under_zones(void **state)
{
    (void)state;
    assert_true(dns_name_under(STR("example.com"), STR("example.com")));
    assert_true(dns_name_under(STR("a.b.example.com"), STR("example.com")));
    assert_true(dns_name_under(STR("a"), STR("")));
    assert_false(dns_name_under(STR("notexample.com"), STR("example.com")));
    assert_false(dns_name_under(STR("a\\.example.com"), STR("example.com")));
    assert_false(dns_name_under(STR("com"), STR("example.com")));
    assert_true(str_eq(dns_name_parent(STR("a\\.b.example")), STR("example")));
    assert_true(str_eq(dns_name_parent(STR("example")), STR("")));
    assert_true(str_eq(dns_name_parent(STR("")), STR("")));
}

/* ── messages ── */

#define QUESTION "\3www\7example\3com\0\0\1\0\1"
#define HEAD(flags, an, ns, ar) "\x12\x34" flags "\0\1\0" an "\0" ns "\0" ar

static err read_message(str message, struct dns_answer *x)
{
    *x = (struct dns_answer){.name = STR("www.example.com"), .type = DNS_A};
    return dns_message_read(&memory, message, x);
}

static void answers_are_read_with_compressed_names(void **state)
{
    (void)state;
    struct dns_answer x;
    str message = STR(HEAD("\x85\x80", "\2", "\1", "\2") QUESTION
                      "\300\14\0\5\0\1\0\0\0\74\0\6\3API\300\20"
                      "\3api\300\20\0\1\0\1\200\0\0\0\0\4\313\0\161\12"
                      "\300\20\0\2\0\1\0\0\16\20\0\6\3ns1\300\20"
                      "\3ns1\300\20\0\1\0\1\0\0\16\20\0\4\313\0\161\1"
                      "\0\0\51\4\320\1\0\200\0\0\0");
    assert_true(err_ok(read_message(message, &x)));
    assert_true(x.authoritative && x.recursion && !x.truncated && !x.more);
    assert_int_equal(x.rcode, 16); /* the upper bits are in the OPT record */
    assert_int_equal(x.count, 2);
    assert_int_equal(x.authority_count, 1);
    assert_int_equal(x.additional_count, 1);
    assert_string_equal(dns_record_show(&memory, &x.records[0]).p,
                        "www.example.com. 60 IN CNAME API.example.com.");
    assert_string_equal(dns_record_show(&memory, &x.records[1]).p,
                        "api.example.com. 0 IN A 203.0.113.10"); /* a negative TTL is 0 */
    assert_string_equal(dns_record_show(&memory, &x.authority[0]).p,
                        "example.com. 3600 IN NS ns1.example.com.");
    for (size_t n = 0; n < message.n; n++) { /* every beginning of it is refused */
        assert_int_equal(read_message(str_slice(message, 0, n), &x).code, ERR_INVALID);
    }
}

static void other_messages_are_refused(void **state)
{
    (void)state;
    struct dns_answer x;
    const str table[] = {
        STR(HEAD("\x01\x00", "\0", "\0", "\0") QUESTION),     /* a question */
        STR(HEAD("\xa8\x00", "\0", "\0", "\0") QUESTION),     /* another operation */
        STR(HEAD("\x80\x00", "\0", "\0", "\0") "\0\0\1\0\1"), /* another name */
        STR("\1\2\x80\0\0\0\0\0\0\0\0\0"),                    /* no question */
        STR("\1\2\x80\0\0\2\0\0\0\0\0\0" QUESTION QUESTION),  /* two */
        STR(HEAD("\x80\x00", "\1", "\0", "\0") QUESTION "\300\41\0\1\0\1\0\0\0\0\0\0"),
        STR(HEAD("\x80\x00", "\1", "\0", "\0") QUESTION "\300\377\0\1\0\1\0\0\0\0\0\0"),
        STR(HEAD("\x80\x00", "\1", "\0", "\0") QUESTION "\100a\0\1\0\1\0\0\0\0\0\0"),
        STR(HEAD("\x80\x00", "\1", "\0", "\0") QUESTION "\300\14\0\1\0\1\0\0\0\0\0\5abcd"),
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(read_message(table[i], &x).code, ERR_INVALID);
    }
    /* Who refuses may leave the question out. */
    assert_true(err_ok(read_message(STR("\1\2\x80\5\0\0\0\0\0\0\0\0"), &x)));
    assert_int_equal(x.rcode, DNS_REFUSED);
}

static void a_truncated_answer_may_be_cut_in_a_record(void **state)
{
    (void)state;
    struct dns_answer x;
    str message = STR(HEAD("\x86\x00", "\2", "\0", "\0") QUESTION
                      "\300\14\0\1\0\1\0\0\0\74\0\4\313\0\161\12\300\14\0\1");
    assert_true(err_ok(read_message(message, &x)));
    assert_true(x.truncated);
    assert_int_equal(x.count, 1);
}

static void records_beyond_the_limit_are_left_out(void **state)
{
    (void)state;
    static char message[DNS_ANSWER_BYTES_MAX];
    struct dns_answer x;
    struct buf b;
    buf_init(&b, sizeof message);
    buf_add(&b, STR("\x12\x34\x84\x00\0\1\7\320\0\0\0\0" QUESTION)); /* 2,000 records */
    for (size_t i = 0; i < 2000; i++) {
        buf_add(&b, STR("\300\14\0\1\0\1\0\0\0\74\0\4\313\0\161\12"));
    }
    assert_true(err_ok(read_message(buf_str(&b), &x)));
    assert_int_equal(x.count, DNS_RECORDS_MAX);
    assert_true(x.more);
    buf_done(&b);
}

static void names_of_types_and_rcodes(void **state)
{
    (void)state;
    assert_string_equal(dns_type_name(&memory, DNS_CAA).p, "CAA");
    assert_string_equal(dns_type_name(&memory, 65400).p, "TYPE65400");
    assert_int_equal(dns_type_parse(STR("aaaa")), DNS_AAAA);
    assert_int_equal(dns_type_parse(STR("TYPE65400")), 65400);
    assert_int_equal(dns_type_parse(STR("TYPE70000")), 0);
    assert_int_equal(dns_type_parse(STR("NOPE")), 0);
    assert_string_equal(dns_rcode_name(DNS_NXDOMAIN).p, "NXDOMAIN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_shown_as_they_are_read),
        cmocka_unit_test(broken_lines_are_refused),
        cmocka_unit_test(names_in_records_are_found_for_every_type),
        cmocka_unit_test(fields_are_read_for_every_type),
        cmocka_unit_test(malformed_rdata_is_refused_and_shown_in_hex),
        cmocka_unit_test(huge_records_are_shown_cut),
        cmocka_unit_test(names_are_normalised),
        cmocka_unit_test(names_are_at_most_255_bytes),
        cmocka_unit_test(names_lie_under_zones),
        cmocka_unit_test(answers_are_read_with_compressed_names),
        cmocka_unit_test(other_messages_are_refused),
        cmocka_unit_test(a_truncated_answer_may_be_cut_in_a_record),
        cmocka_unit_test(records_beyond_the_limit_are_left_out),
        cmocka_unit_test(names_of_types_and_rcodes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
