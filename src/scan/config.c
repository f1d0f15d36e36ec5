/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/config.h"

#include "base/day.h"
#include "net/url.h"

/* ── single values ── */

static err glob_item(struct yaml *y, struct fy_node *node, str text, str *ret)
{
    if (text.n > GLOB_PATTERN_MAX) {
        return yaml_refuse(y, node, "a pattern has at most %d bytes", GLOB_PATTERN_MAX);
    }
    *ret = text;
    return ERR_NONE;
}

static err path_item(struct yaml *y, struct fy_node *node, str text, str *ret)
{
    if (str_starts(text, STR("http://")) || str_starts(text, STR("https://"))) {
        return yaml_refuse(y, node, "`%.*s` is an address; write it under urls", STR_ARG(text));
    }
    *ret = text;
    return ERR_NONE;
}

static err url_item(struct yaml *y, struct fy_node *node, str text, str *ret)
{
    struct url url;
    if (!err_ok(url_parse(y->a, text, &url))) {
        return yaml_refuse(y, node, "`%.*s` is no http(s) address; write https://www.example.com/",
                           STR_ARG(text));
    }
    *ret = text;
    return ERR_NONE;
}

/* ── the keys ── */

static err read_paths(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_config *c = into;
    return yaml_list(y, key, node, SCAN_CONFIG_LIST_MAX, path_item, &c->paths, &c->path_count);
}

static err read_exclude(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_config *c = into;
    return yaml_list(y, key, node, SCAN_CONFIG_LIST_MAX, glob_item, &c->exclude, &c->exclude_count);
}

static err read_urls(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_config *c = into;
    return yaml_list(y, key, node, SCAN_CONFIG_LIST_MAX, url_item, &c->urls, &c->url_count);
}

static err read_repository(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_config *c = into;
    str text;
    err e = yaml_scalar(y, key, node, &text);
    if (!err_ok(e)) {
        return e;
    }
    c->history = str_eq(text, STR("true"));
    return c->history || str_eq(text, STR("false"))
               ? ERR_NONE
               : yaml_refuse(y, node,
                             "repository is true (read the history of paths too) or false");
}

static err read_key(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_config *c = into;
    err e = yaml_scalar(y, key, node, &c->key_from);
    if (!err_ok(e)) {
        return e;
    }
    str rest = str_starts(c->key_from, STR("env:"))    ? str_slice(c->key_from, 4, SIZE_MAX)
               : str_starts(c->key_from, STR("file:")) ? str_slice(c->key_from, 5, SIZE_MAX)
                                                       : STR_EMPTY;
    /* What was written may be the key itself: it is not repeated. */
    return str_empty(rest) ? yaml_refuse(y, node,
                                         "a key does not stand in this file; write where it is: "
                                         "env:NAME or file:PATH")
                           : ERR_NONE;
}

/* ── environments ── */

static err read_environment(struct yaml *y, struct fy_node *key, struct fy_node *node,
                            struct scan_environment *ret)
{
    err e = yaml_scalar(y, key, key, &ret->name);
    return err_ok(e) ? yaml_list(y, key, node, SCAN_CONFIG_LIST_MAX, glob_item, &ret->globs,
                                 &ret->glob_count)
                     : e;
}

static err read_environments(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_config *c = into;
    void *at = NULL;
    c->environment_count = 0;
    if (!fy_node_is_mapping(node)) {
        return yaml_refuse(y, key, "names with lists are expected here: prod: [deploy/prod/]");
    }
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(node, &at)) != NULL;) {
        struct fy_node *name = fy_node_pair_key(pair), *list = fy_node_pair_value(pair);
        if (c->environment_count == SCAN_ENVIRONMENTS_MAX) {
            return yaml_refuse(y, key, "more than %d environments", SCAN_ENVIRONMENTS_MAX);
        }
        if (!name || !fy_node_is_scalar(name) || fy_node_is_alias(name)) {
            return yaml_refuse(y, key, "the name of an environment is expected here");
        }
        err e = list ? read_environment(y, name, list, &c->environments[c->environment_count])
                     : yaml_refuse(y, name, "a list of paths is missing");
        if (!err_ok(e)) {
            return e;
        }
        c->environment_count++;
    }
    return ERR_NONE;
}

/* ── what is known and accepted ── */

static err allow_fingerprint(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_allow *allow = into;
    err e = yaml_scalar(y, key, node, &allow->fingerprint);
    for (size_t i = 0; err_ok(e) && i < allow->fingerprint.n; i++) {
        char c = allow->fingerprint.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || allow->fingerprint.n != 32) {
            return yaml_refuse(y, node, "a fingerprint has 32 hex digits, as the report gives it");
        }
    }
    return e;
}

static err allow_rule(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_allow *allow = into;
    return yaml_scalar(y, key, node, &allow->rule);
}

static err allow_path(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_allow *allow = into;
    err e = yaml_scalar(y, key, node, &allow->path);
    return err_ok(e) ? glob_item(y, node, allow->path, &allow->path) : e;
}

static err allow_reason(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_allow *allow = into;
    err e = yaml_scalar(y, key, node, &allow->reason);
    return err_ok(e) && allow->reason.n > SCAN_REASON_MAX
               ? yaml_refuse(y, node, "a reason has at most %d bytes", SCAN_REASON_MAX)
               : e;
}

static err allow_until(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_allow *allow = into;
    str text;
    err e = yaml_scalar(y, key, node, &text);
    if (err_ok(e) && !day_parse(text, &allow->until_ms)) {
        return yaml_refuse(y, node, "`%.*s` is no day; write 2027-01-31", STR_ARG(text));
    }
    allow->until_ms += DAY_MS;
    return e;
}

static const struct yaml_key allow_keys[] = {
    {"fingerprint", allow_fingerprint}, {"rule", allow_rule},   {"path", allow_path},
    {"reason", allow_reason},           {"until", allow_until}, {NULL, NULL}};

static err read_allow(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct scan_config *c = into;
    struct scan_allow *list = arena_array(y->a, SCAN_CONFIG_LIST_MAX, sizeof *list);
    void *at = NULL;
    size_t count = 0;
    if (!list) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    if (!fy_node_is_sequence(node)) {
        return yaml_refuse(y, key,
                           "a list is expected here: - fingerprint: … with reason and until");
    }
    for (struct fy_node *item; (item = fy_node_sequence_iterate(node, &at)) != NULL;) {
        if (count == SCAN_CONFIG_LIST_MAX) {
            return yaml_refuse(y, key, "more than %d entries", SCAN_CONFIG_LIST_MAX);
        }
        struct scan_allow *one = &list[count++];
        one->line = yaml_line(key);
        err e = yaml_mapping(y, key, item, allow_keys, one);
        if (!err_ok(e)) {
            return e;
        }
        if (str_empty(one->fingerprint) == str_empty(one->rule) || str_empty(one->reason)) {
            return yaml_refuse(y, key,
                               "entry %zu needs a reason and either fingerprint or rule; "
                               "rule takes a path too",
                               count);
        }
    }
    c->allow = list;
    c->allow_count = count;
    return ERR_NONE;
}

static const struct yaml_key keys[] = {{"paths", read_paths}, {"exclude", read_exclude},
                                       {"urls", read_urls},   {"repository", read_repository},
                                       {"key", read_key},     {"environments", read_environments},
                                       {"allow", read_allow}, {NULL, NULL}};

err scan_config_read(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    return yaml_mapping(y, key, node, keys, into);
}
