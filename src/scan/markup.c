/* SPDX-License-Identifier: Apache-2.0 */
/* Text of office documents: Word cuts what people type into runs at every change of spelling or
 * style, so that a key is hardly ever whole in the XML. */
#include "base/utf8.h"
#include "scan/content_private.h"

enum { REFERENCE_MAX = 10 };

bool markup_is_office(str path)
{
    static const str folders[] = {STR_INIT("word/"), STR_INIT("xl/"), STR_INIT("ppt/")};
    static const str names[] = {STR_INIT("!content.xml"), STR_INIT("!styles.xml"),
                                STR_INIT("!meta.xml")};
    if (!str_ends(path, STR(".xml"))) {
        return false;
    }
    size_t from = path.n;
    while (from > 0 && path.p[from - 1] != '!') {
        from--;
    }
    for (size_t i = 0; i < 3; i++) {
        if (str_starts(str_slice(path, from, path.n), folders[i]) || str_ends(path, names[i])) {
            return true;
        }
    }
    return false;
}

/* Local names of elements after which a line ends. */
static bool ends_line(str name)
{
    static const str names[] = {STR_INIT("p"),          STR_INIT("h"),   STR_INIT("br"),
                                STR_INIT("cr"),         STR_INIT("row"), STR_INIT("c"),
                                STR_INIT("si"),         STR_INIT("tc"),  STR_INIT("table-cell"),
                                STR_INIT("line-break"), STR_INIT("tab")};
    size_t colon = str_find_byte(name, ':', 0);
    name = colon == SIZE_MAX ? name : str_slice(name, colon + 1, name.n);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(name, names[i])) {
            return true;
        }
    }
    return false;
}

/* What stands between "<" and ">". An element ends a line at its end: </p>, <br/>. */
static void read_tag(str tag, struct buf *into)
{
    bool closes = str_starts(tag, STR("/")), alone = str_ends(tag, STR("/"));
    tag = str_slice(tag, closes, tag.n - (alone && tag.n > 1));
    size_t n = 0;
    while (n < tag.n && tag.p[n] != ' ' && tag.p[n] != '\n' && tag.p[n] != '\t') {
        n++;
    }
    if ((closes || alone) && ends_line(str_slice(tag, 0, n))) {
        buf_add_byte(into, '\n');
    }
}

static bool number(str digits, uint32_t *ret)
{
    bool hex = str_starts(digits, STR("x"));
    uint32_t code = 0;
    for (size_t i = hex; i < digits.n; i++) {
        char c = str_lower(digits.p[i]);
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                                : 16;
        if (digit >= (hex ? 16u : 10u)) {
            return false;
        }
        code = code * (hex ? 16 : 10) + digit;
        if (code > 0x10ffff) {
            return false;
        }
    }
    *ret = code;
    return digits.n > hex;
}

/* What stands between "&" and ";". */
static bool read_reference(str name, struct buf *into)
{
    static const struct {
        str name;
        char c;
    } known[] = {{STR_INIT("amp"), '&'},
                 {STR_INIT("lt"), '<'},
                 {STR_INIT("gt"), '>'},
                 {STR_INIT("quot"), '"'},
                 {STR_INIT("apos"), '\''}};
    uint32_t code;
    if (str_starts(name, STR("#")) && number(str_slice(name, 1, name.n), &code)) {
        utf8_add(into, code);
        return true;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_eq(name, known[i].name)) {
            buf_add_byte(into, known[i].c);
            return true;
        }
    }
    return false;
}

void markup_text(str xml, struct buf *into)
{
    for (size_t at = 0; at < xml.n && !into->failed;) {
        size_t n = at;
        while (n < xml.n && xml.p[n] != '<' && xml.p[n] != '&') {
            n++;
        }
        buf_add(into, str_slice(xml, at, n));
        if (n == xml.n) {
            return;
        }
        bool tag = xml.p[n] == '<';
        size_t end =
            str_find_byte(tag ? xml : str_slice(xml, 0, n + REFERENCE_MAX), tag ? '>' : ';', n);
        if (end == SIZE_MAX && tag) {
            return;
        }
        at = n + 1;
        if (tag) {
            read_tag(str_slice(xml, n + 1, end), into);
            at = end + 1;
        } else if (end != SIZE_MAX && read_reference(str_slice(xml, n + 1, end), into)) {
            at = end + 1;
        } else {
            buf_add_byte(into, '&');
        }
    }
}
