/* SPDX-License-Identifier: Apache-2.0 */
/* Values of header fields: addresses and dates. */
#include "check/mail/message.h"

enum { ADDRESS_MAX = 512 };

/* Reads over a comment or a quoted string that opens at `at`; gives where it ends. */
static size_t skip_comment(str s, size_t at)
{
    size_t depth = 0;
    do {
        char c = s.p[at++];
        if (c == '\\') {
            at++;
        } else if (c == '(') {
            depth++;
        } else if (c == ')') {
            depth--;
        }
    } while (depth > 0 && at < s.n);
    return at < s.n ? at : s.n;
}

static size_t skip_quoted(str s, size_t at)
{
    for (at++; at < s.n && s.p[at] != '"'; at++) {
        at += s.p[at] == '\\';
    }
    return at < s.n ? at + 1 : s.n;
}

/* An address as it is gathered, letter by letter. */
struct gathered {
    struct arena *a;
    str *domains;
    size_t count;
    char text[ADDRESS_MAX]; /* since the last @ */
    size_t n;
    bool has_at, in_angle, had_angle, overlong;
};

static void end_address(struct gathered *g)
{
    if (g->has_at && g->n > 0 && !g->overlong && g->count < MESSAGE_FROM_MAX) {
        str domain = arena_str(g->a, str_n(g->text, g->n));
        if (domain.p) {
            domain.n -= domain.n > 1 && domain.p[domain.n - 1] == '.';
            g->domains[g->count++] = domain;
        }
    }
    g->n = 0;
    g->has_at = g->overlong = false;
}

static void take(struct gathered *g, char c)
{
    switch (c) {
    case '<':
        g->in_angle = g->had_angle = true;
        g->n = 0;
        g->has_at = false;
        break;
    case '>':
        end_address(g);
        g->in_angle = false;
        break;
    case ',':
    case ';':
        if (!g->in_angle) {
            end_address(g);
            g->had_angle = false;
        }
        break;
    case '@':
        g->has_at = true;
        g->n = 0;
        break;
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        break;
    default:
        if (g->had_angle && !g->in_angle) {
            break; /* behind <…> nothing belongs to the address */
        }
        g->overlong = g->overlong || g->n == ADDRESS_MAX;
        if (!g->overlong) {
            g->text[g->n++] = str_lower(c);
        }
    }
}

size_t message_domains(struct arena *a, str value, str ret[MESSAGE_FROM_MAX])
{
    struct gathered g = {.a = a, .domains = ret};
    for (size_t at = 0; at < value.n;) {
        if (value.p[at] == '(') {
            at = skip_comment(value, at);
        } else if (value.p[at] == '"') {
            at = skip_quoted(value, at);
        } else {
            take(&g, value.p[at++]);
        }
    }
    end_address(&g);
    return g.count;
}

/* Words of a date between space, commas and comments. */
static bool next_word(str s, size_t *at, str *ret)
{
    while (*at < s.n) {
        char c = s.p[*at];
        if (c == '(') {
            *at = skip_comment(s, *at);
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',') {
            (*at)++;
        } else {
            break;
        }
    }
    size_t from = *at;
    while (*at < s.n && s.p[*at] > ' ' && s.p[*at] != ',' && s.p[*at] != '(') {
        (*at)++;
    }
    *ret = str_slice(s, from, *at);
    return *at > from;
}

static bool number(str s, uint64_t max, int64_t *ret)
{
    uint64_t n;
    if (s.n > 4 || !str_u64(s, &n) || n > max) {
        return false;
    }
    *ret = (int64_t)n;
    return true;
}

static bool month_of(str word, int64_t *ret)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (size_t i = 0; i < 12; i++) {
        if (str_ieq(word, str_n(names + 3 * i, 3))) {
            *ret = (int64_t)i + 1;
            return true;
        }
    }
    return false;
}

/* Seconds of "12:34:56" or "12:34". */
static bool time_of(str word, int64_t *ret)
{
    str rest = word, part;
    int64_t parts[3] = {0, 0, 0};
    size_t n = 0;
    while (str_split(&rest, ':', &part)) {
        if (n == 3 || !number(part, n == 0 ? 23 : 60, &parts[n])) {
            return false;
        }
        n++;
    }
    *ret = parts[0] * 3600 + parts[1] * 60 + parts[2];
    return n >= 2;
}

/* Seconds east of UTC. */
static int64_t zone_of(str word)
{
    static const struct {
        str name;
        int64_t hours;
    } names[] = {{STR_INIT("EST"), -5}, {STR_INIT("EDT"), -4}, {STR_INIT("CST"), -6},
                 {STR_INIT("CDT"), -5}, {STR_INIT("MST"), -7}, {STR_INIT("MDT"), -6},
                 {STR_INIT("PST"), -8}, {STR_INIT("PDT"), -7}};
    int64_t hhmm;
    if (word.n == 5 && (word.p[0] == '+' || word.p[0] == '-') &&
        number(str_slice(word, 1, 5), 9959, &hhmm)) {
        int64_t seconds = hhmm / 100 * 3600 + hhmm % 100 * 60;
        return word.p[0] == '-' ? -seconds : seconds;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_ieq(word, names[i].name)) {
            return names[i].hours * 3600;
        }
    }
    return 0; /* RFC 5322 section 4.3: unknown zones are -0000 */
}

/* Days since 1970-01-01 of a Gregorian date (years start in March, so that a leap day is last). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool message_date(str text, int64_t *ret_ms)
{
    size_t at = 0;
    str word;
    int64_t day, month, year, seconds;
    if (!next_word(text, &at, &word)) {
        return false;
    }
    if (!number(word, 31, &day) && (!next_word(text, &at, &word) || !number(word, 31, &day))) {
        return false;
    }
    if (!next_word(text, &at, &word) || !month_of(word, &month) || !next_word(text, &at, &word) ||
        !number(word, 9999, &year) || !next_word(text, &at, &word) || !time_of(word, &seconds)) {
        return false;
    }
    if (year < 1000) {
        year += year < 50 ? 2000 : 1900;
    }
    seconds -= next_word(text, &at, &word) ? zone_of(word) : 0;
    *ret_ms = (days_of(year, month, day) * 86400 + seconds) * 1000;
    return true;
}
