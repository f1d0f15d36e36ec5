/* SPDX-License-Identifier: Apache-2.0 */
#include "know/charset.h"

#include <iconv.h>

#include "base/buf.h"
#include "base/utf8.h"

enum { META_BYTES = 2048, REPLACEMENT = 0xFFFD };

/* Labels as the Encoding standard maps them, and the name that the C library's converter has. */
static const struct charset {
    const char *label, *name;
} charsets[] = {
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"us-ascii", "CP1252"},
    {"ascii", "CP1252"},
    {"iso-8859-1", "CP1252"},
    {"iso8859-1", "CP1252"},
    {"latin1", "CP1252"},
    {"windows-1252", "CP1252"},
    {"cp1252", "CP1252"},
    {"utf-16", "UTF-16LE"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
    {"iso-8859-2", "ISO-8859-2"},
    {"latin2", "ISO-8859-2"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-9", "CP1254"},
    {"iso-8859-15", "ISO-8859-15"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"shift_jis", "CP932"},
    {"sjis", "CP932"},
    {"x-sjis", "CP932"},
    {"euc-jp", "EUC-JP"},
    {"euc-kr", "UHC"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
};
enum { CHARSETS = sizeof(charsets) / sizeof(charsets[0]) };

/* Converters stay open: each is used by one thread of one process at a time (the parser child). */
static iconv_t converters[CHARSETS];
static bool preloaded;

void charset_preload(void)
{
    for (size_t i = 0; i < CHARSETS; i++) {
        converters[i] = iconv_open("UTF-8", charsets[i].name);
    }
    preloaded = true;
}

/* windows-1252 above 0x7F, the five holes as the C1 controls they are in the standard. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

static void add_code(struct buf *b, uint32_t code, bool *after_cr)
{
    if (code == '\n' && *after_cr) {
        *after_cr = false;
        return;
    }
    *after_cr = code == '\r';
    if (code != 0 && code != 0xFEFF) {
        utf8_add(b, code == '\r' ? '\n' : code);
    }
}

static void from_utf8(struct buf *b, str s)
{
    bool cr = false;
    uint32_t code;
    while (utf8_next(&s, &code)) {
        add_code(b, code, &cr);
    }
}

static void from_1252(struct buf *b, str s)
{
    bool cr = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        add_code(b, c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80] : c, &cr);
    }
}

static void from_utf16(struct buf *b, str s, bool big)
{
    bool cr = false;
    uint32_t high = 0;
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        unsigned char first = (unsigned char)s.p[i], second = (unsigned char)s.p[i + 1];
        uint32_t unit = big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
        if (unit >= 0xDC00 && unit < 0xE000) {
            add_code(b, high ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : REPLACEMENT,
                     &cr);
            high = 0;
            continue;
        }
        if (high) {
            add_code(b, REPLACEMENT, &cr);
            high = 0;
        }
        if (unit >= 0xD800 && unit < 0xDC00) {
            high = unit;
        } else {
            add_code(b, unit, &cr);
        }
    }
    if (high) {
        add_code(b, REPLACEMENT, &cr);
    }
}

/* Converts with the C library; a wrong byte becomes U+FFFD and the next one is tried. */
static bool from_other(struct buf *b, str s, size_t index)
{
    iconv_t cd = preloaded ? converters[index] : iconv_open("UTF-8", charsets[index].name);
    if (cd == (iconv_t)-1) { // NOLINT(performance-no-int-to-ptr)
        return false;
    }
    struct buf raw;
    buf_init(&raw, b->max);
    char *in = (char *)(uintptr_t)s.p, chunk[4096]; /* iconv does not write there */
    size_t left = s.n;
    (void)iconv(cd, NULL, NULL, NULL, NULL);
    while (left) {
        char *out = chunk;
        size_t room = sizeof(chunk), before = left;
        size_t done = iconv(cd, &in, &left, &out, &room);
        buf_add(&raw, str_n(chunk, sizeof(chunk) - room));
        if (done == (size_t)-1 && left && (left == before || room > 16)) {
            buf_add_c(&raw, "\xEF\xBF\xBD");
            in++;
            left--;
        }
    }
    from_utf8(b, buf_str(&raw));
    if (raw.failed && !b->failed) {
        b->failed = raw.failed;
    }
    buf_done(&raw);
    if (!preloaded) {
        (void)iconv_close(cd);
    }
    return true;
}

str charset_of_type(str type)
{
    for (size_t at = str_find_byte(type, ';', 0); at != SIZE_MAX;
         at = str_find_byte(type, ';', at + 1)) {
        str parameter = str_trim(str_slice(type, at + 1, type.n));
        if (str_istarts(parameter, STR("charset="))) {
            str value = str_slice(parameter, 8, parameter.n);
            size_t end = str_find_byte(value, ';', 0);
            value = str_trim(str_slice(value, 0, end));
            if (value.n > 1 && value.p[0] == '"' && value.p[value.n - 1] == '"') {
                value = str_slice(value, 1, value.n - 1);
            }
            return value;
        }
    }
    return STR_EMPTY;
}

/* Finds charset= inside a <meta …> near the front; not a parser, as the standard's prescan is not
 * one either. */
static str charset_of_meta(str html)
{
    str head = str_slice(html, 0, META_BYTES);
    for (size_t at = 0; at + 8 < head.n; at++) {
        str here = str_slice(head, at, head.n);
        if (!str_istarts(here, STR("charset"))) {
            continue;
        }
        size_t i = at + 7;
        while (i < head.n &&
               (head.p[i] == ' ' || head.p[i] == '=' || head.p[i] == '"' || head.p[i] == '\'')) {
            i++;
        }
        size_t end = i;
        while (end < head.n && (str_lower(head.p[end]) != head.p[end] || head.p[end] == '-' ||
                                head.p[end] == '_' || (head.p[end] >= 'a' && head.p[end] <= 'z') ||
                                (head.p[end] >= '0' && head.p[end] <= '9'))) {
            end++;
        }
        if (end > i) {
            return str_slice(head, i, end);
        }
    }
    return STR_EMPTY;
}

static const struct charset *charset_named(str label)
{
    for (size_t i = 0; i < CHARSETS; i++) {
        if (str_ieq(str_trim(label), str_c(charsets[i].label))) {
            return &charsets[i];
        }
    }
    return NULL;
}

/* ASCII bytes with a NUL at every other place: UTF-16 without a mark. 0: no, 1: little, 2: big
 * endian. */
static int guess_utf16(str s)
{
    size_t n = s.n < 512 ? s.n & ~(size_t)1 : 512, even = 0, odd = 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        even += s.p[i] == 0;
        odd += s.p[i + 1] == 0;
    }
    if (n < 8 || (even > 0) == (odd > 0)) {
        return 0;
    }
    return odd > n / 4 ? 1 : even > n / 4 ? 2 : 0;
}

bool charset_is_text(str s)
{
    if (str_starts(s, STR("\xEF\xBB\xBF")) || str_starts(s, STR("\xFF\xFE")) ||
        str_starts(s, STR("\xFE\xFF")) || guess_utf16(s)) {
        return true;
    }
    size_t n = s.n < 8192 ? s.n : 8192, odd = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == 0) {
            return false;
        }
        odd +=
            (c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1B) || c == 0x7f;
    }
    return odd * 20 <= n;
}

static void convert(struct buf *b, str bytes, str declared, bool html)
{
    if (str_starts(bytes, STR("\xEF\xBB\xBF"))) {
        from_utf8(b, bytes);
        return;
    }
    int wide = str_starts(bytes, STR("\xFF\xFE"))   ? 1
               : str_starts(bytes, STR("\xFE\xFF")) ? 2
                                                    : guess_utf16(bytes);
    if (wide) {
        from_utf16(b, bytes, wide == 2);
        return;
    }
    const struct charset *found = charset_named(declared);
    if (!found && html) {
        found = charset_named(charset_of_meta(bytes));
    }
    bool valid = utf8_valid(bytes);
    if (valid || (found && str_eq(str_c(found->name), STR("UTF-8")))) {
        /* What is valid UTF-8 with a byte above 0x7F is practically never something else. */
        from_utf8(b, bytes);
    } else if (!found || str_eq(str_c(found->name), STR("CP1252")) ||
               str_starts(str_c(found->name), STR("UTF-16")) ||
               !from_other(b, bytes, (size_t)(found - charsets))) {
        from_1252(b, bytes);
    }
}

err charset_decode(struct arena *a, str bytes, str declared, bool html, str *ret)
{
    struct buf b;
    buf_init(&b, bytes.n * 3 + 16);
    convert(&b, bytes, declared, html);
    err e = buf_err(&b);
    str text = STR_EMPTY;
    if (err_ok(e)) {
        text = arena_str(a, buf_str(&b));
        e = text.p ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for a document's text");
    }
    buf_done(&b);
    if (err_ok(e)) {
        *ret = text;
    }
    return e;
}
