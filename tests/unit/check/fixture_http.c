/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "check/facts/http_collect.h"
#include "check/facts/page.h"

enum { FIELDS_MAX = 64 };

static str lower(struct fixture *x, str s)
{
    char *copy = arena_alloc(&x->a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        copy[i] = str_lower(s.p[i]);
    }
    return str_n(copy, s.n);
}

static void add_field(struct fixture *x, struct http_exchange *exchange, struct http_field *fields,
                      const char *name, const json_t *value)
{
    if (exchange->field_count == FIELDS_MAX) {
        fixture_fail("http: too many headers");
    }
    fields[exchange->field_count++] = (struct http_field){
        lower(x, str_c(name)), str_n(json_string_value(value), json_string_length(value))};
}

static void read_fields(struct fixture *x, const json_t *entry, struct http_exchange *exchange)
{
    struct http_field *fields = arena_array(&x->a, FIELDS_MAX, sizeof *fields);
    const char *name;
    json_t *value;
    json_object_foreach (json_object_get(entry, "headers"), name, value) {
        if (json_is_array(value)) {
            for (size_t i = 0; i < json_array_size(value); i++) {
                add_field(x, exchange, fields, name, json_array_get(value, i));
            }
        } else {
            add_field(x, exchange, fields, name, value);
        }
    }
    exchange->fields = fields;
}

/* What visitors see is read as the collector reads it. */
static void add_page(struct fixture *x, const struct http_exchange *exchange)
{
    struct http_exchange *copy = arena_alloc(&x->a, sizeof *copy);
    struct page page;
    *copy = *exchange;
    page_read(&x->a, copy, &page);
    facts_add_page(x->facts, &page);
}

void fixture_add_http(struct fixture *x, const json_t *entry)
{
    static const char *const purposes[] = {"redirect", "hop",    "page",   "asset", "probe",
                                           "latency",  "policy", "origin", "edge",  NULL};
    static const char *const outcomes[] = {"answered", "no-address", "not-allowed", "unreachable",
                                           "timeout",  "tls-failed", "malformed",   NULL};
    struct http_exchange exchange = {
        .url = fixture_str(entry, "url"),
        .label = fixture_str(entry, "label"),
        .purpose = fixture_choice(entry, "purpose", purposes, HTTP_PAGE),
        .hop = (unsigned)fixture_number(entry, "hop", 0),
        .address = fixture_addr(entry, "address", 0),
        .outcome = fixture_choice(entry, "outcome", outcomes, HTTP_ANSWERED),
        .reason = fixture_str(entry, "reason"),
        .version = (unsigned)fixture_number(entry, "version", 20),
        .status = (unsigned)fixture_number(entry, "status", 200),
        .body = fixture_str(entry, "body"),
        .cut = str_eq(fixture_str(entry, "cut"), STR("true")),
        .first_byte_ms = (unsigned)fixture_number(entry, "ms", 20),
        .total_ms = (unsigned)fixture_number(entry, "ms", 20),
    };
    exchange.bytes = (uint64_t)fixture_number(entry, "bytes", (long)exchange.body.n);
    exchange.transferred = (uint64_t)fixture_number(entry, "transferred", (long)exchange.body.n);
    read_fields(x, entry, &exchange);
    if (str_empty(exchange.label)) {
        exchange.label = exchange.url;
    }
    facts_add_http(x->facts, &exchange);
    if (exchange.purpose == HTTP_PAGE && exchange.outcome == HTTP_ANSWERED &&
        !http_is_redirect(&exchange)) {
        add_page(x, &exchange);
    }
}

void fixture_add_lighthouse(struct fixture *x, const json_t *entry)
{
    const struct lighthouse_result result = {
        .url = fixture_str(entry, "url"),
        .performance = (double)fixture_number(entry, "performance", 0),
        .problem = fixture_str(entry, "problem"),
    };
    facts_set_lighthouse(x->facts, &result);
}
