/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>

#include "access/totp.h"
#include "base/crypto.h"

static const str rfc_key = STR_INIT("12345678901234567890");

static void codes_are_those_of_rfc_6238(void **state)
{
    (void)state;
    static const struct {
        uint64_t seconds;
        uint32_t code;
    } table[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
                 {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(totp_code(rfc_key, table[i].seconds / 30, 8), table[i].code);
        assert_int_equal(totp_code(rfc_key, table[i].seconds / 30, 7), table[i].code % 10000000);
    }
}

static void codes_are_those_of_rfc_4226(void **state)
{
    (void)state;
    static const uint32_t table[] = {755224, 287082, 359152, 969429, 338314,
                                     254676, 287922, 162583, 399871, 520489};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(totp_code(rfc_key, i, 6), table[i]);
    }
}

static str code_at(uint64_t step)
{
    static char text[16];
    (void)snprintf(text, sizeof text, "%06u", totp_code(rfc_key, step, 6));
    return str_c(text);
}

static void a_code_counts_one_step_before_and_after_and_no_more(void **state)
{
    (void)state;
    const uint64_t now = 50000000;
    for (int drift = -4; drift <= 4; drift++) {
        for (int64_t within = 0; within < 30000; within += 29999) {
            uint64_t step = 0, theirs = now + (uint64_t)(int64_t)drift;
            bool fine =
                totp_verify(rfc_key, code_at(theirs), (int64_t)now * 30000 + within, 0, &step);
            assert_int_equal(fine, drift >= -1 && drift <= 1);
            assert_int_equal(step, fine ? theirs : 0);
        }
    }
}

static void a_code_counts_once(void **state)
{
    (void)state;
    const uint64_t now = 50000000;
    const int64_t now_ms = (int64_t)now * 30000;
    uint64_t step = 0;
    assert_true(totp_verify(rfc_key, code_at(now), now_ms, 0, &step));
    assert_false(totp_verify(rfc_key, code_at(now), now_ms, step, &step));
    assert_false(totp_verify(rfc_key, code_at(now), now_ms + 30000, step, &step));
    assert_false(totp_verify(rfc_key, code_at(now - 1), now_ms, step, &step));
    assert_int_equal(step, now);
    assert_true(totp_verify(rfc_key, code_at(now + 1), now_ms, step, &step));
    assert_int_equal(step, now + 1);
    assert_false(totp_verify(rfc_key, code_at(now + 1), now_ms + 30000, step, &step));
}

/* The first two neighbouring steps with the same code: it is used up for both.
 */
static void a_code_that_stands_for_two_steps_counts_once(void **state)
{
    (void)state;
    uint64_t step = 1;
    while (totp_code(rfc_key, step, 6) != totp_code(rfc_key, step + 1, 6) &&
           totp_code(rfc_key, step, 6) != totp_code(rfc_key, step + 2, 6)) {
        step++;
    }
    bool next = totp_code(rfc_key, step, 6) == totp_code(rfc_key, step + 1, 6);
    uint64_t twin = step + (next ? 1 : 2), used = 0;
    int64_t now_ms = (int64_t)(step + 1) * 30000;
    assert_true(totp_verify(rfc_key, code_at(step), now_ms, 0, &used));
    assert_int_equal(used, twin);
    assert_false(totp_verify(rfc_key, code_at(step), now_ms, used, &used));
}

static void spaces_are_skipped_and_nothing_else(void **state)
{
    (void)state;
    /* 287082 is the code of step 1. */
    static const struct {
        str typed;
        bool fine;
    } table[] = {
        {STR_INIT("287082"), true},
        {STR_INIT("287 082"), true},
        {STR_INIT(" 2 8 7 0 8 2 "), true},
        {STR_INIT(""), false},
        {STR_INIT("28708"), false},
        {STR_INIT("2870820"), false},
        {STR_INIT("287083"), false},
        {STR_INIT("0287082"), false},
        {STR_INIT("287082\0"), false},
        {STR_INIT("28708\0"), false},
        {STR_INIT("-28708"), false},
        {STR_INIT("+287082"), false},
        {STR_INIT("287082\n"), false},
        {STR_INIT("28708x"), false},
        {STR_INIT("      "), false},
        {STR_INIT("\xd9\xa2\xd9\xa8\xd9\xa7\xd9\xa0\xd9\xa8\xd9\xa2"), false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint64_t step;
        assert_int_equal(totp_verify(rfc_key, table[i].typed, 30000, 0, &step), table[i].fine);
    }
    uint64_t step;
    assert_false(totp_verify(STR_EMPTY, STR("287082"), 30000, 0, &step));
    assert_false(totp_verify(rfc_key, STR("287082"), -30000, 0, &step));
    /* Step 0 comes before every step that can have been used. */
    assert_false(totp_verify(rfc_key, STR("755224"), 0, 0, &step));
}

static void base_32_gives_the_vectors_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const table[][3] = {
        {"", "", ""},
        {"f", "MY", "MY"},
        {"fo", "MZXQ", "MZXQ"},
        {"foo", "MZXW6", "MZXW 6"},
        {"foob", "MZXW6YQ", "MZXW 6YQ"},
        {"fooba", "MZXW6YTB", "MZXW 6YTB"},
        {"foobar", "MZXW6YTBOI", "MZXW 6YTB OI"},
        {"12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
         "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"},
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_true(str_eq(totp_base32(&a, str_c(table[i][0]), false), str_c(table[i][1])));
        assert_true(str_eq(totp_base32(&a, str_c(table[i][0]), true), str_c(table[i][2])));
    }
    arena_done(&a);
}

static void the_address_is_percent_encoded(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    str uri = totp_uri(&a, rfc_key, STR("Example & S\xc3\xb6hne"), STR("anna+x@example.com"));
    assert_true(
        str_eq(uri, STR("otpauth://totp/Example%20%26%20S%C3%B6hne:anna%2Bx%40example.com?secret="
                        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20%26%20S%C3%B6hne"
                        "&algorithm=SHA1&digits=6&period=30")));
    uri = totp_uri(&a, rfc_key, STR("a:b?secret=X&#\n"), STR("c"));
    assert_true(str_starts(uri, STR("otpauth://totp/a%3Ab%3Fsecret%3DX%26%23%0A:c?secret=GEZD")));
    char lots[2000];
    memset(lots, 'x', sizeof lots);
    assert_null(totp_uri(&a, rfc_key, str_n(lots, sizeof lots), STR("c")).p);
    arena_done(&a);
}

/* Paints the boxes of the path and gives the side of the picture. */
static size_t paint(str svg, char *picture, size_t side_max)
{
    size_t side = strtoul(strstr(svg.p, "viewBox=\"0 0 ") + 13, NULL, 10);
    assert_true(side <= side_max);
    const char *at = strstr(svg.p, " d=\"") + 4;
    memset(picture, 0, side * side);
    while (*at == 'M') {
        unsigned x, y, run, back;
        int used = 0;
        assert_int_equal(sscanf(at, "M%u %uh%uv1h-%uz%n", &x, &y, &run, &back, &used), 4);
        assert_true(used > 0 && run == back && y < side && x + run <= side);
        for (unsigned i = 0; i < run; i++) {
            assert_int_equal(picture[y * side + x + i], 0);
            picture[y * side + x + i] = 1;
        }
        at += used;
    }
    assert_string_equal(at, "\"/></svg>");
    return side;
}

static void the_picture_is_the_code_with_its_quiet_zone(void **state)
{
    (void)state;
    static char picture[200 * 200];
    struct arena a;
    arena_init(&a, 4 << 20);
    str uri = totp_uri(&a, rfc_key, STR("Example"), STR("anna@example.com")), svg;
    assert_true(err_ok(totp_qr_svg(&a, uri, &svg)));
    size_t side = paint(svg, picture, 200);
    QRcode *code = QRcode_encodeData((int)uri.n, (const unsigned char *)uri.p, 0, QR_ECLEVEL_M);
    assert_int_equal(side, code->width + 8);
    for (size_t y = 0; y < side; y++) {
        for (size_t x = 0; x < side; x++) {
            bool inside = x >= 4 && y >= 4 && x < side - 4 && y < side - 4;
            int dark = inside ? code->data[(y - 4) * (size_t)code->width + x - 4] & 1 : 0;
            assert_int_equal(picture[y * side + x], dark);
        }
    }
    QRcode_free(code);
    arena_done(&a);
}

static void the_picture_is_fit_for_a_strict_policy(void **state)
{
    (void)state;
    static const char *const never[] = {"style", "script",  "href",  "<!",  "on",
                                        "url(",  "otpauth", "class", "data"};
    struct arena a;
    arena_init(&a, 4 << 20);
    str svg = STR_EMPTY, markup;
    assert_true(err_ok(totp_qr_svg(&a, STR("otpauth://totp/a:b?secret=MY"), &svg)));
    markup = str_slice(svg, 0, str_find(svg, STR(" d=\""), 0));
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        assert_int_equal(str_find(markup, str_c(never[i]), 0), SIZE_MAX);
    }
    size_t path = str_find(svg, STR("<path"), 0);
    assert_true(path != SIZE_MAX && str_find(svg, STR("<path"), path + 1) == SIZE_MAX);
    char lots[4000];
    memset(lots, 'x', sizeof lots);
    assert_int_equal(totp_qr_svg(&a, str_n(lots, sizeof lots), &svg).code, ERR_INVALID);
    assert_int_equal(totp_qr_svg(&a, STR_EMPTY, &svg).code, ERR_INVALID);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_rfc_6238),
        cmocka_unit_test(codes_are_those_of_rfc_4226),
        cmocka_unit_test(a_code_counts_one_step_before_and_after_and_no_more),
        cmocka_unit_test(a_code_counts_once),
        cmocka_unit_test(a_code_that_stands_for_two_steps_counts_once),
        cmocka_unit_test(spaces_are_skipped_and_nothing_else),
        cmocka_unit_test(base_32_gives_the_vectors_of_rfc_4648),
        cmocka_unit_test(the_address_is_percent_encoded),
        cmocka_unit_test(the_picture_is_the_code_with_its_quiet_zone),
        cmocka_unit_test(the_picture_is_fit_for_a_strict_policy),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
