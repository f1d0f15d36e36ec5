/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders: what is encoded comes back, wherever the look begins; tables of the odd forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "scan/decode.h"

static struct buf out, text;
static uint64_t seed = 88172645463325252U;

static uint32_t next(uint32_t below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

static int set_up(void **state)
{
    (void)state;
    buf_init(&out, 8 << 20);
    buf_init(&text, 8 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_done(&out);
    buf_done(&text);
    return 0;
}

static void clear(void)
{
    buf_clear(&out);
    buf_clear(&text);
}

/* Words and numbers, as configuration has them. */
static str some_text(char *p, size_t n)
{
    static const char of[] = "abcdefghijklmnopqrstuvwxyz ABCDEFG 0123456789 =:_-\"\n";
    for (size_t i = 0; i < n; i++) {
        p[i] = of[next(sizeof of - 1)];
    }
    return str_n(p, n);
}

static void base64_comes_back_from_every_offset(void **state)
{
    (void)state;
    char p[400];
    for (unsigned round = 0; round < 200; round++) {
        clear();
        str plain = some_text(p, 12 + next(300));
        buf_add_c(&text, round & 1 ? "key: " : "\"");
        size_t from = text.n;
        if (round & 2) {
            bytes_base64(&text, plain.p, plain.n);
        } else {
            bytes_base64url(&text, plain.p, plain.n);
        }
        size_t to = text.n;
        buf_add_c(&text, "\" rest");
        while (text.p[to - 1] == '=') {
            to--;
        }
        for (size_t at = from; at < to; at += 1 + next(9)) {
            struct decoded d;
            buf_clear(&out);
            assert_true(decode_base64(buf_str(&text), at, &out, &d));
            assert_true(str_eq(buf_str(&out), plain));
            assert_int_equal(d.from, from);
            assert_int_equal(d.to, to);
        }
    }
}

static void wrapped_base64_is_one_run(void **state)
{
    (void)state;
    char p[1000];
    for (unsigned form = 0; form < 4; form++) {
        clear();
        struct buf one;
        buf_init(&one, 1 << 16);
        str plain = some_text(p, 700);
        bytes_base64(&one, plain.p, plain.n);
        buf_add_c(&text, "name: value\n");
        size_t width = form & 1 ? 64 : 76;
        for (size_t i = 0; i < one.n; i += width) {
            buf_add(&text, str_slice(buf_str(&one), i, i + width));
            buf_add_c(&text, form & 2 ? "\r\n" : "\n");
        }
        buf_add_c(&text, "other: word\n");
        for (size_t at = 20; at < 900; at += 97) {
            struct decoded d;
            buf_clear(&out);
            if (text.p[at] == '\n' || text.p[at] == '\r') {
                continue;
            }
            assert_true(decode_base64(buf_str(&text), at, &out, &d));
            assert_true(str_starts(buf_str(&out), plain));
        }
        buf_done(&one);
    }
}

static void a_path_before_base64_does_not_shift_it(void **state)
{
    (void)state;
    static const char plain[] = "password = what the path must not shift";
    for (size_t shift = 1; shift < 8; shift++) {
        clear();
        for (size_t i = 0; i < shift; i++) {
            buf_add_c(&text, "v");
        }
        buf_add_c(&text, "/");
        size_t from = text.n;
        bytes_base64(&text, plain, sizeof plain - 1);
        struct decoded d;
        assert_true(decode_base64(buf_str(&text), from + 8, &out, &d));
        assert_true(str_find(buf_str(&out), STR("what the path must not"), 0) != SIZE_MAX);
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    (void)state;
    struct decoded d = {7, 7};
    clear();
    assert_false(decode_base64(STR("short"), 2, &out, &d));
    assert_false(decode_base64(STR("a b"), 1, &out, &d));
    assert_false(decode_base64(STR("abcdefgh"), 8, &out, &d));
    assert_false(decode_base64(STR_EMPTY, 0, &out, &d));
    assert_int_equal(d.from, 7);
    struct buf small;
    buf_init(&small, 4);
    assert_false(decode_base64(STR("YWJjZGVmZ2hpamtsbW5vcA"), 3, &small, &d));
    buf_done(&small);
}

static void hex_comes_back_in_every_form(void **state)
{
    (void)state;
    static const char *const forms[] = {"%02x", "%02X", "\\x%02x", "0x%02x, ", "0x%02X,\n "};
    char p[200];
    for (unsigned round = 0; round < 200; round++) {
        clear();
        str plain = some_text(p, 8 + next(150));
        const char *form = forms[round % 5];
        buf_add_c(&text, "{ ");
        size_t from = text.n;
        for (size_t i = 0; i < plain.n; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            buf_addf(&text, form, (unsigned)(unsigned char)plain.p[i]);
#pragma GCC diagnostic pop
        }
        size_t end = text.n;
        buf_add_c(&text, " };");
        for (size_t at = from; at + 8 < end; at += 1 + next(13)) {
            struct decoded d;
            if (strchr(", \n", text.p[at])) {
                continue;
            }
            buf_clear(&out);
            assert_true(decode_hex(buf_str(&text), at, &out, &d));
            assert_true(str_eq(buf_str(&out), plain));
            assert_int_equal(d.from, from);
            assert_true(d.to <= end && d.to > from);
        }
    }
}

static void escapes_are_undone(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to; /* to: NULL when nothing changes */
    } rows[] = {
        {"a%20b%3D", "a b="},
        {"\\u0041\\u004b", "AK"},
        {"\\x41\\x4B", "AK"},
        {"\\/path\\\"q\\\"", "/path\"q\""},
        {"a\\nb\\tc", "a\nb\tc"},
        {"&#x41;&#75;&quot;&amp;&lt;", "AK\"&<"},
        {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
        {"\\u{1f600}", "\xf0\x9f\x98\x80"},
        {"\\ud83d alone", "\xef\xbf\xbd alone"},
        {"100% sure & \\q &nope; &#; %4", NULL},
        {"\\u12", NULL},
        {"\\u{}", NULL},
        {"plain", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        clear();
        bool changed = decode_escapes(str_c(rows[i].from), &out);
        assert_int_equal(changed, rows[i].to != NULL);
        if (changed) {
            assert_string_equal(buf_c(&out), rows[i].to);
        }
    }
}

static void percent_and_unicode_come_back(void **state)
{
    (void)state;
    char p[200];
    for (unsigned round = 0; round < 100; round++) {
        clear();
        str plain = some_text(p, 1 + next(150));
        for (size_t i = 0; i < plain.n; i++) {
            buf_addf(&text, round & 1 ? "%%%02X" : "\\u%04x", (unsigned)(unsigned char)plain.p[i]);
        }
        assert_true(decode_escapes(buf_str(&text), &out));
        assert_true(str_eq(buf_str(&out), plain));
    }
}

static void literals_are_set_together(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"x = \"AB\" + \"CD\";", "x = \"ABCD\";"},
        {"'AB' . 'CD'", "'ABCD'"},
        {"\"AB\"\n   \"CD\"", "\"ABCD\""},
        {"`AB` + `CD` + `EF`", "`ABCDEF`"},
        {"\"AB\" +\n  'CD'", "\"ABCD'"},
        {"\"AB\" \\\n  \"CD\"", "\"ABCD\""},
        {"'AB' .. 'CD'", "'ABCD'"},
        {"AB\\\nCD", "ABCD"},
        {"\"AB\", \"CD\"", NULL},
        {"\"AB\": \"CD\"", NULL},
        {"a + \" \" + b", NULL},
        {"x = \" \"CD", NULL},
        {"\"\"", NULL},
        {"\"AB\"", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        clear();
        bool changed = decode_join(str_c(rows[i].from), &out);
        assert_int_equal(changed, rows[i].to != NULL);
        if (changed) {
            assert_string_equal(buf_c(&out), rows[i].to);
        }
    }
}

static void utf16_comes_back(void **state)
{
    (void)state;
    for (unsigned big = 0; big < 2; big++) {
        static const uint32_t codes[] = {0xfeff, 'p',     'w', '=', 0xe4,
                                         0x20ac, 0x1f600, 'x', '1', '2'};
        clear();
        for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
            uint32_t units[2] = {codes[i], 0};
            if (codes[i] > 0xffff) {
                units[0] = 0xd800 + ((codes[i] - 0x10000) >> 10);
                units[1] = 0xdc00 + ((codes[i] - 0x10000) & 0x3ff);
            }
            for (size_t k = 0; k < 2 && (k == 0 || units[1]); k++) {
                buf_add_byte(&text, (char)(big ? units[k] >> 8 : units[k] & 0xff));
                buf_add_byte(&text, (char)(big ? units[k] & 0xff : units[k] >> 8));
            }
        }
        bool is_big = !big;
        assert_true(decode_is_utf16(buf_str(&text), &is_big));
        assert_int_equal(is_big, big);
        assert_true(decode_utf16(buf_str(&text), is_big, &out));
        assert_string_equal(buf_c(&out), "pw=\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80x12");
    }
    bool big = false;
    str plain = str_n("p\0a\0s\0s\0w\0o\0r\0d\0=\0x\0", 20);
    assert_true(decode_is_utf16(plain, &big) && !big);
    assert_false(decode_is_utf16(STR("password = hunter"), &big));
    assert_false(decode_is_utf16(str_n("\0\0\0\0\0\0\0\0\0\0\0\0", 12), &big));
    clear();
    assert_false(decode_utf16(STR("x"), false, &out));
}

static void gzip_is_opened_within_its_limit(void **state)
{
    (void)state;
    clear();
    uLong size = 6 << 20;
    unsigned char *plain = calloc(1, size), *packed = malloc(compressBound(size));
    uLongf n = compressBound(size);
    assert_int_equal(compress(packed, &n, plain, size), Z_OK);
    assert_true(decode_gunzip(str_n((char *)packed, n), &out));
    assert_true(out.n >= DECODE_GZIP_MAX && out.n < DECODE_GZIP_MAX + (64 << 10));
    clear();
    memcpy(plain, "password", 8);
    n = compressBound(size);
    assert_int_equal(compress(packed, &n, plain, 4000), Z_OK);
    packed[n - 1] ^= 1; /* what came before the damage counts */
    assert_true(decode_gunzip(str_n((char *)packed, n), &out));
    assert_int_equal(out.n, 4000);
    clear();
    assert_false(decode_gunzip(STR("\x1f\x8b no gzip"), &out));
    assert_false(decode_gunzip(STR_EMPTY, &out));
    free(plain);
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_comes_back_from_every_offset),
        cmocka_unit_test(wrapped_base64_is_one_run),
        cmocka_unit_test(a_path_before_base64_does_not_shift_it),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(hex_comes_back_in_every_form),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(percent_and_unicode_come_back),
        cmocka_unit_test(literals_are_set_together),
        cmocka_unit_test(utf16_comes_back),
        cmocka_unit_test(gzip_is_opened_within_its_limit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
