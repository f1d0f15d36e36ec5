/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/know/read_support.h"

#include "know/charset.h"
#include "know/options.h"
#include "know/robots.h"
#include "know/web_url.h"

static bool allowed(const char *text, const char *path)
{
    struct robots robots;
    assert_int_equal(robots_parse(&arena, str_c(text), STR("Doorward"), &robots).code, ERR_OK);
    return robots_allows(&robots, str_c(path));
}

static void robots_txt_is_understood_as_rfc_9309_says(void **state)
{
    (void)state;
    static const struct {
        const char *text, *path;
        bool allowed;
    } rows[] = {
        {"", "/a", true},
        {"User-agent: *\nDisallow: /", "/a", false},
        {"User-agent: *\nDisallow: /", "/robots.txt", true},
        {"User-agent: *\nDisallow:", "/a", true},
        {"user-AGENT: *\rdisallow:/a\r", "/ab", false},
        {"User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true},
        {"User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", false},
        {"User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/b", true},
        {"User-agent: *\nDisallow: /a\nAllow: /a", "/a", true},
        {"User-agent: *\nAllow: /a\nDisallow: /a", "/a", true},
        {"User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", false},
        {"User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", true},
        {"User-agent: *\nDisallow: /a*c", "/abbbcd", false},
        {"User-agent: *\nDisallow: /%61", "/a", false},
        {"User-agent: *\nDisallow: /a", "/%61b", false},
        {"User-agent: *\nDisallow: /a%2Fb", "/a/b", true},
        {"User-agent: *\nDisallow: /x # why", "/x", false},
        {"User-agent: other\nDisallow: /", "/a", true},
        {"User-agent: doorward\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/b", true},
        {"User-agent: *\nDisallow: /b\nUser-agent: DOORWARD/2\nDisallow: /a", "/a", false},
        {"User-agent: other\nUser-agent: Doorward\nDisallow: /a", "/a", false},
        {"User-agent: Doorward\nAllow: /\nUser-agent: x\nDisallow: /\nUser-agent: Doorward\nDisallow: /z",
         "/z", false},
        {"\xEF\xBB\xBFUser-agent: *\nDisallow: /a", "/a", false},
        {"Disallow: /a", "/a", true},
        {"<html>not a robots file: at all</html>", "/a", true},
        {"User-agent: *\nSitemap: x\nDisallow: /a", "/a", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (allowed(rows[i].text, rows[i].path) != rows[i].allowed) {
            fail_msg("row %zu: %s for %s", i, rows[i].text, rows[i].path);
        }
    }
    struct robots robots = {.none = true};
    assert_false(robots_allows(&robots, STR("/a")));
}

static void crawl_delays_are_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        unsigned ms;
    } rows[] = {{"2", 2000},     {"0.5", 500}, {"99999999999", 10000},
                {"3600", 10000}, {"-1", 0},    {"x", 0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct robots robots;
        str text = arena_printf(&arena, "User-agent: *\nCrawl-delay: %s\n", rows[i].value);
        assert_int_equal(robots_parse(&arena, text, STR("Doorward"), &robots).code, ERR_OK);
        assert_int_equal(robots.delay_ms, rows[i].ms);
    }
}

static void a_pattern_of_stars_takes_no_time(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add_c(&b, "User-agent: *\nDisallow: /");
    for (int i = 0; i < 2000; i++) {
        buf_add_c(&b, "*a");
    }
    buf_add_c(&b, "$\n");
    struct robots robots;
    assert_int_equal(robots_parse(&arena, buf_str(&b), STR("Doorward"), &robots).code, ERR_OK);
    char path[2000];
    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = 'b';
    assert_true(robots_allows(&robots, str_n(path, sizeof(path))));
    buf_done(&b);
}

static void a_page_has_one_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text, *same;
    } rows[] = {
        {"HTTP://Example.COM:80/a/../b#part", "http://example.com/b"},
        {"https://example.com/?utm_source=x&b=2&UTM_medium=y&fbclid=z&a=1",
         "https://example.com/?b=2&a=1"},
        {"https://example.com/index.html?gclid=1", "https://example.com/index.html"},
        {"https://user:x@example.com/", "https://example.com/"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct url url;
        assert_int_equal(web_url(&arena, str_c(rows[i].text), &url).code, ERR_OK);
        assert_str_is(&arena, url_text(&arena, &url, false), rows[i].same);
    }
}

static void files_that_hold_no_text_are_not_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool may;
    } rows[] = {{"http://a/x.PNG", false}, {"http://a/x.pdf", true},     {"http://a/v1.2", true},
                {"http://a/", true},       {"http://a/x.zip?y", false},  {"http://a/x.", true},
                {"http://a/x.html", true}, {"http://a/x.js/page", true}, {"http://a.png/", true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct url url;
        assert_int_equal(web_url(&arena, str_c(rows[i].url), &url).code, ERR_OK);
        assert_int_equal(web_url_may_be_text(&url), rows[i].may);
    }
}

static void options_say_what_is_wanted(void **state)
{
    (void)state;
    struct know_settings settings = know_settings_default();
    struct know_options o;
    assert_int_equal(options_read(&arena, &settings, STR(""), &o).code, ERR_OK);
    assert_true(o.same_host && o.depth == settings.depth_max && options_wants(&o, STR("/x")));
    str json = STR(
        "{\"base_url\":\"https://a/\",\"include\":[\"/docs/\",\"*.pdf\"],\"exclude\":[\"/docs/old/\","
        "\"notes.txt\"],\"depth\":3,\"pages\":99999999,\"same_host\":false}");
    assert_int_equal(options_read(&arena, &settings, json, &o).code, ERR_OK);
    assert_true(!o.same_host && o.depth == 3 && o.pages == settings.documents_max);
    assert_str_is(&arena, o.base_url, "https://a/");
    assert_true(options_wants(&o, STR("/docs/a.html")) && options_wants(&o, STR("/x/a.pdf")));
    assert_false(options_wants(&o, STR("/docs/old/a.html")));
    assert_false(options_wants(&o, STR("/docs/notes.txt")));
    assert_false(options_wants(&o, STR("/blog/")));
    static const char *const wrong[] = {"[]",
                                        "{\"x\":1}",
                                        "{\"depth\":-1}",
                                        "{\"depth\":\"1\"}",
                                        "{\"pages\":1.5}",
                                        "{\"include\":\"a\"}",
                                        "{\"include\":[\"\"]}",
                                        "{\"same_host\":1}",
                                        "{\"base_url\":1}",
                                        "{",
                                        "{\"include\":[1]}"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(options_read(&arena, &settings, str_c(wrong[i]), &o).code, ERR_INVALID);
    }
}

static void every_encoding_becomes_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *declared, *text;
    } rows[] = {
        {"caf\xc3\xa9", 5, "", "café"},
        {"caf\xe9", 4, "", "café"},
        {"\x80 10", 4, "iso-8859-1", "€ 10"},
        {"caf\xc3\xa9", 5, "iso-8859-1", "café"},
        {"\xff\xfe\x61\x00\x3d\xd8\x00\xde", 8, "", "a😀"},
        {"\xfe\xff\x00\x61\xd8\x3d", 6, "", "a\xEF\xBF\xBD"},
        {"\xef\xbb\xbfx", 4, "latin1", "x"},
        {"a\r\nb\rc\n", 7, "", "a\nb\nc\n"},
        {"\xcf\xf0\xe8\xe2\xe5\xf2", 6, "windows-1251", "Привет"},
        {"\x93\xfa\x96\x7b", 4, "Shift_JIS", "日本"},
        {"<meta charset='windows-1251'>\xcf", 30, "", "<meta charset='windows-1251'>П"},
        {"<meta http-equiv=x content=\"text/html; charset=koi8-r\">\xf0", 57, "",
         "<meta http-equiv=x content=\"text/html; charset=koi8-r\">П"},
        {"ab\xff", 3, "utf-8", "ab\xEF\xBF\xBD"},
        {"x\xff", 2, "no-such-charset", "xÿ"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        str text;
        str bytes = str_n(rows[i].bytes, rows[i].n);
        assert_int_equal(charset_decode(&arena, bytes, str_c(rows[i].declared), true, &text).code,
                         ERR_OK);
        assert_str_is(&arena, text, rows[i].text);
    }
    assert_str_is(&arena, charset_of_type(STR("text/html; x=y; CharSet=\"utf-8\"")), "utf-8");
    assert_str_is(&arena, charset_of_type(STR("text/html")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READ_TEST(robots_txt_is_understood_as_rfc_9309_says),
        READ_TEST(crawl_delays_are_bounded),
        READ_TEST(a_pattern_of_stars_takes_no_time),
        READ_TEST(a_page_has_one_spelling),
        READ_TEST(files_that_hold_no_text_are_not_asked_for),
        READ_TEST(options_say_what_is_wanted),
        READ_TEST(every_encoding_becomes_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
