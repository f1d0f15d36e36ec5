/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "guard/text.h"

static int setup(void **state)
{
    (void)state;
    return err_ok(crypto_init()) ? 0 : -1;
}

static unsigned check(str in, const char *expected)
{
    struct arena a;
    str out, again;
    unsigned found, more;
    arena_init(&a, 8 << 20);
    assert_true(err_ok(guard_redact(&a, in, &out, &found)));
    if (!str_eq(out, str_c(expected))) {
        print_message("in:   %.*s\nout:  %.*s\nwant: %s\n", STR_ARG(in), STR_ARG(out), expected);
    }
    assert_true(str_eq(out, str_c(expected)));
    assert_true(err_ok(guard_redact(&a, out, &again, &more)));
    assert_true(str_eq(out, again));
    assert_int_equal(more, 0);
    arena_done(&a);
    return found;
}

struct row {
    const char *in, *out;
};

static void check_all(const struct row *rows, size_t count, unsigned kind)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(check(str_c(rows[i].in), rows[i].out), kind);
    }
}
#define CHECK_ALL(rows, kind) check_all(rows, sizeof(rows) / sizeof *(rows), kind)

static void redact_takes_addresses_of_mail(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"jane.doe@example.com", "[email]"},
        {"Write to <jane+chat@mail.example.co.uk>.", "Write to <[email]>."},
        {"mail:jane@example.com,joe@example.org", "mail:[email],[email]"},
        {"'jane@example.com'", "'[email]'"},
        {"jürgen@müller.example", "[email]"},
        {"0301234567@example.com", "[email]"},
        {"a_b-c%d@sub-domain.example.museum", "[email]"},
        {"联系 jane@example.com 谢谢", "联系 [email] 谢谢"},
        {"x@example.com. Next", "[email]. Next"},
        {"JANE@EXAMPLE.COM", "[email]"},
    };
    CHECK_ALL(rows, GUARD_FOUND_EMAIL);
}

static void redact_takes_telephone_numbers(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"+49 30 1234567", "[phone]"},
        {"Call +1 (415) 555-2671 today", "Call [phone] today"},
        {"+44 (0)20 7946 0958", "[phone]"},
        {"(415) 555-2671", "[phone]"},
        {"415-555-2671", "[phone]"},
        {"415.555.2671", "[phone]"},
        {"1-800-555-2671", "[phone]"},
        {"030 1234567", "[phone]"},
        {"0170/1234567", "[phone]"},
        {"01 42 68 53 00", "[phone]"},
        {"020 7946 0958", "[phone]"},
        {"07911 123456", "[phone]"},
        {"01701234567", "[phone]"},
        {"0049 30 1234567", "[phone]"},
        {"my phone number is 612 345 678", "my phone number is [phone]"},
        {"Tel.: 4155552671", "Tel.: [phone]"},
        {"Telefon 1234567", "Telefon [phone]"},
        {"call me at 5552671", "call me at [phone]"},
        {"mi teléfono es 91 123 45 67", "mi teléfono es [phone]"},
        {"+4915112345678", "[phone]"},
        {"+86 138 0013 8000。", "[phone]。"},
        {"+49 ３０ １２３４５６７", "[phone]"},
        {"(030) 1234567", "[phone]"},
        {"+49\xc2\xa0"
         "30\xc2\xa0"
         "1234567",
         "[phone]"},
    };
    CHECK_ALL(rows, GUARD_FOUND_PHONE);
}

static void redact_takes_cards_with_a_sound_check_digit(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"4111 1111 1111 1111", "[card]"},
        {"4111-1111-1111-1111", "[card]"},
        {"4111111111111111", "[card]"},
        {"5555555555554444", "[card]"},
        {"3782 822463 10005", "[card]"},
        {"6011 1111 1111 1117", "[card]"},
        {"3530111333300000", "[card]"},
        {"my card is 5105 1051 0510 5100 exp 12/27", "my card is [card] exp 12/27"},
        {"12 4111 1111 1111 1111", "12 [card]"},
    };
    CHECK_ALL(rows, GUARD_FOUND_CARD);
}

static void redact_takes_bank_accounts_with_a_sound_check(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"DE89 3704 0044 0532 0130 00", "[iban]"},
        {"GB29NWBK60161331926819", "[iban]"},
        {"fr1420041010050500013m02606", "[iban]"},
        {"IBAN: CH93 0076 2011 6238 5295 7, thanks", "IBAN: [iban], thanks"},
        {"NL91ABNA0417164300.", "[iban]."},
    };
    CHECK_ALL(rows, GUARD_FOUND_IBAN);
}

static void redact_takes_addresses_of_machines(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"192.168.10.20", "[ip]"},
        {"from 203.0.113.77:8080", "from [ip]:8080"},
        {"2001:db8::8a2e:370:7334", "[ip]"},
        {"[2001:db8:0:1:2:3:4:5]", "[[ip]]"},
        {"my address is 10.20.30.40.", "my address is [ip]."},
        {"the driver is at 10.20.30.40", "the driver is at [ip]"},
        {"release from 10.20.30.40", "release from [ip]"},
        {"version 10.20.30.40, host 10.20.30.41", "version 10.20.30.40, host [ip]"},
        {"version 5.1.2.33 and 10.20.30.40", "version 5.1.2.33 and [ip]"},
        {"10.20.30.40 and 10.20.30.41", "[ip] and [ip]"},
        {"vpn10.20.30.40 or vpn 10.20.30.40", "vpn10.20.30.40 or vpn [ip]"},
    };
    CHECK_ALL(rows, GUARD_FOUND_ADDRESS);
}

static void redact_takes_national_numbers(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"219-09-9999", "[id number]"},
        {"my social security number is 219 09 9999", "my social security number is [id number]"},
        {"SSN 219099999", "SSN [id number]"},
        {"2 55 08 14 168 025 38", "[id number]"},
    };
    CHECK_ALL(rows, GUARD_FOUND_NATIONAL);
}

static void redact_takes_keys_and_tokens(void **state)
{
    (void)state;
    static const struct {
        const char *head, *tail; /* joined here, so that no scanner takes this file for a leak */
    } rows[] = {
        {"sk_"
         "live_",
         "4eC39HqLyjWDarjtT1zdp7dc"},
        {"sk"
         "-",
         "proj-abcDEF1234567890abcDEF12"},
        {"gh"
         "p_",
         "16C7e42F292c6912E7710c838347Ae178B4a"},
        {"AK"
         "IA",
         "IOSFODNN7EXAMPLE"},
        {"AI"
         "za",
         "SyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe"},
        {"xox"
         "b-",
         "123456789012-abcdefABCDEF"},
        {"ey"
         "J",
         "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"},
        {"wh"
         "sec_",
         "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
        {"-----BEGIN RSA PRIV",
         "ATE KEY-----\nMIIEpAIBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----"},
        {"-----BEGIN PRIV", "ATE KEY-----\nMIIEpAIBAAKCAQEA cut off"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b;
        buf_init(&b, 4096);
        buf_addf(&b, "my key: %s%s", rows[i].head, rows[i].tail);
        assert_int_equal(check(buf_str(&b), "my key: [secret]"), GUARD_FOUND_TOKEN);
        buf_done(&b);
    }
}

static void redact_takes_a_long_token_whole(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 8192);
    buf_addf(&b, "token %s%s", "ey", "JhbGciOiJIUzI1NiJ9.");
    for (int i = 0; i < 3000; i++) {
        buf_add_byte(&b, i % 3 ? 'a' : '7');
    }
    buf_add_c(&b, ".dozjgNryP4J3jVmNHl0w5N. Next");
    assert_int_equal(check(buf_str(&b), "token [secret]. Next"), GUARD_FOUND_TOKEN);
    buf_done(&b);
}

static void redact_takes_our_own_tokens_by_their_checksum_only(void **state)
{
    (void)state;
    static const char *const kinds[] = {"pk", "sk", "vs"};
    for (size_t k = 0; k < 3; k++) {
        struct buf b;
        buf_init(&b, 256);
        buf_addf(&b, "dw_%s_%s", kinds[k], "0123456789abcdefghijABCDEFGHIJ");
        char check_text[7] = {0};
        uint32_t crc = crypto_crc32(buf_str(&b));
        for (size_t i = 6; i-- > 0; crc /= 62) {
            check_text[i] = bytes_base62_letters[crc % 62];
        }
        buf_add_c(&b, check_text);
        assert_int_equal(check(buf_str(&b), "[secret]"), GUARD_FOUND_TOKEN);
        b.p[b.n - 1] = b.p[b.n - 1] == 'x' ? 'y' : 'x';
        assert_int_equal(check(buf_str(&b), buf_c(&b)), 0);
        buf_done(&b);
    }
}

static void redact_leaves_ordinary_text_alone(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "Version 10.15.7.1 and 1.2.3.4 in build 22.04.1.0",
        "PostgreSQL 15.4, libfoo 2.31.0-rc1",
        "release 12.34.56.78",
        "v10.20.30.41 came after v10.0.19041.1",
        "version 1.2.3.4, rev. 10.20.30.40, revision 10.20.30.40, patch 10.20.30.40",
        "la versi\xc3\xb3n 10.20.30.40",
        "from version 10.15.7.12 to 10.15.8.10",
        "from v10.15.7.12 to 10.15.8.10",
        "versions 10.15.7.12, 10.15.8.10 and 10.16.1.20",
        "The meeting is on 2024-01-15 at 10:30, or 15.01.2024, or 01/15/2024.",
        "2024-01-15 10:30:00 and 20240115",
        "It costs $1,234,567.89 or 1.234.567,89 EUR or 12 000 000 Kč",
        "order 4711-0815-2342, invoice 2024-000123, ticket #123456789",
        "order number 0123456789 was sent",
        "ISBN 978-3-16-148410-0 and EAN 4006381333931",
        "Bestellnummer 0123 456 789",
        "part number 555-123-4567 fits",
        "1234567890 rows in 12345678 ms",
        "4111 1111 1111 1112 fails its check",
        "DE89370400440532013001 fails its check",
        "000-12-3456 and 666-12-3456 are no numbers of anybody",
        "logo@2x.png and npm i left-pad@1.3.0 and @mention and a @ b",
        "user@host without a dot",
        "12:30:45 and std::vector and a::b",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        "3.14159265358979323846",
        "the 8.8.8.8 resolver",
        "ports 8000-9000, 100-200-300",
        "sk-learn and sk_live_ are names",
        "from 0900-1700 and 24/7",
        "a UUID 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "RFC 9110 section 15.5.1, ISO 8601:2004",
        "[email] [phone] [card] [iban] [ip] [secret] [id number]",
        "",
        "日本語 12345 円",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(check(str_c(rows[i]), rows[i]), 0);
    }
}

static void redact_finds_several_kinds_in_one_text(void **state)
{
    (void)state;
    unsigned found =
        check(STR("I am Jane, jane@example.com, +49 30 1234567, card 4111 1111 1111 1111, "
                  "from 203.0.113.77."),
              "I am Jane, [email], [phone], card [card], from [ip].");
    assert_int_equal(found, GUARD_FOUND_EMAIL | GUARD_FOUND_PHONE | GUARD_FOUND_CARD |
                                GUARD_FOUND_ADDRESS);
}

/* Processor time of this thread: other work on the machine does not count. */
static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t time_of(const char *unit, size_t bytes)
{
    struct arena a;
    struct buf b;
    str out;
    unsigned found;
    buf_init(&b, bytes + 64);
    while (b.n < bytes) {
        buf_add_c(&b, unit);
    }
    arena_init(&a, 16 << 20);
    int64_t start = cpu_us();
    assert_true(err_ok(guard_redact(&a, buf_str(&b), &out, &found)));
    int64_t took = cpu_us() - start;
    arena_done(&a);
    buf_done(&b);
    return took;
}

static void redact_of_hostile_text_is_linear(void **state)
{
    (void)state;
    static const char *const units[] = {
        "@",          "a@",          "a.a@a.a@", "1",        "1 ",       "+1",
        "1-1.1/1(1)", "-----BEGIN ", "eyJ-",     "eyJ.eyJ",  "dw_sk_-",  "sk-",
        "DE89 ",      ":",           "a:1::",    "1.1.1.1.", "call ",    "is is 1 ",
        "\xff",       "\xd9\xa1",    "(",        "aa",       "GB29NWBK", "-----BEGIN PRIVATE KEY",
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t small = time_of(units[i], 50000), large = time_of(units[i], 200000);
        if (large > small * 10 + 50000) {
            print_message("unit %s: %ld us, then %ld us\n", units[i], (long)small, (long)large);
        }
        if (large > 1000000) {
            print_message("unit %s: %ld us\n", units[i], (long)large);
        }
        assert_true(large <= small * 10 + 50000);
        assert_true(large < 8000000);
    }
}

static void redact_without_memory_is_an_error(void **state)
{
    (void)state;
    for (long i = 0; i < 6; i++) {
        struct arena a;
        str out = STR("untouched");
        unsigned found = 99;
        arena_init(&a, 1 << 20);
        mem_fail_after(i);
        err e = guard_redact(&a, STR("jane@example.com"), &out, &found);
        mem_fail_after(-1);
        assert_true(err_ok(e) ? str_eq(out, STR("[email]"))
                              : str_eq(out, STR("untouched")) && found == 99);
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redact_takes_addresses_of_mail),
        cmocka_unit_test(redact_takes_telephone_numbers),
        cmocka_unit_test(redact_takes_cards_with_a_sound_check_digit),
        cmocka_unit_test(redact_takes_bank_accounts_with_a_sound_check),
        cmocka_unit_test(redact_takes_addresses_of_machines),
        cmocka_unit_test(redact_takes_national_numbers),
        cmocka_unit_test(redact_takes_keys_and_tokens),
        cmocka_unit_test(redact_takes_a_long_token_whole),
        cmocka_unit_test(redact_takes_our_own_tokens_by_their_checksum_only),
        cmocka_unit_test(redact_leaves_ordinary_text_alone),
        cmocka_unit_test(redact_finds_several_kinds_in_one_text),
        cmocka_unit_test(redact_of_hostile_text_is_linear),
        cmocka_unit_test(redact_without_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
