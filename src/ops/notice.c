/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "ops/compose.h"
#include "ops/deliver.h"

static bool is_notice(const struct outbox_row *row)
{
    return str_eq(row->event, STR("mail.failed")) || str_eq(row->event, STR("webhook.failed"));
}

/* mail.failed for webhooks. */
static err mail_failed(struct arena *a, const struct outbox_settings *settings,
                       const struct outbox_row *row, const struct deliver_outcome *outcome,
                       struct outbox_row **ret, size_t *ret_count)
{
    struct clock_text since = clock_rfc3339(row->created_ms);
    struct buf data;
    buf_init(&data, 64 << 10);
    buf_add_byte(&data, '{');
    compose_member(&data, "entry", id_str(&row->id));
    compose_member(&data, "project", id_str(&row->project));
    compose_member(&data, "event", row->event);
    compose_member(&data, "target", row->target);
    compose_member(&data, "reason", outcome->reason);
    compose_member(&data, "since", str_c(since.c));
    buf_addf(&data, ",\"attempts\":%u,\"given_up\":%s}", row->attempts + 1,
             outcome->fate == DELIVER_DEAD ? "true" : "false");
    struct compose_event event = {
        .project = row->project, .event = "mail.failed", .data = buf_str(&data)};
    err e = buf_err(&data);
    e = err_ok(e) ? compose_entries(a, settings, &event, ret, ret_count) : e;
    buf_done(&data);
    return e;
}

/* A mail about a webhook. */
static err webhook_failed(struct arena *a, const struct outbox_settings *settings,
                          const struct outbox_row *row, const struct deliver_outcome *outcome,
                          struct outbox_row **ret, size_t *ret_count)
{
    struct buf since;
    buf_init(&since, 64);
    letter_time(&since, row->created_ms);
    str since_text = arena_str(a, buf_str(&since));
    buf_done(&since);
    bool dead = outcome->fate == DELIVER_DEAD;
    const struct letter_field fields[] = {
        {STR("Receiver"), row->target, STR_EMPTY},
        {STR("What happened"), outcome->reason, STR_EMPTY},
        {STR("Event"), row->event, STR_EMPTY},
        {STR("Waiting since"), since_text.p ? since_text : STR_EMPTY, STR_EMPTY},
        {STR("Reference"), id_str(&row->id), STR_EMPTY},
    };
    struct letter letter = {
        .subject = dead ? STR("A webhook delivery was given up") : STR("Webhook deliveries fail"),
        .heading = dead ? STR("A webhook delivery was given up") : STR("Webhook deliveries fail"),
        .intro = STR(
            "An event could not be handed to one of your systems. The event itself is kept; leads are in "
            "`doorward lead list`."),
        .fields = fields,
        .field_count = sizeof(fields) / sizeof(fields[0]),
        .closing =
            dead
                ? STR("When the receiver works again: doorward outbox retry")
                : STR("It is tried again by itself with growing gaps; `doorward outbox list` shows the state."),
    };
    struct compose_event event = {
        .project = row->project, .event = "webhook.failed", .letter = &letter};
    return compose_entries(a, settings, &event, ret, ret_count);
}

err deliver_notice(struct arena *a, const struct outbox_settings *settings,
                   const struct outbox_row *row, const struct deliver_outcome *outcome,
                   struct outbox_row **ret, size_t *ret_count)
{
    *ret = NULL;
    *ret_count = 0;
    if (is_notice(row)) {
        return ERR_NONE;
    }
    return str_eq(row->kind, STR("mail"))
               ? mail_failed(a, settings, row, outcome, ret, ret_count)
               : webhook_failed(a, settings, row, outcome, ret, ret_count);
}
