/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "chat/contact.h"
#include "chat/form.h"
#include "chat/hub.h"

static const struct chat_field fields[] = {
    {STR_INIT("email"), STR_INIT("email"), STR_INIT(""), false},
    {STR_INIT("message"), STR_INIT("textarea"), STR_INIT(""), false},
};

static bool is_known(void *user, str name)
{
    (void)user;
    return str_eq(name, fields[0].name) || str_eq(name, fields[1].name);
}

static err handoff_read(struct arena *a, const json_t *body, struct handoff_row *row,
                        str *ret_details)
{
    struct form form;
    form_init(&form, a, body);
    form_unknown(&form, is_known, NULL);
    row->email = form_field(&form, &fields[0]);
    row->message = form_field(&form, &fields[1]);
    return form_end(&form, ret_details);
}

/* Tells everybody who follows the chat that a person was asked for. */
static void publish(const struct chat_context *context, const id *chat)
{
    if (context->hub) {
        chat_hub_publish(context->hub, chat, STR_EMPTY, STR("handoff"),
                         STR("{\"type\":\"handoff\",\"state\":\"requested\"}"));
    }
}

err handoff_request(const struct chat_context *context, struct arena *a,
                    const struct chat_project *project, const struct chat_row *chat,
                    const json_t *body, const struct idempotency *once, id *ret_handoff,
                    str *ret_details)
{
    struct outbox_transcript_line *lines;
    struct outbox_row *entries;
    size_t line_count, entry_count;
    enum replay replay;
    struct handoff_row row = {
        .id = id_ordered(),
        .project = project->row.id,
        .chat = chat->id,
        .state = STR("requested"),
        .created_ms = clock_wall_ms(),
    };
    err e = handoff_read(a, body, &row, ret_details);
    if (err_ok(e) && str_empty(row.email)) {
        row.email = contact_email(a, chat);
    }
    if (err_ok(e)) {
        e = form_transcript(context, a, chat, &lines, &line_count);
    }
    if (err_ok(e)) {
        e = outbox_for_handoff(a, context->outbox, &project->row, &row, lines, line_count, &entries,
                               &entry_count);
    }
    if (err_ok(e)) {
        e = store_handoff_create(context->store, &row, entries, entry_count, once, &replay,
                                 ret_handoff);
    }
    if (err_ok(e) && context->worker) {
        outbox_worker_wake(context->worker);
    }
    if (err_ok(e) && replay == REPLAY_NEW) {
        publish(context, &chat->id);
    }
    return e;
}
