/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/letter.h"

#include "base/bytes.h"
#include "base/utf8.h"

/* ── writing JSON ── */

/* Copies text without control characters other than tab and line ends, as valid UTF-8. */
static void add_clean(struct buf *b, str text)
{
    uint32_t code;
    while (utf8_next(&text, &code)) {
        bool control =
            (code < ' ' && code != '\t' && code != '\n') || (code >= 0x7f && code < 0xa0);
        bool reorders = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
        if (!control && !reorders) {
            utf8_add(b, code);
        }
    }
}

static void add_string(struct buf *b, str text)
{
    struct buf clean;
    buf_init(&clean, LETTER_BYTES_MAX);
    add_clean(&clean, text);
    json_write_str(b, buf_str(&clean));
    b->failed = b->failed ? b->failed : clean.failed;
    buf_done(&clean);
}

static void add_member(struct buf *b, const char *name, str text)
{
    buf_addf(b, "\"%s\":", name);
    add_string(b, text);
    buf_add_byte(b, ',');
}

/* Gives the index of the first line that still fits. */
static size_t first_line(const struct letter *letter)
{
    size_t first = letter->line_count, bytes = 0;
    while (first > 0 && letter->line_count - first < LETTER_LINES_MAX) {
        const struct letter_line *line = &letter->transcript[first - 1];
        bytes += line->who.n + line->text.n;
        if (bytes > LETTER_TRANSCRIPT_MAX) {
            break;
        }
        first--;
    }
    return first;
}

static void add_transcript(struct buf *b, const struct letter *letter)
{
    size_t first = first_line(letter);
    buf_addf(b, "\"cut\":%s,\"transcript\":[", first > 0 || letter->cut ? "true" : "false");
    for (size_t i = first; i < letter->line_count; i++) {
        const struct letter_line *line = &letter->transcript[i];
        buf_add_c(b, i > first ? ",{" : "{");
        add_member(b, "who", line->who);
        add_member(b, "text", line->text);
        buf_addf(b, "\"at\":%lld}", (long long)line->at_ms);
    }
    buf_add_c(b, "],");
}

/* What only letters to one person have. */
static void add_button(struct buf *b, const struct letter *letter)
{
    if (!letter->to.n) {
        return;
    }
    add_member(b, "to", letter->to);
    add_member(b, "button_text", letter->button_text);
    add_member(b, "button_link", letter->button_link);
    buf_add_c(b, "\"button_sealed\":\"");
    bytes_base64(b, letter->button_sealed.p, letter->button_sealed.n);
    buf_addf(b, "\",\"until_ms\":%lld,", (long long)letter->until_ms);
}

err letter_write(struct buf *b, const struct letter *letter)
{
    const struct {
        const char *name;
        str text;
    } texts[] = {
        {"subject", letter->subject},       {"heading", letter->heading},
        {"intro", letter->intro},           {"message", letter->message},
        {"consent", letter->consent},       {"closing", letter->closing},
        {"reply_name", letter->reply_name}, {"reply_address", letter->reply_address},
        {"message_id", letter->message_id},
    };
    buf_add_byte(b, '{');
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        add_member(b, texts[i].name, texts[i].text);
    }
    buf_add_c(b, "\"fields\":[");
    for (size_t i = 0; i < letter->field_count && i < LETTER_FIELDS_MAX; i++) {
        buf_add_c(b, i > 0 ? ",[" : "[");
        add_string(b, letter->fields[i].label);
        buf_add_byte(b, ',');
        add_string(b, letter->fields[i].value);
        buf_add_byte(b, ',');
        add_string(b, letter->fields[i].link);
        buf_add_byte(b, ']');
    }
    buf_add_c(b, "],");
    add_transcript(b, letter);
    buf_add_c(b, "\"only\":[");
    for (size_t i = 0; i < letter->only_count && i < LETTER_ONLY_MAX; i++) {
        buf_add_c(b, i > 0 ? "," : "");
        add_string(b, letter->only[i]);
    }
    buf_add_c(b, "],");
    add_button(b, letter);
    buf_addf(b, "\"date_ms\":%lld}", (long long)letter->date_ms);
    return buf_err(b);
}

/* ── reading JSON ── */

struct reader {
    struct arena *a;
    bool failed, out_of_memory;
};

static str read_string(struct reader *r, const json_t *value)
{
    if (!json_is_string(value)) {
        r->failed = true;
        return STR_EMPTY;
    }
    str copy = arena_str(r->a, str_n(json_string_value(value), json_string_length(value)));
    r->out_of_memory = r->out_of_memory || !copy.p;
    return copy.p ? copy : STR_EMPTY;
}

static int64_t read_number(struct reader *r, const json_t *value)
{
    r->failed = r->failed || !json_is_integer(value);
    return json_integer_value(value);
}

/* Gives room for the items of a list, or NULL when there are none or something is wrong. */
static void *read_list(struct reader *r, const json_t *list, size_t max, size_t item_size,
                       size_t *ret_count)
{
    size_t count = json_array_size(list);
    *ret_count = 0;
    if (!json_is_array(list) || count > max) {
        r->failed = true;
        return NULL;
    }
    void *items = count ? arena_array(r->a, count, item_size) : NULL;
    r->out_of_memory = r->out_of_memory || (count && !items);
    *ret_count = items ? count : 0;
    return items;
}

static void read_fields(struct reader *r, const json_t *list, struct letter *letter)
{
    struct letter_field *fields =
        read_list(r, list, LETTER_FIELDS_MAX, sizeof(*fields), &letter->field_count);
    for (size_t i = 0; i < letter->field_count; i++) {
        const json_t *item = json_array_get(list, i);
        fields[i].label = read_string(r, json_array_get(item, 0));
        fields[i].value = read_string(r, json_array_get(item, 1));
        fields[i].link = read_string(r, json_array_get(item, 2));
    }
    letter->fields = fields;
}

static void read_transcript(struct reader *r, const json_t *list, struct letter *letter)
{
    struct letter_line *lines =
        read_list(r, list, LETTER_LINES_MAX, sizeof(*lines), &letter->line_count);
    for (size_t i = 0; i < letter->line_count; i++) {
        const json_t *item = json_array_get(list, i);
        lines[i].who = read_string(r, json_object_get(item, "who"));
        lines[i].text = read_string(r, json_object_get(item, "text"));
        lines[i].at_ms = read_number(r, json_object_get(item, "at"));
    }
    letter->transcript = lines;
}

static void read_only(struct reader *r, const json_t *list, struct letter *letter)
{
    str *only = read_list(r, list, LETTER_ONLY_MAX, sizeof(*only), &letter->only_count);
    for (size_t i = 0; i < letter->only_count; i++) {
        only[i] = read_string(r, json_array_get(list, i));
    }
    letter->only = only;
}

static void read_button(struct reader *r, const json_t *root, struct letter *letter)
{
    if (!json_object_get(root, "to")) {
        return;
    }
    letter->to = read_string(r, json_object_get(root, "to"));
    letter->button_text = read_string(r, json_object_get(root, "button_text"));
    letter->button_link = read_string(r, json_object_get(root, "button_link"));
    str sealed = read_string(r, json_object_get(root, "button_sealed"));
    err e = bytes_unbase64(r->a, sealed, &letter->button_sealed);
    r->failed = r->failed || e.code == ERR_INVALID;
    r->out_of_memory = r->out_of_memory || e.code == ERR_NO_MEMORY;
    letter->until_ms = read_number(r, json_object_get(root, "until_ms"));
}

err letter_read(struct arena *a, str json, struct letter *ret)
{
    json_t *root;
    struct letter letter = {.cut = false};
    struct reader r = {.a = a};
    err e = json_read_object(json, &root, NULL);
    if (!err_ok(e)) {
        return e;
    }
    const struct {
        const char *name;
        str *text;
    } texts[] = {
        {"subject", &letter.subject},       {"heading", &letter.heading},
        {"intro", &letter.intro},           {"message", &letter.message},
        {"consent", &letter.consent},       {"closing", &letter.closing},
        {"reply_name", &letter.reply_name}, {"reply_address", &letter.reply_address},
        {"message_id", &letter.message_id},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i].text = read_string(&r, json_object_get(root, texts[i].name));
    }
    read_fields(&r, json_object_get(root, "fields"), &letter);
    read_transcript(&r, json_object_get(root, "transcript"), &letter);
    read_only(&r, json_object_get(root, "only"), &letter);
    read_button(&r, root, &letter);
    letter.cut = json_is_true(json_object_get(root, "cut"));
    letter.date_ms = read_number(&r, json_object_get(root, "date_ms"));
    json_decref(root);
    if (r.out_of_memory) {
        return err_new(ERR_NO_MEMORY, "no memory for a mail");
    }
    if (r.failed) {
        return err_new(ERR_INVALID, "the outbox entry is no mail of this program");
    }
    *ret = letter;
    return ERR_NONE;
}
