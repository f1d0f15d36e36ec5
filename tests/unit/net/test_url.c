/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/url.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void assert_text(str got, const char *want)
{
    assert_non_null(got.p);
    str copy = arena_str(&arena, got);
    assert_string_equal(copy.p, want);
    assert_int_equal(got.n, strlen(want));
}

static void urls_are_normalised(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"http://example.com", "http://example.com/"},
        {"HTTP://EXAMPLE.com:80/", "http://example.com/"},
        {"https://example.com:443/a?b#c", "https://example.com/a?b#c"},
        {"https://example.com:8443", "https://example.com:8443/"},
        {"http://example.com:/", "http://example.com/"},
        {"http://example.com./x", "http://example.com/x"},
        {"http://example.com?q", "http://example.com/?q"},
        {"http://example.com#f", "http://example.com/#f"},
        {"http://h/a/./b/../c", "http://h/a/c"},
        {"http://h/../../x", "http://h/x"},
        {"http://h/a/..", "http://h/"},
        {"http://h/a//..", "http://h/a/"},
        {"http://h/%2e%2E/x", "http://h/x"},
        {"http://h/a%2fb%41%7e", "http://h/a%2FbA~"},
        {"http://h/a b?c d", "http://h/a%20b?c%20d"},
        {"http://h/\xc3\xa9", "http://h/%C3%A9"},
        {"http://h/a`{}|\"<>", "http://h/a%60%7B%7D%7C%22%3C%3E"},
        {"  http://h/x \n", "http://h/x"},
        {"http://B\xc3\xbc"
         "cher.example/",
         "http://xn--bcher-kva.example/"},
        {"http://\xe4\xbe\x8b\xe3\x81\x88.jp/", "http://xn--r8jz45g.jp/"},
        {"http://XN--BCHER-KVA.example/", "http://xn--bcher-kva.example/"},
        {"http://fa\xc3\x9f.de/", "http://xn--fa-hia.de/"},
        {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/", "http://127.0.0.1/"},
        {"http://127\xe3\x80\x82"
         "0.0.1/",
         "http://127.0.0.1/"},
        {"http://a_b.example.com/", "http://a_b.example.com/"},
        {"http://[::1]:8080/", "http://[::1]:8080/"},
        {"http://[2001:DB8:0::1]/", "http://[2001:db8::1]/"},
        {"http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"},
        {"http://h:080/", "http://h/"},
        {"http://h/a:b@c", "http://h/a:b@c"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct url url;
        err e = url_parse(&arena, str_c(table[i][0]), &url);
        if (!err_ok(e)) {
            print_error("%s: %s\n", table[i][0], e.what);
        }
        assert_true(err_ok(e));
        assert_text(url_text(&arena, &url, true), table[i][1]);
        struct url again;
        assert_true(err_ok(url_parse(&arena, str_c(table[i][1]), &again)));
        assert_text(url_text(&arena, &again, true), table[i][1]);
    }
}

static const char *const hostile[] = {
    "",
    "example.com",
    "//example.com/",
    "http:",
    "http:/",
    "http://",
    "http:///x",
    "http:example.com",
    "ftp://h/",
    "file:///etc/passwd",
    "gopher://h/",
    "javascript:alert(1)",
    "data:text/html,x",
    "jar:http://h/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://127.1/",
    "http://127.0.0.01/",
    "http://127.0.0.256/",
    "http://1.2.3.4.5/",
    "http://127.0.0.1.0x1/",
    "http://0/",
    "http://h.0x/",
    "http://[::1/",
    "http://::1/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[::1]x/",
    "http://[127.0.0.1]/",
    "http://[v1.x]/",
    "http://a@b@c/",
    "http://good.example@evil@h/",
    "http://good.example\\@evil.example/",
    "http:\\\\h\\",
    "http://h\\x/",
    "http://h/\\x",
    "http://h h/",
    "http://h\t/",
    "http://h/a\nb",
    "http://h/a\rb",
    "http://ex\x01"
    "ample.com/",
    "http://h/\x7f",
    "http://h:0/",
    "http://h:65536/",
    "http://h:8a/",
    "http://h:-1/",
    "http://h:80:80/",
    "http://h: 80/",
    "http://h:999999999999/",
    "http://%31%32%37.0.0.1/",
    "http://ex%61mple.com/",
    "http://h%00.example/",
    "http://.example.com/",
    "http://a..b/",
    "http://example.com../",
    "http://-a.example/",
    "http://a-.example/",
    "http://exa$mple.com/",
    "http://exa,mple.com/",
    "http://<h>/",
    "http://h^/",
    "http://h|/",
    "http://*.example.com/",
    "http://xn--a/",
    "http://xn--\xc3\xbc/",
    "http://example.com\xe2\x84\x80.evil.example/",
    "http://\xef\xbc\x8f.example/",
    "http://\xff.example/",
    "http://h/\xc3",
    "http://h/%",
    "http://h/%4",
    "http://h/%zz",
    "http://h/?%g1",
    "http://u^@h/",
    "http://u%4@h/",
    "http://us er@h/",
    "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example/",
};

static void hostile_urls_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hostile); i++) {
        struct url url = {.port = 7};
        err e = url_parse(&arena, str_c(hostile[i]), &url);
        if (err_ok(e)) {
            print_error("accepted: %s as %s\n", hostile[i], url_text(&arena, &url, true).p);
        }
        assert_int_equal(e.code, ERR_INVALID);
        assert_int_equal(url.port, 7);
    }
}

static void a_nul_ends_no_url(void **state)
{
    (void)state;
    static const str table[] = {STR_INIT("http://h\0.evil/"), STR_INIT("http://h/\0"),
                                STR_INIT("\0http://h/"),      STR_INIT("http://\0/"),
                                STR_INIT("http://u\0@h/"),    STR_INIT("http://h:8\0/")};
    for (size_t i = 0; i < COUNT(table); i++) {
        struct url url;
        assert_int_equal(url_parse(&arena, table[i], &url).code, ERR_INVALID);
    }
}

static void the_parts_of_a_url_are_told_apart(void **state)
{
    (void)state;
    struct url url;
    assert_true(err_ok(
        url_parse(&arena, STR("https://us%65r:p%40w@Sub.Example.com:8443/p/q?a=1&b#frag"), &url)));
    assert_text(url.scheme, "https");
    assert_text(url.user, "us%65r:p%40w");
    assert_text(url.host, "sub.example.com");
    assert_int_equal(url.port, 8443);
    assert_text(url.path, "/p/q");
    assert_text(url.query, "a=1&b");
    assert_text(url.fragment, "frag");
    assert_false(url.host_is_ip);
    assert_text(url_text(&arena, &url, false), "https://sub.example.com:8443/p/q?a=1&b");
    assert_text(url_origin(&arena, &url), "https://sub.example.com:8443");
    assert_true(err_ok(url_parse(&arena, STR("http://10.0.0.1"), &url)));
    assert_true(url.host_is_ip && !url.host_is_ipv6);
    assert_true(err_ok(url_parse(&arena, STR("http://[::1]"), &url)));
    assert_true(url.host_is_ip && url.host_is_ipv6);
}

static void references_resolve_as_rfc_3986_shows(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"g", "http://a/b/c/g"},      {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},    {"/g", "http://a/g"},
        {"//g", "http://g/"},         {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},  {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},  {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},    {"g;x", "http://a/b/c/g;x"},
        {"", "http://a/b/c/d;p?q"},   {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},      {"..", "http://a/b/"},
        {"../", "http://a/b/"},       {"../g", "http://a/b/g"},
        {"../..", "http://a/"},       {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"}, {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},      {"g.", "http://a/b/c/g."},
        {"..g", "http://a/b/c/..g"},  {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"}, {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"}, {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"https://z/", "https://z/"}, {"./a:b", "http://a/b/c/a:b"},
        {" g ", "http://a/b/c/g"},    {"g;x=1/../y", "http://a/b/c/y"},
    };
    struct url base;
    assert_true(err_ok(url_parse(&arena, STR("http://a/b/c/d;p?q#old"), &base)));
    for (size_t i = 0; i < COUNT(table); i++) {
        struct url url;
        assert_true(err_ok(url_resolve(&arena, &base, str_c(table[i][0]), &url)));
        assert_text(url_text(&arena, &url, true), table[i][1]);
    }
    static const char *const refused[] = {"javascript:x", "mailto:a@b", "http:g", "a:b",
                                          "\\\\evil/",    "/\\evil",    "//",     "///x",
                                          "//evil\\@h",   "g\nh",       "%"};
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct url url;
        assert_int_equal(url_resolve(&arena, &base, str_c(refused[i]), &url).code, ERR_INVALID);
    }
}

static void origins_compare_scheme_host_and_port(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } table[] = {
        {"http://h/x", "http://H:80/y?z", true},
        {"http://h/", "https://h/", false},
        {"http://h:81/", "http://h/", false},
        {"http://h/", "http://h.example/", false},
        {"https://example.com/", "https://example.com./", true},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct url a, b;
        assert_true(err_ok(url_parse(&arena, str_c(table[i].a), &a)));
        assert_true(err_ok(url_parse(&arena, str_c(table[i].b), &b)));
        assert_int_equal(url_same_origin(&a, &b), table[i].same);
    }
}

static void long_urls_are_refused_also_after_escaping(void **state)
{
    (void)state;
    char text[URL_BYTES_MAX + 2] = "http://h/";
    memset(text + 9, ' ', sizeof(text) - 10);
    text[1000] = 'x';
    struct url url;
    assert_int_equal(url_parse(&arena, str_n(text, 1001), &url).code, ERR_INVALID);
    memset(text + 9, 'a', sizeof(text) - 10);
    assert_true(err_ok(url_parse(&arena, str_n(text, URL_BYTES_MAX), &url)));
    assert_int_equal(url_parse(&arena, str_n(text, URL_BYTES_MAX + 1), &url).code, ERR_INVALID);
}

static void escapes_decode_once(void **state)
{
    (void)state;
    str out;
    assert_true(err_ok(url_decode(&arena, STR("a%20b+c%2541"), false, &out)));
    assert_text(out, "a b+c%41");
    assert_true(err_ok(url_decode(&arena, STR("a+b%2B"), true, &out)));
    assert_text(out, "a b+");
    assert_int_equal(url_decode(&arena, STR("%4"), false, &out).code, ERR_INVALID);
    assert_int_equal(url_decode(&arena, STR("%"), false, &out).code, ERR_INVALID);
    assert_int_equal(url_decode(&arena, STR("%g0"), false, &out).code, ERR_INVALID);
}

static void running_out_of_memory_is_an_error(void **state)
{
    (void)state;
    struct arena tiny;
    struct url url;
    arena_init(&tiny, 16);
    assert_int_equal(url_parse(&tiny, STR("http://example.com/a"), &url).code, ERR_NO_MEMORY);
    arena_done(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(urls_are_normalised, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_urls_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_nul_ends_no_url, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_parts_of_a_url_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(references_resolve_as_rfc_3986_shows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(origins_compare_scheme_host_and_port, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_urls_are_refused_also_after_escaping, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(escapes_decode_once, set_up, tear_down),
        cmocka_unit_test(running_out_of_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("net.url", tests, NULL, NULL);
}
