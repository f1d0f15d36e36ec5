/* SPDX-License-Identifier: Apache-2.0 */
#include "chat/form.h"

#include "guard/text.h"
#include "net/smtp.h"

enum {
    TEXT_MAX = 200,
    AREA_MAX = 4000,
    PHONE_MAX = 40,
    DETAILS_MAX = 16 << 10,
    TRANSCRIPT_MAX = 200
};

void form_init(struct form *form, struct arena *a, const json_t *body)
{
    *form = (struct form){.arena = a, .body = body, .e = ERR_NONE};
    buf_init(&form->details, DETAILS_MAX);
}

void form_wrong(struct form *form, str field, const char *what)
{
    buf_add_c(&form->details, form->details.n ? "," : "");
    json_write_str(&form->details, field);
    buf_add_byte(&form->details, ':');
    json_write_str(&form->details, str_c(what));
}

/* Digits with what people put between them; 5 to 15 digits (ITU-T E.164). */
static bool is_phone(str s)
{
    unsigned digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9') {
            digits++;
        } else if (!strchr(" -./()", c) && !(c == '+' && i == 0) && !(c == 'x' && digits > 4)) {
            return false;
        }
    }
    return digits >= 5 && digits <= 20 && s.n <= PHONE_MAX;
}

static str cleaned(struct form *form, const struct chat_field *field, str raw)
{
    bool area = str_eq(field->type, STR("textarea"));
    str text;
    err e = guard_text_clean(form->arena, raw, area ? AREA_MAX : TEXT_MAX, &text);
    if (e.code == ERR_TOO_LARGE) {
        form_wrong(form, field->name,
                   area ? "must have at most 4,000 characters"
                        : "must have at most 200 characters");
        return STR_EMPTY;
    }
    if (e.code == ERR_INVALID) {
        form_wrong(form, field->name, "is not valid text");
        return STR_EMPTY;
    }
    if (!err_ok(e)) {
        form->e = e;
        return STR_EMPTY;
    }
    return text;
}

str form_field(struct form *form, const struct chat_field *field)
{
    str name = arena_str(form->arena, field->name); /* NUL-terminated */
    str raw = STR_EMPTY;
    const json_t *value = name.p ? json_object_get(form->body, name.p) : NULL;
    if (!name.p) {
        form->e = err_new(ERR_NO_MEMORY, "no memory for the form");
        return STR_EMPTY;
    }
    if (value && !json_is_null(value) && !json_get_str(form->body, name.p, &raw)) {
        form_wrong(form, name, "must be a text");
        return STR_EMPTY;
    }
    str text = raw.n ? cleaned(form, field, raw) : STR_EMPTY;
    bool line = !str_eq(field->type, STR("textarea"));
    if (raw.n > 0 && text.n > 0 && line && str_has_control(text)) {
        form_wrong(form, name, "must be one line");
        return STR_EMPTY;
    }
    if (text.n == 0) {
        bool said = raw.n > 0 && form->details.n > 0;
        if (field->required && !said) {
            form_wrong(form, name, "is required");
        }
        return STR_EMPTY;
    }
    if (str_eq(field->type, STR("email")) && !mail_address_valid(text)) {
        form_wrong(form, name, "is not an e-mail address");
    } else if (str_eq(field->type, STR("tel")) && !is_phone(text)) {
        form_wrong(form, name, "is not a telephone number");
    }
    return text;
}

void form_unknown(struct form *form, bool (*known)(void *user, str name), void *user)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)form->body, key, value) {
        if (!known(user, str_c(key))) {
            form_wrong(form, str_slice(str_c(key), 0, 60), "is not a field of this form");
        }
    }
}

err form_end(struct form *form, str *ret_details)
{
    err e = form->e;
    if (err_ok(e) && form->details.n > 0) {
        str details = form->details.failed
                          ? STR("{}")
                          : arena_printf(form->arena, "{%.*s}", STR_ARG(buf_str(&form->details)));
        e = err_new(ERR_UNPROCESSABLE, "some fields are not right");
        *ret_details = details.p ? details : STR("{}");
    }
    buf_done(&form->details);
    return e;
}

err form_transcript(const struct chat_context *context, struct arena *a,
                    const struct chat_row *chat, struct outbox_transcript_line **ret,
                    size_t *ret_count)
{
    struct message_row *rows;
    size_t count, n = 0;
    err e = store_message_recent(context->store, a, &chat->project, &chat->id, TRANSCRIPT_MAX,
                                 &rows, &count);
    if (!err_ok(e)) {
        return e;
    }
    struct outbox_transcript_line *lines = arena_array(a, count + 1, sizeof *lines);
    if (!lines) {
        return err_new(ERR_NO_MEMORY, "no memory for the transcript");
    }
    for (size_t i = 0; i < count; i++) {
        static const char *const who[] = {
            [MESSAGE_VISITOR] = "Visitor", [MESSAGE_AI] = "Assistant", [MESSAGE_STAFF] = "Staff"};
        if (rows[i].author != MESSAGE_SYSTEM) {
            lines[n++] = (struct outbox_transcript_line){.who = str_c(who[rows[i].author]),
                                                         .text = rows[i].content,
                                                         .at_ms = rows[i].created_ms};
        }
    }
    *ret = lines;
    *ret_count = n;
    return ERR_NONE;
}
