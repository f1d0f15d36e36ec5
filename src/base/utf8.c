/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

/* Length that a lead byte announces and the range of the byte after it (Unicode 15, table 3-7). */
static unsigned utf8_lead(unsigned char c, unsigned char *ret_low, unsigned char *ret_high)
{
    *ret_low = 0x80;
    *ret_high = 0xbf;
    if (c < 0x80) {
        return 1;
    }
    if (c >= 0xc2 && c <= 0xdf) {
        return 2;
    }
    if (c >= 0xe0 && c <= 0xef) {
        *ret_low = c == 0xe0 ? 0xa0 : 0x80;
        *ret_high = c == 0xed ? 0x9f : 0xbf;
        return 3;
    }
    if (c >= 0xf0 && c <= 0xf4) {
        *ret_low = c == 0xf0 ? 0x90 : 0x80;
        *ret_high = c == 0xf4 ? 0x8f : 0xbf;
        return 4;
    }
    return 0;
}

/* Gives the length of the well-formed character at p, or 0; *ret_bad is how many bytes a malformed
 * one takes, *ret_cut whether it is only cut off by the end. */
static unsigned utf8_measure(str s, unsigned *ret_bad, bool *ret_cut)
{
    unsigned char low, high;
    const unsigned char *p = (const unsigned char *)s.p;
    unsigned length = utf8_lead(p[0], &low, &high);
    *ret_bad = 1;
    *ret_cut = false;
    for (unsigned i = 1; i < length; i++) {
        if (i >= s.n) {
            *ret_cut = true;
            return 0;
        }
        if (p[i] < low || p[i] > high) {
            return 0;
        }
        low = 0x80;
        high = 0xbf;
        *ret_bad = i + 1;
    }
    return length;
}

bool utf8_next(str *s, uint32_t *ret)
{
    unsigned bad;
    bool cut;
    if (s->n == 0) {
        return false;
    }
    unsigned length = utf8_measure(*s, &bad, &cut);
    const unsigned char *p = (const unsigned char *)s->p;
    static const unsigned char masks[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = length ? p[0] & masks[length] : 0xfffd;
    for (unsigned i = 1; i < length; i++) {
        code = code << 6 | (p[i] & 0x3fu);
    }
    unsigned taken = length ? length : bad;
    taken = taken > s->n ? (unsigned)s->n : taken;
    s->p += taken;
    s->n -= taken;
    *ret = code;
    return true;
}

bool utf8_valid(str s)
{
    while (s.n) {
        unsigned bad;
        bool cut;
        unsigned length = utf8_measure(s, &bad, &cut);
        if (length == 0) {
            return false;
        }
        s.p += length;
        s.n -= length;
    }
    return true;
}

size_t utf8_count(str s)
{
    uint32_t code;
    size_t n = 0;
    while (utf8_next(&s, &code)) {
        n++;
    }
    return n;
}

void utf8_add(struct buf *b, uint32_t code)
{
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        code = 0xfffd;
    }
    if (code < 0x80) {
        buf_add_byte(b, (char)code);
        return;
    }
    unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char leads[4] = {0, 0xc0, 0xe0, 0xf0};
    buf_add_byte(b, (char)(leads[more] | (code >> (6 * more))));
    while (more--) {
        buf_add_byte(b, (char)(0x80u | ((code >> (6 * more)) & 0x3fu)));
    }
}

str utf8_cut(str s, size_t n)
{
    if (n >= s.n) {
        return s;
    }
    size_t back = 0;
    while (back < 3 && back < n && ((unsigned char)s.p[n - back] & 0xc0) == 0x80) {
        back++;
    }
    return (str){s.p, n - back};
}

size_t utf8_tail(str s)
{
    for (size_t back = 1; back <= 3 && back <= s.n; back++) {
        if (((unsigned char)s.p[s.n - back] & 0xc0) != 0x80) {
            unsigned bad;
            bool cut;
            (void)utf8_measure((str){s.p + (s.n - back), back}, &bad, &cut);
            return cut ? back : 0;
        }
    }
    return 0;
}

bool utf8_is_hidden(uint32_t code)
{
    return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

void utf8_add_markup(struct buf *b, uint32_t code)
{
    switch (code) {
    case '&':
        buf_add_c(b, "&amp;");
        break;
    case '<':
        buf_add_c(b, "&lt;");
        break;
    case '>':
        buf_add_c(b, "&gt;");
        break;
    case '"':
        buf_add_c(b, "&quot;");
        break;
    case '\'':
        buf_add_c(b, "&#39;");
        break;
    default:
        utf8_add(b, code);
    }
}
