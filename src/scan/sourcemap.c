/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sourcemap.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "base/utf8.h"

struct reader {
    str text;
    size_t at;
    unsigned depth;
    sourcemap_fn fn;
    void *user;
    size_t told;
    bool stopped, limited, seen; /* seen: a member that only source maps have */
};

static const err broken = {ERR_INVALID, "it is no source map, or broken"};
static const err no_memory = {ERR_NO_MEMORY, "no memory for a source map"};

static char look(struct reader *r)
{
    while (r->at < r->text.n && (r->text.p[r->at] == ' ' || r->text.p[r->at] == '\n' ||
                                 r->text.p[r->at] == '\r' || r->text.p[r->at] == '\t')) {
        r->at++;
    }
    return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static bool take(struct reader *r, char c)
{
    if (look(r) != c) {
        return false;
    }
    r->at++;
    return true;
}

/* The bytes between the quotes, escapes and all. */
static bool take_raw(struct reader *r, str *ret)
{
    if (!take(r, '"')) {
        return false;
    }
    size_t from = r->at;
    while (r->at < r->text.n && r->text.p[r->at] != '"') {
        r->at += r->text.p[r->at] == '\\' ? 2 : 1;
    }
    if (r->at >= r->text.n) {
        return false;
    }
    *ret = str_slice(r->text, from, r->at++);
    return true;
}

/* Over one value, whatever it is; brackets are counted, not judged. */
static bool skip_value(struct reader *r)
{
    str ignored;
    unsigned open = 0;
    do {
        char c = look(r);
        if (c == '"') {
            if (!take_raw(r, &ignored)) {
                return false;
            }
        } else if (c == '\0') {
            return false;
        } else {
            open += c == '{' || c == '[';
            open -= open > 0 && (c == '}' || c == ']');
            r->at++;
            while (open == 0 && r->at < r->text.n && !strchr(",]}", r->text.p[r->at]) && c != '}' &&
                   c != ']') {
                r->at++; /* the rest of a number or a word */
            }
        }
    } while (open > 0);
    return true;
}

/* Four hex digits at `at`; negative when they are none. */
static int32_t hex4(str s, size_t at)
{
    int32_t code = 0;
    for (size_t i = at; i < at + 4; i++) {
        int digit = i < s.n ? bytes_hex_digit(s.p[i]) : -1;
        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code;
}

/* The escape behind the backslash at *at; moves over it. */
static void unescape_one(str raw, size_t *at, struct buf *into)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    char c = *at + 1 < raw.n ? raw.p[*at + 1] : '\0';
    const char *simple = c ? strchr(from, c) : NULL;
    int32_t code = c == 'u' ? hex4(raw, *at + 2) : -1;
    *at += 2;
    if (simple) {
        buf_add_byte(into, to[simple - from]);
    } else if (code < 0) {
        buf_add_byte(into, c);
    } else {
        *at += 4;
        int32_t low = code >= 0xd800 && code < 0xdc00 && *at + 1 < raw.n && raw.p[*at] == '\\' &&
                              raw.p[*at + 1] == 'u'
                          ? hex4(raw, *at + 2)
                          : -1;
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            *at += 6;
        }
        utf8_add(into, (uint32_t)code);
    }
}

/* A string or null; false without a value of one of these kinds. */
static bool take_text(struct reader *r, struct buf *into, bool *ret_null)
{
    str raw;
    buf_clear(into);
    *ret_null = look(r) != '"';
    if (*ret_null) {
        return skip_value(r);
    }
    if (!take_raw(r, &raw)) {
        return false;
    }
    for (size_t at = 0; at < raw.n && into->failed == ERR_OK;) {
        const char *escape = memchr(raw.p + at, '\\', raw.n - at);
        size_t plain = escape ? (size_t)(escape - raw.p) : raw.n;
        buf_add(into, str_slice(raw, at, plain));
        at = plain;
        if (escape) {
            unescape_one(raw, &at, into);
        }
    }
    return true;
}

/* The next element of an array whose cursor is `r->at`; false at its end. */
static bool next_element(struct reader *r, struct buf *into, bool *ret_null)
{
    if (look(r) == '\0' || look(r) == ']' || !take_text(r, into, ret_null)) {
        return false;
    }
    (void)take(r, ',');
    return true;
}

/* Tells the sources of one map; `names` and `contents` are where its two arrays begin, 0: none. */
static err tell(struct reader *r, size_t names, size_t contents)
{
    struct reader name_at = {.text = r->text, .at = names};
    struct reader content_at = {.text = r->text, .at = contents};
    struct buf name, content;
    buf_init(&name, SOURCEMAP_NAME_MAX);
    buf_init(&content, SOURCEMAP_SOURCE_MAX);
    bool none, nameless, more = names > 0;
    err e = ERR_NONE;
    while (!r->stopped && next_element(&content_at, &content, &none)) {
        more = more && next_element(&name_at, &name, &nameless);
        if (!more || nameless || name.failed || name.n == 0) {
            buf_clear(&name);
            buf_addf(&name, "source %zu", r->told + 1);
        }
        if (content.failed == ERR_NO_MEMORY || name.failed) {
            e = no_memory;
            break;
        }
        if (content.failed || r->told == SOURCEMAP_SOURCES_MAX) {
            r->limited = true;
        } else if (!none) {
            r->stopped = !r->fn(r->user, buf_str(&name), buf_str(&content));
        }
        r->told += r->told < SOURCEMAP_SOURCES_MAX;
    }
    buf_done(&name);
    buf_done(&content);
    return e;
}

static err read_map(struct reader *r);

/* "sections": [{"offset": …, "map": {…}}, …] */
static err read_sections(struct reader *r)
{
    if (!take(r, '[')) {
        return skip_value(r) ? ERR_NONE : broken;
    }
    while (look(r) != ']' && !r->stopped) {
        err e = read_map(r);
        if (!err_ok(e)) {
            return e;
        }
        if (!take(r, ',') && look(r) != ']') {
            return broken;
        }
    }
    r->at++;
    return ERR_NONE;
}

/* One member; notes where the arrays begin. */
static err read_member(struct reader *r, size_t *names, size_t *contents)
{
    str key;
    if (!take_raw(r, &key) || !take(r, ':')) {
        return broken;
    }
    bool array = look(r) == '[';
    if (str_eq(key, STR("sections"))) {
        r->seen = r->seen || array;
        return read_sections(r);
    }
    if (str_eq(key, STR("map")) && look(r) == '{') {
        return read_map(r);
    }
    if (array && str_eq(key, STR("sources"))) {
        *names = r->at + 1;
        r->seen = true;
    } else if (array && str_eq(key, STR("sourcesContent"))) {
        *contents = r->at + 1;
    }
    return skip_value(r) ? ERR_NONE : broken;
}

static err read_map(struct reader *r)
{
    size_t names = 0, contents = 0;
    if (r->depth == SOURCEMAP_DEPTH_MAX) {
        return err_new(ERR_TOO_LARGE, "a source map is nested too deeply");
    }
    r->depth++;
    err e = take(r, '{') ? ERR_NONE : broken;
    while (err_ok(e) && look(r) != '}') {
        e = read_member(r, &names, &contents);
        if (err_ok(e) && (r->stopped || (!take(r, ',') && look(r) != '}'))) {
            break;
        }
    }
    bool whole = err_ok(e) && (r->stopped || take(r, '}'));
    if (contents > 0 && e.code != ERR_NO_MEMORY && !r->stopped) {
        err told = tell(r, names, contents);
        e = err_ok(told) ? e : told;
    }
    r->depth--;
    return err_ok(e) && !whole ? broken : e;
}

err sourcemap_each(str json, sourcemap_fn fn, void *user)
{
    struct reader r = {.text = json, .fn = fn, .user = user};
    if (str_starts(json, STR(")]}"))) { /* ECMA-426: a first line against inclusion as script */
        size_t line = str_find_byte(json, '\n', 0);
        r.at = line == SIZE_MAX ? json.n : line + 1;
    }
    err e = read_map(&r);
    if (err_ok(e) && !r.seen) {
        return broken;
    }
    return err_ok(e) && r.limited ? err_new(ERR_TOO_LARGE, "a source map has more than is read")
                                  : e;
}
