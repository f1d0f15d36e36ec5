/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/compose.h"

#include "base/clock.h"
#include "net/url.h"

static err out_of_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for an outbox entry"); }

struct outbox_settings outbox_settings_default(void)
{
    return (struct outbox_settings){
        .mail = mail_settings_default(),
        .give_up_ms = 3U * 24 * 3600 * 1000,
    };
}

void compose_member(struct buf *b, const char *name, str value)
{
    if (b->n > 0 && b->p[b->n - 1] != '{') {
        buf_add_byte(b, ',');
    }
    buf_addf(b, "\"%s\":", name);
    json_write_str(b, value);
}

/* Moves a buffer's text into the arena and frees the buffer. */
static err keep(struct arena *a, struct buf *b, str *ret)
{
    err e = buf_err(b);
    str text = err_ok(e) ? arena_str(a, buf_str(b)) : STR_EMPTY;
    buf_done(b);
    if (!err_ok(e) || !text.p) {
        return err_ok(e) ? out_of_memory() : e;
    }
    *ret = text;
    return ERR_NONE;
}

/* The part of a Message-ID behind the @: the server's own name, or that of the sender's domain. */
static err message_domain(struct arena *a, const struct outbox_settings *settings, str *ret)
{
    struct url url;
    struct mail_mailbox from;
    if (settings->origin[0] && err_ok(url_parse(a, str_c(settings->origin), &url)) &&
        !url.host_is_ip) {
        *ret = url.host;
        return ERR_NONE;
    }
    err e = mail_mailbox_parse(a, str_c(settings->mail.from), &from);
    if (err_ok(e)) {
        size_t at = str_find_byte(from.address, '@', 0);
        *ret = str_slice(from.address, at + 1, from.address.n);
    }
    return e;
}

static struct outbox_row new_row(const id *project, const char *kind, const char *event)
{
    int64_t now = clock_wall_ms();
    return (struct outbox_row){
        .id = id_ordered(),
        .project = *project,
        .kind = str_c(kind),
        .event = str_c(event),
        .state = STR("pending"),
        .last_error = STR_EMPTY,
        .created_ms = now,
        .next_ms = now,
    };
}

err compose_mail(struct arena *a, const struct outbox_settings *settings, const id *project,
                 const char *event, const struct letter *letter, struct outbox_row *ret)
{
    struct outbox_row row = new_row(project, "mail", event);
    struct letter copy = *letter;
    str domain;
    err e = message_domain(a, settings, &domain);
    if (err_ok(e) && !copy.message_id.n) {
        copy.message_id = arena_printf(a, "%s@%.*s", row.id.c, STR_ARG(domain));
        copy.date_ms = row.created_ms;
    }
    unsigned count = copy.to.n         ? 1
                     : copy.only_count ? (unsigned)copy.only_count
                                       : settings->mail.to_count;
    str first = copy.to.n ? copy.to : copy.only_count ? copy.only[0] : str_c(settings->mail.to[0]);
    row.target = count > 1 ? arena_printf(a, "%.*s and %u more", STR_ARG(first), count - 1)
                           : arena_str(a, first);
    if (!err_ok(e) || !copy.message_id.p || !row.target.p) {
        return err_ok(e) ? out_of_memory() : e;
    }
    struct buf b;
    buf_init(&b, LETTER_BYTES_MAX);
    e = letter_write(&b, &copy);
    if (!err_ok(e)) {
        buf_done(&b);
        return e;
    }
    e = keep(a, &b, &row.payload);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

/* Makes one webhook entry: the body as it will be posted. */
static err compose_webhook(struct arena *a, const struct webhook_settings *webhook,
                           const struct compose_event *event, struct outbox_row *ret)
{
    struct outbox_row row = new_row(&event->project, "webhook", event->event);
    struct clock_text at = clock_rfc3339(row.created_ms);
    struct buf b;
    buf_init(&b, LETTER_BYTES_MAX);
    buf_addf(&b, "{\"type\":\"%s\",\"timestamp\":\"%s\",\"data\":%.*s}", event->event, at.c,
             STR_ARG(event->data));
    err e = keep(a, &b, &row.payload);
    row.target = arena_str(a, str_c(webhook->url));
    if (err_ok(e) && !row.target.p) {
        e = out_of_memory();
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err compose_entries(struct arena *a, const struct outbox_settings *settings,
                    const struct compose_event *event, struct outbox_row **ret, size_t *ret_count)
{
    size_t count = 0;
    unsigned webhooks = event->data.n ? settings->webhook_count : 0;
    struct outbox_row *rows = arena_array(a, 1 + (size_t)webhooks, sizeof(*rows));
    err e = rows ? ERR_NONE : out_of_memory();
    if (err_ok(e) && event->letter && settings->mail.url[0] && settings->mail.to_count > 0) {
        e = compose_mail(a, settings, &event->project, event->event, event->letter, &rows[count]);
        count += err_ok(e) ? 1 : 0;
    }
    for (unsigned i = 0; err_ok(e) && i < webhooks; i++) {
        e = compose_webhook(a, &settings->webhooks[i], event, &rows[count]);
        count += err_ok(e) ? 1 : 0;
    }
    if (err_ok(e)) {
        *ret = rows;
        *ret_count = count;
    }
    return e;
}

err outbox_for_event(struct arena *a, const struct outbox_settings *settings, const id *project,
                     const char *event, str data_json, struct outbox_row **ret, size_t *ret_count)
{
    json_t *data;
    err e = json_read_object(data_json, &data, NULL);
    if (!err_ok(e)) {
        return e;
    }
    json_decref(data);
    struct compose_event what = {.project = *project, .event = event, .data = data_json};
    return compose_entries(a, settings, &what, ret, ret_count);
}
