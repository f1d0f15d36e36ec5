/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "http/multipart.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char form[] =
    "--XX\r\n"
    "Content-Disposition: form-data; name=\"title\"\r\n\r\n"
    "A title\r\n"
    "--XX\r\n"
    "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\docs\\a b.md\"\r\n"
    "Content-Type: text/markdown\r\n\r\n"
    "# A\r\n--XY\r\n\r\nb\r\n"
    "--XX--\r\n";

static void a_form_of_a_browser_is_split(void **state)
{
    (void)state;
    struct arena a;
    struct multipart_part *parts;
    size_t count;
    arena_init(&a, 65536);
    assert_true(err_ok(multipart_parse(&a, str_c(form), STR("XX"), &parts, &count)));
    assert_int_equal(count, 2);
    assert_true(str_eq(parts[0].name, STR("title")) && str_eq(parts[0].content, STR("A title")));
    assert_true(str_eq(parts[1].filename, STR("a b.md")));
    assert_true(str_eq(parts[1].content_type, STR("text/markdown")));
    assert_true(str_eq(parts[1].content, STR("# A\r\n--XY\r\n\r\nb")));
    arena_done(&a);
}

static void every_cut_of_a_form_is_refused(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof form - 1 - 4; n++) {
        struct arena a;
        struct multipart_part *parts;
        size_t count;
        arena_init(&a, 65536);
        assert_int_equal(multipart_parse(&a, str_n(form, n), STR("XX"), &parts, &count).code,
                         ERR_INVALID);
        arena_done(&a);
    }
}

static void boundaries_are_read_as_the_standard_has_them(void **state)
{
    (void)state;
    static const struct {
        const char *type, *boundary; /* NULL: refused */
    } table[] = {{"multipart/form-data; boundary=abc", "abc"},
                 {"Multipart/Form-Data;boundary=\"a b\"", "a b"},
                 {"multipart/form-data; charset=utf-8; boundary=abc ; x=y", "abc"},
                 {"multipart/form-data; x=\"boundary=no\"; boundary=yes", "yes"},
                 {"multipart/form-data", NULL},
                 {"multipart/form-data; boundary=", NULL},
                 {"multipart/form-data; boundary=\"abc", NULL},
                 {"multipart/form-data; boundary=a<b", NULL},
                 {"multipart/mixed; boundary=abc", NULL},
                 {"text/plain; boundary=abc", NULL},
                 {"", NULL}};
    for (size_t i = 0; i < COUNT(table); i++) {
        str boundary;
        bool good = multipart_boundary(str_c(table[i].type), &boundary);
        assert_int_equal(good, table[i].boundary != NULL);
        assert_true(!good || str_eq(boundary, str_c(table[i].boundary)));
    }
}

static void hostile_forms_are_errors(void **state)
{
    (void)state;
    static const char *const table[] = {
        "--XX\r\n\r\nno name\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--XX--",
        "--XX\r\nno colon\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n--XX--",
        "--XXContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--XX--",
        "no boundary at all",
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct arena a;
        struct multipart_part *parts;
        size_t count;
        arena_init(&a, 65536);
        assert_int_equal(multipart_parse(&a, str_c(table[i]), STR("XX"), &parts, &count).code,
                         ERR_INVALID);
        arena_done(&a);
    }
}

static void a_form_of_too_many_parts_is_refused(void **state)
{
    (void)state;
    struct arena a;
    struct buf b;
    struct multipart_part *parts;
    size_t count;
    arena_init(&a, 65536);
    buf_init(&b, 65536);
    for (int i = 0; i <= MULTIPART_PARTS_MAX; i++) {
        buf_add_c(&b, "\r\n--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx");
    }
    buf_add_c(&b, "\r\n--XX--");
    assert_int_equal(multipart_parse(&a, buf_str(&b), STR("XX"), &parts, &count).code,
                     ERR_TOO_LARGE);
    buf_done(&b);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_of_a_browser_is_split),
        cmocka_unit_test(every_cut_of_a_form_is_refused),
        cmocka_unit_test(boundaries_are_read_as_the_standard_has_them),
        cmocka_unit_test(hostile_forms_are_errors),
        cmocka_unit_test(a_form_of_too_many_parts_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
