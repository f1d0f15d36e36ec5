/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/h1_head.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define HOST "Host: a\r\n"

static const struct h1_limits limits = {.head_max = 16384, .fields_max = 100, .target_max = 8192};

struct outcome {
    enum h1_result result;
    int status;
    size_t size;
    struct http_head head;
};

static struct outcome read_at_once(str in)
{
    struct outcome o;
    struct h1_parser parser;
    h1_head_init(&parser, &o.head);
    o.result = h1_head_feed(&parser, &o.head, &limits, in);
    o.status = o.result == H1_BAD ? parser.status : 0;
    o.size = o.result == H1_DONE ? parser.size : 0;
    return o;
}

/* Feeds one more byte at a time, each time from fresh memory of exactly that size. */
static struct outcome read_bytewise(str in)
{
    struct outcome o;
    struct h1_parser parser;
    h1_head_init(&parser, &o.head);
    o.result = H1_MORE;
    for (size_t n = 1; n <= in.n && o.result == H1_MORE; n++) {
        char *copy = malloc(n);
        memcpy(copy, in.p, n);
        o.result = h1_head_feed(&parser, &o.head, &limits, str_n(copy, n));
        free(copy);
    }
    o.status = o.result == H1_BAD ? parser.status : 0;
    o.size = o.result == H1_DONE ? parser.size : 0;
    return o;
}

static const struct {
    const char *text;
    int status; /* 0: fine */
} table[] = {
    {"GET / HTTP/1.1\r\n" HOST "\r\n", 0},
    {"GET / HTTP/1.0\r\n\r\n", 0},
    {"\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 0},
    {"\r\n\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET http://a/x?y HTTP/1.1\r\n" HOST "\r\n", 0},
    {"GET https://a/ HTTP/1.1\r\n" HOST "\r\n", 0},
    {"GET http://b/ HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET http://a HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET http:///x HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET gopher://a/ HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET a HTTP/1.1\r\n" HOST "\r\n", 400},
    {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0},
    {"GET * HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /a b HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET  / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET / HTTP/1.1 \r\n" HOST "\r\n", 400},
    {"GET /\r\n" HOST "\r\n", 400},
    {"GET / http/1.1\r\n" HOST "\r\n", 400},
    {"GET / HTTP/2.0\r\n" HOST "\r\n", 505},
    {"GET / HTTP/1.2\r\n" HOST "\r\n", 505},
    {"GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /% HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /%41 HTTP/1.1\r\n" HOST "\r\n", 0},
    {"GET /#x HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /?a|b HTTP/1.1\r\n" HOST "\r\n", 0},
    {"CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 501},
    {"TRACE / HTTP/1.1\r\n" HOST "\r\n", 501},
    {"G\x01T / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET / HTTP/1.1\n" HOST "\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "A: b\rc\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400},
    {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a:\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a:1\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: [x]\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Ab\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "A: b\x7f\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "A: b\tc\xe9\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\nContent-Length: 4\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 4, 4\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: +4\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 0x4\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 9999999999999999999\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: CHUNKED\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     400},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\n" HOST "Expect: tea\r\n\r\n", 417},
    {"\x16\x03\x01\x02", 400},
};

static void each_head_is_taken_or_refused_as_the_rfc_has_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct outcome o = read_at_once(str_c(table[i].text));
        if (o.status != table[i].status || (o.status == 0) != (o.result == H1_DONE)) {
            fail_msg("%s: %d, not %d", table[i].text, o.status, table[i].status);
        }
    }
}

static void a_split_at_any_byte_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct outcome whole = read_at_once(str_c(table[i].text));
        struct outcome parts = read_bytewise(str_c(table[i].text));
        assert_int_equal(whole.result, parts.result);
        assert_int_equal(whole.status, parts.status);
        assert_int_equal(whole.size, parts.size);
        assert_int_equal(whole.head.field_count, parts.head.field_count);
        assert_int_equal(whole.head.path.n, parts.head.path.n);
        assert_int_equal(whole.head.authority.at, parts.head.authority.at);
    }
}

static void a_nul_anywhere_is_refused(void **state)
{
    (void)state;
    static const char text[] = "GET /p?q HTTP/1.1\r\nHost: a\r\nAb: cd\r\n\r\n";
    for (size_t i = 0; i < sizeof text - 1; i++) {
        char copy[sizeof text];
        memcpy(copy, text, sizeof text);
        copy[i] = '\0';
        assert_int_not_equal(read_at_once(str_n(copy, sizeof text - 1)).result, H1_DONE);
    }
}

static void the_parts_of_a_head_are_found(void **state)
{
    (void)state;
    static const char text[] =
        "POST http://Example.com:8080/a/b?c=d HTTP/1.1\r\nHost: example.com:8080\r\n"
        "Content-Length: 12\r\nConnection: close, x\r\nX-A:  spaced\t\r\n\r\nrest";
    struct outcome o = read_at_once(str_n(text, sizeof text - 1));
    assert_int_equal(o.result, H1_DONE);
    assert_int_equal(o.size, sizeof text - 1 - 4);
    assert_int_equal(o.head.method, HTTP_POST);
    assert_true(str_eq(http_span_str(text, o.head.path), STR("/a/b")));
    assert_true(str_eq(http_span_str(text, o.head.query), STR("c=d")));
    assert_true(str_eq(http_span_str(text, o.head.authority), STR("example.com:8080")));
    assert_true(str_eq(http_span_str(text, o.head.fields[3].value), STR("spaced")));
    assert_int_equal(o.head.content_length, 12);
    assert_false(o.head.keep_alive);
}

/* A head of n bytes of header lines after a good start. */
static struct outcome read_large(size_t line_bytes, unsigned lines, bool ended)
{
    size_t room = 64 + lines * (line_bytes + 8);
    char *text = malloc(room);
    size_t n = (size_t)snprintf(text, room, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (unsigned i = 0; i < lines; i++) {
        memcpy(text + n, "A: ", 3);
        memset(text + n + 3, 'b', line_bytes);
        memcpy(text + n + 3 + line_bytes, "\r\n", 2);
        n += line_bytes + 5;
    }
    if (ended) {
        memcpy(text + n, "\r\n", 2);
        n += 2;
    }
    struct outcome o = read_at_once(str_n(text, n));
    free(text);
    return o;
}

static void limits_have_their_own_answers(void **state)
{
    (void)state;
    assert_int_equal(read_large(1, 99, true).status, 0);
    assert_int_equal(read_large(1, 100, true).status, 431);
    assert_int_equal(read_large(16000, 1, true).status, 0);
    assert_int_equal(read_large(17000, 1, true).status, 431);
    assert_int_equal(read_large(17000, 1, false).status, 431);
    static char target[9100] = "GET /";
    memset(target + 5, 'a', 8192);
    assert_int_equal(read_at_once(str_n(target, 5 + 8190)).result, H1_MORE);
    memcpy(target + 5 + 8191, " HTTP/1.1\r\nHost: a\r\n\r\n", 22);
    assert_int_equal(read_at_once(str_n(target, 5 + 8191 + 22)).status, 0);
    memset(target + 5, 'a', 8192);
    memcpy(target + 5 + 8192, " HTTP/1.1\r\nHost: a\r\n\r\n", 22);
    assert_int_equal(read_at_once(str_n(target, 5 + 8192 + 22)).status, 414);
    memset(target + 5, 'a', 9000);
    assert_int_equal(read_at_once(str_n(target, 9000)).status, 414);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_head_is_taken_or_refused_as_the_rfc_has_it),
        cmocka_unit_test(a_split_at_any_byte_changes_nothing),
        cmocka_unit_test(a_nul_anywhere_is_refused),
        cmocka_unit_test(the_parts_of_a_head_are_found),
        cmocka_unit_test(limits_have_their_own_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
