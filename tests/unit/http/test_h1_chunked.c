/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/h1_chunked.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct outcome {
    enum h1_result result;
    size_t left, n;
    char body[256];
};

static void feed(struct h1_chunked *c, struct outcome *o, str in)
{
    while (in.n && o->result == H1_MORE) {
        str data;
        o->result = h1_chunked_feed(c, &in, &data);
        assert_true(o->n + data.n <= sizeof o->body);
        memcpy(o->body + o->n, data.p, data.n);
        o->n += data.n;
    }
    o->left = in.n;
}

static struct outcome decode(str in, size_t split)
{
    struct outcome o = {.result = H1_MORE};
    struct h1_chunked c;
    h1_chunked_init(&c);
    feed(&c, &o, str_slice(in, 0, split));
    size_t left = o.left;
    if (o.result == H1_MORE) {
        feed(&c, &o, str_slice(in, split, in.n));
        left = o.left;
    } else {
        left += in.n - split;
    }
    o.left = left;
    return o;
}

static const struct {
    const char *text, *body; /* NULL: refused */
    size_t left;
} table[] = {
    {"0\r\n\r\n", "", 0},
    {"5\r\nabcde\r\n0\r\n\r\nGET", "abcde", 3},
    {"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde", 0},
    {"00000005\r\nabcde\r\n0\r\n\r\n", "abcde", 0},
    {"a\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0},
    {"1;x=y\r\na\r\n0;z\r\n\r\n", "a", 0},
    {"1\r\na\r\n0\r\nX-T: v\r\nY: \r\n\r\n", "a", 0},
    {"000000005\r\nabcde\r\n0\r\n\r\n", NULL, 0},
    {"-5\r\nabcde\r\n0\r\n\r\n", NULL, 0},
    {"+5\r\nabcde\r\n0\r\n\r\n", NULL, 0},
    {"0x5\r\nabcde\r\n0\r\n\r\n", NULL, 0},
    {"5 \r\nabcde\r\n0\r\n\r\n", NULL, 0},
    {" 5\r\nabcde\r\n0\r\n\r\n", NULL, 0},
    {"\r\nabcde\r\n0\r\n\r\n", NULL, 0},
    {"5\nabcde\r\n0\r\n\r\n", NULL, 0},
    {"5;\n\r\nabcde\r\n0\r\n\r\n", NULL, 0},
    {"5;a\x01\r\nabcde\r\n0\r\n\r\n", NULL, 0},
    {"5\r\nabcdeXX0\r\n\r\n", NULL, 0},
    {"5\r\nabcde\n0\r\n\r\n", NULL, 0},
    {"5\r\nabcdef\r\n0\r\n\r\n", NULL, 0},
    {"0\r\nX-T : v\r\n\r\n", NULL, 0},
    {"0\r\n fold\r\n\r\n", NULL, 0},
    {"0\r\nX: a\nb\r\n\r\n", NULL, 0},
    {"0\r\n\rX", NULL, 0},
};

static void each_body_is_decoded_or_refused_at_every_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        str in = str_c(table[i].text);
        for (size_t split = 0; split <= in.n; split++) {
            struct outcome o = decode(in, split);
            if (!table[i].body) {
                assert_int_equal(o.result, H1_BAD);
                continue;
            }
            assert_int_equal(o.result, H1_DONE);
            assert_int_equal(o.left, table[i].left);
            assert_true(str_eq(str_n(o.body, o.n), str_c(table[i].body)));
        }
    }
}

static void an_unfinished_body_asks_for_more(void **state)
{
    (void)state;
    str in = STR("3\r\nabc\r\n0\r\nX: y\r\n\r\n");
    for (size_t n = 0; n < in.n; n++) {
        assert_int_equal(decode(str_slice(in, 0, n), n / 2).result, H1_MORE);
    }
}

static void extensions_and_trailers_have_limits(void **state)
{
    (void)state;
    static char text[H1_TRAILER_BYTES_MAX + 64];
    memset(text, 'x', sizeof text);
    memcpy(text, "0;", 2);
    assert_int_equal(decode(str_n(text, 2 + H1_CHUNK_EXTENSION_MAX), 1).result, H1_MORE);
    assert_int_equal(decode(str_n(text, 3 + H1_CHUNK_EXTENSION_MAX), 1).result, H1_BAD);
    memcpy(text, "0\r\nX:", 5);
    assert_int_equal(decode(str_n(text, 3 + H1_TRAILER_BYTES_MAX), 1).result, H1_MORE);
    assert_int_equal(decode(str_n(text, 4 + H1_TRAILER_BYTES_MAX), 1).result, H1_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_body_is_decoded_or_refused_at_every_split),
        cmocka_unit_test(an_unfinished_body_asks_for_more),
        cmocka_unit_test(extensions_and_trailers_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
