/* SPDX-License-Identifier: Apache-2.0 */
/* Character classes of HTTP (RFC 9110 section 5.6, RFC 3986 section 3) as one table. */
#pragma once

#include "base/str.h"

enum { SYNTAX_TOKEN = 1, SYNTAX_VALUE = 2, SYNTAX_PATH = 4, SYNTAX_QUERY = 8, SYNTAX_HOST = 16 };

extern const unsigned char syntax_class[256];

static inline bool syntax_is_digit(char c) { return c >= '0' && c <= '9'; }

/* True when every byte is of the class; also for the empty string. */
static inline bool syntax_all(str s, unsigned char wanted)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!(syntax_class[(unsigned char)s.p[i]] & wanted)) {
            return false;
        }
    }
    return true;
}

/* Bytes of the token that s starts with. */
static inline size_t syntax_token_length(str s)
{
    size_t n = 0;
    while (n < s.n && (syntax_class[(unsigned char)s.p[n]] & SYNTAX_TOKEN)) {
        n++;
    }
    return n;
}

/* Removes optional white space (space and tab only) at both ends. */
static inline str syntax_trim(str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s = (str){s.p + 1, s.n - 1};
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) {
        s.n--;
    }
    return s;
}
