/* SPDX-License-Identifier: Apache-2.0 */
#include "know/fold.h"

#include <utf8proc.h>

#include "base/utf8.h"

static void fold_ascii(str text, struct know_folded *ret)
{
    size_t n = text.n < KNOW_WORD_CODES ? text.n : KNOW_WORD_CODES;
    for (size_t i = 0; i < n; i++) {
        ret->plain[i] = str_lower(text.p[i]);
    }
    ret->plain[n] = '\0';
    memcpy(ret->bare, ret->plain, n + 1);
    ret->plain_n = ret->bare_n = n;
}

/* Marks that only colour a letter: combining diacritics, Hebrew points, Arabic vowel signs and the
 * tatweel. */
static bool is_colour(int32_t code)
{
    return (code >= 0x0300 && code <= 0x036f) || (code >= 0x0591 && code <= 0x05c7) ||
           (code >= 0x064b && code <= 0x065f) || code == 0x0670 || code == 0x0640;
}

/* Letters that decompose to nothing smaller but are typed without their stroke. */
static int32_t unstroked(int32_t code)
{
    static const struct {
        int32_t from, to;
    } table[] = {{0xf8, 'o'},  {0x111, 'd'}, {0x127, 'h'},   {0x131, 'i'},  {0x142, 'l'},
                 {0x167, 't'}, {0xf0, 'd'},  {0x649, 0x64a}, {0x629, 0x647}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].from == code) {
            return table[i].to;
        }
    }
    return code;
}

/* Compatibility forms may bring spaces and marks along ("1⁄2"); a term has none. */
static void add(char *p, size_t *n, int32_t code)
{
    if (!know_is_word((uint32_t)code)) {
        return;
    }
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t count = utf8proc_encode_char(code, bytes);
    if (count > 0 && *n + (size_t)count < KNOW_WORD_BYTES) {
        memcpy(p + *n, bytes, (size_t)count);
        *n += (size_t)count;
        p[*n] = '\0';
    }
}

static void add_bare(struct know_folded *ret, const int32_t *codes, utf8proc_ssize_t count)
{
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        int32_t code = codes[i];
        if (is_colour(code)) {
            continue;
        }
        if (code == 0xe6 || code == 0x153) { /* ae and oe ligatures */
            add(ret->bare, &ret->bare_n, code == 0xe6 ? 'a' : 'o');
            code = 'e';
        }
        add(ret->bare, &ret->bare_n, unstroked(code));
    }
}

/* Umlauts written out, as on keyboards without them; decomposed input. */
static void add_spelt(struct know_folded *ret, const int32_t *codes, utf8proc_ssize_t count)
{
    bool any = false;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        bool vowel = i > 0 && (codes[i - 1] == 'a' || codes[i - 1] == 'o' || codes[i - 1] == 'u');
        if (codes[i] == 0x0308 && vowel) {
            add(ret->spelt, &ret->spelt_n, 'e');
            any = true;
        } else if (!is_colour(codes[i])) {
            add(ret->spelt, &ret->spelt_n, unstroked(codes[i]));
        }
    }
    if (!any) {
        ret->spelt_n = 0;
        ret->spelt[0] = '\0';
    }
}

void know_fold(const struct know_piece *piece, struct know_folded *ret)
{
    ret->plain_n = ret->bare_n = ret->spelt_n = 0;
    ret->plain[0] = ret->bare[0] = ret->spelt[0] = '\0';
    if (piece->ascii) {
        fold_ascii(piece->text, ret);
        return;
    }
    int32_t codes[KNOW_WORD_CODES * 4];
    utf8proc_ssize_t count = 0;
    str rest = piece->text;
    uint32_t code;
    int bound = UTF8PROC_BOUNDCLASS_START;
    utf8proc_option_t options =
        UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    for (size_t taken = 0; taken < KNOW_WORD_CODES && utf8_next(&rest, &code); taken++) {
        utf8proc_ssize_t room = KNOW_WORD_CODES * 4 - count;
        utf8proc_ssize_t got =
            utf8proc_decompose_char((int32_t)code, codes + count, room, options, &bound);
        if (got < 0 || got > room) {
            break;
        }
        count += got;
    }
    if (piece->script != KNOW_SCRIPT_UNSPACED) {
        add_spelt(ret, codes, count);
    }
    int32_t bare[KNOW_WORD_CODES * 4];
    memcpy(bare, codes, (size_t)count * sizeof(bare[0]));
    utf8proc_ssize_t kept = 0;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        if (!is_colour(bare[i])) {
            bare[kept++] = bare[i];
        }
    }
    utf8proc_option_t compose = UTF8PROC_COMPOSE | UTF8PROC_STABLE;
    kept = utf8proc_normalize_utf32(bare, kept, compose);
    add_bare(ret, bare, kept);
    count = utf8proc_normalize_utf32(codes, count, compose);
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        add(ret->plain, &ret->plain_n, codes[i]);
    }
}
