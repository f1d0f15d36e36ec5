/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of bytes in another form: base64, hex, UTF-16, gzip. */
#include "scan/decode.h"

#include <zlib.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "scan/proof_private.h"

enum {
    BASE64_MIN = 8,   /* letters */
    WRAPPED_MIN = 40, /* letters of a line of wrapped base64 */
    LOOK = 96,        /* letters on each side by which the phase is chosen */
    HEX_MIN = 4,      /* digits */
    GUNZIP_STEP = 16384,
    UTF16_LOOK = 512,
};

static bool is_base64(char c) { return proof_base64_value(c) >= 0; }

static bool is_break(char c) { return c == '\n' || c == '\r'; }

/* Letters of the line that ends before `end`. */
static size_t letters_before(str text, size_t end, size_t floor)
{
    size_t i = end;
    while (i > floor && is_base64(text.p[i - 1])) {
        i--;
    }
    return end - i;
}

static size_t letters_from(str text, size_t from, size_t ceiling)
{
    size_t i = from;
    while (i < ceiling && is_base64(text.p[i])) {
        i++;
    }
    return i - from;
}

/* Where the run begins: over line breaks while the lines before are full ones of wrapped base64. */
static size_t run_from(str text, size_t at, size_t floor)
{
    size_t from = at - letters_before(text, at, floor);
    while (from > floor && is_break(text.p[from - 1])) {
        size_t end = from - 1;
        end -= end > floor && is_break(text.p[end - 1]);
        size_t n = letters_before(text, end, floor);
        if (n < WRAPPED_MIN || n % 4 != 0) {
            break;
        }
        from = end - n;
    }
    return from;
}

static size_t run_to(str text, size_t from, size_t at, size_t ceiling)
{
    size_t to = at + letters_from(text, at, ceiling);
    size_t line = letters_before(text, to, from);
    while (to < ceiling && is_break(text.p[to]) && line >= WRAPPED_MIN && line % 4 == 0) {
        size_t next = to + 1;
        next += next < ceiling && is_break(text.p[next]);
        line = letters_from(text, next, ceiling);
        if (line == 0) {
            break;
        }
        to = next + line;
    }
    return to;
}

static bool is_printable(unsigned char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }

/* How many of the bytes around letter `at` are text when groups of four begin at `phase`. */
static size_t base64_score(str run, size_t at, size_t phase)
{
    size_t begin = at > LOOK ? at - LOOK : 0, score = 0;
    unsigned char bytes[LOOK * 2];
    begin += (4 + phase - begin % 4) % 4;
    str part = str_slice(run, begin, at + LOOK);
    size_t end = 0;
    while (end < part.n && is_base64(part.p[end])) {
        end++;
    }
    size_t n = proof_unbase64(str_slice(part, 0, end), bytes, sizeof bytes);
    for (size_t i = 0; n != SIZE_MAX && i < n; i++) {
        score += is_printable(bytes[i]);
    }
    return score;
}

/* A run may have a word of its path or name before it ("/v1/QUtJ…"), so that its groups do not
 * begin where it does: the phase that gives most text wins, that of the start when nothing is
 * better. */
static size_t base64_phase(str run, size_t at)
{
    size_t best = 0, most = base64_score(run, at, 0);
    for (size_t phase = 1; phase < 4; phase++) {
        size_t score = base64_score(run, at, phase);
        if (score > most + most / 8) {
            most = score;
            best = phase;
        }
    }
    return best;
}

static bool add_base64(str run, struct buf *into)
{
    uint32_t bits = 0;
    unsigned have = 0;
    char *out = buf_reserve(into, run.n / 4 * 3 + 3);
    size_t n = 0;
    if (!out) {
        return false;
    }
    for (size_t i = 0; i < run.n; i++) {
        int value = proof_base64_value(run.p[i]);
        if (value < 0) {
            continue;
        }
        bits = bits << 6 | (uint32_t)value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char)(bits >> have & 0xff);
        }
    }
    buf_commit(into, n);
    return n > 0;
}

bool decode_base64(str text, size_t at, struct buf *into, struct decoded *ret)
{
    if (at >= text.n || !is_base64(text.p[at])) {
        return false;
    }
    size_t floor = at > DECODE_RUN_MAX / 2 ? at - DECODE_RUN_MAX / 2 : 0;
    size_t ceiling = text.n - at > DECODE_RUN_MAX / 2 ? at + DECODE_RUN_MAX / 2 : text.n;
    size_t from = run_from(text, at, floor), to = run_to(text, from, at, ceiling);
    if (to - from < BASE64_MIN) {
        return false;
    }
    /* The phase counts letters, so it is looked for in the line of `at` alone. */
    size_t line = at - letters_before(text, at, from);
    size_t phase = base64_phase(str_slice(text, line, to), at - line);
    if (phase != 0) {
        from = line + phase;
    }
    if (!add_base64(str_slice(text, from, to), into)) {
        return false;
    }
    *ret = (struct decoded){from, to};
    return true;
}

static bool is_hex(str text, size_t at) { return at < text.n && bytes_hex_digit(text.p[at]) >= 0; }

/* "\x41" or "0x41" at `at`. */
static bool is_marked(str text, size_t at, char mark)
{
    return at + 4 <= text.n && text.p[at] == mark && (text.p[at + 1] | 0x20) == 'x' &&
           is_hex(text, at + 2) && is_hex(text, at + 3);
}

static bool is_separator(char c)
{
    return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Runs of marked bytes; between those with "0x" stand commas and spaces. */
static bool decode_marked(str text, size_t token, struct buf *into, struct decoded *ret)
{
    char mark = text.p[token];
    size_t from = token, to = token + 4, count = 0;
    while (token - from < DECODE_RUN_MAX / 2) {
        size_t i = from;
        while (mark == '0' && i > 0 && is_separator(text.p[i - 1])) {
            i--;
        }
        if (i < 4 || !is_marked(text, i - 4, mark) || (mark == '0' && i == from)) {
            break;
        }
        from = i - 4;
    }
    for (size_t i = from; i - from < DECODE_RUN_MAX && is_marked(text, i, mark); count++) {
        buf_add_byte(into,
                     (char)(bytes_hex_digit(text.p[i + 2]) << 4 | bytes_hex_digit(text.p[i + 3])));
        to = i += 4;
        while (mark == '0' && i < text.n && is_separator(text.p[i])) {
            i++;
        }
    }
    *ret = (struct decoded){from, to};
    return count * 2 >= HEX_MIN && !into->failed;
}

static size_t hex_score(str text, size_t from, size_t to)
{
    size_t score = 0;
    for (size_t i = from; i + 1 < to; i += 2) {
        score += is_printable(
            (unsigned char)(bytes_hex_digit(text.p[i]) << 4 | bytes_hex_digit(text.p[i + 1])));
    }
    return score;
}

static bool decode_plain_hex(str text, size_t at, struct buf *into, struct decoded *ret)
{
    size_t from = at, to = at;
    while (from > 0 && at - from < DECODE_RUN_MAX / 2 && is_hex(text, from - 1)) {
        from--;
    }
    while (to - at < DECODE_RUN_MAX / 2 && is_hex(text, to)) {
        to++;
    }
    if (to - from < HEX_MIN) {
        return false;
    }
    size_t near = at - from > LOOK ? at - LOOK : from;
    near += (near - from) & 1;
    size_t end = to - near > (size_t)LOOK * 2 ? near + (size_t)LOOK * 2 : to;
    size_t even = hex_score(text, near, end), odd = hex_score(text, near + 1, end);
    from += odd > even + 1;
    for (size_t i = from; i + 1 < to; i += 2) {
        buf_add_byte(into,
                     (char)(bytes_hex_digit(text.p[i]) << 4 | bytes_hex_digit(text.p[i + 1])));
    }
    *ret = (struct decoded){from, to - (to - from) % 2};
    return !into->failed;
}

bool decode_hex(str text, size_t at, struct buf *into, struct decoded *ret)
{
    if (at >= text.n) {
        return false;
    }
    for (size_t back = 0; back < 4 && back <= at; back++) {
        if (is_marked(text, at - back, '\\') || is_marked(text, at - back, '0')) {
            return decode_marked(text, at - back, into, ret);
        }
    }
    return is_hex(text, at) && decode_plain_hex(text, at, into, ret);
}

bool decode_is_utf16(str head, bool *ret_big_endian)
{
    if (head.n >= 2 && (str_starts(head, STR("\xff\xfe")) || str_starts(head, STR("\xfe\xff")))) {
        *ret_big_endian = head.p[0] == '\xfe';
        return true;
    }
    size_t zeros[2] = {0}, n = head.n > UTF16_LOOK ? UTF16_LOOK : head.n & ~(size_t)1;
    for (size_t i = 0; i < n; i++) {
        zeros[i & 1] += head.p[i] == 0;
    }
    bool big = zeros[0] > zeros[1];
    size_t high = zeros[big ? 0 : 1], low = zeros[big ? 1 : 0];
    if (n < 8 || high * 5 < n * 2 || low * 20 > n) {
        return false;
    }
    *ret_big_endian = big;
    return true;
}

static uint32_t utf16_unit(str s, size_t i, bool big)
{
    unsigned char a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];
    return big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

bool decode_utf16(str bytes, bool big_endian, struct buf *into)
{
    size_t before = into->n;
    for (size_t i = 0; i + 1 < bytes.n && !into->failed; i += 2) {
        uint32_t code = utf16_unit(bytes, i, big_endian);
        if (code >= 0xd800 && code < 0xdc00 && i + 3 < bytes.n) {
            uint32_t low = utf16_unit(bytes, i + 2, big_endian);
            if (low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        if (i > 0 || code != 0xfeff) {
            utf8_add(into, code);
        }
    }
    return !into->failed && into->n > before;
}

bool decode_gunzip(str bytes, struct buf *into)
{
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)bytes.p,
                  .avail_in = bytes.n > UINT32_MAX ? UINT32_MAX : (uInt)bytes.n};
    if (bytes.n < 2 || inflateInit2(&z, 15 + 32) != Z_OK) {
        return false;
    }
    size_t total = 0;
    int state = Z_OK;
    while (state == Z_OK && total < DECODE_GZIP_MAX) {
        char *out = buf_reserve(into, GUNZIP_STEP);
        if (!out) {
            break;
        }
        z.next_out = (Bytef *)out;
        z.avail_out = GUNZIP_STEP;
        state = inflate(&z, Z_NO_FLUSH);
        size_t n = GUNZIP_STEP - z.avail_out;
        buf_commit(into, n);
        total += n;
        if (n == 0 && z.avail_in == 0) {
            break;
        }
    }
    (void)inflateEnd(&z);
    return total > 0 && !into->failed;
}
