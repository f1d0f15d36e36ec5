/* SPDX-License-Identifier: Apache-2.0 */
/* What a project's settings may say: one table of members, read with defaults and answered in
 * public. */
#include "chat/chat.h"

#include "base/utf8.h"

enum {
    SUGGESTED_MAX = 12,
    FIELDS_MAX = 20,
    TEXT_MAX = 200,       /* characters of a name, label or question */
    LONG_TEXT_MAX = 4000, /* of terms, consent, instructions, greeting */
    URL_MAX = 2000,
    MESSAGE_CHARS_DEFAULT = 2000,
};

/* ── checks with a reason ── */

struct loader {
    struct arena *arena;
    str reason; /* the first one */
    err e;
};

static void refuse(struct loader *l, const char *member, const char *why)
{
    if (err_ok(l->e)) {
        l->reason = arena_printf(l->arena, "%s %s", member, why);
        l->e = err_new(ERR_UNPROCESSABLE, "the project's settings are not valid");
    }
}

static void refuse_unknown(struct loader *l, const json_t *object, const char *inside,
                           const char *const *names)
{
    const char *unknown = json_unknown_member(object, names);
    if (unknown && err_ok(l->e)) {
        str name = utf8_cut(str_c(unknown), 60);
        l->reason = arena_printf(l->arena, "%s%s%.*s is not a setting", inside, *inside ? "." : "",
                                 STR_ARG(name));
        l->e = err_new(ERR_UNPROCESSABLE, "the project's settings are not valid");
    }
}

/* A text of at most `max` characters without control bytes except tab and line feed; null is the
 * default. */
static str read_text(struct loader *l, const json_t *object, const char *key, const char *member,
                     size_t max, str fallback)
{
    str text;
    const json_t *value = json_object_get(object, key);
    if (!value || json_is_null(value)) {
        return fallback;
    }
    if (!json_get_str(object, key, &text)) {
        refuse(l, member, "must be a text");
        return fallback;
    }
    for (size_t i = 0; i < text.n; i++) {
        if (((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n' && text.p[i] != '\t') ||
            text.p[i] == 0x7f) {
            refuse(l, member, "must not have control characters");
            return fallback;
        }
    }
    if (utf8_count(text) > max) {
        refuse(l, member, "is too long");
        return fallback;
    }
    return text;
}

static bool read_bool(struct loader *l, const json_t *object, const char *key, const char *member,
                      bool fallback)
{
    const json_t *value = json_object_get(object, key);
    if (value && !json_is_null(value) && !json_is_boolean(value)) {
        refuse(l, member, "must be true or false");
    }
    return json_is_boolean(value) ? json_boolean_value(value) : fallback;
}

static const json_t *read_object(struct loader *l, const json_t *settings, const char *key)
{
    const json_t *value = json_object_get(settings, key);
    if (value && !json_is_null(value) && !json_is_object(value)) {
        refuse(l, key, "must be an object or null");
        return NULL;
    }
    return json_is_object(value) ? value : NULL;
}

/* http and https only: it becomes a link on other people's pages. */
static str read_url(struct loader *l, const json_t *object, const char *key, const char *member)
{
    str url = read_text(l, object, key, member, URL_MAX, STR_EMPTY);
    bool web = str_istarts(url, STR("https://")) || str_istarts(url, STR("http://"));
    if (url.n > 0 && (!web || str_has_control(url) || str_find_byte(url, ' ', 0) != SIZE_MAX)) {
        refuse(l, member, "must be a URL that begins with https:// or http://");
    }
    return url;
}

/* ── the members ── */

static void load_suggested(struct loader *l, struct chat_project *p)
{
    const json_t *list = json_object_get(p->settings, "suggested_questions");
    size_t count = json_array_size(list);
    if (list && !json_is_null(list) && (!json_is_array(list) || count > SUGGESTED_MAX)) {
        refuse(l, "suggested_questions", "must be a list of at most 12 texts");
        return;
    }
    str *texts = arena_array(l->arena, count ? count : 1, sizeof *texts);
    for (size_t i = 0; texts && i < count; i++) {
        const json_t *item = json_array_get(list, i);
        texts[i] = (str){json_string_value(item), json_string_length(item)};
        if (!json_is_string(item) || texts[i].n == 0 || utf8_count(texts[i]) > TEXT_MAX) {
            refuse(l, "suggested_questions", "must hold texts of 1 to 200 characters");
            return;
        }
    }
    p->suggested = texts;
    p->suggested_count = texts ? count : 0;
    if (!texts) {
        l->e = err_new(ERR_NO_MEMORY, "no memory for the project's settings");
    }
}

static void load_terms(struct loader *l, struct chat_project *p)
{
    static const char *const names[] = {"text", "url", "version", NULL};
    const json_t *terms = read_object(l, p->settings, "terms");
    if (!terms) {
        return;
    }
    refuse_unknown(l, terms, "terms", names);
    p->terms_text = read_text(l, terms, "text", "terms.text", LONG_TEXT_MAX, STR_EMPTY);
    p->terms_url = read_url(l, terms, "url", "terms.url");
    const json_t *number = json_object_get(terms, "version");
    p->terms_version = json_is_integer(number)
                           ? arena_printf(l->arena, "%lld", (long long)json_integer_value(number))
                           : read_text(l, terms, "version", "terms.version", 64, STR("1"));
    if (p->terms_text.n == 0 && p->terms_url.n == 0) {
        refuse(l, "terms", "needs a text or a url");
    }
    if (str_empty(p->terms_version)) {
        refuse(l, "terms.version", "must not be empty");
    }
}

static bool is_field_name(str s)
{
    bool sound = s.n >= 1 && s.n <= 40 && s.p[0] >= 'a' && s.p[0] <= 'z';
    for (size_t i = 0; i < s.n && sound; i++) {
        char c = s.p[i];
        sound = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return sound && !str_eq(s, STR("consent"));
}

static void load_field(struct loader *l, const json_t *item, struct chat_field *field)
{
    static const char *const names[] = {"name", "type", "label", "required", NULL};
    static const char *const types[] = {"text", "email", "tel", "textarea"};
    refuse_unknown(l, item, "lead_form.fields[]", names);
    field->name = read_text(l, item, "name", "lead_form.fields[].name", TEXT_MAX, STR_EMPTY);
    str type = str_eq(field->name, STR("email"))     ? STR("email")
               : str_eq(field->name, STR("phone"))   ? STR("tel")
               : str_eq(field->name, STR("message")) ? STR("textarea")
                                                     : STR("text");
    field->type = read_text(l, item, "type", "lead_form.fields[].type", TEXT_MAX, type);
    field->label = read_text(l, item, "label", "lead_form.fields[].label", TEXT_MAX, STR_EMPTY);
    field->required = read_bool(l, item, "required", "lead_form.fields[].required", false);
    bool known = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        known = known || str_eq(field->type, str_c(types[i]));
    }
    if (!known) {
        refuse(l, "lead_form.fields[].type", "must be text, email, tel or textarea");
    }
    if (!is_field_name(field->name)) {
        refuse(l, "lead_form.fields[].name", "must be a word of a-z, 0-9 and _ (not \"consent\")");
    }
    if (str_eq(field->name, STR("email")) != str_eq(field->type, STR("email")) &&
        str_eq(field->name, STR("email"))) {
        refuse(l, "lead_form.fields[].type", "of the field email must be email");
    }
}

static const struct chat_field default_fields[] = {
    {STR_INIT("name"), STR_INIT("text"), STR_INIT(""), false},
    {STR_INIT("email"), STR_INIT("email"), STR_INIT(""), true},
    {STR_INIT("phone"), STR_INIT("tel"), STR_INIT(""), false},
    {STR_INIT("company"), STR_INIT("text"), STR_INIT(""), false},
    {STR_INIT("message"), STR_INIT("textarea"), STR_INIT(""), false},
};

static void load_fields(struct loader *l, struct chat_project *p, const json_t *list)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0 || count > FIELDS_MAX) {
        refuse(l, "lead_form.fields", "must be a list of 1 to 20 fields");
        return;
    }
    struct chat_field *fields = arena_array(l->arena, count, sizeof *fields);
    if (!fields) {
        l->e = err_new(ERR_NO_MEMORY, "no memory for the project's settings");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!json_is_object(json_array_get(list, i))) {
            refuse(l, "lead_form.fields", "must hold objects");
            return;
        }
        load_field(l, json_array_get(list, i), &fields[i]);
        for (size_t k = 0; k < i; k++) {
            if (str_eq(fields[k].name, fields[i].name)) {
                refuse(l, "lead_form.fields", "has a name twice");
            }
        }
    }
    p->lead_fields = fields;
    p->lead_field_count = count;
}

static void load_lead_form(struct loader *l, struct chat_project *p)
{
    static const char *const form_names[] = {"fields", "consent", NULL};
    static const char *const consent_names[] = {"text", "required", NULL};
    const json_t *form = read_object(l, p->settings, "lead_form");
    p->lead_fields = default_fields;
    p->lead_field_count = sizeof default_fields / sizeof *default_fields;
    p->consent_text = STR("You may use these details to answer my request.");
    p->consent_required = true;
    if (!form) {
        return;
    }
    refuse_unknown(l, form, "lead_form", form_names);
    const json_t *fields = json_object_get(form, "fields"),
                 *consent = json_object_get(form, "consent");
    if (fields && !json_is_null(fields)) {
        load_fields(l, p, fields);
    }
    if (json_is_null(consent)) { /* the owner asks for none, knowingly */
        p->consent_text = STR_EMPTY;
        p->consent_required = false;
    } else if (json_is_object(consent)) {
        refuse_unknown(l, consent, "lead_form.consent", consent_names);
        p->consent_text =
            read_text(l, consent, "text", "lead_form.consent.text", LONG_TEXT_MAX, p->consent_text);
        p->consent_required = read_bool(l, consent, "required", "lead_form.consent.required", true);
    } else if (consent) {
        refuse(l, "lead_form.consent", "must be an object or null");
    }
}

static void load_theme(struct loader *l, struct chat_project *p)
{
    static const char *const names[] = {"accent", NULL};
    const json_t *theme = read_object(l, p->settings, "theme");
    if (!theme) {
        return;
    }
    refuse_unknown(l, theme, "theme", names);
    p->accent = read_text(l, theme, "accent", "theme.accent", TEXT_MAX, STR_EMPTY);
    bool sound = p->accent.n == 0 || (p->accent.n == 7 && p->accent.p[0] == '#');
    for (size_t i = 1; i < p->accent.n && sound; i++) {
        sound = strchr("0123456789abcdefABCDEF", p->accent.p[i]) != NULL;
    }
    if (!sound) {
        refuse(l, "theme.accent", "must be a colour such as #1f6feb");
    }
}

static void load_numbers(struct loader *l, struct chat_project *p)
{
    const json_t *max = json_object_get(p->settings, "message_chars_max");
    p->message_chars_max = MESSAGE_CHARS_DEFAULT;
    if (!max || json_is_null(max)) {
        return;
    }
    json_int_t n = json_integer_value(max);
    if (!json_is_integer(max) || n < 50 || n > CHAT_MESSAGE_CHARS_MAX) {
        refuse(l, "message_chars_max", "must be a number from 50 to 4000");
        return;
    }
    p->message_chars_max = (unsigned)n;
}

static void load_all(struct loader *l, struct chat_project *p)
{
    static const char *const names[] = {
        "initial_message", "suggested_questions", "terms", "lead_form", "theme", "whitelabel",
        "instructions",    "message_chars_max",   NULL};
    refuse_unknown(l, p->settings, "", names);
    p->initial_message =
        read_text(l, p->settings, "initial_message", "initial_message", LONG_TEXT_MAX, STR_EMPTY);
    p->instructions =
        read_text(l, p->settings, "instructions", "instructions", LONG_TEXT_MAX, STR_EMPTY);
    p->whitelabel = read_bool(l, p->settings, "whitelabel", "whitelabel", false);
    load_suggested(l, p);
    load_terms(l, p);
    load_lead_form(l, p);
    load_theme(l, p);
    load_numbers(l, p);
}

err chat_project_load(struct arena *a, const struct project_row *row, struct chat_project *ret,
                      str *ret_reason)
{
    struct chat_project project = {.row = *row};
    struct loader loader = {.arena = a, .e = ERR_NONE};
    struct json_fault fault;
    err e = json_read_object(str_empty(row->settings) ? STR("{}") : row->settings,
                             &project.settings, &fault);
    if (!err_ok(e)) {
        *ret_reason = arena_printf(a, "the settings are not JSON: line %d, column %d: %s",
                                   fault.line, fault.column, fault.text);
        return err_new(ERR_UNPROCESSABLE, "the project's settings are not valid");
    }
    load_all(&loader, &project);
    if (!err_ok(loader.e)) {
        chat_project_done(&project);
        *ret_reason = loader.reason.p ? loader.reason : STR_EMPTY;
        return loader.e;
    }
    *ret = project;
    return ERR_NONE;
}

void chat_project_done(struct chat_project *project)
{
    json_decref(project->settings);
    project->settings = NULL;
}

str chat_project_default_settings(void)
{
    return STR(
        "{\"initial_message\":\"\",\"suggested_questions\":[],\"terms\":null,\"lead_form\":{\"fields\":["
        "{\"name\":\"name\"},{\"name\":\"email\",\"required\":true},{\"name\":\"phone\"},"
        "{\"name\":\"company\"},{\"name\":\"message\"}],"
        "\"consent\":{\"text\":\"You may use these details to answer my request.\",\"required\":true}},"
        "\"theme\":{\"accent\":\"\"},\"whitelabel\":false}");
}

/* ── in public ── */

static void member(struct buf *b, const char *before, str value)
{
    buf_add_c(b, before);
    json_write_str(b, value);
}

static void add_lead_form(struct buf *b, const struct chat_project *p)
{
    buf_add_c(b, ",\"lead_form\":{\"fields\":[");
    for (size_t i = 0; i < p->lead_field_count; i++) {
        member(b, i ? ",{\"name\":" : "{\"name\":", p->lead_fields[i].name);
        member(b, ",\"type\":", p->lead_fields[i].type);
        member(b, ",\"label\":", p->lead_fields[i].label);
        buf_addf(b, ",\"required\":%s}", p->lead_fields[i].required ? "true" : "false");
    }
    buf_add_c(b, "],\"consent\":");
    if (p->consent_text.n > 0) {
        member(b, "{\"text\":", p->consent_text);
        buf_addf(b, ",\"required\":%s}", p->consent_required ? "true" : "false");
    } else {
        buf_add_c(b, "null");
    }
    buf_add_byte(b, '}');
}

static void add_terms(struct buf *b, const struct chat_project *p)
{
    if (p->terms_version.n == 0) {
        buf_add_c(b, ",\"terms\":null");
        return;
    }
    member(b, ",\"terms\":{\"text\":", p->terms_text);
    member(b, ",\"url\":", p->terms_url);
    member(b, ",\"version\":", p->terms_version);
    buf_add_byte(b, '}');
}

err chat_project_public_json(struct buf *b, const struct chat_project *p)
{
    member(b, "{\"slug\":", p->row.slug);
    member(b, ",\"name\":", p->row.name);
    buf_addf(b, ",\"whitelabel\":%s,\"suggested_questions\":[", p->whitelabel ? "true" : "false");
    for (size_t i = 0; i < p->suggested_count; i++) {
        member(b, i ? "," : "", p->suggested[i]);
    }
    member(b, "],\"initial_message\":", p->initial_message);
    /* Members that clients of this protocol read; filters, thinking and MCP are not offered yet. */
    buf_add_c(b,
              ",\"filters\":[],\"think_mode\":false,\"mcp_enabled\":false,\"mcp_server_name\":\"\","
              "\"mcp_metadata_tag\":\"\"");
    add_terms(b, p);
    add_lead_form(b, p);
    buf_add_c(b, ",\"theme\":{\"accent\":");
    if (p->accent.n > 0) {
        json_write_str(b, p->accent);
    } else {
        buf_add_c(b, "null");
    }
    buf_addf(b, "},\"challenge\":null,\"message_chars_max\":%u}", p->message_chars_max);
    return buf_err(b);
}
