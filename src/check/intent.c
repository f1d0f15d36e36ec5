/* SPDX-License-Identifier: Apache-2.0 */
#include "check/intent.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/day.h"
#include "base/file.h"
#include "base/near.h"
#include "base/yaml.h"
#include "check/mail/senders.h"
#include "check/select.h"
#include "net/addr.h"
#include "net/url.h"

enum { P95_MS = 500, SAMPLES = 20, SAMPLES_MAX = 100, P95_MAX_MS = 60000, REASON_BYTES_MAX = 400 };

struct intent intent_default(void)
{
    return (struct intent){
        .sends_mail = true, .file = STR_EMPTY, .latency = {.p95_ms = P95_MS, .samples = SAMPLES}};
}

/* ── single values ── */

static err host_item(struct yaml *y, struct fy_node *node, str text, str *ret)
{
    struct url url;
    str whole = arena_printf(y->a, "https://%.*s/", STR_ARG(text));
    if (!whole.p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    if (str_find_byte(text, '/', 0) != SIZE_MAX || str_find_byte(text, '.', 0) == SIZE_MAX ||
        !err_ok(url_parse(y->a, whole, &url)) || url.port != 443 || url.host_is_ip ||
        !str_empty(url.user)) {
        return yaml_refuse(y, node, "`%.*s` is no host name; write it in full: www.example.com",
                           STR_ARG(text));
    }
    *ret = url.host;
    return ERR_NONE;
}

static err address_item(struct yaml *y, struct fy_node *node, str text, str *ret)
{
    struct addr address;
    if (!addr_parse(text, &address)) {
        return yaml_refuse(y, node, "`%.*s` is no IP address", STR_ARG(text));
    }
    address.port = 0;
    *ret = arena_str(y->a, str_c(addr_text(&address).c));
    return ret->p ? ERR_NONE : err_new(ERR_NO_MEMORY, "out of memory");
}

/* Names of senders, selectors, CDNs: letters, digits, "-", "_", ".". */
static err word_item(struct yaml *y, struct fy_node *node, str text, str *ret)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = str_lower(text.p[i]);
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr("-_.", c)) {
            return yaml_refuse(y, node, "`%.*s` is no name: letters, digits, -, _ and . are",
                               STR_ARG(text));
        }
    }
    *ret = text;
    return ERR_NONE;
}

/* An absolute URL, or a path below the origin. */
static err place_item(struct yaml *y, struct fy_node *node, str text, str *ret)
{
    struct url url;
    if (text.p[0] != '/' && !err_ok(url_parse(y->a, text, &url))) {
        return yaml_refuse(y, node, "`%.*s` is neither an http(s) URL nor a path like /api/health",
                           STR_ARG(text));
    }
    *ret = text;
    return ERR_NONE;
}

/* ── the keys ── */

static err read_version(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    unsigned version;
    (void)into;
    return yaml_number(y, key, node, "", 1, 1, &version);
}

static err read_origin(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    struct url url;
    str text;
    err e = yaml_scalar(y, key, node, &text);
    if (!err_ok(e)) {
        return e;
    }
    if (!err_ok(url_parse(y->a, text, &url)) || !str_eq(url.path, STR("/")) ||
        !str_empty(url.query) || !str_empty(url.user) || url.host_is_ip) {
        return yaml_refuse(y, node,
                           "`%.*s` is no origin; write scheme and host: https://www.example.com",
                           STR_ARG(text));
    }
    intent->origin = url_origin(y->a, &url);
    return intent->origin.p ? ERR_NONE : err_new(ERR_NO_MEMORY, "out of memory");
}

static err host_addresses(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent_host *host = into;
    return yaml_list(y, key, node, INTENT_LIST_MAX, address_item, &host->addresses,
                     &host->address_count);
}

static err host_cname(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent_host *host = into;
    err e = yaml_scalar(y, key, node, &host->cname);
    return err_ok(e) ? host_item(y, node, host->cname, &host->cname) : e;
}

static const struct yaml_key host_keys[] = {
    {"addresses", host_addresses}, {"cname", host_cname}, {NULL, NULL}};

static err read_host(struct yaml *y, struct fy_node *key, struct fy_node *node,
                     struct intent_host *ret)
{
    err e = yaml_scalar(y, key, key, &ret->name);
    if (err_ok(e)) {
        e = host_item(y, key, ret->name, &ret->name);
    }
    bool nothing = !node || (fy_node_is_scalar(node) && str_empty(str_trim(yaml_text(node))));
    return err_ok(e) && !nothing ? yaml_mapping(y, key, node, host_keys, ret) : e;
}

/* A list of names, or names with where they must point. */
static err read_hosts(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    struct intent_host *hosts = arena_array(y->a, INTENT_LIST_MAX, sizeof *hosts);
    bool mapping = fy_node_is_mapping(node);
    void *at = NULL;
    size_t count = 0;
    if (!hosts) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    if (!mapping && !fy_node_is_sequence(node)) {
        return yaml_refuse(y, key, "a list of host names is expected here");
    }
    for (;;) {
        struct fy_node_pair *pair = mapping ? fy_node_mapping_iterate(node, &at) : NULL;
        struct fy_node *name =
            mapping ? (pair ? fy_node_pair_key(pair) : NULL) : fy_node_sequence_iterate(node, &at);
        if (mapping ? !pair : !name) {
            break;
        }
        if (count == INTENT_LIST_MAX) {
            return yaml_refuse(y, key, "more than %d hosts", INTENT_LIST_MAX);
        }
        if (!name || !fy_node_is_scalar(name)) {
            return yaml_refuse(y, key, "a host name is expected here");
        }
        err e = read_host(y, name, pair ? fy_node_pair_value(pair) : NULL, &hosts[count]);
        if (!err_ok(e)) {
            return e;
        }
        count++;
    }
    intent->hosts = hosts;
    intent->host_count = count;
    return ERR_NONE;
}

/* A sender that the checks know. */
static err sender_item(struct yaml *y, struct fy_node *node, str text, str *ret)
{
    const struct mail_sender *sender;
    const char *nearest = NULL;
    size_t distance = SIZE_MAX;
    if (sender_find(text)) {
        *ret = text;
        return ERR_NONE;
    }
    for (size_t i = 0; (sender = sender_at(i)) != NULL; i++) {
        near_consider(text, sender->id, &nearest, &distance);
    }
    return nearest ? yaml_refuse(y, node, "unknown sender `%.*s`; did you mean `%s`?",
                                 STR_ARG(text), nearest)
                   : yaml_refuse(y, node,
                                 "unknown sender `%.*s`; docs/check.md lists them. For others name "
                                 "the selectors alone",
                                 STR_ARG(text));
}

static err mail_senders(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    return yaml_list(y, key, node, INTENT_LIST_MAX, sender_item, &intent->senders,
                     &intent->sender_count);
}

static err mail_selectors(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    return yaml_list(y, key, node, INTENT_LIST_MAX, word_item, &intent->selectors,
                     &intent->selector_count);
}

static const struct yaml_key mail_keys[] = {
    {"senders", mail_senders}, {"selectors", mail_selectors}, {NULL, NULL}};

static err read_mail(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    intent->sends_mail_given = true;
    if (fy_node_is_scalar(node)) {
        intent->sends_mail = false;
        return str_eq(yaml_text(node), STR("none"))
                   ? ERR_NONE
                   : yaml_refuse(y, key, "mail is `none`, or has senders and selectors");
    }
    intent->sends_mail = true;
    return yaml_mapping(y, key, node, mail_keys, intent);
}

static err cdn_name(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    str name;
    err e = yaml_scalar(y, key, node, &name);
    if (err_ok(e)) {
        e = word_item(y, node, name, &name);
    }
    if (!err_ok(e)) {
        return e;
    }
    bool none = str_eq(name, STR("none"));
    intent->cdn = none ? INTENT_CDN_NO : INTENT_CDN_YES;
    intent->cdn_name = none ? STR_EMPTY : name;
    return ERR_NONE;
}

static err cdn_addresses(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    return yaml_list(y, key, node, INTENT_LIST_MAX, address_item, &intent->origin_addresses,
                     &intent->origin_address_count);
}

static const struct yaml_key cdn_keys[] = {
    {"name", cdn_name}, {"origin_addresses", cdn_addresses}, {NULL, NULL}};

static err read_cdn(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    return fy_node_is_scalar(node) ? cdn_name(y, key, node, into)
                                   : yaml_mapping(y, key, node, cdn_keys, into);
}

static err latency_urls(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent_latency *latency = into;
    return yaml_list(y, key, node, INTENT_LIST_MAX, place_item, &latency->urls, &latency->count);
}

static err latency_p95(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent_latency *latency = into;
    return yaml_number(y, key, node, "ms", 1, P95_MAX_MS, &latency->p95_ms);
}

static err latency_samples(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent_latency *latency = into;
    return yaml_number(y, key, node, "", 1, SAMPLES_MAX, &latency->samples);
}

static const struct yaml_key latency_keys[] = {
    {"urls", latency_urls}, {"p95", latency_p95}, {"samples", latency_samples}, {NULL, NULL}};

static err read_latency(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    return yaml_mapping(y, key, node, latency_keys, &intent->latency);
}

static err read_lighthouse(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    err e = yaml_scalar(y, key, node, &intent->lighthouse);
    if (err_ok(e) && str_find(intent->lighthouse, STR("{url}"), 0) == SIZE_MAX) {
        return yaml_refuse(y, node, "the command must have {url} where the page's address goes");
    }
    return e;
}

/* ── exceptions ── */

static err exception_id(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent_exception *exception = into;
    const char *nearest = NULL;
    exception->line = yaml_line(key);
    err e = yaml_scalar(y, key, node, &exception->id);
    if (err_ok(e) && !select_known(exception->id, &nearest)) {
        return yaml_refuse(y, node, "no check is called `%.*s`%s%s%s", STR_ARG(exception->id),
                           nearest ? "; did you mean `" : "; `doorward check --list` lists them",
                           nearest ? nearest : "", nearest ? "`?" : "");
    }
    return e;
}

static err exception_subject(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent_exception *exception = into;
    return yaml_scalar(y, key, node, &exception->subject);
}

static err exception_reason(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent_exception *exception = into;
    err e = yaml_scalar(y, key, node, &exception->reason);
    return err_ok(e) && exception->reason.n > REASON_BYTES_MAX
               ? yaml_refuse(y, node, "a reason has at most %d bytes", REASON_BYTES_MAX)
               : e;
}

static err exception_until(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent_exception *exception = into;
    str text;
    err e = yaml_scalar(y, key, node, &text);
    if (err_ok(e) && !day_parse(text, &exception->until_ms)) {
        return yaml_refuse(y, node, "`%.*s` is no day; write 2027-01-31", STR_ARG(text));
    }
    exception->until_ms += DAY_MS;
    return e;
}

static const struct yaml_key exception_keys[] = {{"id", exception_id},
                                                 {"subject", exception_subject},
                                                 {"reason", exception_reason},
                                                 {"until", exception_until},
                                                 {NULL, NULL}};

static err read_exceptions(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    struct intent_exception *list = arena_array(y->a, INTENT_LIST_MAX, sizeof *list);
    void *at = NULL;
    size_t count = 0;
    if (!list) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    if (!fy_node_is_sequence(node)) {
        return yaml_refuse(y, key, "a list is expected here: - id: … with reason and until");
    }
    for (struct fy_node *item; (item = fy_node_sequence_iterate(node, &at)) != NULL;) {
        if (count == INTENT_LIST_MAX) {
            return yaml_refuse(y, key, "more than %d exceptions", INTENT_LIST_MAX);
        }
        struct intent_exception *one = &list[count++];
        err e = yaml_mapping(y, key, item, exception_keys, one);
        if (!err_ok(e)) {
            return e;
        }
        if (str_empty(one->id) || str_empty(one->reason) || one->until_ms == 0) {
            return yaml_refuse(y, key, "exception %zu needs id, reason and until", count);
        }
    }
    intent->exceptions = list;
    intent->exception_count = count;
    return ERR_NONE;
}

static err read_secrets(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into)
{
    struct intent *intent = into;
    return scan_config_read(y, key, node, &intent->secrets);
}

static const struct yaml_key intent_keys[] = {{"version", read_version},
                                              {"origin", read_origin},
                                              {"hosts", read_hosts},
                                              {"mail", read_mail},
                                              {"cdn", read_cdn},
                                              {"latency", read_latency},
                                              {"lighthouse", read_lighthouse},
                                              {"exceptions", read_exceptions},
                                              {"secrets", read_secrets},
                                              {NULL, NULL}};

static err read_root(struct yaml *y, struct fy_node *root, void *into)
{
    return yaml_mapping(y, NULL, root, intent_keys, into);
}

err intent_parse(struct arena *a, str text, const char *name, struct intent *ret, str *ret_reason)
{
    struct intent intent = intent_default();
    str reason = STR("out of memory");
    struct yaml y = {.a = a, .name = name, .reason = &reason};
    err e = yaml_read(&y, text, read_root, &intent);
    if (!err_ok(e)) {
        *ret_reason = reason;
        return e;
    }
    intent.given = true;
    intent.secrets.origin = intent.origin;
    *ret = intent;
    return ERR_NONE;
}

/* Paths of `secrets:` are beside the file. */
static err set_beside(struct arena *a, const char *path, struct scan_config *c)
{
    const char *slash = strrchr(path, '/');
    str *paths = slash ? arena_array(a, c->path_count + 1, sizeof *paths) : NULL;
    if (!slash) {
        return ERR_NONE;
    }
    for (size_t i = 0; paths && i < c->path_count; i++) {
        paths[i] =
            str_starts(c->paths[i], STR("/"))
                ? c->paths[i]
                : arena_printf(a, "%.*s%.*s", (int)(slash + 1 - path), path, STR_ARG(c->paths[i]));
        if (!paths[i].p) {
            paths = NULL;
        }
    }
    if (!paths) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    c->paths = paths;
    return ERR_NONE;
}

err intent_read(struct arena *a, const char *path, struct intent *ret, str *ret_reason)
{
    struct buf text;
    buf_init(&text, INTENT_FILE_MAX);
    err e = file_read(path, &text);
    if (err_ok(e)) {
        e = intent_parse(a, buf_str(&text), path, ret, ret_reason);
        e = err_ok(e) ? set_beside(a, path, &ret->secrets) : e;
        if (err_ok(e)) {
            ret->file = str_c(path);
        }
    } else {
        *ret_reason = arena_printf(a, "%s: %s", path, e.what);
        e = err_new(ERR_INVALID, "the file cannot be read");
    }
    buf_done(&text);
    return e;
}
