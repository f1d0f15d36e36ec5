/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_ieq(str a, str b) { return a.n == b.n && str_istarts(a, b); }

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_istarts(str s, str prefix)
{
    if (s.n < prefix.n) {
        return false;
    }
    for (size_t i = 0; i < prefix.n; i++) {
        if (str_lower(s.p[i]) != str_lower(prefix.p[i])) {
            return false;
        }
    }
    return true;
}

bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

size_t str_find_byte(str s, char byte, size_t from)
{
    if (from >= s.n) {
        return SIZE_MAX;
    }
    const char *at = memchr(s.p + from, byte, s.n - from);
    return at ? (size_t)(at - s.p) : SIZE_MAX;
}

size_t str_find(str s, str needle, size_t from)
{
    if (from > s.n || s.n - from < needle.n) {
        return SIZE_MAX;
    }
    if (needle.n == 0) {
        return from;
    }
    const char *at = memmem(s.p + from, s.n - from, needle.p, needle.n);
    return at ? (size_t)(at - s.p) : SIZE_MAX;
}

str str_slice(str s, size_t from, size_t to)
{
    to = to < s.n ? to : s.n;
    from = from < to ? from : to;
    return (str){s.p + from, to - from};
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

str str_trim(str s)
{
    while (s.n && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_blank(s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

bool str_split(str *rest, char separator, str *ret_field)
{
    if (rest->n == 0) {
        return false;
    }
    size_t at = str_find_byte(*rest, separator, 0);
    if (at == SIZE_MAX) {
        *ret_field = *rest;
        *rest = (str){rest->p + rest->n, 0};
        return true;
    }
    *ret_field = (str){rest->p, at};
    *rest = (str){rest->p + at + 1, rest->n - at - 1};
    return true;
}

bool str_u64(str s, uint64_t *ret)
{
    uint64_t value = 0;
    if (s.n == 0) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value)) {
            return false;
        }
    }
    *ret = value;
    return true;
}

bool str_i64(str s, int64_t *ret)
{
    bool negative = s.n && s.p[0] == '-';
    uint64_t value;
    if (!str_u64(negative ? str_slice(s, 1, s.n) : s, &value)) {
        return false;
    }
    if (value > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return false;
    }
    *ret = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool str_has_control(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return true;
        }
    }
    return false;
}
