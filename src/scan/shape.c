/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/shape.h"

enum {
    NAME_MAX_BYTES = 160, /* the longest that an expression allows, and more: none is so long */
    CLOSERS_MAX = 24,     /* quotes, brackets and an index behind a name */
    SPACE_MAX = 64,
    ELEMENT_AHEAD = 64, /* from a quoted name to the ">" of its element */
};

/* Of a name in any language of the expressions; what is not ASCII counts. */
static bool in_name(char c)
{
    char l = str_lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
           (unsigned char)c >= 0x80;
}

static bool one_of(char c, const char *set) { return c != '\0' && strchr(set, c) != NULL; }

static char at(str text, size_t i) { return i < text.n ? text.p[i] : '\0'; }

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

static size_t skip_name(str text, size_t i, bool colon)
{
    size_t end = text.n - i > NAME_MAX_BYTES ? i + NAME_MAX_BYTES : text.n;
    while (i < end && (in_name(text.p[i]) || (colon && text.p[i] == ':'))) {
        i++;
    }
    return i;
}

static size_t name_start(str text, size_t i, bool colon)
{
    size_t least = i > NAME_MAX_BYTES ? i - NAME_MAX_BYTES : 0;
    while (i > least && (in_name(text.p[i - 1]) || (colon && text.p[i - 1] == ':'))) {
        i--;
    }
    return i;
}

/* name"] = , name: string = , name => , name .= , name "value" */
static bool fits_assignment(str text, size_t to)
{
    size_t i = skip_name(text, to, false), closers = i;
    while (i - closers < CLOSERS_MAX && one_of(at(text, i), "\\\"'`[]0123456789")) {
        i++;
    }
    size_t spaces = i;
    while (i - spaces < SPACE_MAX && (at(text, i) == ' ' || at(text, i) == '\t')) {
        i++;
    }
    /* Behind spaces a type may stand: string, str, []byte, &str, as T. */
    if (one_of(at(text, i), ".+")) {
        return at(text, i + 1) == '=';
    }
    if (at(text, i) == ';') { /* name";s:12:"value": serialised by PHP */
        return str_istarts(str_slice(text, i, text.n), STR(";s:"));
    }
    return one_of(at(text, i), i > spaces ? "=:|?!<{&\"'`[sSaA" : "=:|?!<{&");
}

static bool fits_argument(str text, size_t to)
{
    size_t i = skip_name(text, to, false);
    i += one_of(at(text, i), "\"'");
    size_t spaces = i;
    while (i - spaces < SPACE_MAX && (at(text, i) == ' ' || at(text, i) == '\t')) {
        i++;
    }
    if (!one_of(at(text, i), ",(")) {
        return false;
    }
    spaces = ++i;
    while (i - spaces < SPACE_MAX && is_space(at(text, i))) {
        i++;
    }
    /* Letters before the quote: b"…", @"…", $"…". */
    for (unsigned letters = 0; letters < 2 && !is_quote(at(text, i)); letters++) {
        i += in_name(at(text, i)) || one_of(at(text, i), "@$");
    }
    return is_quote(at(text, i));
}

static bool fits_element(str text, size_t from, size_t to)
{
    size_t start = name_start(text, from, true), end = skip_name(text, to, true);
    char before = start > 0 ? text.p[start - 1] : '\0', after = at(text, end);
    switch (before) {
    case '<':
        return after == '>' || is_space(after);
    case '"':
    case '\'':
        return one_of(after, "\"'") &&
               (is_space(at(text, end + 1)) ||
                str_find_byte(str_slice(text, end, end + ELEMENT_AHEAD), '>', 0) != SIZE_MAX);
    case '>':
        return after == '<';
    default:
        return false;
    }
}

static bool fits_pair(str text, size_t from)
{
    size_t i = name_start(text, from, false);
    i -= i > 0 && one_of(text.p[i - 1], "\"'");
    size_t spaces = i;
    while (i > 0 && spaces - i < SPACE_MAX && is_space(text.p[i - 1])) {
        i--;
    }
    return i > 0 && one_of(text.p[i - 1], ":=");
}

/* A dot may stand in a name ("--web.pw") and before the dash of one. */
static bool fits_option(str text, size_t from)
{
    size_t least = from > NAME_MAX_BYTES ? from - NAME_MAX_BYTES : 0;
    for (size_t i = from;; i--) {
        bool more = i > least && in_name(text.p[i - 1]) && (unsigned char)text.p[i - 1] < 0x80;
        if (at(text, i) == '-' && (!more || text.p[i - 1] == '.')) {
            return true;
        }
        if (!more) {
            return false;
        }
    }
}

bool shape_fits(enum shape shape, str text, size_t from, size_t to)
{
    while (to > from && !in_name(text.p[to - 1])) {
        to--; /* "_pw=": the word of a rule, not of the name */
    }
    switch (shape) {
    case SHAPE_ASSIGNMENT:
        return fits_assignment(text, to);
    case SHAPE_ARGUMENT:
        return fits_argument(text, to);
    case SHAPE_ELEMENT:
        return fits_element(text, from, to);
    case SHAPE_PAIR:
        return fits_pair(text, from);
    case SHAPE_OPTION:
        return fits_option(text, from);
    case SHAPE_NONE:
        break;
    }
    return true;
}
