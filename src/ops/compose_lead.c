/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>

#include "base/clock.h"
#include "net/url.h"
#include "ops/compose.h"

enum { EXTRA_FIELDS_MAX = 40, BASE_FIELDS_MAX = 12 };

/* Fields of a letter as they are added; the room is for all there can be. */
struct fields {
    struct arena *a;
    struct letter_field list[BASE_FIELDS_MAX + EXTRA_FIELDS_MAX];
    size_t count;
};

static void add_field(struct fields *f, str label, str value, str link)
{
    if (value.n && f->count < sizeof(f->list) / sizeof(f->list[0])) {
        f->list[f->count++] = (struct letter_field){label, value, link.p ? link : STR_EMPTY};
    }
}

/* A link that writes to the address, when it is one. */
static str mail_link(struct arena *a, str email)
{
    str address;
    if (!err_ok(mail_address_ascii(a, email, &address))) {
        return STR_EMPTY;
    }
    struct buf b;
    buf_init(&b, 2048);
    buf_add_c(&b, "mailto:");
    for (size_t i = 0; i < address.n; i++) {
        unsigned char c = (unsigned char)address.p[i];
        if (isalnum(c) || strchr("@.-_", c)) {
            buf_add_byte(&b, (char)c);
        } else {
            buf_addf(&b, "%%%02X", c);
        }
    }
    str link = arena_str(a, b.failed ? STR_EMPTY : buf_str(&b));
    buf_done(&b);
    return link;
}

/* A link that dials the number, when it has the digits of one. */
static str phone_link(struct arena *a, str phone)
{
    char number[32] = "tel:";
    size_t n = 4;
    for (size_t i = 0; i < phone.n && n + 1 < sizeof(number); i++) {
        char c = phone.p[i];
        if (isdigit((unsigned char)c) || (c == '+' && n == 4)) {
            number[n++] = c;
        }
    }
    return n >= 8 ? arena_str(a, str_n(number, n)) : STR_EMPTY;
}

static str page_link(struct arena *a, str page)
{
    struct url url;
    return err_ok(url_parse(a, page, &url)) && !url.user.n ? url_text(a, &url, true) : STR_EMPTY;
}

static str page_host(struct arena *a, str page)
{
    struct url url;
    return err_ok(url_parse(a, page, &url)) ? url.host : STR_EMPTY;
}

/* Adds the members of the lead's further fields, "company_size" as "company size". */
static void add_extra_fields(struct fields *f, str json)
{
    json_t *root;
    const char *key;
    json_t *value;
    if (!json.n || !err_ok(json_read_object(json, &root, NULL))) {
        return;
    }
    json_object_foreach (root, key, value) {
        str label = arena_str(f->a, str_c(key)), text = STR_EMPTY;
        if (json_is_string(value)) {
            text = arena_str(f->a, str_n(json_string_value(value), json_string_length(value)));
        } else {
            struct buf b;
            buf_init(&b, 4096);
            json_write(&b, value);
            text = arena_str(f->a, b.failed ? STR_EMPTY : buf_str(&b));
            buf_done(&b);
        }
        if (label.p && text.p) {
            add_field(f, label, text, STR_EMPTY);
        }
    }
    json_decref(root);
}

static str time_text(struct arena *a, int64_t wall_ms)
{
    struct buf b;
    buf_init(&b, 64);
    letter_time(&b, wall_ms);
    str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text.p ? text : STR_EMPTY;
}

static str project_name(const struct project_row *project)
{
    return project->name.n ? project->name : project->slug;
}

static const struct letter_line *
letter_lines(struct arena *a, const struct outbox_transcript_line *lines, size_t count)
{
    struct letter_line *copy = arena_array(a, count ? count : 1, sizeof(*copy));
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = (struct letter_line){lines[i].who, lines[i].text, lines[i].at_ms};
    }
    return copy;
}

/* What to do next, first of all. */
static str closing_text(struct arena *a, str email, str phone)
{
    str address;
    if (err_ok(mail_address_ascii(a, email, &address))) {
        return arena_printf(a, "To answer, just reply to this mail: your reply goes to %.*s.",
                            STR_ARG(email));
    }
    return phone.n ? arena_printf(a, "No mail address was left; call %.*s.", STR_ARG(phone))
                   : STR("No way to answer was left.");
}

/* ── the data of webhooks ── */

static void data_begin(struct buf *b, const char *kind, const id *own,
                       const struct project_row *project, const id *chat)
{
    buf_add_byte(b, '{');
    compose_member(b, kind, id_str(own));
    buf_addf(b, ",\"project\":{\"uuid\":\"%s\"", project->id.c);
    compose_member(b, "slug", project->slug);
    compose_member(b, "name", project->name);
    buf_add_c(b, "},\"chat\":");
    if (id_none(chat)) {
        buf_add_c(b, "null");
    } else {
        json_write_str(b, id_str(chat));
    }
}

static void data_transcript(struct buf *b, const struct outbox_transcript_line *lines, size_t count)
{
    size_t first = count, bytes = 0;
    while (first > 0 && count - first < LETTER_LINES_MAX &&
           bytes + lines[first - 1].text.n <= LETTER_TRANSCRIPT_MAX) {
        bytes += lines[--first].text.n;
    }
    buf_add_c(b, ",\"transcript\":[");
    for (size_t i = first; i < count; i++) {
        struct clock_text at = clock_rfc3339(lines[i].at_ms);
        buf_add_c(b, i > first ? ",{" : "{");
        compose_member(b, "who", lines[i].who);
        compose_member(b, "text", lines[i].text);
        compose_member(b, "at", str_c(at.c));
        buf_add_byte(b, '}');
    }
    buf_add_byte(b, ']');
}

static void data_end(struct buf *b, int64_t created_ms)
{
    struct clock_text at = clock_rfc3339(created_ms);
    compose_member(b, "created_at", str_c(at.c));
    buf_add_byte(b, '}');
}

static void lead_data(struct buf *b, const struct project_row *project, const struct lead_row *lead,
                      const struct outbox_transcript_line *lines, size_t count)
{
    json_t *fields = NULL;
    data_begin(b, "lead", &lead->id, project, &lead->chat);
    compose_member(b, "name", lead->name);
    compose_member(b, "email", lead->email);
    compose_member(b, "phone", lead->phone);
    compose_member(b, "company", lead->company);
    compose_member(b, "message", lead->message);
    buf_add_c(b, ",\"fields\":");
    if (lead->fields.n && err_ok(json_read_object(lead->fields, &fields, NULL))) {
        json_write(b, fields);
        json_decref(fields);
    } else {
        buf_add_c(b, "{}");
    }
    buf_addf(b, ",\"consent\":%s", lead->consent ? "true" : "false");
    compose_member(b, "consent_text", lead->consent_text);
    compose_member(b, "url", lead->url);
    compose_member(b, "locale", lead->locale);
    data_transcript(b, lines, count);
    data_end(b, lead->created_ms);
}

static void handoff_data(struct buf *b, const struct project_row *project,
                         const struct handoff_row *handoff,
                         const struct outbox_transcript_line *lines, size_t count)
{
    data_begin(b, "handoff", &handoff->id, project, &handoff->chat);
    compose_member(b, "email", handoff->email);
    compose_member(b, "message", handoff->message);
    compose_member(b, "state", handoff->state);
    data_transcript(b, lines, count);
    data_end(b, handoff->created_ms);
}

/* Builds the entries and frees the data's buffer. */
static err finish(struct arena *a, const struct outbox_settings *settings, const id *project,
                  const char *event, const struct letter *letter, struct buf *data,
                  struct outbox_row **ret, size_t *ret_count)
{
    struct compose_event what = {
        .project = *project, .event = event, .letter = letter, .data = buf_str(data)};
    err e = buf_err(data);
    bool whole = letter->transcript && letter->subject.p && letter->intro.p && letter->closing.p;
    if (err_ok(e) && !whole) {
        e = err_new(ERR_NO_MEMORY, "no memory for a notification");
    }
    e = err_ok(e) ? compose_entries(a, settings, &what, ret, ret_count) : e;
    buf_done(data);
    return e;
}

/* ── the two events ── */

err outbox_for_lead(struct arena *a, const struct outbox_settings *settings,
                    const struct project_row *project, const struct lead_row *lead,
                    const struct outbox_transcript_line *transcript, size_t lines,
                    struct outbox_row **ret, size_t *ret_count)
{
    struct fields f = {.a = a};
    add_field(&f, STR("Name"), lead->name, STR_EMPTY);
    add_field(&f, STR("E-mail"), lead->email, mail_link(a, lead->email));
    add_field(&f, STR("Phone"), lead->phone, phone_link(a, lead->phone));
    add_field(&f, STR("Company"), lead->company, STR_EMPTY);
    add_extra_fields(&f, lead->fields);
    add_field(&f, STR("Page"), lead->url, page_link(a, lead->url));
    add_field(&f, STR("Language"), lead->locale, STR_EMPTY);
    add_field(&f, STR("Time"), time_text(a, lead->created_ms), STR_EMPTY);
    add_field(&f, STR("Reference"), id_str(&lead->id), STR_EMPTY);
    str who = lead->name.n      ? lead->name
              : lead->company.n ? lead->company
              : lead->email.n   ? lead->email
                                : lead->phone;
    who = who.n ? who : STR("a visitor");
    str host = page_host(a, lead->url), name = project_name(project);
    str agreed = lead->consent ? lead->consent_text.n ? lead->consent_text : STR("Given.")
                               : STR("Not given.");
    struct letter letter = {
        .subject =
            arena_printf(a, "New enquiry from %.*s \xe2\x80\x93 %.*s", STR_ARG(who), STR_ARG(name)),
        .heading = STR("New enquiry"),
        .intro = host.n ? arena_printf(a, "A visitor of %.*s left their details in the chat.",
                                       STR_ARG(host))
                        : STR("A visitor left their details in the chat."),
        .fields = f.list,
        .field_count = f.count,
        .message = lead->message,
        .consent = agreed,
        .transcript = letter_lines(a, transcript, lines),
        .line_count = lines,
        .closing = closing_text(a, lead->email, lead->phone),
        .reply_name = lead->name,
        .reply_address = lead->email,
    };
    struct buf data;
    buf_init(&data, LETTER_BYTES_MAX);
    lead_data(&data, project, lead, transcript, lines);
    return finish(a, settings, &project->id, "lead.created", &letter, &data, ret, ret_count);
}

err outbox_for_handoff(struct arena *a, const struct outbox_settings *settings,
                       const struct project_row *project, const struct handoff_row *handoff,
                       const struct outbox_transcript_line *transcript, size_t lines,
                       struct outbox_row **ret, size_t *ret_count)
{
    struct fields f = {.a = a};
    add_field(&f, STR("E-mail"), handoff->email, mail_link(a, handoff->email));
    add_field(&f, STR("Time"), time_text(a, handoff->created_ms), STR_EMPTY);
    add_field(&f, STR("Reference"), id_str(&handoff->id), STR_EMPTY);
    str who = handoff->email.n ? handoff->email : STR("A visitor");
    struct letter letter = {
        .subject = arena_printf(a, "%.*s asks for a person \xe2\x80\x93 %.*s", STR_ARG(who),
                                STR_ARG(project_name(project))),
        .heading = STR("A visitor asks for a person"),
        .intro = arena_printf(a, "Somebody in the chat of %.*s wants to talk to a person.",
                              STR_ARG(project_name(project))),
        .fields = f.list,
        .field_count = f.count,
        .message = handoff->message,
        .transcript = letter_lines(a, transcript, lines),
        .line_count = lines,
        .closing = closing_text(a, handoff->email, STR_EMPTY),
        .reply_address = handoff->email,
    };
    struct buf data;
    buf_init(&data, LETTER_BYTES_MAX);
    handoff_data(&data, project, handoff, transcript, lines);
    return finish(a, settings, &project->id, "handoff.requested", &letter, &data, ret, ret_count);
}
