/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/tags.h"

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool is_name(char c, bool first)
{
    char low = str_lower(c);
    return (low >= 'a' && low <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '_'));
}

static bool problem(struct text_problem *ret, size_t at, const char *what)
{
    *ret = (struct text_problem){at, what};
    return false;
}

/* One tag of [at, end). */
static bool read_tag(str text, size_t at, size_t end, struct tags *tags, struct text_problem *ret)
{
    size_t name = at;
    while (name < end && is_space(text.p[name])) {
        name++;
    }
    size_t stop = name;
    while (stop < end && is_name(text.p[stop], stop == name)) {
        stop++;
    }
    size_t equals = stop;
    while (equals < end && is_space(text.p[equals])) {
        equals++;
    }
    if (stop == name) {
        return problem(ret, name, "a tag name is expected here");
    }
    if (equals == end || text.p[equals] != '=') {
        return problem(ret, equals, "a `=` is expected here");
    }
    for (size_t i = equals + 1; i < end; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c < 0x20 && !is_space((char)c)) || c == 0x7f) {
            return problem(ret, i, "a control byte");
        }
    }
    struct tag tag = {.name = str_slice(text, name, stop), .name_at = name};
    if (tags_find(tags, tag.name)) {
        return problem(ret, name, "this tag is there twice");
    }
    if (tags->count == TAGS_MAX) {
        return problem(ret, name, "too many tags");
    }
    tag.value_at = equals + 1;
    while (tag.value_at < end && is_space(text.p[tag.value_at])) {
        tag.value_at++;
    }
    tag.value = str_trim(str_slice(text, tag.value_at, end));
    tags->items[tags->count++] = tag;
    return true;
}

bool tags_read(str text, struct tags *ret, struct text_problem *ret_problem)
{
    ret->count = 0;
    for (size_t at = 0; at < text.n || at == 0;) {
        size_t end = str_find_byte(text, ';', at);
        end = end == SIZE_MAX ? text.n : end;
        bool blank = str_empty(str_trim(str_slice(text, at, end)));
        if (!(blank && end == text.n && ret->count > 0) &&
            !read_tag(text, at, end, ret, ret_problem)) {
            return false;
        }
        at = end + 1;
    }
    return true;
}

const struct tag *tags_find(const struct tags *tags, str name)
{
    for (size_t i = 0; i < tags->count; i++) {
        if (str_eq(tags->items[i].name, name)) {
            return &tags->items[i];
        }
    }
    return NULL;
}

str tags_value(const struct tags *tags, str name)
{
    const struct tag *tag = tags_find(tags, name);
    return tag ? tag->value : STR_EMPTY;
}

bool tags_lists(str values, char separator, str entry)
{
    str field;
    while (str_split(&values, separator, &field)) {
        if (str_ieq(str_trim(field), entry)) {
            return true;
        }
    }
    return false;
}
