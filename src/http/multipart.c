/* SPDX-License-Identifier: Apache-2.0 */
#include "http/multipart.h"

/* Finds a parameter of a header value: `; name="value"` or `; name=value`; no escapes but \" and
 * \\ are left as they are. */
static bool parameter(str value, str name, str *ret)
{
    size_t at = str_find_byte(value, ';', 0);
    while (at != SIZE_MAX) {
        str rest = str_trim(str_slice(value, at + 1, value.n));
        size_t equals = str_find_byte(rest, '=', 0);
        size_t next = str_find_byte(rest, ';', 0);
        if (equals != SIZE_MAX && (next == SIZE_MAX || equals < next)) {
            str key = str_trim(str_slice(rest, 0, equals));
            str text = str_slice(rest, equals + 1, rest.n);
            size_t end;
            if (text.n && text.p[0] == '"') {
                end = 1;
                while (end < text.n && text.p[end] != '"') {
                    end += text.p[end] == '\\' ? 2 : 1;
                }
                if (end >= text.n) {
                    return false;
                }
                text = str_slice(text, 1, end);
                end += 1 + equals + 1;
            } else {
                end = str_find_byte(text, ';', 0);
                text = str_trim(str_slice(text, 0, end));
                end = end == SIZE_MAX ? rest.n : end + equals + 1;
            }
            if (str_ieq(key, name)) {
                *ret = text;
                return true;
            }
            next = str_find_byte(rest, ';', end);
        }
        at = next == SIZE_MAX ? SIZE_MAX : (size_t)(rest.p - value.p) + next;
    }
    return false;
}

bool multipart_boundary(str content_type, str *ret)
{
    str boundary;
    size_t semicolon = str_find_byte(content_type, ';', 0);
    if (!str_ieq(str_trim(str_slice(content_type, 0, semicolon)), STR("multipart/form-data")) ||
        !parameter(content_type, STR("boundary"), &boundary) || boundary.n == 0 ||
        boundary.n > 70) {
        return false;
    }
    for (size_t i = 0; i < boundary.n; i++) {
        char c = boundary.p[i];
        bool letter = (c >= '0' && c <= '9') || (str_lower(c) >= 'a' && str_lower(c) <= 'z');
        if (!letter && (!c || !strchr("'()+_,-./:=? ", c))) {
            return false;
        }
    }
    *ret = boundary;
    return true;
}

/* The last component of a file name that a browser sent: both kinds of slashes part. */
static str base_name(str name)
{
    for (size_t i = name.n; i-- > 0;) {
        if (name.p[i] == '/' || name.p[i] == '\\') {
            return str_slice(name, i + 1, name.n);
        }
    }
    return name;
}

static err part_headers(str head, struct multipart_part *part)
{
    bool named = false;
    while (head.n) {
        size_t end = str_find(head, STR("\r\n"), 0);
        str line = str_slice(head, 0, end);
        head = end == SIZE_MAX ? STR_EMPTY : str_slice(head, end + 2, head.n);
        size_t colon = str_find_byte(line, ':', 0);
        if (colon == SIZE_MAX || str_has_control(line)) {
            return err_new(ERR_INVALID, "a part of the form has a malformed header");
        }
        str name = str_slice(line, 0, colon), value = str_trim(str_slice(line, colon + 1, line.n));
        if (str_ieq(name, STR("content-type"))) {
            part->content_type = value;
        } else if (str_ieq(name, STR("content-disposition"))) {
            named =
                str_istarts(value, STR("form-data")) && parameter(value, STR("name"), &part->name);
            if (parameter(value, STR("filename"), &part->filename)) {
                part->filename = base_name(part->filename);
            }
        }
    }
    return named ? ERR_NONE : err_new(ERR_INVALID, "a part of the form has no name");
}

err multipart_parse(struct arena *a, str body, str boundary, struct multipart_part **ret,
                    size_t *ret_count)
{
    static const err cut_off = {ERR_INVALID, "the form is cut off"};
    str delimiter = arena_printf(a, "\r\n--%.*s", STR_ARG(boundary));
    struct multipart_part *parts = arena_array(a, MULTIPART_PARTS_MAX, sizeof *parts);
    if (!parts || !delimiter.p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    /* The first delimiter may stand at the very beginning, without its line break. */
    str first = str_slice(delimiter, 2, delimiter.n);
    size_t at = str_starts(body, first) ? first.n : str_find(body, delimiter, 0);
    if (at == SIZE_MAX) {
        return cut_off;
    }
    at = str_starts(body, first) ? at : at + delimiter.n;
    for (size_t count = 0;; count++) {
        str rest = str_slice(body, at, body.n);
        if (str_starts(rest, STR("--"))) {
            *ret = parts;
            *ret_count = count;
            return ERR_NONE;
        }
        if (count == MULTIPART_PARTS_MAX) {
            return err_new(ERR_TOO_LARGE, "the form has too many parts");
        }
        size_t head_end =
            str_find(str_slice(rest, 0, MULTIPART_HEADER_BYTES_MAX), STR("\r\n\r\n"), 0);
        size_t next = str_find(body, delimiter, at);
        if (!str_starts(rest, STR("\r\n")) || head_end == SIZE_MAX || next == SIZE_MAX ||
            at + head_end + 4 > next + 2) {
            return cut_off;
        }
        err e = part_headers(str_slice(rest, 2, head_end < 2 ? 2 : head_end), &parts[count]);
        if (!err_ok(e)) {
            return e;
        }
        size_t content = at + head_end + 4;
        parts[count].content = str_slice(body, content, next > content ? next : content);
        at = next + delimiter.n;
    }
}
