/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <stdio.h>

#include "base/utf8.h"

err json_read(str text, json_t **ret, struct json_fault *ret_fault)
{
    json_error_t error;
    json_t *value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value) {
        *ret = value;
        return ERR_NONE;
    }
    if (ret_fault) {
        ret_fault->line = error.line > 0 ? error.line : 1;
        ret_fault->column = error.column > 0 ? error.column : 1;
        /* jansson quotes what it met ("near '…'"): keep its words, drop the quotation. */
        const char *near = strstr(error.text, " near ");
        size_t n = near ? (size_t)(near - error.text) : strlen(error.text);
        (void)snprintf(ret_fault->text, sizeof ret_fault->text, "%.*s", (int)(n < 90 ? n : 90),
                       error.text);
    }
    return err_new(ERR_INVALID, "not valid JSON");
}

err json_read_object(str text, json_t **ret, struct json_fault *ret_fault)
{
    json_t *value;
    err e = json_read(text, &value, ret_fault);
    if (!err_ok(e)) {
        return e;
    }
    if (!json_is_object(value)) {
        json_decref(value);
        if (ret_fault) {
            *ret_fault = (struct json_fault){1, 1, "an object is expected"};
        }
        return err_new(ERR_INVALID, "the JSON text is not an object");
    }
    *ret = value;
    return ERR_NONE;
}

bool json_get_str(const json_t *object, const char *key, str *ret)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value)) {
        return false;
    }
    *ret = (str){json_string_value(value), json_string_length(value)};
    return true;
}

static int json_sink(const char *bytes, size_t n, void *user)
{
    struct buf *b = user;
    buf_add(b, (str){bytes, n});
    return b->failed ? -1 : 0;
}

void json_write(struct buf *b, const json_t *value)
{
    if (json_dump_callback(value, json_sink, b, JSON_COMPACT | JSON_ENCODE_ANY) != 0 &&
        !b->failed) {
        b->failed = ERR_NO_MEMORY;
    }
}

void json_write_str(struct buf *b, str s)
{
    uint32_t code;
    buf_add_byte(b, '"');
    while (utf8_next(&s, &code)) {
        if (code == '"' || code == '\\') {
            buf_add_byte(b, '\\');
            buf_add_byte(b, (char)code);
        } else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == '<' || code == '>' ||
                   code == '&' || utf8_is_hidden(code)) {
            buf_addf(b, "\\u%04x", (unsigned)code);
        } else {
            utf8_add(b, code);
        }
    }
    buf_add_byte(b, '"');
}

const char *json_unknown_member(const json_t *object, const char *const *names)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
        size_t i = 0;
        while (names[i] && strcmp(names[i], key) != 0) {
            i++;
        }
        if (!names[i]) {
            return key;
        }
    }
    return NULL;
}
