/* SPDX-License-Identifier: Apache-2.0 */
#include "spf_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <libfyaml.h>

#include "base/buf.h"
#include "base/file.h"
#include "check/facts/dns_private.h"
#include "check/mail/spf.h"

enum { ZONE_RECORDS_MAX = 64, SUITE_BYTES_MAX = 4 << 20 };

struct zone_name {
    str name;
    struct dns_record records[ZONE_RECORDS_MAX];
    size_t count;
    bool timeout, has_txt;
};

static str scalar(struct spf_suite *s, struct fy_node *node)
{
    size_t n = 0;
    const char *text = node ? fy_node_get_scalar(node, &n) : NULL;
    return text ? arena_str(&s->a, str_n(text, n)) : STR_EMPTY;
}

static str member(struct spf_suite *s, struct fy_node *map, const char *key)
{
    return scalar(s, fy_node_mapping_lookup_by_string(map, key, FY_NT));
}

static void add_name(struct buf *b, str name)
{
    struct dns_wire_name wire;
    str text = STR_EMPTY;
    struct arena a;
    arena_init(&a, 1 << 16);
    /* The suite has an empty MX host: the root. */
    assert_true((str_empty(name) || spf_name(&a, name, &text)) &&
                err_ok(dns_name_to_wire(text, &wire)));
    buf_add(b, str_n((const char *)wire.bytes, wire.n));
    arena_done(&a);
}

static void add_string(struct buf *b, str text)
{
    do {
        str piece = str_slice(text, 0, 255);
        buf_add_byte(b, (char)(unsigned char)piece.n);
        buf_add(b, piece);
        text = str_slice(text, piece.n, text.n);
    } while (text.n > 0);
}

static void add_rdata(struct spf_suite *s, struct buf *b, unsigned type, struct fy_node *value)
{
    struct addr address;
    void *at = NULL;
    if (type == DNS_A || type == DNS_AAAA) {
        assert_true(addr_parse(scalar(s, value), &address));
        buf_add(b, str_n((const char *)address.bytes + (type == DNS_A ? 12 : 0),
                         type == DNS_A ? 4 : 16));
    } else if (type == DNS_MX) {
        uint64_t preference = 0;
        assert_true(str_u64(scalar(s, fy_node_sequence_get_by_index(value, 0)), &preference));
        buf_add_byte(b, (char)(preference >> 8));
        buf_add_byte(b, (char)preference);
        add_name(b, scalar(s, fy_node_sequence_get_by_index(value, 1)));
    } else if (type == DNS_PTR || type == DNS_CNAME) {
        add_name(b, scalar(s, value));
    } else if (fy_node_is_sequence(value)) {
        for (struct fy_node *item; (item = fy_node_sequence_iterate(value, &at)) != NULL;) {
            add_string(b, scalar(s, item));
        }
        if (b->n == 0) {
            buf_add_byte(b, 0); /* no string at all cannot be said */
        }
    } else {
        add_string(b, scalar(s, value));
    }
}

static void add_record(struct spf_suite *s, struct zone_name *name, str type_name,
                       struct fy_node *value)
{
    struct buf b;
    unsigned type = dns_type_parse(type_name);
    if (type == DNS_TXT) {
        name->has_txt = true;
        if (str_eq(scalar(s, value), STR("NONE"))) {
            return;
        }
    }
    assert_true(type != 0 && name->count < ZONE_RECORDS_MAX);
    buf_init(&b, 1 << 16);
    add_rdata(s, &b, type, value);
    name->records[name->count++] = (struct dns_record){
        .owner = name->name, .type = type, .ttl = 60, .rdata = arena_str(&s->a, buf_str(&b))};
    buf_done(&b);
}

/* A name of type SPF alone is served as TXT. */
static void repeat_as_txt(struct zone_name *name)
{
    for (size_t i = 0; i < name->count && !name->has_txt; i++) {
        if (name->records[i].type == DNS_SPF) {
            name->records[i].type = DNS_TXT;
        }
    }
}

static const struct spf_zone *read_zone(struct spf_suite *s, struct fy_node *map)
{
    struct spf_zone *zone = arena_alloc(&s->a, sizeof *zone);
    void *at = NULL, *in = NULL;
    zone->count = (size_t)fy_node_mapping_item_count(map);
    zone->names = arena_array(&s->a, zone->count, sizeof *zone->names);
    assert_non_null(zone->names);
    struct zone_name *name = zone->names;
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(map, &at)) != NULL; name++) {
        assert_true(spf_name(&s->a, scalar(s, fy_node_pair_key(pair)), &name->name));
        in = NULL;
        for (struct fy_node *item;
             (item = fy_node_sequence_iterate(fy_node_pair_value(pair), &in)) != NULL;) {
            void *one = NULL;
            struct fy_node_pair *entry =
                fy_node_is_mapping(item) ? fy_node_mapping_iterate(item, &one) : NULL;
            if (entry) {
                add_record(s, name, scalar(s, fy_node_pair_key(entry)), fy_node_pair_value(entry));
            } else {
                name->timeout = true;
            }
        }
        repeat_as_txt(name);
    }
    return zone;
}

static void read_case(struct spf_suite *s, str section, const struct spf_zone *zone,
                      struct fy_node_pair *pair)
{
    struct fy_node *map = fy_node_pair_value(pair);
    struct fy_node *result = fy_node_mapping_lookup_by_string(map, "result", FY_NT);
    struct fy_node *why = fy_node_mapping_lookup_by_string(map, "explanation", FY_NT);
    void *at = NULL;
    assert_true(s->count < SPF_CASES_MAX);
    struct spf_case *c = &s->cases[s->count++];
    *c = (struct spf_case){.section = section,
                           .name = scalar(s, fy_node_pair_key(pair)),
                           .helo = member(s, map, "helo"),
                           .host = member(s, map, "host"),
                           .mail_from = member(s, map, "mailfrom"),
                           .has_explanation = why != NULL,
                           .explanation = scalar(s, why),
                           .zone = zone};
    if (!fy_node_is_sequence(result)) {
        c->results[c->result_count++] = scalar(s, result);
        return;
    }
    for (struct fy_node *item; (item = fy_node_sequence_iterate(result, &at)) != NULL;) {
        c->results[c->result_count++] = scalar(s, item);
    }
}

static void read_section(struct spf_suite *s, struct fy_node *root)
{
    str section = member(s, root, "description");
    const struct spf_zone *zone =
        read_zone(s, fy_node_mapping_lookup_by_string(root, "zonedata", FY_NT));
    struct fy_node *tests = fy_node_mapping_lookup_by_string(root, "tests", FY_NT);
    void *at = NULL;
    for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(tests, &at)) != NULL;) {
        read_case(s, section, zone, pair);
    }
}

/* libfyaml takes the line after an empty folded scalar into it, whatever its indentation. */
static void blank_empty_scalars(struct buf *b)
{
    static const str empty = STR_INIT("description: >-\n    spec:");
    for (size_t at = 0; (at = str_find(buf_str(b), empty, at)) != SIZE_MAX; at++) {
        memset(b->p + at, ' ', strlen("description: >-"));
    }
}

bool spf_suite_read(struct spf_suite *suite, const char *path)
{
    struct fy_document *document;
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET};
    struct buf b;
    if (access(path, R_OK) != 0) {
        return false;
    }
    arena_init(&suite->a, 256 << 20);
    buf_init(&b, SUITE_BYTES_MAX);
    assert_true(err_ok(file_read(path, &b)));
    blank_empty_scalars(&b);
    struct fy_parser *parser = fy_parser_create(&cfg);
    assert_int_equal(fy_parser_set_string(parser, b.p, b.n), 0);
    while ((document = fy_parse_load_document(parser)) != NULL) {
        read_section(suite, fy_document_root(document));
        fy_document_destroy(document);
    }
    fy_parser_destroy(parser);
    buf_done(&b);
    return true;
}

bool spf_zone_is_silent(const struct spf_zone *zone)
{
    bool silent = false;
    for (size_t i = 0; i < zone->count; i++) {
        silent |= zone->names[i].timeout;
    }
    return silent;
}

static const struct zone_name *find_name(const struct spf_zone *zone, str name)
{
    for (size_t i = 0; i < zone->count; i++) {
        if (str_ieq(zone->names[i].name, name)) {
            return &zone->names[i];
        }
    }
    return NULL;
}

bool spf_zone_answer(const struct spf_zone *zone, struct arena *a, str name, unsigned type,
                     struct dns_answer *ret)
{
    struct dns_record *found = arena_array(a, ZONE_RECORDS_MAX * 8, sizeof *found);
    struct dns_answer x = {.name = name, .type = type, .recursion = true, .records = found};
    for (unsigned hops = 0; hops < 8; hops++) {
        const struct zone_name *at = find_name(zone, name);
        size_t before = x.count;
        const struct dns_record *alias = NULL;
        if (!at) {
            x.rcode = DNS_NXDOMAIN;
            break;
        }
        for (size_t i = 0; i < at->count; i++) {
            if (at->records[i].type == type || at->records[i].type == DNS_CNAME) {
                alias = at->records[i].type == DNS_CNAME ? &at->records[i] : alias;
                found[x.count++] = at->records[i];
            }
        }
        if (x.count == before && at->timeout) {
            return false;
        }
        if (!alias || type == DNS_CNAME || !dns_record_name(a, alias, &name)) {
            break;
        }
        if (hops == 7) { /* a loop */
            x.rcode = DNS_SERVFAIL;
            x.count = 0;
        }
    }
    *ret = x;
    return true;
}
