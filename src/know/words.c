/* SPDX-License-Identifier: Apache-2.0 */
#include "know/words.h"

#include <utf8proc.h>

#include "base/utf8.h"

static bool is_digit(uint32_t code) { return code >= '0' && code <= '9'; }

static bool is_ascii_word(uint32_t code)
{
    return is_digit(code) || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

bool know_is_word(uint32_t code)
{
    if (code < 0x80) {
        return is_ascii_word(code);
    }
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

struct range {
    uint32_t from, to;
    enum know_script script;
};

static const struct range ranges[] = {
    {0x0370, 0x03ff, KNOW_SCRIPT_GREEK},      {0x0400, 0x052f, KNOW_SCRIPT_CYRILLIC},
    {0x0600, 0x06ff, KNOW_SCRIPT_ARABIC},     {0x0750, 0x077f, KNOW_SCRIPT_ARABIC},
    {0x0e00, 0x0eff, KNOW_SCRIPT_UNSPACED},   {0x1000, 0x109f, KNOW_SCRIPT_UNSPACED},
    {0x1100, 0x11ff, KNOW_SCRIPT_UNSPACED},   {0x1780, 0x17ff, KNOW_SCRIPT_UNSPACED},
    {0x1f00, 0x1fff, KNOW_SCRIPT_GREEK},      {0x3005, 0x3007, KNOW_SCRIPT_UNSPACED},
    {0x3040, 0x30ff, KNOW_SCRIPT_UNSPACED},   {0x3130, 0x318f, KNOW_SCRIPT_UNSPACED},
    {0x31f0, 0x31ff, KNOW_SCRIPT_UNSPACED},   {0x3400, 0x4dbf, KNOW_SCRIPT_UNSPACED},
    {0x4e00, 0x9fff, KNOW_SCRIPT_UNSPACED},   {0xac00, 0xd7af, KNOW_SCRIPT_UNSPACED},
    {0xf900, 0xfaff, KNOW_SCRIPT_UNSPACED},   {0xff66, 0xff9f, KNOW_SCRIPT_UNSPACED},
    {0x20000, 0x3ffff, KNOW_SCRIPT_UNSPACED},
};

static enum know_script script_of(uint32_t code)
{
    if (code < ranges[0].from) {
        return KNOW_SCRIPT_LATIN;
    }
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (code >= ranges[i].from && code <= ranges[i].to) {
            return ranges[i].script;
        }
    }
    return KNOW_SCRIPT_LATIN;
}

/* Looks at the first code point without taking it; one byte is ASCII in nearly all text. */
static bool peek(str s, uint32_t *ret_code, size_t *ret_bytes)
{
    if (s.n > 0 && (unsigned char)s.p[0] < 0x80) {
        *ret_code = (unsigned char)s.p[0];
        *ret_bytes = 1;
        return true;
    }
    str rest = s;
    if (!utf8_next(&rest, ret_code)) {
        return false;
    }
    *ret_bytes = s.n - rest.n;
    return true;
}

static bool ends_sentence(uint32_t code)
{
    return code == '.' || code == '!' || code == '?' || code == ':' || code == ';' ||
           code == '\n' || code == 0x3002 || code == 0xff01 || code == 0xff1f || code == 0x061f ||
           code == 0x0964;
}

/* Skips to the next word; *ret_opens when a sentence or line ended on the way. */
static bool skip_to_word(str *rest, bool *ret_opens)
{
    uint32_t code, last = 0;
    size_t bytes;
    while (peek(*rest, &code, &bytes)) {
        if (know_is_word(code)) {
            return true;
        }
        bool space = code == ' ' || code == '\n' || code == '\r' || code == '\t';
        *ret_opens |=
            code == '\n' || code >= 0x3002 ? ends_sentence(code) : space && ends_sentence(last);
        last = code;
        *rest = str_slice(*rest, bytes, rest->n);
    }
    return false;
}

static void take_piece(str *rest, struct know_piece *ret)
{
    str start = *rest;
    uint32_t code = 0;
    size_t bytes = 0;
    (void)peek(start, &code, &bytes);
    *ret = (struct know_piece){.digits = true, .ascii = true, .script = script_of(code)};
    ret->capital = code < 0x80 ? code >= 'A' && code <= 'Z'
                               : utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_LU;
    bool unspaced = ret->script == KNOW_SCRIPT_UNSPACED;
    while (peek(*rest, &code, &bytes) && know_is_word(code) &&
           (code < 0x300 || (script_of(code) == KNOW_SCRIPT_UNSPACED) == unspaced) &&
           (!unspaced || code >= 0x300)) {
        ret->digits &= is_digit(code);
        ret->ascii &= code < 0x80;
        *rest = str_slice(*rest, bytes, rest->n);
    }
    ret->text = str_n(start.p, start.n - rest->n);
}

/* The mark that ties two pieces, as ASCII, and its length; 0 when there is none. */
static char joiner_at(str s, bool digits_before, size_t *ret_bytes)
{
    uint32_t code, next;
    size_t bytes, next_bytes;
    if (!peek(s, &code, &bytes) || !peek(str_slice(s, bytes, s.n), &next, &next_bytes)) {
        return 0;
    }
    if (code == '_' && next == '_') { /* a__b */
        bytes++;
        if (!peek(str_slice(s, bytes, s.n), &next, &next_bytes)) {
            return 0;
        }
    }
    if (!know_is_word(next) || script_of(next) == KNOW_SCRIPT_UNSPACED) {
        return 0;
    }
    *ret_bytes = bytes;
    switch (code) {
    case '_':
    case '.':
    case '-':
    case '\'':
        return (char)code;
    case ',':
        return digits_before && is_digit(next) ? ',' : 0;
    case 0x2019: /* right single quotation mark, used as an apostrophe */
    case 0x02bc:
        return '\'';
    case 0x2010: /* hyphens */
    case 0x2011:
        return '-';
    case 0x00ad: /* soft hyphen */
        return '-';
    default:
        return 0;
    }
}

bool know_chunk_next(str *rest, struct know_chunk *ret)
{
    bool opens = false;
    if (!skip_to_word(rest, &opens)) {
        return false;
    }
    str start = *rest;
    ret->opens = opens; /* the pieces beyond the count stay as they are */
    ret->count = 0;
    char joiner = 0;
    for (;;) {
        struct know_piece *piece = &ret->pieces[ret->count++];
        take_piece(rest, piece);
        piece->joiner = joiner;
        size_t bytes = 0;
        if (piece->script == KNOW_SCRIPT_UNSPACED || ret->count == KNOW_PIECES_MAX) {
            break;
        }
        joiner = joiner_at(*rest, piece->digits, &bytes);
        if (joiner == 0) {
            break;
        }
        *rest = str_slice(*rest, bytes, rest->n);
    }
    ret->text = str_n(start.p, start.n - rest->n);
    return true;
}
