/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "http/asset.h"
#include "http/exchange.h"

/* A request that never saw a socket: a head of the test's, answered into its own memory. */
static struct http_req *ask(const char *text, struct http_req *req)
{
    static const struct h1_limits limits = {.head_max = 4096, .fields_max = 20, .target_max = 1024};
    str in = str_c(text);
    memset(req, 0, sizeof *req);
    arena_init(&req->arena, ARENA_REQUEST_MAX);
    h1_head_init(&req->parser, &req->head);
    assert_int_equal(h1_head_feed(&req->parser, &req->head, &limits, in), H1_DONE);
    req->self = req;
    req->base = text;
    return req;
}

static str field(const struct http_req *req, const char *name)
{
    for (unsigned i = 0; i < req->res.field_count; i++) {
        if (str_eq(req->res.fields[i].name, str_c(name))) {
            return req->res.fields[i].value;
        }
    }
    return STR_EMPTY;
}

static const struct http_asset script = {.path = STR_INIT("/x.js"),
                                         .content_type = STR_INIT("text/javascript"),
                                         .etag = STR_INIT("\"e\""),
                                         .etag_gzip = STR_INIT("\"e-gz\""),
                                         .etag_brotli = STR_INIT("\"e-br\""),
                                         .raw = STR_INIT("raw bytes"),
                                         .gzip = STR_INIT("gzip"),
                                         .brotli = STR_INIT("br"),
                                         .immutable = true};

static void the_best_accepted_form_is_sent(void **state)
{
    static const struct {
        const char *fields, *body, *etag;
        int status;
    } table[] = {
        {"", "raw bytes", "\"e\"", 200},
        {"Accept-Encoding: gzip, deflate, br\r\n", "br", "\"e-br\"", 200},
        {"Accept-Encoding: GZIP\r\n", "gzip", "\"e-gz\"", 200},
        {"Accept-Encoding: br;q=0, gzip;q=0.5\r\n", "gzip", "\"e-gz\"", 200},
        {"Accept-Encoding: br; q=0.000\r\n", "raw bytes", "\"e\"", 200},
        {"Accept-Encoding: xbr, gzipp\r\n", "raw bytes", "\"e\"", 200},
        {"If-None-Match: \"e\"\r\n", "", "\"e\"", 304},
        {"If-None-Match: \"a\", W/\"e\"\r\n", "", "\"e\"", 304},
        {"If-None-Match: *\r\n", "", "\"e\"", 304},
        {"If-None-Match: \"e\"\r\nAccept-Encoding: br\r\n", "br", "\"e-br\"", 200},
        {"If-None-Match: \"e-br\"\r\nAccept-Encoding: br\r\n", "", "\"e-br\"", 304},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[256];
        struct http_req req;
        (void)snprintf(text, sizeof text, "GET /x.js HTTP/1.1\r\nHost: a\r\n%s\r\n",
                       table[i].fields);
        http_asset_send(&script, ask(text, &req), &req.res);
        assert_int_equal(req.res.status, table[i].status);
        assert_true(str_eq(req.res.body, str_c(table[i].body)));
        assert_true(str_eq(field(&req, "etag"), str_c(table[i].etag)));
        assert_true(str_eq(field(&req, "vary"), STR("accept-encoding")));
        assert_true(
            str_eq(field(&req, "cache-control"), STR("public, max-age=31536000, immutable")));
        arena_done(&req.arena);
    }
}

static void only_get_and_head_are_answered(void **state)
{
    struct http_req req;
    (void)state;
    http_asset_send(&script, ask("POST /x.js HTTP/1.1\r\nHost: a\r\n\r\n", &req), &req.res);
    assert_int_equal(req.res.status, 405);
    assert_true(str_eq(field(&req, "allow"), STR("GET, HEAD")));
    arena_done(&req.arena);
}

static void every_embedded_file_is_found_by_its_path(void **state)
{
    (void)state;
    for (size_t i = 0; http_asset_at(i); i++) {
        const struct http_asset *asset = http_asset_at(i);
        assert_ptr_equal(http_asset_find(asset->path), asset);
        assert_true(asset->raw.n > 0 && asset->etag.n > 2 && asset->content_type.n > 0);
        assert_true(asset->gzip.n < asset->raw.n && asset->brotli.n < asset->raw.n);
        assert_non_null(http_asset_find(asset->hashed_path));
        assert_true(str_starts(asset->sri, STR("sha384-")));
    }
    assert_null(http_asset_find(STR("/no/such/file")));
    assert_null(http_asset_find(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_accepted_form_is_sent),
        cmocka_unit_test(only_get_and_head_are_answered),
        cmocka_unit_test(every_embedded_file_is_found_by_its_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
