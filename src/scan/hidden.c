/* SPDX-License-Identifier: Apache-2.0 */
/* What a plain look does not see: encoded words, escapes, literals set together. A piece of the
 * text is decoded once and searched like a text of its own, one level deep. */
#include "scan/decode.h"
#include "scan/engine_private.h"
#include "scan/proof_private.h"

enum {
    RUN_BEFORE = 16 << 10, /* of an encoded run around a word; a multiple of four */
    RUN_AFTER = 24 << 10,
    RUN_AGAIN = 4 << 10, /* of a run that goes on, what is decoded again with the next part */
    REGION_BEFORE = 256, /* of escapes and joins around a hit */
    REGION_AFTER = 2048,
    REGION_AGAIN = 512,
    NEAR_BEFORE = 16, /* of a word, where signs of an encoding are looked for */
    NEAR_AFTER = 96,
    JOIN_MAX = 64, /* bytes from quote to quote */
    SEAM_EACH = 3, /* bytes of a token on each side */
    NEAR_SIGN = 8, /* bytes of such a sign */
};

_Static_assert((int)RUN_BEFORE < (int)BLOCK_BEFORE && (int)RUN_AFTER < (int)BLOCK_AFTER,
               "a run fits into the overlap");
_Static_assert(RUN_BEFORE % 4 == 0, "groups of base64 stay whole");

/* False, and said once, when the text's share of decoding is used up: a piece may be far larger
 * than what it stands in. */
static bool afford(struct pass *p, size_t at, size_t bytes)
{
    if (p->decoded_bytes + bytes <= TEXT_DECODED_MAX + p->base + at) {
        p->decoded_bytes += bytes;
        return true;
    }
    if (!p->told_decoded) {
        scan_problem(p->w->scan, p->origin->path, "too much to decode in one text", true);
    }
    p->told_decoded = true;
    return false;
}

static void search_piece(struct pass *p, str piece, enum encoding encoding, size_t from, size_t to)
{
    struct text_traits traits = *p->traits;
    struct pass inner;
    if (!afford(p, from, piece.n)) {
        return;
    }
    /* By its context only text can be judged. */
    if (str_find_byte(piece, '\0', 0) != SIZE_MAX) {
        traits.kind = TEXT_BINARY;
    }
    pass_init(&inner, p->w, &traits, p->origin);
    inner.depth = 1;
    inner.outer = p;
    inner.encoding = encoding;
    inner.source_from = from;
    inner.source_to = to;
    pass_text(&inner, piece, SCAN_WHOLE_MAX);
}

/* A piece that was large is not kept. */
static void keep_small(struct buf *b)
{
    if (b->capacity > PIECE_KEEP) {
        buf_wipe(b);
    }
    buf_clear(b);
}

/* The part of the text around an encoded word that is decoded, from where a group of four or two
 * letters begins. */
static str run_around(const struct pass *p, size_t at, size_t phase, size_t group,
                      size_t *ret_start)
{
    size_t start = at > phase ? at - phase : 0;
    size_t back = start < RUN_BEFORE ? start - start % group : RUN_BEFORE;
    *ret_start = start - back;
    return str_slice(p->text, start - back,
                     p->text.n - at > RUN_AFTER ? at + RUN_AFTER : p->text.n);
}

static void run_done(struct pass *p, enum encoding encoding, size_t to, size_t end)
{
    size_t again = to == end && to < p->text.n && to > RUN_AGAIN ? RUN_AGAIN : 0;
    p->decoded_to[encoding] = p->base + to - again;
}

static void decode_word(struct pass *p, const struct prefilter *f, size_t at)
{
    bool base64 = f->kind == PREFILTER_BASE64;
    enum encoding encoding = base64 ? ENCODING_BASE64 : ENCODING_HEX;
    struct buf *piece = &p->w->pieces[0];
    struct decoded where;
    size_t start;
    if (p->base + at < p->decoded_to[encoding]) {
        return;
    }
    str run = run_around(p, at, f->phase, base64 ? 4 : 2, &start);
    buf_clear(piece);
    if (base64 ? decode_base64(run, at - start, piece, &where)
               : decode_hex(run, at - start, piece, &where)) {
        run_done(p, encoding, start + where.to, start + run.n);
        search_piece(p, buf_str(piece), encoding, start + where.from, start + where.to);
    }
    keep_small(piece);
}

/* From its first letter on; decode_base64 would look for text in it, and there is none. */
static size_t unpack_base64(str run, struct buf *into)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t i = 0;
    for (; i < run.n && !into->failed; i++) {
        int value = proof_base64_value(run.p[i]);
        if (value < 0 && run.p[i] != '\n' && run.p[i] != '\r') {
            break;
        }
        if (value >= 0) {
            bits = bits << 6 | (uint32_t)value;
            have += 6;
        }
        if (have >= 8) {
            have -= 8;
            buf_add_byte(into, (char)(bits >> have & 0xff));
        }
    }
    return i;
}

static void decode_gzip(struct pass *p, size_t at)
{
    struct buf *packed = &p->w->pieces[0], *piece = &p->w->pieces[1];
    if (p->base + at < p->decoded_to[ENCODING_GZIP] || !afford(p, at, 0)) {
        return;
    }
    size_t end = p->text.n - at > DECODE_RUN_MAX ? at + DECODE_RUN_MAX : p->text.n;
    buf_clear(packed);
    buf_clear(piece);
    end = at + unpack_base64(str_slice(p->text, at, end), packed);
    p->decoded_to[ENCODING_GZIP] = p->base + end;
    if (decode_gunzip(buf_str(packed), piece)) {
        search_piece(p, buf_str(piece), ENCODING_GZIP, at, end);
    }
    keep_small(packed);
    keep_small(piece);
}

static void decode_region(struct pass *p, enum encoding encoding, size_t from, size_t to)
{
    struct buf *piece = &p->w->pieces[0];
    if (p->base + to <= p->decoded_to[encoding]) {
        return;
    }
    size_t start = from > REGION_BEFORE ? from - REGION_BEFORE : 0;
    size_t end = p->text.n - to > REGION_AFTER ? to + REGION_AFTER : p->text.n;
    str region = str_slice(p->text, start, end);
    p->decoded_to[encoding] = p->base + (end < p->text.n ? end - REGION_AGAIN : end);
    buf_clear(piece);
    if (encoding == ENCODING_JOINED ? decode_join(region, piece) : decode_escapes(region, piece)) {
        search_piece(p, buf_str(piece), encoding, start, end);
    }
    keep_small(piece);
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

/* A quote at `at`, an operator, a quote, with space between: gives what follows that, or 0. */
static size_t after_join(str s, size_t at)
{
    size_t i = at + 1, end = s.n - at > JOIN_MAX ? at + JOIN_MAX : s.n;
    while (i < end && is_space(s.p[i])) {
        i++;
    }
    if (i >= end || (s.p[i] != '+' && s.p[i] != '.')) {
        return 0;
    }
    for (i++; i < end && is_space(s.p[i]);) {
        i++;
    }
    return i < end && is_quote(s.p[i]) ? i + 1 : 0;
}

static bool is_token(str s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        char c = str_lower(s.p[i]);
        bool inner = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     str_find_byte(STR("_/=.-+"), c, 0) != SIZE_MAX;
        if (!inner) {
            return false;
        }
    }
    return to <= s.n;
}

/* Words of prose have a space at the seam; the parts of a secret have none. */
static bool is_seam(str s, size_t at)
{
    size_t next = after_join(s, at);
    return next && at >= SEAM_EACH && s.n - next >= SEAM_EACH && is_token(s, at - SEAM_EACH, at) &&
           is_token(s, next, next + SEAM_EACH);
}

void pass_decode(struct pass *p, const struct prefilter *f, size_t from, size_t to)
{
    switch (f->kind) {
    case PREFILTER_BASE64:
    case PREFILTER_HEX:
        decode_word(p, f, from);
        break;
    case PREFILTER_GZIP:
        decode_gzip(p, from);
        break;
    case PREFILTER_ESCAPES:
        decode_region(p, ENCODING_ESCAPES, from, to);
        break;
    case PREFILTER_JOIN:
        if (is_seam(p->text, from)) {
            decode_region(p, ENCODING_JOINED, from, to);
        }
        break;
    case PREFILTER_WORD:
        break;
    }
}

static bool is_hex_pair(str s, size_t at)
{
    return at + 1 < s.n && s.p[at] >= '2' && s.p[at] <= '7' && bytes_hex_digit(s.p[at + 1]) >= 0;
}

static bool is_escape(str s, size_t at)
{
    str rest = str_slice(s, at + 1, s.n);
    switch (s.p[at]) {
    case '\\':
        return str_starts(rest, STR("u00")) || (str_starts(rest, STR("x")) && is_hex_pair(rest, 1));
    case '%':
        return is_hex_pair(rest, 0);
    default:
        return str_starts(rest, STR("#")) || str_starts(rest, STR("quot;")) ||
               str_starts(rest, STR("apos;"));
    }
}

void pass_reveal(struct pass *p, size_t from, size_t to)
{
    size_t start = from > NEAR_BEFORE ? from - NEAR_BEFORE : 0;
    bool escapes = false, joined = false;
    /* What was looked at for the word before needs no second look. */
    if (p->revealed > p->base + start + NEAR_SIGN) {
        start = (size_t)(p->revealed - p->base) - NEAR_SIGN;
    }
    str near = str_slice(p->text, start, to + NEAR_AFTER);
    p->revealed = p->base + to + NEAR_AFTER;
    for (size_t i = 0; i < near.n; i++) {
        switch (near.p[i]) {
        case '\\':
        case '%':
        case '&':
            escapes = escapes || is_escape(near, i);
            break;
        case '"':
        case '\'':
        case '`':
            joined = joined || after_join(near, i);
            break;
        default:
            break;
        }
    }
    if (escapes) {
        decode_region(p, ENCODING_ESCAPES, from, to);
    }
    if (joined) {
        decode_region(p, ENCODING_JOINED, from, to);
    }
}
