/* SPDX-License-Identifier: Apache-2.0 */
/* Characters that are written otherwise: escapes, entities, literals set together. */
#include "base/bytes.h"
#include "base/utf8.h"
#include "scan/decode.h"

enum { ENTITY_MAX = 10, GAP_MAX = 400 };

/* Reads `digits` hex digits at `at`. */
static bool read_hex(str s, size_t at, size_t digits, uint32_t *ret)
{
    uint32_t code = 0;
    if (at > s.n || s.n - at < digits) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        int digit = bytes_hex_digit(s.p[at + i]);
        if (digit < 0) {
            return false;
        }
        code = code << 4 | (uint32_t)digit;
    }
    *ret = code;
    return true;
}

/* "\u{1f600}": up to six digits. Gives the length, 0 when it is none. */
static size_t read_braced(str s, size_t at, uint32_t *ret)
{
    size_t close = str_find_byte(str_slice(s, 0, at + 8), '}', at);
    if (close == SIZE_MAX || close == at + 1 || !read_hex(s, at + 1, close - at - 1, ret)) {
        return 0;
    }
    return close + 1 - at;
}

/* Both halves of a pair written "😀". */
static size_t add_unicode(str s, size_t at, struct buf *into)
{
    uint32_t code, low;
    if (at + 2 < s.n && s.p[at + 2] == '{') {
        size_t n = read_braced(s, at + 2, &code);
        if (n) {
            utf8_add(into, code);
        }
        return n ? n + 2 : 0;
    }
    if (!read_hex(s, at + 2, 4, &code)) {
        return 0;
    }
    if (code >= 0xd800 && code < 0xdc00 && at + 12 <= s.n && s.p[at + 6] == '\\' &&
        s.p[at + 7] == 'u' && read_hex(s, at + 8, 4, &low) && low >= 0xdc00 && low < 0xe000) {
        utf8_add(into, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
        return 12;
    }
    utf8_add(into, code);
    return 6;
}

/* What follows a backslash. Gives how many bytes were read, 0 when it is no escape. */
static size_t add_backslash(str s, size_t at, struct buf *into)
{
    static const char from[] = "nrt\\/\"'", to[] = "\n\r\t\\/\"'";
    uint32_t code;
    char c = at + 1 < s.n ? s.p[at + 1] : 0;
    if (c == 'u') {
        return add_unicode(s, at, into);
    }
    if (c == 'x' && read_hex(s, at + 2, 2, &code)) {
        buf_add_byte(into, (char)code);
        return 4;
    }
    const char *found = c ? strchr(from, c) : NULL;
    if (!found) {
        return 0;
    }
    buf_add_byte(into, to[found - from]);
    return 2;
}

static bool entity_code(str name, uint32_t *ret)
{
    static const struct {
        str name;
        uint32_t code;
    } named[] = {
        {STR_INIT("amp"), '&'},    {STR_INIT("lt"), '<'},    {STR_INIT("gt"), '>'},
        {STR_INIT("quot"), '"'},   {STR_INIT("apos"), '\''}, {STR_INIT("nbsp"), ' '},
        {STR_INIT("equals"), '='}, {STR_INIT("colon"), ':'}, {STR_INIT("sol"), '/'},
    };
    uint64_t number;
    if (name.n > 2 && name.p[0] == '#' && (name.p[1] | 0x20) == 'x') {
        return read_hex(name, 2, name.n - 2, ret);
    }
    if (name.n > 1 && name.p[0] == '#') {
        bool fine = str_u64(str_slice(name, 1, name.n), &number) && number <= 0x10ffff;
        *ret = fine ? (uint32_t)number : 0;
        return fine;
    }
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (str_eq(name, named[i].name)) {
            *ret = named[i].code;
            return true;
        }
    }
    return false;
}

static size_t add_entity(str s, size_t at, struct buf *into)
{
    size_t end = str_find_byte(str_slice(s, 0, at + ENTITY_MAX), ';', at);
    uint32_t code = 0;
    if (end == SIZE_MAX || !entity_code(str_slice(s, at + 1, end), &code)) {
        return 0;
    }
    utf8_add(into, code);
    return end + 1 - at;
}

bool decode_escapes(str window, struct buf *into)
{
    bool changed = false;
    for (size_t i = 0; i < window.n && !into->failed;) {
        size_t n = 0;
        uint32_t code;
        if (window.p[i] == '\\') {
            n = add_backslash(window, i, into);
        } else if (window.p[i] == '&') {
            n = add_entity(window, i, into);
        } else if (window.p[i] == '%' && read_hex(window, i + 1, 2, &code)) {
            buf_add_byte(into, (char)code);
            n = 3;
        }
        if (n == 0) {
            buf_add_byte(into, window.p[i]);
            n = 1;
        } else {
            changed = true;
        }
        i += n;
    }
    return changed && !into->failed;
}

static bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

/* What a literal of a token ends or goes on with. */
static bool is_inner(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr("_-/+=:@.~!#$%^&*\\{}", c));
}

static size_t skip_spaces(str s, size_t i, size_t end)
{
    while (i < end && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\r' || s.p[i] == '\n')) {
        i++;
    }
    return i;
}

/* From the quote that ends a literal at `at`, over an operator, to the quote that begins the next;
 * gives the first byte inside that, or 0. */
static size_t gap_end(str s, size_t at)
{
    if (at == 0 || !is_inner(s.p[at - 1])) {
        return 0;
    }
    size_t end = s.n - at > GAP_MAX ? at + GAP_MAX : s.n;
    size_t sign = skip_spaces(s, at + 1, end), i = sign;
    while (i < end && i - sign < 2 && s.p[i] && strchr("+.&\\~", s.p[i])) {
        i++;
    }
    bool joined = i > sign;
    i = skip_spaces(s, i, end);
    if (i == at + 1 || i + 1 >= end || !is_quote(s.p[i]) || !is_inner(s.p[i + 1])) {
        return 0;
    }
    return joined || s.p[i] == s.p[at] ? i + 1 : 0;
}

bool decode_join(str window, struct buf *into)
{
    bool changed = false;
    for (size_t i = 0; i < window.n && !into->failed;) {
        char c = window.p[i];
        size_t next = is_quote(c) ? gap_end(window, i) : 0;
        if (c == '\\' && i + 2 < window.n && window.p[i + 1] == '\n' && i > 0 &&
            is_inner(window.p[i - 1])) {
            next = i + 2;
        }
        if (next) {
            changed = true;
            i = next;
        } else {
            buf_add_byte(into, c);
            i++;
        }
    }
    return changed && !into->failed;
}
