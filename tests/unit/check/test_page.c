/* SPDX-License-Identifier: Apache-2.0 */
/* Pages, style sheets, scripts, policies and commands as they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "check/facts/lighthouse.h"
#include "check/facts/page.h"
#include "check/facts/widget.h"
#include "check/rows/csp.h"

static struct arena memory;
static struct http_field html = {STR_INIT("content-type"), STR_INIT("text/html")};

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

static struct page read_html(str body)
{
    struct http_exchange *x = arena_alloc(&memory, sizeof *x);
    struct page page;
    *x = (struct http_exchange){.url = STR("https://www.example.com/a/b"),
                                .status = 200,
                                .fields = &html,
                                .field_count = 1,
                                .body = body};
    page_read(&memory, x, &page);
    return page;
}

static const struct page_item *item_of(const struct page *page, enum page_item_kind kind,
                                       const char *url)
{
    for (size_t i = 0; i < page->item_count; i++) {
        if (page->items[i].kind == kind && str_eq(page->items[i].url, str_c(url))) {
            return &page->items[i];
        }
    }
    return NULL;
}

static void each_element_that_loads_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *html;
        enum page_item_kind kind;
        const char *url;
    } cases[] = {
        {"<script src=x.js></script>", PAGE_SCRIPT, "https://www.example.com/a/x.js"},
        {"<SCRIPT SRC='HTTP://Example.NET/x.js'></SCRIPT>", PAGE_SCRIPT, "http://example.net/x.js"},
        {"<link rel='preload stylesheet' href=//cdn.test/s.css>", PAGE_STYLE,
         "https://cdn.test/s.css"},
        {"<link rel=icon href=/i.png>", PAGE_OTHER, "https://www.example.com/i.png"},
        {"<link rel=canonical href=http://example.net/>", PAGE_LINK, "http://example.net/"},
        {"<img src=http://example.net/a.png>", PAGE_IMAGE, "http://example.net/a.png"},
        {"<img srcset='/1.png 1x, http://example.net/2.png 2x'>", PAGE_IMAGE,
         "http://example.net/2.png"},
        {"<video poster=http://example.net/p.png>", PAGE_IMAGE, "http://example.net/p.png"},
        {"<video><source src=http://example.net/v.mp4></video>", PAGE_MEDIA,
         "http://example.net/v.mp4"},
        {"<iframe src=http://example.net/f></iframe>", PAGE_FRAME, "http://example.net/f"},
        {"<object data=http://example.net/o></object>", PAGE_OTHER, "http://example.net/o"},
        {"<form action=http://example.net/s></form>", PAGE_FORM, "http://example.net/s"},
        {"<form><button formaction=http://example.net/s>", PAGE_FORM, "http://example.net/s"},
        {"<base href='http://example.net/d/'><img src=a.png>", PAGE_IMAGE,
         "http://example.net/d/a.png"},
        {"<a href='javascript:void(0)'>x</a>", PAGE_LINK, "javascript:void(0)"},
        {"<style>@import 'http://example.net/i.css';</style>", PAGE_CSS_URL,
         "http://example.net/i.css"},
        {"<p style=\"background:url( 'http://example.net/b.png' )\">", PAGE_CSS_URL,
         "http://example.net/b.png"},
        {"<script>new WebSocket('ws://example.net/s')</script>", PAGE_SOCKET, "ws://example.net/s"},
        {"<script>img.src = `http://example.net/a?b`</script>", PAGE_SCRIPT_URL,
         "http://example.net/a?b"},
        {"<svg><a href=/x></a></svg><script>x='http://example.net/a.js'</script>", PAGE_SCRIPT_URL,
         "http://example.net/a.js"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct page page = read_html(str_c(cases[i].html));
        if (!item_of(&page, cases[i].kind, cases[i].url)) {
            fail_msg("%s: not found", cases[i].html);
        }
    }
}

static void what_loads_nothing_is_no_asset(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "<script>let ns = 'http://www.w3.org/2000/svg';</script>",
        "<script>location.href = 'http://example.net/page';</script>",
        "<script type='application/ld+json'>{\"url\": \"http://example.net/a.png\"}</script>",
        "<script>// http://example.net/a.js\n</script>",
        "<script>let u = 'http://localhost:3000/a.js';</script>",
        "<!-- <img src=http://example.net/a.png> -->",
        "<style>/* url(http://example.net/a.png) */ a { fill: url(#x) }</style>",
        "<p>\"http://example.net/a.js\"</p>",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct page page = read_html(str_c(cases[i]));
        for (size_t k = 0; k < page.item_count; k++) {
            enum page_item_kind kind = page.items[k].kind;
            if (kind == PAGE_SCRIPT_URL || kind == PAGE_CSS_URL || kind == PAGE_IMAGE) {
                fail_msg("%s: %.*s", cases[i], STR_ARG(page.items[k].url));
            }
        }
    }
}

static void a_script_keeps_its_attributes(void **state)
{
    (void)state;
    struct page page = read_html(STR("<p>\n<script async src=/widget.js data-project=shop "
                                     "integrity=sha384-x crossorigin></script>"));
    const struct page_item *item = widget_doorward(&page);
    assert_non_null(item);
    assert_string_equal(widget_of_item(item), "Doorward");
    assert_true(item->deferred && item->line == 2);
    assert_true(str_eq(item->project, STR("shop")));
    assert_true(str_eq(item->integrity, STR("sha384-x")));
    assert_true(str_eq(item->crossorigin, STR("anonymous")));
}

static str repeat(const char *piece, size_t bytes)
{
    struct buf b;
    buf_init(&b, HTTP_BODY_KEPT_MAX);
    for (size_t n = strlen(piece); b.n + n <= bytes;) {
        buf_add(&b, str_n(piece, n));
    }
    str text = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return text;
}

static void hostile_pages_cost_little(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "<div>",
        "<b>",
        "<a href=x>",
        "</p>",
        "<p></b>",
        "<",
        "&",
        "&#x0;",
        "<!--",
        "a=b ",
        "<table><td>",
        "<script>",
        "<style>url(",
        "'http://x.y/a.js",
        "<img srcset='a,b,c,d,e,f,g,h'>",
        "@import ",
    };
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        int64_t before = clock_mono_ms();
        struct page page = read_html(repeat(pieces[i], HTTP_BODY_KEPT_MAX));
        assert_true(page.item_count <= PAGE_ITEMS_MAX);
        if (clock_mono_ms() - before > 10000) {
            fail_msg("%s: %lld ms", pieces[i], (long long)(clock_mono_ms() - before));
        }
        arena_reset(&memory);
    }
    str wide = arena_printf(&memory, "<a %.*s>", STR_ARG(repeat("x y1 z=\"\" ", 1 << 20)));
    assert_true(read_html(wide).problem.n > 0);
    struct page deep = read_html(repeat("<div>", 1 << 20));
    assert_true(deep.problem.n > 0);
}

static void what_is_no_html_has_no_items(void **state)
{
    (void)state;
    html.value = STR("application/pdf");
    struct page page = read_html(STR("<img src=http://example.net/a.png>"));
    html.value = STR("text/html");
    assert_true(page.item_count == 0 && page.problem.n > 0);
}

/* ── policies ── */

static size_t warnings_of(const char *policy)
{
    struct csp csp;
    struct csp_finding list[CSP_FINDINGS_MAX];
    size_t warnings;
    assert_true(err_ok(csp_read(&memory, str_c(policy), &csp)));
    csp_judge(&memory, &csp, list, &warnings);
    return warnings;
}

static void policies_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *policy;
        size_t warnings;
    } cases[] = {
        {"default-src 'self'", 0},
        {"default-src 'none'; script-src 'self'", 0},
        {"script-src 'nonce-aaaaaaaaaaaaaaaa' 'strict-dynamic' 'unsafe-inline' https:; "
         "object-src 'none'; base-uri 'none'",
         0},
        {"default-src 'self'; script-src 'self' https://cdn.jsdelivr.net/npm/vue@3/", 0},
        {"default-src https:; script-src 'self'", 1}, /* plug-ins */
        {"", 2},
        {"frame-ancestors 'none'", 2},
        {"default-src *", 1},
        {"default-src 'self' 'unsafe-inline'", 1},
        {"default-src 'self' 'unsafe-inline' 'sha256-x'", 0},
        {"script-src 'self' data:; object-src 'none'", 1},
        {"script-src 'self'", 1},
        {"script-src 'nonce-aaaaaaaaaaaaaaaa'; object-src 'none'", 1}, /* base-uri */
        {"script-src 'nonce-abc'; object-src 'none'; base-uri 'none'", 1},
        {"script-src *.googleapis.com; object-src 'none'", 1},
        {"script-src self; object-src 'none'", 1},
        {"default-src 'self'; scirpt-src 'none'", 1},
        {"script-src 'self' object-src 'none'", 2},
        {"DEFAULT-SRC 'self'; default-src *", 0}, /* the first counts */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t found = warnings_of(cases[i].policy);
        if (found != cases[i].warnings) {
            fail_msg("%s: %zu", cases[i].policy, found);
        }
    }
}

/* ── Lighthouse ── */

static void a_command_is_split_without_a_shell(void **state)
{
    (void)state;
    char *words[LIGHTHOUSE_WORDS_MAX + 1];
    str url = STR("https://x.test/?a=$(id);'b");
    assert_true(err_ok(lighthouse_words(
        &memory, STR("npx  'light house' \"{url}\" --flags=\"a b\" c\\ d --u={url}"), url, words)));
    assert_string_equal(words[0], "npx");
    assert_string_equal(words[1], "light house");
    assert_string_equal(words[2], "https://x.test/?a=$(id);'b");
    assert_string_equal(words[3], "--flags=a b");
    assert_string_equal(words[4], "c d");
    assert_string_equal(words[5], "--u=https://x.test/?a=$(id);'b");
    assert_null(words[6]);
    assert_false(err_ok(lighthouse_words(&memory, STR("a 'b"), url, words)));
    assert_false(err_ok(lighthouse_words(&memory, STR("  "), url, words)));
}

static void a_score_is_read(void **state)
{
    (void)state;
    double score;
    assert_true(err_ok(
        lighthouse_score(STR("log\n{\"categories\":{\"performance\":{\"score\":0.87}}}"), &score)));
    assert_true(score > 86.9 && score < 87.1);
    assert_false(err_ok(lighthouse_score(STR("{}"), &score)));
    assert_false(err_ok(lighthouse_score(STR("no"), &score)));
    assert_false(err_ok(
        lighthouse_score(STR("{\"categories\":{\"performance\":{\"score\":null}}}"), &score)));
}

static void a_command_has_its_time(void **state)
{
    (void)state;
    struct lighthouse_result r;
    lighthouse_run(&memory, STR("printf '{\"categories\":{\"performance\":{\"score\":0.9}}}'"),
                   STR("https://x.test/"), 5000, &r);
    assert_true(r.problem.n == 0 && r.performance > 89);
    int64_t before = clock_mono_ms();
    lighthouse_run(&memory, STR("sleep 60"), STR("https://x.test/"), 200, &r);
    assert_true(r.problem.n > 0 && clock_mono_ms() - before < 5000);
    lighthouse_run(&memory, STR("yes"), STR("https://x.test/"), 20000, &r);
    assert_true(r.problem.n > 0);
    lighthouse_run(&memory, STR("no-such-command-here"), STR("https://x.test/"), 200, &r);
    assert_true(r.problem.n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_element_that_loads_is_found),
        cmocka_unit_test(what_loads_nothing_is_no_asset),
        cmocka_unit_test(a_script_keeps_its_attributes),
        cmocka_unit_test(hostile_pages_cost_little),
        cmocka_unit_test(what_is_no_html_has_no_items),
        cmocka_unit_test(policies_are_judged),
        cmocka_unit_test(a_command_is_split_without_a_shell),
        cmocka_unit_test(a_score_is_read),
        cmocka_unit_test(a_command_has_its_time),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
