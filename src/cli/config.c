/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/yaml.h"
#include "cli/config_schema.h"

enum { CONFIG_BYTES_MAX = 262144, CONFIG_DEPTH_MAX = 6 };

extern char **environ;

struct reading {
    struct yaml y;
    struct config *config;
};

static err unknown_key(struct reading *r, struct fy_node *key_node, str key, const char *nearest)
{
    return nearest ? yaml_refuse(&r->y, key_node, "unknown key `%.*s`; did you mean `%s`?",
                                 STR_ARG(key), nearest)
                   : yaml_refuse(&r->y, key_node,
                                 "unknown key `%.*s`; `doorward help config` lists all keys",
                                 STR_ARG(key));
}

static err read_list(struct reading *r, const struct config_row *row, struct fy_node *node)
{
    void *at = NULL;
    struct fy_node *item;
    size_t i = 0;
    while ((item = fy_node_sequence_iterate(node, &at)) != NULL) {
        str reason = STR("a plain text is expected here");
        err e = fy_node_is_scalar(item)
                    ? config_row_set_item(r->y.a, row, i++, yaml_text(item), r->config, &reason)
                    : err_new(ERR_INVALID, "not a scalar");
        if (!err_ok(e)) {
            return yaml_refuse(&r->y, item, "%.*s", STR_ARG(reason));
        }
    }
    return ERR_NONE;
}

static err read_value(struct reading *r, struct fy_node *key_node, str key, size_t at,
                      struct fy_node *node)
{
    const char *nearest;
    const struct config_row *row = config_row_find(key, &nearest);
    if (!row) {
        return unknown_key(r, key_node, key, nearest);
    }
    if (row->kind == CONFIG_LIST && fy_node_is_sequence(node)) {
        return read_list(r, row, node);
    }
    if (!fy_node_is_scalar(node)) {
        return yaml_refuse(&r->y, key_node, "%s takes a single value", row->key);
    }
    str reason = STR_EMPTY;
    err e = row->kind == CONFIG_LIST
                ? config_row_set_item(r->y.a, row, 0, yaml_text(node), r->config, &reason)
                : config_row_set(r->y.a, row, at, yaml_text(node), r->config, &reason);
    return err_ok(e) ? e : yaml_refuse(&r->y, node ? node : key_node, "%.*s", STR_ARG(reason));
}

static err read_section(struct reading *r, str prefix, size_t at, struct fy_node *node,
                        unsigned depth);

/* A list of objects: only webhooks has this form. */
static err read_objects(struct reading *r, struct fy_node *key_node, str section,
                        struct fy_node *node)
{
    void *iterator = NULL;
    struct fy_node *item;
    str prefix = arena_printf(r->y.a, "%.*s[]", STR_ARG(section));
    size_t i = 0;
    while ((item = fy_node_sequence_iterate(node, &iterator)) != NULL) {
        if (i == OUTBOX_WEBHOOKS_MAX) {
            return yaml_refuse(&r->y, key_node, "at most %d webhooks", OUTBOX_WEBHOOKS_MAX);
        }
        err e = read_section(r, prefix, i++ * sizeof(struct webhook_settings), item, 2);
        if (!err_ok(e)) {
            return e;
        }
    }
    r->config->outbox.webhook_count = (unsigned)i;
    return ERR_NONE;
}

static err read_pair(struct reading *r, str prefix, size_t at, struct fy_node_pair *pair,
                     unsigned depth)
{
    struct fy_node *key_node = fy_node_pair_key(pair), *node = fy_node_pair_value(pair);
    str name = yaml_text(key_node);
    str key = str_empty(prefix) ? name
                                : arena_printf(r->y.a, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(name));
    if (!key.p || !fy_node_is_scalar(key_node)) {
        return err_new(key.p ? ERR_INVALID : ERR_NO_MEMORY, "a key is not a plain text");
    }
    if (node && fy_node_is_mapping(node) && config_section_known(key)) {
        return read_section(r, key, at, node, depth + 1);
    }
    if (node && fy_node_is_sequence(node) && str_eq(key, STR("webhooks"))) {
        return read_objects(r, key_node, key, node);
    }
    if (node && fy_node_is_alias(node)) {
        return yaml_refuse(&r->y, key_node, "aliases (*name) are not used here; write the value");
    }
    return read_value(r, key_node, key, at, node);
}

static err read_section(struct reading *r, str prefix, size_t at, struct fy_node *node,
                        unsigned depth)
{
    void *iterator = NULL;
    struct fy_node_pair *pair;
    if (depth > CONFIG_DEPTH_MAX || !fy_node_is_mapping(node)) {
        return str_empty(prefix)
                   ? yaml_refuse(&r->y, NULL, "the file takes keys and values, one a line")
                   : yaml_refuse(&r->y, NULL, "`%.*s` takes keys and values, one a line",
                                 STR_ARG(prefix));
    }
    while ((pair = fy_node_mapping_iterate(node, &iterator)) != NULL) {
        err e = read_pair(r, prefix, at, pair, depth);
        if (!err_ok(e)) {
            return e;
        }
    }
    return ERR_NONE;
}

static err read_root(struct yaml *y, struct fy_node *root, void *into)
{
    (void)y;
    return read_section(into, STR_EMPTY, 0, root, 0);
}

/* server.listen → DOORWARD_SERVER_LISTEN */
static str environment_name(struct arena *a, const struct config_row *row)
{
    str name = arena_printf(a, "DOORWARD_%s", row->key);
    for (size_t i = 0; i < name.n; i++) {
        char *c = (char *)(uintptr_t)&name.p[i];
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c == '.' ? '_' : *c;
    }
    return name;
}

static err read_environment_list(struct reading *r, const struct config_row *row, str value,
                                 str *ret_reason)
{
    str item;
    for (size_t i = 0; str_split(&value, ',', &item); i++) {
        err e = config_row_set_item(r->y.a, row, i, str_trim(item), r->config, ret_reason);
        if (!err_ok(e)) {
            return e;
        }
    }
    return ERR_NONE;
}

static err read_environment(struct reading *r)
{
    for (size_t i = 0; i < config_row_count; i++) {
        const struct config_row *row = &config_rows[i];
        str name = strchr(row->key, '[') ? STR_EMPTY : environment_name(r->y.a, row);
        const char *value = name.n ? getenv(name.p) : NULL;
        if (!value) {
            continue;
        }
        str reason = STR_EMPTY;
        err e = row->kind == CONFIG_LIST
                    ? read_environment_list(r, row, str_c(value), &reason)
                    : config_row_set(r->y.a, row, 0, str_c(value), r->config, &reason);
        if (!err_ok(e)) {
            *r->y.reason = arena_printf(r->y.a, "environment variable %.*s: %.*s", STR_ARG(name),
                                        STR_ARG(reason));
            return e;
        }
    }
    return ERR_NONE;
}

/* What no single value can tell. */
static err check_whole(struct reading *r)
{
    const struct config *c = r->config;
    str wrong = STR_EMPTY;
    bool openai = strcmp(c->model.kind, "openai") == 0;
    if (!c->http.tls_certificate[0] != !c->http.tls_key[0]) {
        wrong = STR("server.tls needs both certificate and key");
    } else if (c->http.redirect_listen[0] && !c->http.origin[0]) {
        wrong = STR("server.redirect_listen needs server.origin to redirect to");
    } else if (openai && (!c->model.url[0] || !c->model.name[0])) {
        wrong = STR("model.kind openai needs model.url and model.name");
    } else if (c->outbox.mail.url[0] && (!c->outbox.mail.from[0] || c->outbox.mail.to_count == 0)) {
        wrong = STR("mail.url needs mail.from and mail.to");
    }
    err e = str_empty(wrong) ? ERR_NONE : err_new(ERR_INVALID, "the configuration is not complete");
    if (err_ok(e) && c->outbox.mail.url[0]) {
        e = mail_settings_check(r->y.a, &c->outbox.mail, &wrong);
    }
    for (unsigned i = 0; err_ok(e) && i < c->outbox.webhook_count; i++) {
        e = webhook_settings_check(r->y.a, &c->outbox.webhooks[i], c->outbox.allow_private, &wrong);
    }
    if (!err_ok(e)) {
        *r->y.reason = arena_printf(r->y.a, "%s: %.*s", r->y.name, STR_ARG(wrong));
    }
    return e;
}

static void config_defaults(struct config *config, const char *name, const char *folder)
{
    *config = (struct config){.http = http_settings_default(),
                              .store = store_settings_default(),
                              .model = model_settings_default(),
                              .outbox = outbox_settings_default(),
                              .know = know_settings_default(),
                              .api = api_settings_default(),
                              .log_level = "info"};
    (void)snprintf(config->path, sizeof config->path, "%s", name);
    (void)snprintf(config->folder, sizeof config->folder, "%s", folder);
    (void)snprintf(config->store.url, sizeof config->store.url, "sqlite:data/doorward.db");
    (void)snprintf(config->key_file, sizeof config->key_file, "%.400s/data/doorward.key", folder);
}

/* "sqlite:data/x.db" is relative to the file, wherever the program was started. */
static err absolute_store(struct reading *r)
{
    struct config *c = r->config;
    str url = str_c(c->store.url);
    if (!str_starts(url, STR("sqlite:")) || (url.n > 7 && url.p[7] == '/')) {
        return ERR_NONE;
    }
    str whole = arena_printf(r->y.a, "sqlite:%s/%s", c->folder, c->store.url + 7);
    if (!whole.p || whole.n >= sizeof c->store.url) {
        *r->y.reason = STR("store.url is too long");
        return err_new(ERR_INVALID, "the configuration is not valid");
    }
    (void)snprintf(c->store.url, sizeof c->store.url, "%s", whole.p);
    return ERR_NONE;
}

err config_read(struct arena *a, str text, const char *name, const char *folder, struct config *ret,
                str *ret_reason)
{
    struct reading r = {.y = {.a = a, .name = name, .reason = ret_reason}, .config = ret};
    config_defaults(ret, name, folder);
    err e = yaml_read(&r.y, text, read_root, &r);
    if (err_ok(e)) {
        e = read_environment(&r);
    }
    if (err_ok(e)) {
        e = check_whole(&r);
    }
    if (err_ok(e)) {
        e = absolute_store(&r);
    }
    if (err_ok(e)) {
        (void)snprintf(ret->outbox.origin, sizeof ret->outbox.origin, "%s", ret->http.origin);
    } else {
        config_done(ret);
    }
    return e;
}

err config_load(struct arena *a, const char *given, struct config *ret, str *ret_reason)
{
    char folder[PATH_MAX];
    const char *path = given ? given : getenv("DOORWARD_CONFIG");
    path = path && *path ? path : "doorward.yaml";
    struct buf text;
    buf_init(&text, CONFIG_BYTES_MAX);
    err e = file_read(path, &text);
    char *whole = err_ok(e) ? realpath(path, folder) : NULL;
    if (!whole) {
        *ret_reason =
            arena_printf(a, "%s: %s; `doorward init DIR` makes one, --config FILE names another",
                         path, err_ok(e) ? "cannot be resolved" : e.what);
        buf_done(&text);
        return err_ok(e) ? err_new(ERR_NOT_FOUND, "no configuration file") : e;
    }
    char *slash = strrchr(folder, '/');
    if (slash) {
        *slash = '\0'; /* realpath gives an absolute path: there always is one */
    }
    e = config_read(a, buf_str(&text), path, folder[0] ? folder : "/", ret, ret_reason);
    buf_wipe(&text);
    return e;
}

void config_done(struct config *config)
{
    secret_done(&config->model.key);
    secret_done(&config->outbox.mail.password);
    for (unsigned i = 0; i < OUTBOX_WEBHOOKS_MAX; i++) {
        secret_done(&config->outbox.webhooks[i].secret);
        secret_done(&config->outbox.webhooks[i].secret_old);
    }
}
