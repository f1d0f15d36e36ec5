/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/site_refs.h"

static bool is_ref_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (unsigned char)c >= 0x80 || (c != '\0' && strchr("/._-~@%$+[]():!,;=&?#*", c));
}

/* What ends a name that is worth asking for. */
static const char *const ends[] = {".js",   ".mjs", ".cjs", ".css",
                                   ".json", ".map", ".jsx", ".webmanifest"};

/* The extension that begins at `dot`, and a query behind it; *ret_to is where the quote stands. */
static bool has_end(str text, size_t dot, size_t *ret_to)
{
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        str end = str_c(ends[i]);
        if (!str_starts(str_slice(text, dot, dot + end.n), end)) {
            continue;
        }
        size_t to = dot + end.n;
        if (to < text.n && text.p[to] == '?') {
            size_t limit = to + REF_BYTES_MAX;
            while (to < text.n && to < limit && is_ref_byte(text.p[to])) {
                to++;
            }
        }
        if (to < text.n &&
            (text.p[to] == '"' || text.p[to] == '\'' || text.p[to] == '`' || text.p[to] == '\\')) {
            *ret_to = to;
            return true;
        }
    }
    return false;
}

static bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

/* A byte of a name at *at, moved over: "\\/", "\\u002F" and "\\x2F" are slashes. */
static char name_byte(str text, size_t *at, size_t to)
{
    static const str slashes[] = {STR_INIT("\\u002F"), STR_INIT("\\u002f"), STR_INIT("\\x2F"),
                                  STR_INIT("\\x2f"), STR_INIT("\\/")};
    str rest = str_slice(text, *at, to);
    for (size_t i = 0; i < sizeof slashes / sizeof slashes[0]; i++) {
        if (str_starts(rest, slashes[i])) {
            *at += slashes[i].n;
            return '/';
        }
    }
    return text.p[(*at)++];
}

/* String literals; "\"a.js\"" within a string counts, and "\/" is a slash. */
static bool find_files(str text, ref_fn fn, void *user, size_t *left)
{
    char name[REF_BYTES_MAX];
    size_t low = 0; /* what was read already is not read again */
    for (size_t dot; (dot = str_find_byte(text, '.', low)) != SIZE_MAX;) {
        size_t to, from = dot, n = 0;
        if (!has_end(text, dot, &to)) {
            low = dot + 1;
            continue;
        }
        size_t limit = dot > REF_BYTES_MAX ? dot - REF_BYTES_MAX : 0;
        while (from > limit && (is_ref_byte(text.p[from - 1]) || text.p[from - 1] == '\\')) {
            from--;
        }
        bool quoted = from > 0 && is_quote(text.p[from - 1]);
        for (size_t i = from; i < to && n < sizeof name;) {
            char c = name_byte(text, &i, to);
            if (c != '\\') {
                name[n++] = c;
            }
        }
        low = to;
        if (!quoted || n < 4) {
            continue;
        }
        if (*left == 0) {
            return false;
        }
        --*left;
        if (!fn(user, REF_FILE, str_n(name, n))) {
            return false;
        }
    }
    return true;
}

/* sourceMappingURL= of the comments that browsers read (ECMA-426 section 4.1), anywhere. */
static bool find_maps(str text, ref_fn fn, void *user, size_t *left)
{
    static const str mark = {"sourceMappingURL=", 17};
    for (size_t at = 0; (at = str_find(text, mark, at)) != SIZE_MAX;) {
        size_t from = at + mark.n, to = from;
        while (to < text.n && (unsigned char)text.p[to] > ' ' && !is_quote(text.p[to]) &&
               text.p[to] != '*' && text.p[to] != '\\') {
            to++;
        }
        bool comment = at >= 4 && (text.p[at - 2] == '#' || text.p[at - 2] == '@') &&
                       (text.p[at - 3] == '/' || text.p[at - 3] == '*');
        str name = str_slice(text, from, to);
        at = to;
        if (!comment || name.n == 0 ||
            (name.n > REF_BYTES_MAX && !str_starts(name, STR("data:")))) {
            continue;
        }
        if (*left == 0) {
            return false;
        }
        --*left;
        if (!fn(user, REF_MAP, name)) {
            return false;
        }
    }
    return true;
}

bool refs_find(str text, ref_fn fn, void *user)
{
    size_t left = REFS_MAX;
    bool all = find_maps(text, fn, user, &left);
    all = refs_find_tables(text, fn, user) && all;
    return find_files(text, fn, user, &left) && all;
}

/* The path up to and with its last slash. */
static str folder_of(str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/') {
        n--;
    }
    return str_slice(path, 0, n);
}

/* The part of `path` before a folder of that name; empty: there is none. */
static str before_folder(str path, str name)
{
    for (size_t at = 0; (at = str_find(path, name, at)) != SIZE_MAX; at++) {
        if (at > 0 && path.p[at - 1] == '/' && at + name.n < path.n && path.p[at + name.n] == '/') {
            return str_slice(path, 0, at);
        }
    }
    return STR_EMPTY;
}

size_t refs_places(struct arena *a, str script, enum ref_kind kind, str text, str ret[2])
{
    if (kind == REF_MAP || str_find(text, STR("://"), 0) != SIZE_MAX ||
        str_starts(text, STR("/")) || (str_starts(text, STR(".")) && kind == REF_FILE)) {
        ret[0] = text;
        return 1;
    }
    if (str_starts(text, STR("./"))) {
        text = str_slice(text, 2, text.n);
    }
    size_t slash = str_find_byte(text, '/', 0), n = 0;
    str root = slash == SIZE_MAX ? STR_EMPTY : before_folder(script, str_slice(text, 0, slash));
    str folder = folder_of(script);
    str places[2] = {root.n ? root : folder, STR("/")};
    for (size_t i = 0; i < 2; i++) {
        if (i == 0 || (!root.n && !str_eq(folder, STR("/")))) {
            ret[n] = arena_printf(a, "%.*s%.*s", STR_ARG(places[i]), STR_ARG(text));
            n += ret[n].p != NULL;
        }
    }
    return n;
}
