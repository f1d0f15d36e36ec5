/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/deliver.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "net/mime.h"
#include "ops/compose.h"

/* ── mail ── */

/* The configured recipients, as far as the letter is for them. */
struct recipients {
    struct mail_mailbox boxes[MAIL_RECIPIENTS_MAX];
    str addresses[MAIL_RECIPIENTS_MAX];
    size_t count;
};

static bool is_for(const struct letter *letter, str address)
{
    for (size_t i = 0; i < letter->only_count; i++) {
        if (str_eq(letter->only[i], address)) {
            return true;
        }
    }
    return letter->only_count == 0;
}

static err add_recipient(struct arena *a, str text, const struct letter *letter,
                         struct recipients *to)
{
    struct mail_mailbox box;
    err e = mail_mailbox_parse(a, text, &box);
    if (err_ok(e) && is_for(letter, box.address) && to->count < MAIL_RECIPIENTS_MAX) {
        to->boxes[to->count] = box;
        to->addresses[to->count++] = box.address;
    }
    return e;
}

static err find_recipients(struct arena *a, const struct mail_settings *settings,
                           const struct letter *letter, str only, struct recipients *ret)
{
    ret->count = 0;
    if (only.n) {
        return add_recipient(a, only, letter, ret);
    }
    if (letter->to.n) {
        return add_recipient(a, letter->to, letter, ret);
    }
    err e = ERR_NONE;
    for (unsigned i = 0; err_ok(e) && i < settings->to_count && i < MAIL_RECIPIENTS_MAX; i++) {
        e = add_recipient(a, str_c(settings->to[i]), letter, ret);
    }
    return e;
}

/* Composes the message; its text is in the arena. */
static err compose_message(struct arena *a, const struct letter *letter,
                           const struct mail_mailbox *from, const struct recipients *to, str *ret)
{
    struct buf text, html, message;
    buf_init(&text, LETTER_BYTES_MAX);
    buf_init(&html, 2 * LETTER_BYTES_MAX);
    buf_init(&message, 8 * LETTER_BYTES_MAX);
    str reply = STR_EMPTY;
    err e =
        letter->reply_address.n ? mail_address_ascii(a, letter->reply_address, &reply) : ERR_NONE;
    if (e.code == ERR_INVALID) {
        e = ERR_NONE; /* the letter shows what was left instead of an address */
    }
    e = err_ok(e) ? letter_text(&text, letter) : e;
    e = err_ok(e) ? letter_html(&html, letter) : e;
    if (err_ok(e)) {
        struct mime_mail mail = {
            .message_id = letter->message_id,
            .date_ms = letter->date_ms,
            .from = *from,
            .to = to->boxes,
            .to_count = to->count,
            .reply_to = {letter->reply_name, reply},
            .subject = letter->subject,
            .text = buf_str(&text),
            .html = buf_str(&html),
        };
        e = mime_compose(&message, &mail);
    }
    str kept = err_ok(e) ? arena_str(a, buf_str(&message)) : STR_EMPTY;
    if (err_ok(e) && !kept.p) {
        e = err_new(ERR_NO_MEMORY, "no memory for a mail");
    }
    *ret = err_ok(e) ? kept : *ret;
    buf_done(&message);
    buf_done(&html);
    buf_done(&text);
    return e;
}

static err send_to(struct arena *a, const struct mail_settings *settings,
                   const struct letter *letter, const struct recipients *to,
                   const struct smtp_watch *watch, struct smtp_result *ret)
{
    struct mail_mailbox from;
    str data = STR_EMPTY;
    err e = mail_mailbox_parse(a, str_c(settings->from), &from);
    e = err_ok(e) ? compose_message(a, letter, &from, to, &data) : e;
    *ret = (struct smtp_result){.reply = str_c(e.what), .stage = STR("compose")};
    if (!err_ok(e)) {
        return e;
    }
    struct smtp_message message = {.from = from.address,
                                   .to = to->addresses,
                                   .to_count = to->count,
                                   .data = data,
                                   .watch = watch};
    return smtp_send(a, settings, &message, ret);
}

err deliver_letter(struct arena *a, const struct mail_settings *settings,
                   const struct letter *letter, str to, const struct smtp_watch *watch,
                   struct smtp_result *ret)
{
    struct recipients recipients;
    err e = find_recipients(a, settings, letter, to, &recipients);
    *ret = (struct smtp_result){.reply = str_c(e.what), .stage = STR("compose")};
    return err_ok(e) ? send_to(a, settings, letter, &recipients, watch, ret) : e;
}

/* Makes the entry that goes on trying for the recipients that were refused. */
static void keep_rest(struct arena *a, const struct outbox_settings *settings,
                      const struct outbox_row *row, const struct letter *letter,
                      const struct recipients *to, const struct smtp_result *result,
                      struct deliver_outcome *ret)
{
    struct letter rest = *letter;
    str *only = arena_array(a, MAIL_RECIPIENTS_MAX, sizeof(*only));
    rest.only = only;
    rest.only_count = 0;
    for (size_t i = 0; only && i < to->count; i++) {
        if (result->refused[i]) {
            only[rest.only_count++] = to->addresses[i];
        }
    }
    err e = only ? compose_mail(a, settings, &row->project, row->event.p, &rest, &ret->rest)
                 : err_new(ERR_NO_MEMORY, "no memory for a mail");
    ret->has_rest = err_ok(e);
    if (err_ok(e)) {
        ret->rest.attempts = 1;
        ret->rest.next_ms = ret->rest.created_ms + outbox_backoff_ms(1);
        ret->rest.last_error = STR("the server refused this recipient and took the others");
    } else { /* better a second copy for some than none for others */
        ret->fate = DELIVER_LATER;
        ret->reason = str_c(e.what);
    }
}

/* Completes the link of a letter to one person. */
static err reveal(struct arena *a, const struct outbox_settings *settings, struct letter *letter)
{
    str rest;
    if (!letter->button_sealed.n) {
        return ERR_NONE;
    }
    if (!settings->reveal) {
        return err_new(ERR_UNAVAILABLE, "this process does not have the key to the mail's link");
    }
    err e = settings->reveal(settings->reveal_user, a, letter->to, letter->button_sealed, &rest);
    if (err_ok(e)) {
        letter->button_link =
            arena_printf(a, "%.*s%.*s", STR_ARG(letter->button_link), STR_ARG(rest));
        e = letter->button_link.p ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for a mail");
    }
    return e;
}

static void deliver_mail(struct arena *a, const struct outbox_settings *settings,
                         const struct outbox_row *row, const struct smtp_watch *watch,
                         struct deliver_outcome *ret)
{
    struct letter letter;
    struct recipients to;
    struct smtp_result result;
    if (!settings->mail.url[0]) {
        ret->reason = STR("no mail server is configured any more (mail.url)");
        return;
    }
    err e = letter_read(a, row->payload, &letter);
    e = err_ok(e) ? find_recipients(a, &settings->mail, &letter, STR_EMPTY, &to) : e;
    if (err_ok(e) && letter.until_ms && clock_wall_ms() >= letter.until_ms) {
        ret->fate = DELIVER_DEAD;
        ret->reason = STR("its link is no longer valid");
        return;
    }
    e = err_ok(e) ? reveal(a, settings, &letter) : e;
    if (!err_ok(e)) {
        ret->reason = str_c(e.what);
        ret->permanent = e.code == ERR_INVALID || e.code == ERR_CORRUPT;
        return;
    }
    if (to.count == 0) {
        ret->fate = letter.only_count ? DELIVER_DEAD : DELIVER_LATER;
        ret->reason = STR("its recipients are no longer in mail.to");
        return;
    }
    e = send_to(a, &settings->mail, &letter, &to, watch, &result);
    ret->code = result.code;
    ret->stage = result.stage.p;
    ret->reason = result.reply;
    ret->permanent =
        e.code == ERR_UNAUTHORIZED || e.code == ERR_UNPROCESSABLE || e.code == ERR_INVALID;
    if (err_ok(e)) {
        ret->fate = DELIVER_SENT;
        if (result.refused_count) {
            keep_rest(a, settings, row, &letter, &to, &result, ret);
        }
    }
}

/* ── webhooks ── */

/* The name under which the store remembers that a receiver answered 410; empty when memory ran out.
 */
static str off_name(struct arena *a, str url)
{
    struct buf b;
    struct crypto_digest digest = crypto_sha256(url);
    buf_init(&b, 64);
    buf_add_c(&b, "webhook_off_");
    bytes_hex(&b, digest.bytes, 16);
    str name = arena_str(a, b.failed ? STR_EMPTY : buf_str(&b));
    buf_done(&b);
    return name.p ? name : STR_EMPTY;
}

static const struct webhook_settings *find_webhook(const struct outbox_settings *settings, str url)
{
    for (unsigned i = 0; i < settings->webhook_count; i++) {
        if (str_eq(str_c(settings->webhooks[i].url), url)) {
            return &settings->webhooks[i];
        }
    }
    return NULL;
}

static bool is_off(struct arena *a, struct store *store, str name)
{
    str value;
    return name.n && err_ok(store_meta_get(store, a, name.p, &value)) && str_eq(value, STR("1"));
}

static void deliver_webhook(struct arena *a, struct store *store,
                            const struct outbox_settings *settings, const struct outbox_row *row,
                            struct deliver_outcome *ret)
{
    const struct webhook_settings *webhook = find_webhook(settings, row->target);
    str name = off_name(a, row->target);
    bool off = is_off(a, store, name);
    if (!webhook || (off && row->attempts == 0)) {
        ret->fate = DELIVER_DEAD;
        ret->reason =
            webhook
                ? STR("the receiver answered 410 earlier and wants no more events; `doorward outbox retry` "
                      "tries it again")
                : STR("this webhook is no longer configured");
        return;
    }
    struct webhook_result result;
    err e = webhook_send(a, webhook, settings->allow_private, id_str(&row->id), clock_wall_ms(),
                         row->payload, &result);
    ret->code = (unsigned)result.status;
    ret->stage = "webhook";
    ret->reason = result.reason;
    ret->retry_after_ms = result.retry_after_ms;
    ret->permanent = e.code == ERR_INVALID || e.code == ERR_FORBIDDEN;
    ret->fate = err_ok(e) ? DELIVER_SENT : e.code == ERR_GONE ? DELIVER_DEAD : DELIVER_LATER;
    if (name.n && (e.code == ERR_GONE || (err_ok(e) && off))) {
        err kept = store_meta_set(store, name.p, e.code == ERR_GONE ? STR("1") : STR("0"));
        if (!err_ok(kept)) {
            log_err("outbox", "a webhook's state was not kept", kept);
        }
    }
}

void deliver_entry(struct arena *a, struct store *store, const struct outbox_settings *settings,
                   const struct outbox_row *row, const struct smtp_watch *watch,
                   struct deliver_outcome *ret)
{
    struct deliver_outcome outcome = {
        .fate = DELIVER_LATER, .stage = "prepare", .reason = STR_EMPTY};
    if (str_eq(row->kind, STR("mail"))) {
        deliver_mail(a, settings, row, watch, &outcome);
    } else if (str_eq(row->kind, STR("webhook"))) {
        deliver_webhook(a, store, settings, row, &outcome);
    } else {
        outcome.reason = STR("this version does not know this kind of entry");
    }
    *ret = outcome;
}
