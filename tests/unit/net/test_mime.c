/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "net/mime.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct mail_mailbox to_one[] = {{STR_INIT(""), STR_INIT("sales@example.com")}};

static struct mime_mail usual(void)
{
    return (struct mime_mail){
        .message_id = STR("01890000-0000-7000-8000-000000000000@chat.example.com"),
        .date_ms = 1795292701000,
        .from = {STR("Example Ltd"), STR("chat@example.com")},
        .to = to_one,
        .to_count = 1,
        .reply_to = {STR("Visitor"), STR("visitor@visitor.example")},
        .subject = STR("New enquiry"),
        .text = STR("Hello\n"),
        .html = STR("<p>Hello</p>\n"),
    };
}

static void compose(struct buf *b, const struct mime_mail *mail)
{
    buf_init(b, 4 << 20);
    assert_true(err_ok(mime_compose(b, mail)));
    assert_non_null(buf_c(b));
}

/* Every line ends with CRLF, no byte is outside ASCII, and no line is longer than allowed. */
static void assert_well_formed(const struct buf *b, size_t line_max)
{
    size_t column = 0;
    for (size_t i = 0; i < b->n; i++) {
        unsigned char c = (unsigned char)b->p[i];
        assert_true(c < 0x7f && c != '\0');
        if (c == '\r') {
            assert_true(i + 1 < b->n && b->p[i + 1] == '\n');
            assert_true(column <= line_max);
            column = 0;
            i++;
        } else {
            assert_true(c != '\n');
            column++;
        }
    }
    assert_int_equal(column, 0);
}

/* Counts the headers of the message: lines before the first empty one that do not continue another.
 */
static size_t header_count(const struct buf *b)
{
    size_t count = 0;
    str rest = str_slice(buf_str(b), 0, str_find(buf_str(b), STR("\r\n\r\n"), 0)), line;
    while (str_split(&rest, '\n', &line)) {
        count += line.n && line.p[0] != ' ' && line.p[0] != '\t' ? 1 : 0;
    }
    return count;
}

static void a_message_has_the_headers_mail_programs_expect(void **state)
{
    (void)state;
    struct mime_mail mail = usual();
    struct buf b;
    compose(&b, &mail);
    static const char *const parts[] = {
        "Date: ",
        " +0000\r\n",
        "From: Example Ltd\r\n <chat@example.com>\r\n",
        "To: sales@example.com\r\n",
        "Reply-To: Visitor\r\n <visitor@visitor.example>\r\n",
        "Message-ID: <01890000-0000-7000-8000-000000000000@chat.example.com>\r\n",
        "Subject: New enquiry\r\n",
        "MIME-Version: 1.0\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=UTF-8\r\n",
        "Content-Type: text/html; charset=UTF-8\r\n",
    };
    for (size_t i = 0; i < COUNT(parts); i++) {
        assert_non_null(strstr(b.p, parts[i]));
    }
    assert_int_equal(header_count(&b), 9);
    assert_well_formed(&b, 78);
    buf_done(&b);
}

static void values_add_no_header_and_no_part(void **state)
{
    (void)state;
    static const str values[] = {
        STR_INIT("x\r\nBcc: evil@example.com"),
        STR_INIT("x\nBcc: evil@example.com\n\nbody"),
        STR_INIT("\r\n\r\n"),
        STR_INIT("a\0b\rBcc: c"),
        STR_INIT("=?UTF-8?Q?=0D=0ABcc:_evil@example.com?="),
        STR_INIT("\xe2\x80\xa8"
                 "Bcc: x\xe2\x80\xae"),
        STR_INIT("\xff\xfe\r\nBcc: x"),
        STR_INIT("\"\\\" <evil@example.com>"),
        STR_INIT("--=_dw_\r\nContent-Type: text/html"),
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        struct mail_mailbox to[2] = {{values[i], STR("sales@example.com")},
                                     {values[i], STR("b@example.com")}};
        struct mime_mail mail = usual();
        mail.subject = mail.text = mail.html = mail.message_id = values[i];
        mail.from.name = mail.reply_to.name = values[i];
        mail.to = to;
        mail.to_count = 2;
        struct buf b;
        compose(&b, &mail);
        assert_int_equal(header_count(&b), 9);
        *strstr(b.p, "\r\n\r\n") = '\0';
        assert_null(strstr(b.p, "\nBcc"));
        b.p[strlen(b.p)] = '\r';
        assert_well_formed(&b, 78);
        buf_done(&b);
    }
}

static void addresses_that_are_not_are_refused_but_a_bad_reply_to_is_left_out(void **state)
{
    (void)state;
    static const str bad[] = {STR_INIT("a@example.com>\r\nBcc: x@y.z"), STR_INIT("x"),
                              STR_INIT("a@b@c.example"), STR_INIT("a@b\xc3\xbc.example")};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct mime_mail mail = usual();
        struct buf b;
        buf_init(&b, 1 << 20);
        mail.from.address = bad[i];
        assert_int_equal(mime_compose(&b, &mail).code, ERR_INVALID);
        buf_done(&b);
        mail = usual();
        struct mail_mailbox to = {STR_EMPTY, bad[i]};
        mail.to = &to;
        assert_int_equal(mime_compose(&b, &mail).code, ERR_INVALID);
        buf_done(&b);
        if (i < 3) {
            mail = usual();
            mail.reply_to.address = bad[i];
            compose(&b, &mail);
            assert_null(strstr(b.p, "Reply-To"));
            buf_done(&b);
        }
    }
}

static void text_of_any_language_and_length_fits_into_short_lines(void **state)
{
    (void)state;
    char longest[4000];
    for (size_t i = 0; i + 2 < sizeof(longest); i += 2) {
        memcpy(longest + i, "\xc3\xa9", 2);
    }
    static char spaces[3000];
    memset(spaces, ' ', sizeof(spaces));
    const str texts[] = {
        str_n(longest, sizeof(longest) - 2),
        str_n(spaces, sizeof(spaces)),
        STR("."),
        STR(".\n..\nFrom me\n"),
        STR("a \nb\t\n c"),
        STR("\xe4\xbe\x8b\xe3\x81\x88\xe4\xbe\x8b\xe3\x81\x88"),
        STR("x\ry"),
        STR(""),
        STR("="),
        STR("https://example.com/a?b=c&d=e"),
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct mime_mail mail = usual();
        mail.subject = mail.text = mail.html = mail.from.name = texts[i];
        struct buf b;
        compose(&b, &mail);
        assert_well_formed(&b, 78);
        assert_null(strstr(b.p, "\r\n.\r\n"));
        assert_null(strstr(b.p, "\r\nFrom me"));
        buf_done(&b);
    }
}

static void quoted_printable_keeps_text_readable(void **state)
{
    (void)state;
    struct mime_mail mail = usual();
    mail.text = STR("Gr\xc3\xbc\xc3\x9f"
                    "e aus K\xc3\xb6ln, 1 + 1 = 2 \nEnde");
    struct buf b;
    compose(&b, &mail);
    assert_non_null(strstr(b.p, "Gr=C3=BC=C3=9Fe aus K=C3=B6ln, 1 + 1 =3D 2=20\r\nEnde\r\n"));
    buf_done(&b);
}

static void subjects_in_other_scripts_are_encoded_without_cutting_a_character(void **state)
{
    (void)state;
    struct mime_mail mail = usual();
    mail.subject = STR(
        "Anfrage von Zo\xc3\xab \xe2\x80\x93 M\xc3\xbcller & S\xc3\xb6hne Geb\xc3\xa4udetechnik GmbH");
    struct buf b;
    compose(&b, &mail);
    assert_non_null(
        strstr(b.p, "Subject: =?UTF-8?B?QW5mcmFnZSB2b24gWm/DqyDigJMgTcO8bGxlciAmIFPDtmhuZSBH?=\r\n"
                    " =?UTF-8?B?ZWLDpHVkZXRlY2huaWsgR21iSA==?=\r\n"));
    buf_done(&b);
}

static void every_failed_allocation_is_an_error(void **state)
{
    (void)state;
    struct mime_mail mail = usual();
    mail.subject = STR("\xc3\xa9");
    for (long i = 0;; i++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        mem_fail_after(i);
        err e = mime_compose(&b, &mail);
        mem_fail_after(-1);
        buf_done(&b);
        if (err_ok(e)) {
            assert_true(i > 3);
            break;
        }
        assert_true(e.code == ERR_NO_MEMORY || e.code == ERR_INVALID);
    }
}

int main(void)
{
    if (!err_ok(crypto_init())) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_has_the_headers_mail_programs_expect),
        cmocka_unit_test(values_add_no_header_and_no_part),
        cmocka_unit_test(addresses_that_are_not_are_refused_but_a_bad_reply_to_is_left_out),
        cmocka_unit_test(text_of_any_language_and_length_fits_into_short_lines),
        cmocka_unit_test(quoted_printable_keeps_text_readable),
        cmocka_unit_test(subjects_in_other_scripts_are_encoded_without_cutting_a_character),
        cmocka_unit_test(every_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests_name("net.mime", tests, NULL, NULL);
}
