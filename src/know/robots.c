/* SPDX-License-Identifier: Apache-2.0 */
#include "know/robots.h"

#include "base/bytes.h"

/* Reads "key: value" without the comment; false for other lines. */
static bool read_line(str line, str *ret_key, str *ret_value)
{
    line = str_slice(line, 0, str_find_byte(line, '#', 0));
    size_t colon = str_find_byte(line, ':', 0);
    if (colon == SIZE_MAX) {
        return false;
    }
    *ret_key = str_trim(str_slice(line, 0, colon));
    *ret_value = str_trim(str_slice(line, colon + 1, line.n));
    return true;
}

/* The product token of a line: letters, "_" and "-" (section 2.2.1). */
static str product_of(str value)
{
    size_t n = 0;
    while (n < value.n && (((value.p[n] | 0x20) >= 'a' && (value.p[n] | 0x20) <= 'z') ||
                           value.p[n] == '_' || value.p[n] == '-')) {
        n++;
    }
    return str_slice(value, 0, n);
}

static unsigned delay_of(str value)
{
    uint64_t seconds = 0;
    size_t dot = str_find_byte(value, '.', 0);
    if (!str_u64(str_slice(value, 0, dot), &seconds)) {
        return 0;
    }
    bool fraction =
        dot != SIZE_MAX && dot + 1 < value.n && value.p[dot + 1] >= '0' && value.p[dot + 1] <= '9';
    uint64_t ms = seconds > 1000 ? ROBOTS_DELAY_MAX_MS : seconds * 1000;
    ms += fraction ? (uint64_t)(value.p[dot + 1] - '0') * 100 : 0;
    return ms > ROBOTS_DELAY_MAX_MS ? ROBOTS_DELAY_MAX_MS : (unsigned)ms;
}

/* Takes a line off the front; lines end with CR, LF or both. */
static bool next_line(str *rest, str *ret)
{
    if (str_empty(*rest)) {
        return false;
    }
    size_t n = 0;
    while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r') {
        n++;
    }
    *ret = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n + 1, rest->n);
    return true;
}

/* True when some group names the product, so that the one for "*" does not count. */
static bool names_product(str text, str product)
{
    str line, key, value;
    while (next_line(&text, &line)) {
        if (read_line(line, &key, &value) && str_ieq(key, STR("user-agent")) &&
            str_ieq(product_of(value), product)) {
            return true;
        }
    }
    return false;
}

err robots_parse(struct arena *a, str text, str product, struct robots *ret)
{
    text = str_slice(text, 0, ROBOTS_BYTES_MAX);
    text = str_starts(text, STR("\xEF\xBB\xBF")) ? str_slice(text, 3, text.n) : text;
    struct robots robots = {.rules = arena_array(a, ROBOTS_RULES_MAX, sizeof(struct robots_rule))};
    if (!robots.rules) {
        return err_new(ERR_NO_MEMORY, "no memory for robots.txt");
    }
    bool named = names_product(text, product), ours = false, in_agents = false;
    str line, key, value;
    while (next_line(&text, &line)) {
        if (!read_line(line, &key, &value)) {
            continue;
        }
        if (str_ieq(key, STR("user-agent"))) {
            ours = (in_agents && ours) ||
                   (named ? str_ieq(product_of(value), product) : str_starts(value, STR("*")));
            in_agents = true;
            continue;
        }
        bool allow = str_ieq(key, STR("allow")), disallow = str_ieq(key, STR("disallow"));
        bool delay = str_ieq(key, STR("crawl-delay"));
        in_agents = in_agents && !allow && !disallow && !delay;
        if (ours && (allow || disallow) && value.n && robots.count < ROBOTS_RULES_MAX) {
            robots.rules[robots.count++] = (struct robots_rule){value, allow};
        } else if (ours && delay) {
            robots.delay_ms = delay_of(value);
        }
    }
    *ret = robots;
    return ERR_NONE;
}

/* Takes one byte, percent-encoded or not; encoded letters are equal to plain ones (section 2.2.2).
 */
static int next_byte(str *s)
{
    if (str_empty(*s)) {
        return -1;
    }
    int byte = (unsigned char)s->p[0];
    size_t used = 1;
    if (byte == '%' && s->n > 2 && bytes_hex_digit(s->p[1]) >= 0 && bytes_hex_digit(s->p[2]) >= 0) {
        int decoded = bytes_hex_digit(s->p[1]) * 16 + bytes_hex_digit(s->p[2]);
        bool special = decoded == '/' || decoded == '*' || decoded == '$' || decoded == '%';
        byte = special ? 256 + decoded : decoded; /* "%2F" is not "/" */
        used = 3;
    }
    *s = str_slice(*s, used, s->n);
    return byte;
}

/* Matches from the start of the path, "*" any run, a final "$" the end. Linear but for going back
 * to the last "*". */
static bool pattern_matches(str pattern, str path)
{
    bool anchored = pattern.n && pattern.p[pattern.n - 1] == '$';
    pattern.n -= anchored;
    str star_pattern = {NULL, 0}, star_path = {NULL, 0};
    for (;;) {
        if (str_empty(pattern) && (!anchored || str_empty(path))) {
            return true;
        }
        if (pattern.n && pattern.p[0] == '*') {
            pattern = star_pattern = str_slice(pattern, 1, pattern.n);
            star_path = path;
            continue;
        }
        str next_pattern = pattern, next_path = path;
        int want = next_byte(&next_pattern), have = next_byte(&next_path);
        if (want >= 0 && want == have) {
            pattern = next_pattern;
            path = next_path;
        } else if (star_pattern.p && next_byte(&star_path) >= 0) {
            pattern = star_pattern;
            path = star_path;
        } else {
            return false;
        }
    }
}

bool robots_allows(const struct robots *robots, str path)
{
    if (str_eq(path, STR("/robots.txt"))) {
        return true;
    }
    bool allowed = !robots->none;
    size_t best = 0;
    for (size_t i = 0; i < robots->count && !robots->none; i++) {
        const struct robots_rule *rule = &robots->rules[i];
        bool better = rule->pattern.n > best || (rule->pattern.n == best && rule->allow);
        if (better && pattern_matches(rule->pattern, path)) {
            best = rule->pattern.n;
            allowed = rule->allow;
        }
    }
    return allowed;
}
