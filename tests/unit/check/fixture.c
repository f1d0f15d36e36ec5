/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
#include <libfyaml.h>

#include "base/file.h"

enum { FIXTURE_BYTES_MAX = 4 << 20, DAY_MS = 86400000 };

/* The lists and what makes two of their entries the same one. */
static const struct section {
    const char *name;
    const char *keys[5];
    void (*add)(struct fixture *x, const json_t *entry);
} sections[] = {
    {"dns", {"name", "type", "server", "address", "tcp"}, fixture_add_dns},
    {"http", {"url", "purpose", "address", "label", "hop"}, fixture_add_http},
    {"tls", {"host", "address", "protocol"}, fixture_add_tls},
    {"smtp", {"host", "address"}, fixture_add_smtp},
    {"registration", {"domain"}, fixture_add_registration},
    {"lighthouse", {"url"}, fixture_add_lighthouse},
};

void fixture_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    fail();
    abort();
}

static json_t *to_json(struct fy_node *node)
{
    void *at = NULL;
    if (fy_node_is_sequence(node)) {
        json_t *list = json_array();
        for (struct fy_node *item; (item = fy_node_sequence_iterate(node, &at)) != NULL;) {
            json_array_append_new(list, to_json(item));
        }
        return list;
    }
    if (fy_node_is_mapping(node)) {
        json_t *object = json_object();
        for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(node, &at)) != NULL;) {
            size_t n = 0;
            const char *key = fy_node_get_scalar(fy_node_pair_key(pair), &n);
            struct fy_node *value = fy_node_pair_value(pair);
            json_object_setn_new(object, key, n, value ? to_json(value) : json_string(""));
        }
        return object;
    }
    size_t n = 0;
    const char *text = fy_node_get_scalar(node, &n);
    return json_stringn_nocheck(text ? text : "", text ? n : 0);
}

static json_t *read_tree(const char *folder, const char *name)
{
    char path[1024];
    struct buf b;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    buf_init(&b, FIXTURE_BYTES_MAX);
    if (!err_ok(file_read(path, &b)) || !buf_c(&b)) {
        fixture_fail("%s: cannot be read", path);
    }
    struct fy_document *document = fy_document_build_from_string(NULL, b.p, b.n);
    if (!document) {
        fixture_fail("%s: is no YAML", path);
    }
    json_t *tree = to_json(fy_document_root(document));
    fy_document_destroy(document);
    buf_done(&b);
    if (!json_is_object(tree)) {
        fixture_fail("%s: is no mapping", path);
    }
    return tree;
}

static bool same_entry(const struct section *section, const json_t *a, const json_t *b)
{
    for (size_t i = 0; i < 5 && section->keys[i]; i++) {
        if (!str_ieq(fixture_str(a, section->keys[i]), fixture_str(b, section->keys[i]))) {
            return false;
        }
    }
    return true;
}

/* Puts the entries of a fixture over those of its base. */
static void lay_over(const struct section *section, json_t *base, const json_t *over)
{
    size_t i;
    json_t *entry;
    json_array_foreach ((json_t *)(uintptr_t)over, i, entry) {
        size_t at = 0;
        while (at < json_array_size(base) &&
               !same_entry(section, json_array_get(base, at), entry)) {
            at++;
        }
        bool there = at < json_array_size(base);
        if (json_object_get(entry, "remove")) {
            if (!there) {
                fixture_fail("%s: nothing to remove: %s", section->name, json_dumps(entry, 0));
            }
            json_array_remove(base, at);
        } else if (there) {
            json_array_set(base, at, entry);
        } else {
            json_array_append(base, entry);
        }
    }
}

static void check_keys(const char *name, const json_t *tree)
{
    static const char *const plain[] = {"base",    "expect",  "contains", "lacks", "target",
                                        "now",     "silence", "launch",   "hosts", "note",
                                        "message", "private", "scanned", NULL};
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)tree, key, value) {
        bool known = false;
        for (size_t i = 0; plain[i]; i++) {
            known |= strcmp(key, plain[i]) == 0;
        }
        for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
            known |= strcmp(key, sections[i].name) == 0;
        }
        if (!known) {
            fixture_fail("%s: unknown key %s", name, key);
        }
    }
}

/* The tree with that of its base below it. */
static json_t *read_with_base(const char *folder, const char *name)
{
    json_t *tree = read_tree(folder, name);
    check_keys(name, tree);
    str base_name = fixture_str(tree, "base");
    if (str_empty(base_name)) {
        return tree;
    }
    char file[128];
    snprintf(file, sizeof file, "%.*s.yaml", STR_ARG(base_name));
    json_t *base = read_with_base(folder, file);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        json_t *list = json_object_get(base, sections[i].name);
        if (!list) {
            list = json_array();
            json_object_set_new(base, sections[i].name, list);
        }
        lay_over(&sections[i], list, json_object_get(tree, sections[i].name));
        json_object_del(tree, sections[i].name);
    }
    json_object_update(base, tree);
    json_decref(tree);
    return base;
}

static void read_intent(struct fixture *x, str text)
{
    char path[] = "/tmp/doorward-launch-XXXXXX";
    str reason = STR_EMPTY;
    int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file || fwrite(text.p, 1, text.n, file) != text.n || fclose(file) != 0) {
        fixture_fail("launch.yaml cannot be written");
    }
    err e = intent_read(&x->a, path, &x->intent, &reason);
    remove(path);
    if (!err_ok(e)) {
        fixture_fail("launch: %.*s", STR_ARG(reason));
    }
}

static void default_expect(struct fixture *x, const char *name)
{
    str expect = fixture_str(x->tree, "expect");
    const char *word = strstr(name, ".fail") ? "fail" : "pass";
    snprintf(x->expect, sizeof x->expect, "%.*s",
             STR_ARG(str_empty(expect) ? str_c(word) : expect));
}

/* Makes of an entry what a collector sees when nobody answers: "timeout", or "servfail" of a
 * resolver that reaches nobody. */
static void silence_entry(const char *section, json_t *entry, str how)
{
    static const char *const told[] = {"records", "authority", "additional", "headers",
                                       "body",    "status",    "security"};
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        json_object_del(entry, told[i]);
    }
    bool direct = !str_empty(fixture_str(entry, "server"));
    if (strcmp(section, "dns") == 0 && !direct && str_eq(how, STR("servfail"))) {
        json_object_set_new(entry, "rcode", json_string("SERVFAIL"));
    } else if (strcmp(section, "registration") == 0) {
        json_object_set_new(entry, "found", json_string("false"));
    } else {
        json_object_set_new(entry, "outcome", json_string("timeout"));
    }
}

void fixture_open(struct fixture *x, const char *folder, const char *name)
{
    memset(x, 0, sizeof *x);
    arena_init(&x->a, 64 << 20);
    x->tree = read_with_base(folder, name);
    x->contains = json_object_get(x->tree, "contains");
    x->lacks = json_object_get(x->tree, "lacks");
    default_expect(x, name);
    x->intent = intent_default();
    if (!str_empty(fixture_str(x->tree, "launch"))) {
        read_intent(x, fixture_str(x->tree, "launch"));
    }
    str target = fixture_str(x->tree, "target");
    int64_t now = fixture_time(x, x->tree, "now", 0);
    if (now == 0 || str_empty(target) || !err_ok(facts_new(target, &x->intent, now, &x->facts))) {
        fixture_fail("%s: target and now are needed", name);
    }
    facts_set_private(x->facts, str_eq(fixture_str(x->tree, "private"), STR("true")));
    facts_set_message(x->facts, fixture_str(x->tree, "message"));
    size_t count = 0;
    const str *hosts = fixture_list(x, x->tree, "hosts", &count);
    for (size_t i = 0; i < count; i++) {
        bool stale = str_starts(hosts[i], STR("stale "));
        struct facts_host host = {.name = stale ? str_slice(hosts[i], 6, SIZE_MAX) : hosts[i],
                                  .declared = !stale,
                                  .stale = stale};
        facts_add_host(x->facts, &host);
    }
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        size_t at;
        json_t *entry;
        json_array_foreach (json_object_get(x->tree, sections[i].name), at, entry) {
            if (!str_empty(fixture_str(x->tree, "silence"))) {
                silence_entry(sections[i].name, entry, fixture_str(x->tree, "silence"));
            }
            sections[i].add(x, entry);
        }
    }
    const json_t *scanned = json_object_get(x->tree, "scanned");
    if (scanned && str_empty(fixture_str(x->tree, "silence"))) {
        fixture_set_secrets(x, scanned);
    }
}

void fixture_done(struct fixture *x)
{
    facts_free(x->facts);
    json_decref(x->tree);
    arena_done(&x->a);
}

str fixture_str(const json_t *entry, const char *key)
{
    const json_t *value = json_object_get(entry, key);
    return json_is_string(value) ? str_n(json_string_value(value), json_string_length(value))
                                 : STR_EMPTY;
}

long fixture_number(const json_t *entry, const char *key, long fallback)
{
    str text = fixture_str(entry, key);
    int64_t number = 0;
    if (str_empty(text)) {
        return fallback;
    }
    if (!str_i64(text, &number)) {
        fixture_fail("%s: %.*s is no number", key, STR_ARG(text));
    }
    return (long)number;
}

int64_t fixture_time(const struct fixture *x, const json_t *entry, const char *key,
                     int64_t fallback)
{
    str text = fixture_str(entry, key);
    int64_t days = 0;
    struct tm tm = {0};
    if (str_empty(text)) {
        return fallback;
    }
    if (str_ends(text, STR("d")) &&
        str_i64(str_slice(text, text.p[0] == '+' ? 1 : 0, text.n - 1), &days)) {
        return facts_now_ms(x->facts) + days * DAY_MS;
    }
    if (!strptime(text.p, text.n > 10 ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d", &tm)) {
        fixture_fail("%s: %.*s is no time", key, STR_ARG(text));
    }
    return (int64_t)timegm(&tm) * 1000;
}

unsigned fixture_choice(const json_t *entry, const char *key, const char *const *names,
                        unsigned fallback)
{
    str text = fixture_str(entry, key);
    if (str_empty(text)) {
        return fallback;
    }
    for (unsigned i = 0; names[i]; i++) {
        if (str_eq(str_c(names[i]), text)) {
            return i;
        }
    }
    fixture_fail("%s: %.*s is none of the choices", key, STR_ARG(text));
}

struct addr fixture_addr(const json_t *entry, const char *key, unsigned port)
{
    str text = fixture_str(entry, key);
    struct addr address = {0};
    if (!str_empty(text) && !addr_parse(text, &address) && !addr_parse_port(text, &address)) {
        fixture_fail("%s: %.*s is no address", key, STR_ARG(text));
    }
    address.port = address.port ? address.port : port;
    return address;
}

const str *fixture_list(struct fixture *x, const json_t *entry, const char *key, size_t *ret_count)
{
    const json_t *list = json_object_get(entry, key);
    size_t count = json_array_size(list);
    str *texts = arena_array(&x->a, count + 1, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        texts[i] = str_n(json_string_value(item), json_string_length(item));
    }
    *ret_count = count;
    return texts;
}
