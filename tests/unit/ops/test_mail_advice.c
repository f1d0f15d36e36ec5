/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ops/mail_advice.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    enum err_code outcome;
    unsigned code;
    const char *stage, *reply, *says;
} answers[] = {
    {ERR_OK, 250, "message", "250 2.0.0 Ok: queued as 4F", "look into the mailbox"},
    {ERR_UNAUTHORIZED, 535, "AUTH", "535 5.7.8 Username and Password not accepted", "app password"},
    {ERR_UNAUTHORIZED, 535, "AUTH", "535 5.7.3 Authentication unsuccessful", "user and password"},
    {ERR_UNAUTHORIZED, 534, "AUTH", "534 5.7.9 Application-specific password required",
     "app password"},
    {ERR_UNAUTHORIZED, 530, "MAIL FROM", "530 5.7.0 Must issue a STARTTLS command first",
     "starttls to always"},
    {ERR_UNAUTHORIZED, 530, "MAIL FROM", "530 5.7.1 Authentication required", "wants a login"},
    {ERR_UNAUTHORIZED, 538, "AUTH", "538 Encryption required", "only over TLS"},
    {ERR_UNPROCESSABLE, 553, "MAIL FROM", "553 5.7.1 Sender address rejected: not owned by user",
     "mail.from"},
    {ERR_UNPROCESSABLE, 550, "MAIL FROM",
     "550 5.7.60 Client does not have permissions to send as this sender", "mail.from"},
    {ERR_UNPROCESSABLE, 554, "RCPT TO", "554 5.7.1 <x@example.com>: Relay access denied",
     "does not forward"},
    {ERR_UNPROCESSABLE, 550, "RCPT TO", "550 5.1.1 User unknown",
     "spelling of the addresses in mail.to"},
    {ERR_UNPROCESSABLE, 552, "message", "552 5.2.2 Mailbox full", "make room"},
    {ERR_UNPROCESSABLE, 550, "message", "550 5.7.26 fails SPF checks", "SPF"},
    {ERR_UNPROCESSABLE, 554, "connect", "554 5.7.1 listed at a block list", "reputation"},
    {ERR_UPSTREAM, 450, "RCPT TO", "450 4.2.0 Greylisted, see help", "greylists"},
    {ERR_UPSTREAM, 451, "RCPT TO", "451 4.7.1 Please try again later", "tried again"},
    {ERR_UPSTREAM, 421, "connect", "421 4.7.0 Too many connections", "busy"},
    {ERR_UPSTREAM, 452, "message", "452 4.3.1 Insufficient system storage", "out of space"},
    {ERR_UPSTREAM, 0, "connect", "no server listens on 127.0.0.1 port 25", "Nothing listens"},
    {ERR_UPSTREAM, 0, "connect", "mail.example.com: the host name does not exist",
     "spelling in mail.url"},
    {ERR_UPSTREAM_TIMEOUT, 0, "connect", "mail.example.com did not answer in time",
     "block port 25"},
    {ERR_UPSTREAM, 0, "STARTTLS", "the certificate of mail.example.com has expired",
     "mail.ca_file"},
    {ERR_UPSTREAM, 0, "STARTTLS", "the certificate of mail.example.com is for another name",
     "server's certificate"},
    {ERR_UPSTREAM, 0, "EHLO", "mail.example.com does not offer TLS (STARTTLS), which is required",
     "no STARTTLS"},
    {ERR_UPSTREAM, 0, "connect", "no TLS connection could be made with h port 587: wrong version",
     "instead of smtps"},
    {ERR_UPSTREAM, 0, "message", "the connection to mail.example.com broke", "mail.url"},
};

static void common_answers_come_with_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct smtp_result result = {.reply = str_c(answers[i].reply),
                                     .stage = str_c(answers[i].stage),
                                     .code = answers[i].code};
        str advice = mail_advice(err_new(answers[i].outcome, "x"), &result);
        if (!strstr(advice.p, answers[i].says)) {
            print_error("%s\ngives: %s\n", answers[i].reply, advice.p);
        }
        assert_non_null(strstr(advice.p, answers[i].says));
    }
}

static void no_answer_is_left_without_a_word(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 700; code++) {
        struct smtp_result result = {.reply = STR("?"), .stage = STR("RCPT TO"), .code = code};
        assert_true(mail_advice(err_new(ERR_UPSTREAM, "x"), &result).n > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_answers_come_with_what_to_do),
        cmocka_unit_test(no_answer_is_left_without_a_word),
    };
    return cmocka_run_group_tests_name("ops.mail_advice", tests, NULL, NULL);
}
