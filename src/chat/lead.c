/* SPDX-License-Identifier: Apache-2.0 */
/* A lead is what the visitor gives on purpose: cleaned, validated, never redacted, never in a
 * prompt or log. */
#include "base/clock.h"
#include "chat/contact.h"
#include "chat/form.h"

enum { FIELDS_JSON_MAX = 128 << 10 };

static bool is_known(void *user, str name)
{
    const struct chat_project *project = user;
    bool known = str_eq(name, STR("consent"));
    for (size_t i = 0; i < project->lead_field_count; i++) {
        known = known || str_eq(name, project->lead_fields[i].name);
    }
    return known;
}

/* Puts a value where the row has a place for it, else among the further fields. */
static void lead_set(struct lead_row *lead, struct buf *further, str name, str value)
{
    const struct {
        str name;
        str *place;
    } places[] = {
        {STR("name"), &lead->name},       {STR("email"), &lead->email},
        {STR("phone"), &lead->phone},     {STR("company"), &lead->company},
        {STR("message"), &lead->message},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (str_eq(name, places[i].name)) {
            *places[i].place = value;
            return;
        }
    }
    if (value.n > 0) {
        buf_add_byte(further, further->n ? ',' : '{');
        json_write_str(further, name);
        buf_add_byte(further, ':');
        json_write_str(further, value);
    }
}

static void read_consent(struct form *form, const struct chat_project *project,
                         struct lead_row *lead)
{
    const json_t *consent = json_object_get(form->body, "consent");
    if (consent && !json_is_null(consent) && !json_is_boolean(consent)) {
        form_wrong(form, STR("consent"), "must be true or false");
        return;
    }
    lead->consent = json_is_true(consent);
    lead->consent_text = lead->consent ? project->consent_text : STR_EMPTY;
    if (project->consent_required && !lead->consent) {
        form_wrong(form, STR("consent"), "is required");
    }
}

/* The form's e-mail field is not asked for when the address is known (lead->email). */
static err lead_read(struct arena *a, const struct chat_project *project, const json_t *body,
                     struct lead_row *lead, str *ret_details)
{
    struct form form;
    struct buf further;
    str known = lead->email;
    bool any = known.n > 0;
    form_init(&form, a, body);
    buf_init(&further, FIELDS_JSON_MAX);
    form_unknown(&form, is_known, (void *)(uintptr_t)project);
    for (size_t i = 0; i < project->lead_field_count; i++) {
        struct chat_field field = project->lead_fields[i];
        field.required = field.required && !(known.n > 0 && str_eq(field.name, STR("email")));
        str value = form_field(&form, &field);
        any = any || value.n > 0;
        lead_set(lead, &further, field.name, value);
    }
    lead->email = lead->email.n ? lead->email : known;
    read_consent(&form, project, lead);
    if (!any && form.details.n == 0) {
        form_wrong(&form, project->lead_fields[0].name, "is required");
    }
    if (further.n > 0) {
        buf_add_byte(&further, '}');
        lead->fields = arena_str(a, buf_str(&further));
        if (further.failed || !lead->fields.p) {
            form.e = err_new(ERR_NO_MEMORY, "no memory for the lead");
        }
    }
    buf_done(&further);
    return form_end(&form, ret_details);
}

err lead_submit(const struct chat_context *context, struct arena *a,
                const struct chat_project *project, const struct chat_row *chat, const json_t *body,
                const struct idempotency *once, id *ret_lead, str *ret_details)
{
    struct outbox_transcript_line *lines;
    struct outbox_row *entries;
    size_t line_count, entry_count;
    enum replay replay;
    struct lead_row lead = {
        .id = id_ordered(),
        .project = project->row.id,
        .chat = chat->id,
        .email = contact_email(a, chat),
        .url = chat->url,
        .locale = chat->locale,
        .created_ms = clock_wall_ms(),
    };
    err e = lead_read(a, project, body, &lead, ret_details);
    if (err_ok(e)) {
        e = form_transcript(context, a, chat, &lines, &line_count);
    }
    if (err_ok(e)) {
        e = outbox_for_lead(a, context->outbox, &project->row, &lead, lines, line_count, &entries,
                            &entry_count);
    }
    if (err_ok(e)) {
        e = store_lead_create(context->store, &lead, entries, entry_count, once, &replay, ret_lead);
    }
    if (err_ok(e) && context->worker) {
        outbox_worker_wake(context->worker);
    }
    return e;
}
