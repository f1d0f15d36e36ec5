/* SPDX-License-Identifier: Apache-2.0 */
#include "http/syntax.h"

#include "base/bytes.h"
#include "http/h1_head.h"

/* clang-format off */
const unsigned char syntax_class[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, /* 00 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 10 */
    2, 15, 2, 3, 15, 15, 15, 15, 14, 14, 15, 15, 14, 31, 31, 14, /* 20 */
    31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 14, 14, 2, 14, 2, 10, /* 30 */
    14, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, /* 40 */
    31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 14, 10, 14, 15, 31, /* 50 */
    15, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, /* 60 */
    31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 14, 15, 14, 31, 0, /* 70 */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* 80 */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* 90 */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* a0 */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* b0 */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* c0 */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* d0 */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* e0 */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* f0 */
};
/* clang-format on */

bool http_is_token(str s) { return s.n > 0 && syntax_all(s, SYNTAX_TOKEN); }

bool http_is_value(str s) { return syntax_all(s, SYNTAX_VALUE); }

static bool is_port(str s)
{
    uint64_t port;
    return s.n > 0 && s.n <= 5 && str_u64(s, &port) && port <= 65535;
}

static bool is_ipv6(str s)
{
    bool colon = false;
    for (size_t i = 0; i < s.n; i++) {
        colon = colon || s.p[i] == ':';
        if (s.p[i] != ':' && s.p[i] != '.' && bytes_hex_digit(s.p[i]) < 0) {
            return false;
        }
    }
    return colon && s.n >= 2 && s.n <= 45;
}

bool http_is_authority(str s)
{
    size_t end;
    if (s.n > 0 && s.p[0] == '[') {
        end = str_find_byte(s, ']', 0);
        if (end == SIZE_MAX || !is_ipv6(str_slice(s, 1, end))) {
            return false;
        }
        end++;
    } else {
        end = str_find_byte(s, ':', 0);
        end = end == SIZE_MAX ? s.n : end;
        if (end == 0 || end > 255 || !syntax_all(str_slice(s, 0, end), SYNTAX_HOST)) {
            return false;
        }
    }
    return end == s.n || (s.p[end] == ':' && is_port(str_slice(s, end + 1, s.n)));
}

bool http_is_path(str path, str query)
{
    if (path.n == 0 || path.p[0] != '/' || !syntax_all(path, SYNTAX_PATH) ||
        !syntax_all(query, SYNTAX_QUERY)) {
        return false;
    }
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '%' && (i + 2 >= path.n || bytes_hex_digit(path.p[i + 1]) < 0 ||
                                 bytes_hex_digit(path.p[i + 2]) < 0)) {
            return false;
        }
    }
    return true;
}

enum http_method http_method_of(str text)
{
    static const struct {
        str text;
        enum http_method method;
    } known[] = {
        {STR_INIT("GET"), HTTP_GET},     {STR_INIT("POST"), HTTP_POST},
        {STR_INIT("HEAD"), HTTP_HEAD},   {STR_INIT("OPTIONS"), HTTP_OPTIONS},
        {STR_INIT("PUT"), HTTP_PUT},     {STR_INIT("DELETE"), HTTP_DELETE},
        {STR_INIT("PATCH"), HTTP_PATCH},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_eq(text, known[i].text)) {
            return known[i].method;
        }
    }
    return HTTP_OTHER;
}
