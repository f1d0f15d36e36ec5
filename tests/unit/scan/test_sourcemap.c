/* SPDX-License-Identifier: Apache-2.0 */
/* The sources that a source map carries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "scan/sourcemap.h"

static struct arena memory;

struct list {
    str names[8], contents[8];
    size_t count, stop_at;
};

static bool collect(void *user, str name, str content)
{
    struct list *list = user;
    if (list->count < 8) {
        list->names[list->count] = arena_str(&memory, name);
        list->contents[list->count] = arena_str(&memory, content);
    }
    list->count++;
    return list->stop_at == 0 || list->count < list->stop_at;
}

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

static struct list read_map(const char *json)
{
    struct list list = {.count = 0};
    err e = sourcemap_each(str_c(json), collect, &list);
    assert_true(err_ok(e));
    return list;
}

static void sources_come_with_their_names(void **state)
{
    (void)state;
    struct list list = read_map("{\"version\":3,\"sources\":[\"../src/a.ts\",\"b.ts\",\"c.ts\"],"
                                "\"names\":[],\"sourcesContent\":[\"let a;\\nlet b;\",null,\"c\"],"
                                "\"mappings\":\"AAAA\"}");
    assert_int_equal(list.count, 2);
    assert_string_equal(list.names[0].p, "../src/a.ts");
    assert_string_equal(list.contents[0].p, "let a;\nlet b;");
    assert_string_equal(list.names[1].p, "c.ts");
}

static void the_order_of_members_does_not_matter(void **state)
{
    (void)state;
    struct list list =
        read_map("{\"sourcesContent\":[\"x\"],\"mappings\":\"\",\"x\":{\"y\":[1,\"]\","
                 "{}]},\"sources\":[\"webpack:///a\"],\"version\":3}");
    assert_int_equal(list.count, 1);
    assert_string_equal(list.names[0].p, "webpack:///a");
}

static void sections_are_read_and_the_first_line_is_skipped(void **state)
{
    (void)state;
    struct list list =
        read_map(")]}'\n{\"version\":3,\"sections\":[{\"offset\":{\"line\":0},\"map\":{\"sources\":"
                 "[\"a\"],\"sourcesContent\":[\"1\"]}},{\"map\":{\"sources\":[null],"
                 "\"sourcesContent\":[\"2\"]}}]}");
    assert_int_equal(list.count, 2);
    assert_string_equal(list.names[0].p, "a");
    assert_string_equal(list.contents[1].p, "2");
    assert_string_equal(list.names[1].p, "source 2");
}

static void escapes_are_read(void **state)
{
    (void)state;
    struct list list = read_map("{\"sources\":[\"a\"],\"sourcesContent\":"
                                "[\"\\\"\\\\\\/\\t\\u00e9\\ud83d\\ude00\\ud83dx\"]}");
    assert_string_equal(list.contents[0].p, "\"\\/\t\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbdx");
}

static void more_contents_than_names_are_still_read(void **state)
{
    (void)state;
    struct list list = read_map("{\"sources\":[\"a\"],\"sourcesContent\":[\"1\",\"2\"]}");
    assert_int_equal(list.count, 2);
    assert_string_equal(list.names[1].p, "source 2");
}

static void what_is_no_map_is_refused(void **state)
{
    static const char *const rows[] = {"",
                                       "[]",
                                       "<!doctype html>",
                                       "{}",
                                       "{\"a\":1}",
                                       "{\"sources\":[\"a\"]",
                                       "{\"sources\":[\"a",
                                       "{\"sources\" [\"a\"]}",
                                       "{\"sections\":[1]}",
                                       "{\"sources\":[\"a\"],\"sourcesContent\":[\"x\""};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct list list = {.count = 0};
        err e = sourcemap_each(str_c(rows[i]), collect, &list);
        if (e.code != ERR_INVALID) {
            fail_msg("%s was accepted", rows[i]);
        }
    }
}

static void a_cut_map_gives_what_came_before(void **state)
{
    (void)state;
    struct list list = {.count = 0};
    err e = sourcemap_each(STR("{\"sources\":[\"a\",\"b\"],\"sourcesContent\":[\"first\",\"sec"),
                           collect, &list);
    assert_int_equal(e.code, ERR_INVALID);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.contents[0].p, "first");
}

static void a_reader_that_has_enough_is_not_called_again(void **state)
{
    (void)state;
    struct list list = {.stop_at = 1};
    err e =
        sourcemap_each(STR("{\"sources\":[],\"sourcesContent\":[\"1\",\"2\"]}"), collect, &list);
    assert_true(err_ok(e));
    assert_int_equal(list.count, 1);
}

static void limits_are_said(void **state)
{
    struct buf b;
    struct list list = {.count = 0};
    (void)state;
    buf_init(&b, 64 << 20);
    for (int i = 0; i < SOURCEMAP_DEPTH_MAX + 2; i++) {
        buf_add_c(&b, "{\"map\":");
    }
    err e = sourcemap_each(buf_str(&b), collect, &list);
    assert_int_equal(e.code, ERR_TOO_LARGE);
    buf_clear(&b);
    buf_add_c(&b, "{\"sources\":[],\"sourcesContent\":[");
    for (int i = 0; i < SOURCEMAP_SOURCES_MAX + 2; i++) {
        buf_add_c(&b, "\"\",");
    }
    buf_add_c(&b, "\"\"]}");
    e = sourcemap_each(buf_str(&b), collect, &list);
    assert_int_equal(e.code, ERR_TOO_LARGE);
    assert_int_equal(list.count, SOURCEMAP_SOURCES_MAX);
    buf_done(&b);
}

static void hostile_maps_end_soon(void **state)
{
    static const char *const pieces[] = {"[",  "{", "\"",     "\\",    "{\"sources\":[",
                                         "[]", ",", "\"a\":", "\\u12", "{\"sections\":[{\"map\":"};
    struct buf b;
    (void)state;
    buf_init(&b, 8 << 20);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct list list = {.count = 0};
        buf_clear(&b);
        buf_add_c(&b, "{\"sources\":[\"a\"],\"sourcesContent\":[\"");
        while (b.n + 64 < (size_t)4 << 20) {
            buf_add_c(&b, pieces[i]);
        }
        int64_t before = clock_mono_ms();
        err e = sourcemap_each(buf_str(&b), collect, &list);
        assert_int_equal(e.code, ERR_INVALID);
        e = sourcemap_each(str_slice(buf_str(&b), 36, b.n), collect, &list);
        assert_false(err_ok(e));
        assert_true(clock_mono_ms() - before < 4000);
    }
    buf_done(&b);
}

static void memory_that_runs_out_is_an_error(void **state)
{
    (void)state;
    for (long n = 0; n < 8; n++) {
        struct list list = {.count = 0};
        mem_fail_after(n);
        err e =
            sourcemap_each(STR("{\"sources\":[\"a\"],\"sourcesContent\":[\"1\"]}"), collect, &list);
        mem_fail_after(-1);
        assert_true(err_ok(e) || e.code == ERR_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_come_with_their_names),
        cmocka_unit_test(the_order_of_members_does_not_matter),
        cmocka_unit_test(sections_are_read_and_the_first_line_is_skipped),
        cmocka_unit_test(escapes_are_read),
        cmocka_unit_test(more_contents_than_names_are_still_read),
        cmocka_unit_test(what_is_no_map_is_refused),
        cmocka_unit_test(a_cut_map_gives_what_came_before),
        cmocka_unit_test(a_reader_that_has_enough_is_not_called_again),
        cmocka_unit_test(limits_are_said),
        cmocka_unit_test(hostile_maps_end_soon),
        cmocka_unit_test(memory_that_runs_out_is_an_error),
    };
    return cmocka_run_group_tests_name("scan.sourcemap", tests, set_up, tear_down);
}
