/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/near.h"
#include "base/utf8.h"

enum { REASON_MAX = 1024, NESTING_MAX = 64 };

static err fail_at(struct yaml *y, int line, int column, const char *what)
{
    str reason = arena_printf(y->a, "%s:%d:%d: %s", y->name, line, column, what);
    if (reason.p) {
        *y->reason = reason;
    }
    return err_new(ERR_INVALID, "the file is not valid");
}

/* Where a node begins, counted from 1. */
static struct fy_mark mark_of(struct fy_node *node)
{
    struct fy_mark mark = {0};
    struct fy_token *token = node ? fy_node_get_scalar_token(node) : NULL;
    const struct fy_mark *start = token ? fy_token_start_mark(token) : NULL;
    if (start) {
        mark = *start;
    }
    mark.line++;
    mark.column++;
    return mark;
}

err yaml_refuse(struct yaml *y, struct fy_node *at, const char *format, ...)
{
    char what[REASON_MAX];
    struct fy_mark mark = mark_of(at);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return fail_at(y, mark.line, mark.column, what);
}

unsigned yaml_line(struct fy_node *node) { return (unsigned)mark_of(node).line; }

str yaml_text(struct fy_node *node)
{
    size_t n = 0;
    const char *p = fy_node_get_scalar(node, &n);
    return (str){p ? p : "", p ? n : 0};
}

/* A text without any fault and without a document has only comments: it says nothing. */
static err fault(struct yaml *y, struct fy_diag *diag)
{
    void *iterator = NULL;
    char what[REASON_MAX];
    struct fy_diag_error *found = fy_diag_errors_iterate(diag, &iterator);
    if (!found) {
        return ERR_NONE;
    }
    (void)snprintf(what, sizeof what, "not YAML: %s", found->msg ? found->msg : "not readable");
    return fail_at(y, found->line > 0 ? found->line : 1, found->column > 0 ? found->column : 1,
                   what);
}

/* Flow collections nested deeper than any such file needs would take the parser's stack. */
static bool is_deep(str line, int *depth)
{
    for (size_t i = 0; i < line.n; i++) {
        *depth += line.p[i] == '[' || line.p[i] == '{';
        *depth -= (line.p[i] == ']' || line.p[i] == '}') && *depth > 0;
        if (*depth > NESTING_MAX) {
            return true;
        }
    }
    return false;
}

/* Refuses what such a file never needs and the YAML library handles badly: directives (libfyaml
 * 0.7 never returns from a malformed one), deep nesting, and bytes that no editor writes. */
static err check_text(struct yaml *y, str text)
{
    int number = 0, depth = 0;
    str line;
    if (!utf8_valid(text)) {
        return fail_at(y, 1, 1, "the file is not UTF-8 text");
    }
    while (str_split(&text, '\n', &line)) {
        number++;
        size_t indent = 0;
        while (indent < line.n && (line.p[indent] == ' ' || line.p[indent] == '-')) {
            indent++;
        }
        if (str_starts(str_trim(line), STR("%"))) {
            return fail_at(y, number, 1, "YAML directives (%) are not used here; remove the line");
        }
        if (line.n && line.p[line.n - 1] == '\r') {
            line.n--;
        }
        if (str_has_control(line)) {
            return fail_at(y, number, 1, "there is a control character in the line");
        }
        if (is_deep(line, &depth) || indent > (size_t)NESTING_MAX * 2) {
            return fail_at(y, number, 1, "nested too deeply");
        }
    }
    return ERR_NONE;
}

err yaml_read(struct yaml *y, str text,
              err (*read)(struct yaml *y, struct fy_node *root, void *into), void *into)
{
    struct fy_diag_cfg diag_config;
    err e = check_text(y, text);
    if (!err_ok(e)) {
        return e;
    }
    fy_diag_cfg_default(&diag_config);
    diag_config.fp = NULL;
    diag_config.output_fn = NULL;
    struct fy_diag *diag = fy_diag_create(&diag_config);
    if (!diag) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag};
    struct fy_document *document = fy_document_build_from_string(&config, text.p, text.n);
    struct fy_node *root = document ? fy_document_root(document) : NULL;
    if (!document) {
        e = fault(y, diag);
    } else if (root && !(fy_node_is_scalar(root) && str_empty(yaml_text(root)))) {
        e = read(y, root, into);
    }
    fy_document_destroy(document);
    fy_diag_destroy(diag);
    return e;
}

static err unknown(struct yaml *y, struct fy_node *key, str name, const struct yaml_key *keys)
{
    const char *nearest = NULL;
    size_t distance = SIZE_MAX;
    char all[REASON_MAX / 2] = "";
    size_t n = 0;
    for (; keys->name; keys++) {
        near_consider(name, keys->name, &nearest, &distance);
        int written = snprintf(all + n, sizeof all - n, "%s%s", n ? ", " : "", keys->name);
        n += written > 0 && (size_t)written < sizeof all - n ? (size_t)written : 0;
    }
    str shown = str_slice(name, 0, 60);
    return nearest ? yaml_refuse(y, key, "unknown key `%.*s`; did you mean `%s`?", STR_ARG(shown),
                                 nearest)
                   : yaml_refuse(y, key, "unknown key `%.*s`; here are possible: %s",
                                 STR_ARG(shown), all);
}

err yaml_mapping(struct yaml *y, struct fy_node *key, struct fy_node *node,
                 const struct yaml_key *keys, void *into)
{
    void *at = NULL;
    if (!fy_node_is_mapping(node)) {
        return yaml_refuse(y, key ? key : node, "keys and values are expected here, one a line");
    }
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(node, &at)) != NULL;) {
        struct fy_node *inner = fy_node_pair_key(pair), *value = fy_node_pair_value(pair);
        const struct yaml_key *found = keys;
        if (!inner || !fy_node_is_scalar(inner) || fy_node_is_alias(inner)) {
            return yaml_refuse(y, inner ? inner : key, "a key is not a plain text");
        }
        while (found->name && !str_eq(str_c(found->name), yaml_text(inner))) {
            found++;
        }
        if (!found->name) {
            return unknown(y, inner, yaml_text(inner), keys);
        }
        if (!value || fy_node_is_alias(value)) {
            return yaml_refuse(y, inner,
                               value ? "aliases (*name) are not used here; write the value"
                                     : "a value is missing");
        }
        err e = found->read(y, inner, value, into);
        if (!err_ok(e)) {
            return e;
        }
    }
    return ERR_NONE;
}

err yaml_scalar(struct yaml *y, struct fy_node *key, struct fy_node *node, str *ret)
{
    if (!node || !fy_node_is_scalar(node) || fy_node_is_alias(node)) {
        return yaml_refuse(y, key, "a single value is expected here");
    }
    str text = str_trim(yaml_text(node));
    if (str_empty(text) || str_has_control(text)) {
        return yaml_refuse(
            y, key, str_empty(text) ? "a value is missing" : "the value must fit on one line");
    }
    text = arena_str(y->a, text);
    if (!text.p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    *ret = text;
    return ERR_NONE;
}

err yaml_number(struct yaml *y, struct fy_node *key, struct fy_node *node, const char *unit,
                unsigned min, unsigned max, unsigned *ret)
{
    str text;
    uint64_t number = 0;
    err e = yaml_scalar(y, key, node, &text);
    if (!err_ok(e)) {
        return e;
    }
    if (*unit && str_ends(text, str_c(unit))) {
        text = str_trim(str_slice(text, 0, text.n - strlen(unit)));
    }
    if (!str_u64(text, &number) || number < min || number > max) {
        return yaml_refuse(y, node, "a whole number from %u to %u is expected%s%s", min, max,
                           *unit ? ", in " : "", unit);
    }
    *ret = (unsigned)number;
    return ERR_NONE;
}

err yaml_list(struct yaml *y, struct fy_node *key, struct fy_node *node, size_t max,
              err (*item)(struct yaml *y, struct fy_node *node, str text, str *ret),
              const str **ret, size_t *ret_count)
{
    void *at = NULL;
    size_t count = 0;
    str *list = arena_array(y->a, max, sizeof *list);
    if (!list) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    if (!fy_node_is_sequence(node)) {
        return yaml_refuse(y, key, "a list is expected here: [one, two]");
    }
    for (struct fy_node *inner; (inner = fy_node_sequence_iterate(node, &at)) != NULL;) {
        if (count == max) {
            return yaml_refuse(y, key, "more than %zu entries", max);
        }
        err e = yaml_scalar(y, fy_node_is_scalar(inner) ? inner : key, inner, &list[count]);
        if (err_ok(e) && item) {
            e = item(y, inner, list[count], &list[count]);
        }
        if (!err_ok(e)) {
            return e;
        }
        count++;
    }
    *ret = list;
    *ret_count = count;
    return ERR_NONE;
}
