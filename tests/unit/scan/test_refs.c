/* SPDX-License-Identifier: Apache-2.0 */
/* What scripts refer to: literals, webpack's tables, source maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "scan/site_refs.h"

static struct arena memory;

struct found {
    enum ref_kind kind;
    str text;
};

struct list {
    struct found found[64];
    size_t count;
    size_t stop_at; /* 0: never */
};

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&memory);
    return 0;
}

static bool collect(void *user, enum ref_kind kind, str text)
{
    struct list *list = user;
    if (list->count < 64) {
        list->found[list->count].kind = kind;
        list->found[list->count].text = arena_str(&memory, str_slice(text, 0, 200));
    }
    list->count++;
    return list->stop_at == 0 || list->count < list->stop_at;
}

static struct list find(const char *text)
{
    struct list list = {.count = 0};
    assert_true(refs_find(str_c(text), collect, &list));
    return list;
}

static bool has(const struct list *list, enum ref_kind kind, const char *text)
{
    for (size_t i = 0; i < list->count && i < 64; i++) {
        if (list->found[i].kind == kind && str_eq(list->found[i].text, str_c(text))) {
            return true;
        }
    }
    return false;
}

static void literals_that_name_files_are_found(void **state)
{
    static const struct {
        const char *text, *file;
    } rows[] = {
        {"import(\"./Chat-B2.js\")", "./Chat-B2.js"},
        {"import{a}from'./vendor-a1.mjs';", "./vendor-a1.mjs"},
        {"m.f=[\"assets/a-b_c.js\",\"assets/a.css\"]", "assets/a.css"},
        {"new Worker(new URL(\"/assets/w-D4.js?worker&x=1\",import.meta.url))",
         "/assets/w-D4.js?worker&x=1"},
        {"self.__BUILD_MANIFEST={\"/\":[\"static\\u002Fchunks/x.js\",\"static/chunks/pages/i-1.js\"]}",
         "static/chunks/pages/i-1.js"},
        {"{\"imports\":{\"app\":\"https://www.example.com/app.js\"}}",
         "https://www.example.com/app.js"},
        {"navigator.serviceWorker.register(`/sw.js`)", "/sw.js"},
        {"fetch(\"/config.json\")", "/config.json"},
        {"self.__next_f.push([1,\"[\\\"static/chunks/9-f.js\\\"]\"])", "static/chunks/9-f.js"},
        {"[\"static\\u002Fchunks\\x2fpages\\u002Fx.js\"]", "static/chunks/pages/x.js"},
        {"\"\\/wp-content\\/app.js\"", "/wp-content/app.js"},
        {"\"static/chunks/app/[slug]/page-0f.js\"", "static/chunks/app/[slug]/page-0f.js"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct list list = find(rows[i].text);
        if (!has(&list, REF_FILE, rows[i].file)) {
            fail_msg("%s not found in %s", rows[i].file, rows[i].text);
        }
    }
}

static void what_names_no_file_is_left_alone(void **state)
{
    static const char *const rows[] = {
        "a.json()", "x.js.y",   "// see main.js", "\"Node.js is fine\"",
        "\".js\"",  "e.mapper", "\"a b.js\""};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (find(rows[i]).count != 0) {
            fail_msg("something found in %s", rows[i]);
        }
    }
}

static void chunks_of_webpacks_tables_are_put_together(void **state)
{
    static const struct {
        const char *text, *chunk;
    } rows[] = {
        {"n.u=e=>\"static/js/\"+({17:\"admin\"}[e]||e)+\".\"+{17:\"0a1b\",29:\"4e5f\"}[e]+\".chunk.js\"",
         "static/js/29.4e5f.chunk.js"},
        {"n.u=e=>\"static/js/\"+({17:\"admin\"}[e]||e)+\".\"+{17:\"0a1b\",29:\"4e5f\"}[e]+\".chunk.js\"",
         "static/js/admin.0a1b.chunk.js"},
        {"return n.p+\"js/\" + ( { a : 'x' } [ e ] || e ) + \"-\" + {\"a\":\"12\"}[e] + \".js\"",
         "js/x-12.js"},
        {"n.u=e=>(({7:\"main\"})[e]||e)+\".js\"", "main.js"},
        {"n.u=e=>({7:\"main\"}[e]||e)+\".\"+{7:\"ff\"}[e]+\".js\"", "main.ff.js"},
        {"o.miniCssF=e=>\"css/\"+e+\".\"+{3:\"ab\"}[e]+\".css\"", "css/3.ab.css"},
        {"1===e?\"a\":\"static/chunks/\"+e+\".\"+{5:\"c0\"}[e]+\".js\"", "static/chunks/5.c0.js"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct list list = find(rows[i].text);
        if (!has(&list, REF_CHUNK, rows[i].chunk)) {
            fail_msg("%s not found in %s (%zu found)", rows[i].chunk, rows[i].text, list.count);
        }
    }
}

static void a_chunk_without_a_hash_has_no_name(void **state)
{
    struct list list;
    (void)state;
    list = find("n.u=e=>\"js/\"+({1:\"a\",2:\"b\"}[e]||e)+\".\"+{1:\"ff\"}[e]+\".js\"");
    assert_true(has(&list, REF_CHUNK, "js/a.ff.js"));
    for (size_t i = 0; i < list.count; i++) {
        assert_true(str_find(list.found[i].text, STR("b"), 0) == SIZE_MAX);
    }
}

static void source_maps_are_found_where_a_comment_names_them(void **state)
{
    struct list list;
    (void)state;
    list = find("x();\n//# sourceMappingURL=app.js.map\n");
    assert_true(has(&list, REF_MAP, "app.js.map"));
    list = find("a{}\n/*# sourceMappingURL=app.css.map */");
    assert_true(has(&list, REF_MAP, "app.css.map"));
    list = find("//@ sourceMappingURL=data:application/json;base64,e30=");
    assert_true(has(&list, REF_MAP, "data:application/json;base64,e30="));
    assert_int_equal(find("var s=\"sourceMappingURL=\"+x").count, 0);
}

static void places_follow_the_folders_of_the_script(void **state)
{
    static const struct {
        const char *script;
        enum ref_kind kind;
        const char *text, *first, *second;
    } rows[] = {
        {"/app/assets/i.js", REF_FILE, "assets/a.js", "/app/assets/a.js", NULL},
        {"/_next/static/b/_buildManifest.js", REF_FILE, "static/chunks/x.js",
         "/_next/static/chunks/x.js", NULL},
        {"/js/main.js", REF_FILE, "a.js", "/js/a.js", "/a.js"},
        {"/main.js", REF_FILE, "a.js", "/a.js", NULL},
        {"/js/main.js", REF_FILE, "./a.js", "./a.js", NULL},
        {"/js/main.js", REF_FILE, "/x/a.js", "/x/a.js", NULL},
        {"/js/main.js", REF_FILE, "https://a.example/a.js", "https://a.example/a.js", NULL},
        {"/static/js/main.js", REF_CHUNK, "static/js/1.js", "/static/js/1.js", NULL},
        {"/static/js/main.js", REF_CHUNK, "./1.js", "/static/js/1.js", "/1.js"},
        {"/js/main.js", REF_MAP, "main.js.map", "main.js.map", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str places[2];
        size_t n =
            refs_places(&memory, str_c(rows[i].script), rows[i].kind, str_c(rows[i].text), places);
        assert_int_equal(n, rows[i].second ? 2 : 1);
        assert_string_equal(arena_str(&memory, places[0]).p, rows[i].first);
        if (rows[i].second) {
            assert_string_equal(places[1].p, rows[i].second);
        }
    }
}

static void a_caller_that_has_enough_is_not_called_again(void **state)
{
    struct list list = {.stop_at = 1};
    (void)state;
    (void)refs_find(STR("\"a/b.js\" \"a/c.js\" \"a/d.js\""), collect, &list);
    assert_int_equal(list.count, 1);
}

static void hostile_scripts_end_soon(void **state)
{
    static const char *const pieces[] = {"\"",
                                         "{1:\"a\",",
                                         "({1:\"a\"}[e]||",
                                         "}[",
                                         "\"\"+{1:\"a\"}[e]+",
                                         "....",
                                         ".js",
                                         "a.js\"",
                                         "{a:'",
                                         "\"\\",
                                         "sourceMappingURL=",
                                         "//# sourceMappingURL=a ",
                                         "(",
                                         "+\"",
                                         "{1:\"a\"}[e]+",
                                         "1:\"a.js\",",
                                         "\"x/\"+{1:'a',2:'b'}[e]+\".js\";"};
    struct buf b;
    (void)state;
    buf_init(&b, 8 << 20);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct list list = {.count = 0};
        buf_clear(&b);
        while (b.n + 64 < (size_t)4 << 20) {
            buf_add_c(&b, pieces[i]);
        }
        int64_t before = clock_mono_ms();
        (void)refs_find(buf_str(&b), collect, &list);
        int64_t took = clock_mono_ms() - before;
        if (took > 8000) {
            fail_msg("%s took %lld ms", pieces[i], (long long)took);
        }
        assert_true(list.count <= REFS_MAX + REF_TABLE_MAX);
    }
    buf_done(&b);
}

static void a_table_beyond_the_limit_is_said(void **state)
{
    struct buf b;
    struct list list = {.count = 0};
    (void)state;
    buf_init(&b, 1 << 20);
    buf_add_c(&b, "\"js/\"+{");
    for (int i = 0; i < REF_TABLE_MAX + 10; i++) {
        buf_addf(&b, "%d:\"h%d\",", i, i);
    }
    buf_add_c(&b, "}[e]+\".js\"");
    assert_false(refs_find(buf_str(&b), collect, &list));
    assert_int_equal(list.count, REF_TABLE_MAX);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_that_name_files_are_found),
        cmocka_unit_test(what_names_no_file_is_left_alone),
        cmocka_unit_test(chunks_of_webpacks_tables_are_put_together),
        cmocka_unit_test(a_chunk_without_a_hash_has_no_name),
        cmocka_unit_test(source_maps_are_found_where_a_comment_names_them),
        cmocka_unit_test(places_follow_the_folders_of_the_script),
        cmocka_unit_test(a_caller_that_has_enough_is_not_called_again),
        cmocka_unit_test(hostile_scripts_end_soon),
        cmocka_unit_test(a_table_beyond_the_limit_is_said),
    };
    return cmocka_run_group_tests_name("scan.refs", tests, set_up, tear_down);
}
