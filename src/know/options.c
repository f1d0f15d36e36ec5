/* SPDX-License-Identifier: Apache-2.0 */
#include "know/options.h"

#include "base/json.h"

enum { BASE_URL_MAX = 1024, PATTERN_BYTES_MAX = 500 };

static err read_patterns(struct arena *a, const json_t *object, const char *name, str *patterns,
                         size_t *count)
{
    const json_t *list = json_object_get(object, name);
    if (!list) {
        return ERR_NONE;
    }
    if (!json_is_array(list) || json_array_size(list) > OPTIONS_PATTERNS_MAX) {
        return err_new(ERR_INVALID, "include and exclude are lists of at most 100 patterns");
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        size_t n = json_string_length(entry);
        if (!json_is_string(entry) || n == 0 || n > PATTERN_BYTES_MAX) {
            return err_new(ERR_INVALID, "a pattern is a text of at most 500 bytes");
        }
        patterns[i] = arena_str(a, str_n(json_string_value(entry), n));
        if (!patterns[i].p) {
            return err_new(ERR_NO_MEMORY, "no memory for a source's options");
        }
        *count = i + 1;
    }
    return ERR_NONE;
}

static err read_limit(const json_t *object, const char *name, unsigned *limit)
{
    const json_t *value = json_object_get(object, name);
    if (!value) {
        return ERR_NONE;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return err_new(ERR_INVALID, "depth and pages are whole numbers");
    }
    json_int_t wanted = json_integer_value(value);
    *limit = wanted < (json_int_t)*limit ? (unsigned)wanted : *limit;
    return ERR_NONE;
}

static err read_object(struct arena *a, const json_t *object, struct know_options *o)
{
    static const char *const names[] = {"base_url", "include",   "exclude", "depth",
                                        "pages",    "same_host", NULL};
    if (json_unknown_member(object, names)) {
        return err_new(ERR_INVALID,
                       "the source's options have an unknown member; known are base_url, include, "
                       "exclude, depth, pages and same_host");
    }
    const json_t *same = json_object_get(object, "same_host");
    if (same && !json_is_boolean(same)) {
        return err_new(ERR_INVALID, "same_host is true or false");
    }
    o->same_host = !same || json_is_true(same);
    str base = STR_EMPTY;
    if (json_object_get(object, "base_url") &&
        (!json_get_str(object, "base_url", &base) || base.n > BASE_URL_MAX)) {
        return err_new(ERR_INVALID, "base_url is a URL of at most 1,024 bytes");
    }
    o->base_url = arena_str(a, base);
    err e = read_patterns(a, object, "include", o->include, &o->include_count);
    e = err_ok(e) ? read_patterns(a, object, "exclude", o->exclude, &o->exclude_count) : e;
    e = err_ok(e) ? read_limit(object, "depth", &o->depth) : e;
    return err_ok(e) ? read_limit(object, "pages", &o->pages) : e;
}

err options_read(struct arena *a, const struct know_settings *settings, str json,
                 struct know_options *ret)
{
    struct know_options options = {.depth = settings->depth_max,
                                   .pages = settings->documents_max,
                                   .same_host = true,
                                   .base_url = STR_EMPTY};
    err e = ERR_NONE;
    if (!str_empty(str_trim(json))) {
        json_t *object = NULL;
        e = json_read_object(json, &object, NULL);
        if (err_ok(e)) {
            e = read_object(a, object, &options);
            json_decref(object);
        }
    }
    if (err_ok(e) && !options.base_url.p) {
        e = err_new(ERR_NO_MEMORY, "no memory for a source's options");
    }
    if (err_ok(e)) {
        *ret = options;
    }
    return e;
}

/* "*" any run; going back to the last one only keeps it linear in practice and quadratic at worst.
 */
static bool glob_matches(str pattern, str path)
{
    str star_pattern = {NULL, 0}, star_path = {NULL, 0};
    while (path.n || pattern.n) {
        if (pattern.n && pattern.p[0] == '*') {
            pattern = star_pattern = str_slice(pattern, 1, pattern.n);
            star_path = path;
        } else if (pattern.n && path.n && pattern.p[0] == path.p[0]) {
            pattern = str_slice(pattern, 1, pattern.n);
            path = str_slice(path, 1, path.n);
        } else if (star_pattern.p && star_path.n) {
            star_path = str_slice(star_path, 1, star_path.n);
            pattern = star_pattern;
            path = star_path;
        } else {
            return false;
        }
    }
    return true;
}

static bool pattern_matches(str pattern, str path)
{
    if (str_find_byte(pattern, '*', 0) != SIZE_MAX) {
        return glob_matches(pattern, path);
    }
    bool at_name = path.n > pattern.n && path.p[path.n - pattern.n - 1] == '/';
    return str_starts(path, pattern) || (at_name && str_ends(path, pattern));
}

static bool any_matches(const str *patterns, size_t count, str path)
{
    for (size_t i = 0; i < count; i++) {
        if (pattern_matches(patterns[i], path)) {
            return true;
        }
    }
    return false;
}

bool options_wants(const struct know_options *o, str path)
{
    return (o->include_count == 0 || any_matches(o->include, o->include_count, path)) &&
           !any_matches(o->exclude, o->exclude_count, path);
}
