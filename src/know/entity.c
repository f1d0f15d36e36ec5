/* SPDX-License-Identifier: Apache-2.0 */
#include "know/entity.h"

#include <libxml/HTMLparser.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/utf8.h"

static uint32_t numeric(str digits, unsigned base)
{
    uint32_t code = 0;
    for (size_t i = 0; i < digits.n; i++) {
        int d = bytes_hex_digit(digits.p[i]);
        if (d < 0 || (unsigned)d >= base || code > 0x10FFFF) {
            return 0;
        }
        code = code * base + (unsigned)d;
    }
    return code;
}

str entity_decode(str reference, char room[8])
{
    if (reference.n < 3 || reference.n > 40) {
        return reference;
    }
    str inner = str_slice(reference, 1, reference.n - 1);
    uint32_t code = 0;
    if (inner.p[0] == '#' && inner.n > 1) {
        bool hex = str_lower(inner.p[1]) == 'x';
        code = numeric(str_slice(inner, hex ? 2 : 1, inner.n), hex ? 16 : 10);
    } else {
        char name[40];
        memcpy(name, inner.p, inner.n);
        name[inner.n] = '\0';
        const htmlEntityDesc *found = htmlEntityLookup((const xmlChar *)name);
        code = found ? found->value : 0;
    }
    if (code == 0) {
        return reference;
    }
    struct buf b;
    buf_init(&b, 8);
    utf8_add(&b, code);
    size_t n = b.n < 8 ? b.n : 0;
    if (n) {
        memcpy(room, b.p, n);
    }
    buf_done(&b);
    return str_n(room, n);
}

str entity_attribute(str tag, str name)
{
    for (size_t at = 0; at + name.n + 2 < tag.n; at++) {
        bool apart =
            at > 0 && (tag.p[at - 1] == ' ' || tag.p[at - 1] == '\n' || tag.p[at - 1] == '\t');
        if (!apart || !str_istarts(str_slice(tag, at, tag.n), name)) {
            continue;
        }
        size_t i = at + name.n;
        if (tag.p[i] != '=' || (tag.p[i + 1] != '"' && tag.p[i + 1] != '\'')) {
            continue;
        }
        size_t end = str_find_byte(tag, tag.p[i + 1], i + 2);
        return end == SIZE_MAX ? STR_EMPTY : str_slice(tag, i + 2, end);
    }
    return STR_EMPTY;
}

str entity_text(struct arena *a, str text)
{
    struct buf b;
    buf_init(&b, text.n * 2 + 8);
    while (text.n) {
        size_t from = str_find_byte(text, '&', 0);
        buf_add(&b, str_slice(text, 0, from));
        if (from == SIZE_MAX) {
            break;
        }
        text = str_slice(text, from, text.n);
        size_t end = str_find_byte(str_slice(text, 0, 40), ';', 0);
        char room[8];
        buf_add(&b, end == SIZE_MAX ? STR("&") : entity_decode(str_slice(text, 0, end + 1), room));
        text = str_slice(text, end == SIZE_MAX ? 1 : end + 1, text.n);
    }
    str decoded = b.failed ? STR_EMPTY : arena_str(a, buf_str(&b));
    buf_done(&b);
    return decoded.p ? decoded : STR_EMPTY;
}
