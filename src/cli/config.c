/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/utf8.h"
#include "cli/config_schema.h"

enum { CONFIG_BYTES_MAX = 262144, CONFIG_DEPTH_MAX = 6 };

extern char **environ;

struct reading {
    struct arena *a;
    struct config *config;
    const char *name; /* of the file, for reasons */
    str *reason;
};

static err fail_at(struct reading *r, int line, int column, str what)
{
    *r->reason = arena_printf(r->a, "%s:%d:%d: %.*s", r->name, line, column, STR_ARG(what));
    return err_new(ERR_INVALID, "the configuration is not valid");
}

/* Where a node begins, counted from 1. */
static struct fy_mark node_mark(struct fy_node *node)
{
    struct fy_mark mark = {0};
    struct fy_token *token = fy_node_get_scalar_token(node);
    const struct fy_mark *start = token ? fy_token_start_mark(token) : NULL;
    if (start) {
        mark = *start;
    }
    mark.line++;
    mark.column++;
    return mark;
}

static str node_text(struct fy_node *node)
{
    size_t n = 0;
    const char *p = fy_node_get_scalar(node, &n);
    return (str){p ? p : "", n};
}

static err unknown_key(struct reading *r, struct fy_node *key_node, str key, const char *nearest)
{
    struct fy_mark mark = node_mark(key_node);
    str what =
        nearest
            ? arena_printf(r->a, "unknown key `%.*s`; did you mean `%s`?", STR_ARG(key), nearest)
            : arena_printf(r->a, "unknown key `%.*s`; `doorward help config` lists all keys",
                           STR_ARG(key));
    return fail_at(r, mark.line, mark.column, what);
}

static err read_list(struct reading *r, const struct config_row *row, struct fy_node *node)
{
    void *at = NULL;
    struct fy_node *item;
    size_t i = 0;
    while ((item = fy_node_sequence_iterate(node, &at)) != NULL) {
        struct fy_mark mark = node_mark(item);
        str reason = STR("a plain text is expected here");
        err e = fy_node_is_scalar(item)
                    ? config_row_set_item(r->a, row, i++, node_text(item), r->config, &reason)
                    : err_new(ERR_INVALID, "not a scalar");
        if (!err_ok(e)) {
            return fail_at(r, mark.line, mark.column, reason);
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
    struct fy_mark mark = node_mark(node ? node : key_node);
    if (!fy_node_is_scalar(node)) {
        mark = node_mark(key_node);
        return fail_at(r, mark.line, mark.column,
                       arena_printf(r->a, "%s takes a single value", row->key));
    }
    str reason = STR_EMPTY;
    err e = row->kind == CONFIG_LIST
                ? config_row_set_item(r->a, row, 0, node_text(node), r->config, &reason)
                : config_row_set(r->a, row, at, node_text(node), r->config, &reason);
    return err_ok(e) ? e : fail_at(r, mark.line, mark.column, reason);
}

static err read_section(struct reading *r, str prefix, size_t at, struct fy_node *node,
                        unsigned depth);

/* A list of objects: only webhooks has this form. */
static err read_objects(struct reading *r, struct fy_node *key_node, str section,
                        struct fy_node *node)
{
    void *iterator = NULL;
    struct fy_node *item;
    str prefix = arena_printf(r->a, "%.*s[]", STR_ARG(section));
    size_t i = 0;
    struct fy_mark mark = node_mark(key_node);
    while ((item = fy_node_sequence_iterate(node, &iterator)) != NULL) {
        if (i == OUTBOX_WEBHOOKS_MAX) {
            return fail_at(r, mark.line, mark.column, STR("at most 8 webhooks"));
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
    str name = node_text(key_node);
    str key =
        str_empty(prefix) ? name : arena_printf(r->a, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(name));
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
        struct fy_mark mark = node_mark(key_node);
        return fail_at(r, mark.line, mark.column,
                       STR("aliases (*name) are not used here; write the value"));
    }
    return read_value(r, key_node, key, at, node);
}

static err read_section(struct reading *r, str prefix, size_t at, struct fy_node *node,
                        unsigned depth)
{
    void *iterator = NULL;
    struct fy_node_pair *pair;
    if (depth > CONFIG_DEPTH_MAX || !fy_node_is_mapping(node)) {
        return fail_at(
            r, 1, 1,
            str_empty(prefix)
                ? STR("the file takes keys and values, one a line")
                : arena_printf(r->a, "`%.*s` takes keys and values, one a line", STR_ARG(prefix)));
    }
    while ((pair = fy_node_mapping_iterate(node, &iterator)) != NULL) {
        err e = read_pair(r, prefix, at, pair, depth);
        if (!err_ok(e)) {
            return e;
        }
    }
    return ERR_NONE;
}

/* A text without any fault and without a document has only comments: it sets nothing. */
static err yaml_fault(struct reading *r, struct fy_diag *diag)
{
    void *iterator = NULL;
    struct fy_diag_error *fault = fy_diag_errors_iterate(diag, &iterator);
    if (!fault) {
        return ERR_NONE;
    }
    str what = str_c(fault->msg ? fault->msg : "not YAML");
    return fail_at(r, fault->line > 0 ? fault->line : 1, fault->column > 0 ? fault->column : 1,
                   arena_printf(r->a, "not YAML: %.*s", STR_ARG(what)));
}

/* Refuses what a configuration never needs and the YAML library handles badly: directives (libfyaml
 * 0.7 never returns from a malformed one) and bytes that no editor writes. */
static err check_text(struct reading *r, str text)
{
    int number = 0;
    str line;
    if (!utf8_valid(text)) {
        return fail_at(r, 1, 1, STR("the file is not UTF-8 text"));
    }
    while (str_split(&text, '\n', &line)) {
        number++;
        if (str_starts(str_trim(line), STR("%"))) {
            return fail_at(r, number, 1,
                           STR("YAML directives (%) are not used here; remove the line"));
        }
        if (line.n && line.p[line.n - 1] == '\r') {
            line.n--;
        }
        if (str_has_control(line)) {
            return fail_at(r, number, 1, STR("there is a control character in the line"));
        }
    }
    return ERR_NONE;
}

static err read_yaml(struct reading *r, str text)
{
    struct fy_diag_cfg diag_config;
    fy_diag_cfg_default(&diag_config);
    diag_config.fp = NULL;
    diag_config.output_fn = NULL;
    struct fy_diag *diag = fy_diag_create(&diag_config);
    if (!diag) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg parse_config = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag};
    struct fy_document *document = fy_document_build_from_string(&parse_config, text.p, text.n);
    struct fy_node *root = document ? fy_document_root(document) : NULL;
    err e = ERR_NONE;
    if (!document) {
        e = yaml_fault(r, diag);
    } else if (root && !(fy_node_is_scalar(root) && str_empty(node_text(root)))) {
        e = read_section(r, STR_EMPTY, 0, root, 0);
    }
    fy_document_destroy(document);
    fy_diag_destroy(diag);
    return e;
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
        err e = config_row_set_item(r->a, row, i, str_trim(item), r->config, ret_reason);
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
        str name = strchr(row->key, '[') ? STR_EMPTY : environment_name(r->a, row);
        const char *value = name.n ? getenv(name.p) : NULL;
        if (!value) {
            continue;
        }
        str reason = STR_EMPTY;
        err e = row->kind == CONFIG_LIST
                    ? read_environment_list(r, row, str_c(value), &reason)
                    : config_row_set(r->a, row, 0, str_c(value), r->config, &reason);
        if (!err_ok(e)) {
            *r->reason = arena_printf(r->a, "environment variable %.*s: %.*s", STR_ARG(name),
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
        e = mail_settings_check(r->a, &c->outbox.mail, &wrong);
    }
    for (unsigned i = 0; err_ok(e) && i < c->outbox.webhook_count; i++) {
        e = webhook_settings_check(r->a, &c->outbox.webhooks[i], c->outbox.allow_private, &wrong);
    }
    if (!err_ok(e)) {
        *r->reason = arena_printf(r->a, "%s: %.*s", r->name, STR_ARG(wrong));
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
    str whole = arena_printf(r->a, "sqlite:%s/%s", c->folder, c->store.url + 7);
    if (!whole.p || whole.n >= sizeof c->store.url) {
        *r->reason = STR("store.url is too long");
        return err_new(ERR_INVALID, "the configuration is not valid");
    }
    (void)snprintf(c->store.url, sizeof c->store.url, "%s", whole.p);
    return ERR_NONE;
}

err config_read(struct arena *a, str text, const char *name, const char *folder, struct config *ret,
                str *ret_reason)
{
    struct reading r = {.a = a, .config = ret, .name = name, .reason = ret_reason};
    config_defaults(ret, name, folder);
    err e = check_text(&r, text);
    if (err_ok(e)) {
        e = read_yaml(&r, text);
    }
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
