/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

const char bytes_base62_letters[63] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const char alphabet_plain[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet_url[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void bytes_hex(struct buf *b, const void *p, size_t n)
{
    static const char digits[17] = "0123456789abcdef";
    const unsigned char *bytes = p;
    for (size_t i = 0; i < n; i++) {
        buf_add_byte(b, digits[bytes[i] >> 4]);
        buf_add_byte(b, digits[bytes[i] & 15]);
    }
}

static void encode64(struct buf *b, const void *p, size_t n, const char *alphabet, bool pad)
{
    const unsigned char *in = p;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        unsigned v = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0u) |
                     (left > 2 ? (unsigned)in[i + 2] : 0u);
        buf_add_byte(b, alphabet[v >> 18]);
        buf_add_byte(b, alphabet[(v >> 12) & 63]);
        if (left > 1 || pad) {
            buf_add_byte(b, left > 1 ? alphabet[(v >> 6) & 63] : '=');
        }
        if (left > 2 || pad) {
            buf_add_byte(b, left > 2 ? alphabet[v & 63] : '=');
        }
    }
}

void bytes_base64(struct buf *b, const void *p, size_t n)
{
    encode64(b, p, n, alphabet_plain, true);
}

void bytes_base64url(struct buf *b, const void *p, size_t n)
{
    encode64(b, p, n, alphabet_url, false);
}

static int value64(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+' || c == '-') {
        return 62;
    }
    return c == '/' || c == '_' ? 63 : -1;
}

err bytes_unbase64(struct arena *a, str s, str *ret)
{
    static const err invalid = {ERR_INVALID, "not base64"};
    size_t padding = 0;
    while (s.n && padding < 2 && s.p[s.n - 1] == '=') {
        s.n--;
        padding++;
    }
    if (s.n % 4 == 1 || (padding && (s.n + padding) % 4 != 0)) {
        return invalid;
    }
    unsigned char *out = arena_alloc(a, s.n / 4 * 3 + 3);
    if (!out) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int v = value64(s.p[i]);
        if (v < 0) {
            return invalid;
        }
        bits = (bits << 6 | (uint32_t)v) & 0xffffff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
        }
    }
    if (bits & ((1u << have) - 1)) {
        return invalid;
    }
    *ret = (str){(const char *)out, n};
    return ERR_NONE;
}

err bytes_unbase64url(struct arena *a, str s, str *ret)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '+' || s.p[i] == '/' || s.p[i] == '=') {
            return err_new(ERR_INVALID, "not base64url");
        }
    }
    return bytes_unbase64(a, s, ret);
}

int bytes_hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = str_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

err bytes_unhex(struct arena *a, str s, str *ret)
{
    unsigned char *out = s.n % 2 ? NULL : arena_alloc(a, s.n / 2 + 1);
    if (!out) {
        return err_new(s.n % 2 ? ERR_INVALID : ERR_NO_MEMORY, "not hex, or out of memory");
    }
    for (size_t i = 0; i < s.n; i += 2) {
        int high = bytes_hex_digit(s.p[i]), low = bytes_hex_digit(s.p[i + 1]);
        if (high < 0 || low < 0) {
            return err_new(ERR_INVALID, "not hex");
        }
        out[i / 2] = (unsigned char)(high << 4 | low);
    }
    *ret = (str){(const char *)out, s.n / 2};
    return ERR_NONE;
}
