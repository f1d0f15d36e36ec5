/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "ops/compose.h"
#include "ops/deliver.h"
#include "ops/mail_advice.h"

/* What the server said, where, and what to do. */
static str explain(struct arena *a, const struct mail_settings *settings, err e,
                   const struct smtp_result *result)
{
    str advice = mail_advice(e, result);
    if (err_ok(e)) {
        return arena_printf(a, "The mail server took the test mail.\nIts answer: %.*s\n%.*s",
                            STR_ARG(result->reply), STR_ARG(advice));
    }
    if (result->code) {
        return arena_printf(a, "The mail was not taken.\nThe server's answer to %.*s: %.*s\n%.*s",
                            STR_ARG(result->stage), STR_ARG(result->reply), STR_ARG(advice));
    }
    return arena_printf(a, "The mail server could not be used: %.*s (%s)\n%.*s",
                        STR_ARG(result->reply), settings->url, STR_ARG(advice));
}

static err make_letter(struct arena *a, const struct outbox_settings *settings, struct letter *ret)
{
    static const id none = {""};
    struct outbox_row row;
    struct letter letter = {
        .subject = STR("Test mail from Doorward"),
        .heading = STR("Test mail"),
        .intro = STR(
            "This mail was sent by `doorward mail test`. Enquiries from the chat arrive the same way."),
        .closing = STR(
            "Nothing is to be done. If this mail lay in the spam folder, check SPF, DKIM and DMARC of the sender's "
            "domain."),
    };
    /* the way through the outbox's form is part of the test */
    err e = compose_mail(a, settings, &none, "mail.test", &letter, &row);
    return err_ok(e) ? letter_read(a, row.payload, ret) : e;
}

err outbox_mail_test(struct arena *a, const struct outbox_settings *settings, str to,
                     str *ret_reply)
{
    struct letter letter;
    struct smtp_result result = {.reply = STR_EMPTY, .stage = STR("connect")};
    str reason = STR_EMPTY;
    err e = mail_settings_check(a, &settings->mail, &reason);
    if (!err_ok(e)) {
        *ret_reply = reason;
        return e;
    }
    if (to.n && !mail_address_valid(to)) {
        *ret_reply = STR("the address to send to is not valid");
        return err_new(ERR_INVALID, "the address to send to is not valid");
    }
    e = make_letter(a, settings, &letter);
    if (!err_ok(e)) {
        *ret_reply = str_c(e.what);
        return e;
    }
    e = deliver_letter(a, &settings->mail, &letter, to, NULL, &result);
    str text = explain(a, &settings->mail, e, &result);
    *ret_reply = text.p ? text : result.reply;
    return e;
}
