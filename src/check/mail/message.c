/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/message.h"

struct reader {
    str raw;
    size_t at;
    unsigned line;
    struct message *m;
    struct message_field *fields;
};

static void trouble(struct reader *r, const char *what)
{
    if (!r->m->problem) {
        r->m->problem = what;
        r->m->problem_line = r->line;
    }
}

/* The line at `at` without its end; *ret_next is where the following one starts. */
static str line_at(str raw, size_t at, size_t *ret_next)
{
    size_t lf = str_find_byte(raw, '\n', at);
    size_t end = lf == SIZE_MAX ? raw.n : lf;
    *ret_next = lf == SIZE_MAX ? raw.n : lf + 1;
    return str_slice(raw, at, end > at && lf != SIZE_MAX && raw.p[end - 1] == '\r' ? end - 1 : end);
}

static bool is_space(char c) { return c == ' ' || c == '\t'; }

/* Where the name of a header field ends; 0 when the line starts none. */
static size_t name_length(str line)
{
    size_t n = 0;
    while (n < line.n && line.p[n] > ' ' && line.p[n] != ':' && line.p[n] != 0x7f) {
        n++;
    }
    size_t colon = n;
    while (colon < line.n && is_space(line.p[colon])) {
        colon++;
    }
    return colon < line.n && line.p[colon] == ':' ? n : 0;
}

/* The field that starts at r->at, with its continuation lines. */
static void read_field(struct reader *r, size_t name)
{
    size_t next, from = r->at;
    str line = line_at(r->raw, from, &next);
    size_t end = from + line.n;
    struct message_field *field = &r->fields[r->m->count++];
    field->line = r->line++;
    while (next < r->raw.n && is_space(r->raw.p[next])) {
        size_t at = next;
        line = line_at(r->raw, at, &next);
        if (str_empty(str_trim(line))) {
            trouble(r, "a header field goes on with a line that has nothing but space");
        }
        end = at + line.n;
        r->line++;
    }
    r->at = next;
    field->raw = str_slice(r->raw, from, end);
    field->name = str_slice(field->raw, 0, name);
    field->value = str_slice(field->raw, str_find_byte(field->raw, ':', name) + 1, field->raw.n);
    if (str_find_byte(field->raw, '\0', 0) != SIZE_MAX) {
        trouble(r, "a header field has a NUL");
    }
}

/* Reads over what stands before the first field in saved files. */
static void skip_preamble(struct reader *r)
{
    size_t next;
    if (str_starts(r->raw, STR("\xef\xbb\xbf"))) {
        trouble(r, "a byte order mark stands before the header");
        r->at = 3;
    }
    if (str_starts(str_slice(r->raw, r->at, r->raw.n), STR("From "))) {
        (void)line_at(r->raw, r->at, &next); /* the separator of mbox files */
        r->at = next;
        r->line++;
    }
}

static err read_head(struct reader *r)
{
    while (r->at < r->raw.n) {
        size_t next;
        str line = line_at(r->raw, r->at, &next);
        size_t name = name_length(line);
        if (line.n == 0) {
            r->m->has_body = true;
            r->at = next;
            return ERR_NONE;
        }
        if (r->m->count == MESSAGE_FIELDS_MAX || r->at > MESSAGE_HEAD_MAX) {
            return err_new(ERR_TOO_LARGE, "the message has more than 1,000 header fields or 1 MiB "
                                          "of them");
        }
        if (name > 0) {
            read_field(r, name);
            continue;
        }
        trouble(r, is_space(line.p[0]) ? "a continuation line stands before the first field"
                                       : "a line of the header is no `Name: value`");
        r->at = next;
        r->line++;
    }
    return ERR_NONE;
}

err message_read(struct arena *a, str raw, struct message *ret)
{
    struct message m = {.body = STR_EMPTY};
    struct reader r = {.raw = raw, .line = 1, .m = &m};
    if (raw.n > MESSAGE_BYTES_MAX) {
        return err_new(ERR_TOO_LARGE, "the message is larger than 64 MiB");
    }
    size_t lf = str_find_byte(raw, '\n', 0);
    m.bare_lf = lf != SIZE_MAX && (lf == 0 || raw.p[lf - 1] != '\r');
    r.fields = arena_array(a, MESSAGE_FIELDS_MAX, sizeof *r.fields);
    if (!r.fields) {
        return err_new(ERR_NO_MEMORY, "no memory for the header");
    }
    skip_preamble(&r);
    err e = read_head(&r);
    if (!err_ok(e)) {
        return e;
    }
    if (m.count == 0) {
        return err_new(ERR_INVALID, "the file is no mail message: it has no header fields");
    }
    if (!m.has_body) {
        trouble(&r, "no empty line ends the header");
    }
    m.fields = r.fields;
    m.body = str_slice(raw, r.at, raw.n);
    *ret = m;
    return ERR_NONE;
}

const struct message_field *message_field(const struct message *m, str name, size_t n)
{
    for (size_t i = 0; i < m->count; i++) {
        if (str_ieq(m->fields[i].name, name) && n-- == 0) {
            return &m->fields[i];
        }
    }
    return NULL;
}

size_t message_field_count(const struct message *m, str name)
{
    size_t count = 0;
    while (message_field(m, name, count)) {
        count++;
    }
    return count;
}

str message_unfold(struct arena *a, str value)
{
    char *line = arena_alloc(a, value.n + 1);
    size_t n = 0;
    for (size_t i = 0; line && i < value.n; i++) {
        bool is_end =
            value.p[i] == '\n' || (value.p[i] == '\r' && i + 1 < value.n && value.p[i + 1] == '\n');
        if (!is_end) {
            line[n++] = value.p[i];
        }
    }
    return line ? str_trim(str_n(line, n)) : (str){NULL, 0};
}
