/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/detect.h"
#include "guard/egress_private.h"
#include "net/url.h"

enum { LABEL_MAX = 300, TITLE_MAX = 300, MARKS_MAX = 48, SCHEME_MAX = 32, PARENS_MAX = 32 };

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/* Passes blanks; at most `to`. */
static size_t skip_blank(str s, size_t at, size_t to)
{
    while (at < to && is_blank(s.p[at])) {
        at++;
    }
    return at;
}

/* Passes the destination; false when it is none. The end of what is there is no end. */
static bool target_url(str s, size_t *at, size_t to, str *ret_url)
{
    size_t from = *at, i = from;
    if (i < to && s.p[i] == '<') {
        for (i++; i < to && s.p[i] != '>'; i++) {
            if (s.p[i] == '\n' || s.p[i] == '<') {
                return false;
            }
        }
        *ret_url = str_slice(s, from + 1, i);
        *at = i < to ? i + 1 : i;
        return true;
    }
    unsigned parens = 0;
    for (; i < to && !is_blank(s.p[i]) && (s.p[i] != ')' || parens > 0); i++) {
        if (s.p[i] == '(' && ++parens > PARENS_MAX) {
            return false;
        }
        parens -= s.p[i] == ')';
    }
    *ret_url = str_slice(s, from, i);
    *at = i;
    return true;
}

/* Passes a title; false when there is none that is well-formed. */
static bool target_title(str s, size_t *at, size_t to)
{
    char close = s.p[*at] == '(' ? ')' : s.p[*at];
    if (close != '"' && close != '\'' && close != ')') {
        return false;
    }
    size_t from = *at, i = from + 1;
    while (i < to && s.p[i] != close && i - from < TITLE_MAX) {
        i++;
    }
    *at = i < to && s.p[i] == close ? i + 1 : i;
    return i == to || s.p[i] == close;
}

enum parse parse_target(str s, size_t at, bool end, str *ret_url, size_t *ret_to)
{
    size_t max = at + URL_BYTES_MAX + TITLE_MAX, to = s.n < max ? s.n : max;
    enum parse open = end || s.n >= max ? PARSE_NO : PARSE_MORE;
    size_t i = skip_blank(s, at + 1, to);
    if (i < to && !target_url(s, &i, to, ret_url)) {
        return PARSE_NO;
    }
    if (i == to) {
        return open;
    }
    size_t after = skip_blank(s, i, to);
    if (after < to && s.p[after] != ')' && after > i) {
        if (!target_title(s, &after, to)) {
            return PARSE_NO;
        }
        after = skip_blank(s, after, to);
    }
    if (after >= to) {
        return open;
    }
    if (s.p[after] != ')') {
        return PARSE_NO;
    }
    *ret_to = after + 1;
    return PARSE_YES;
}

/* Adds the numbers [first, last] that were written as one or as a range. */
static void marks_add(unsigned first, unsigned last, unsigned known, uint64_t *marks,
                      unsigned *unknown)
{
    if (last < first || last - first > 20) {
        *unknown += 1;
        return;
    }
    for (unsigned n = first; n <= last; n++) {
        if (n >= 1 && n <= known && n < 64) {
            *marks |= UINT64_C(1) << n;
        } else {
            *unknown += 1;
        }
    }
}

enum parse parse_marks(str s, size_t at, bool end, unsigned known, uint64_t *ret_marks,
                       unsigned *ret_unknown, size_t *ret_to)
{
    uint64_t marks = 0;
    unsigned unknown = 0, number = 0, digits = 0, first = 0;
    bool range = false;
    for (size_t i = at + 1; i - at < MARKS_MAX; i++) {
        if (i >= s.n) {
            return end ? PARSE_NO : PARSE_MORE;
        }
        char c = s.p[i];
        if (detect_digit(c)) {
            number = number * 10 + (unsigned)(c - '0');
            if (++digits > 3) {
                return PARSE_NO;
            }
            continue;
        }
        if (c == '-' && digits > 0 && !range) {
            range = true;
            first = number;
            number = digits = 0;
            continue;
        }
        if (digits > 0 && (c == ',' || c == ';' || c == ' ' || c == ']')) {
            marks_add(range ? first : number, number, known, &marks, &unknown);
            number = digits = 0;
            range = false;
        } else if (c != ' ' && !(c == '^' && i == at + 1)) {
            return PARSE_NO;
        }
        if (c == ']') {
            *ret_marks = marks;
            *ret_unknown = unknown;
            *ret_to = i + 1;
            return marks || unknown ? PARSE_YES : PARSE_NO;
        }
    }
    return PARSE_NO;
}

enum parse parse_label(str s, size_t at, bool end, size_t *ret_to)
{
    for (size_t i = at + 1; i - at < LABEL_MAX; i++) {
        if (i >= s.n) {
            return end ? PARSE_NO : PARSE_MORE;
        }
        if (s.p[i] == '[' || s.p[i] == '\n') {
            return PARSE_NO;
        }
        if (s.p[i] == ']') {
            *ret_to = i;
            return PARSE_YES;
        }
    }
    return PARSE_NO;
}

/* ── bare URLs ── */

bool url_ends_at(char c)
{
    return (unsigned char)c <= ' ' || (unsigned char)c >= 0x7f ||
           strchr("<>\"`|\\[]{}^", c) != NULL;
}

/* Schemes that act without "//"; what may follow makes "data: three rows" no URL. */
static bool is_active_scheme(str scheme, char next)
{
    static const char *const names[] = {"javascript", "vbscript", "livescript", "data", "blob"};
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        found = found || (scheme.n >= strlen(names[i]) &&
                          str_ieq(str_slice(scheme, scheme.n - strlen(names[i]), scheme.n),
                                  str_c(names[i])));
    }
    return found && !url_ends_at(next);
}

/* Tells whether a URL begins at `at`; PARSE_MORE while that is open. */
static enum parse url_begins(str s, size_t at, bool end)
{
    size_t i = at;
    while (i < s.n && i - at < SCHEME_MAX &&
           (detect_alnum(s.p[i]) || s.p[i] == '+' || s.p[i] == '-' || s.p[i] == '.')) {
        i++;
        if (i - at == 4 && str_ieq(str_slice(s, at, i), STR("www."))) {
            return i < s.n ? (detect_alnum(s.p[i]) ? PARSE_YES : PARSE_NO)
                   : end   ? PARSE_NO
                           : PARSE_MORE;
        }
    }
    if (i >= s.n) {
        return end ? PARSE_NO : PARSE_MORE;
    }
    if (s.p[i] != ':') {
        return PARSE_NO;
    }
    if (i + 2 >= s.n && !end) {
        return PARSE_MORE;
    }
    if (str_starts(str_slice(s, i + 1, s.n), STR("//"))) {
        return PARSE_YES;
    }
    bool active = i + 1 < s.n && is_active_scheme(str_slice(s, at, i), s.p[i + 1]);
    return active ? PARSE_YES : PARSE_NO;
}

enum parse parse_url(str s, size_t at, bool end, size_t *ret_to, bool *ret_long)
{
    enum parse begins = s.p[at] == ':' ? PARSE_YES : url_begins(s, at, end);
    if (begins != PARSE_YES) {
        return begins;
    }
    size_t i = at;
    unsigned parens = 0;
    for (; i < s.n && !url_ends_at(s.p[i]); i++) {
        if (i - at >= URL_BYTES_MAX) {
            *ret_to = i;
            *ret_long = true;
            return PARSE_YES;
        }
        if (s.p[i] == ')' && parens == 0) {
            break;
        }
        parens += s.p[i] == '(';
        parens -= s.p[i] == ')';
    }
    if (i >= s.n && !end) {
        return PARSE_MORE;
    }
    while (i > at + 1 && strchr(".,;:!?'*_~", s.p[i - 1])) {
        i--;
    }
    *ret_to = i;
    *ret_long = false;
    return PARSE_YES;
}

static bool is_among(const str *urls, size_t count, str url)
{
    str bare = str_ends(url, STR("/")) ? str_slice(url, 0, url.n - 1) : url;
    for (size_t i = 0; i < count; i++) {
        str known = urls[i];
        known = str_ends(known, STR("/")) ? str_slice(known, 0, known.n - 1) : known;
        if (bare.n > 0 && str_eq(bare, known)) {
            return true;
        }
    }
    return false;
}

bool url_allowed(const struct egress_settings *settings, str url)
{
    return is_among(settings->allow_urls, settings->allow_url_count, url);
}

bool url_allowed_in_code(const struct egress_settings *settings, str url)
{
    return url_allowed(settings, url) ||
           is_among(settings->code_urls, settings->code_url_count, url);
}
