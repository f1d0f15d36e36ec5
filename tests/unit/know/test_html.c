/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/know/read_support.h"

#include "base/mem.h"
#include "know/html_meta.h"

static void check(const char *html, const char *title, const char *blocks)
{
    struct know_document d;
    assert_int_equal(read_kind(&arena, FORMAT_KIND_HTML, str_c(html), "x.html", &d), FORMAT_NONE);
    assert_str_is(&arena, d.title, title);
    assert_str_is(&arena, read_shown(&arena, &d), blocks);
}

static void main_text_stays_and_boilerplate_goes(void **state)
{
    (void)state;
    static const struct {
        const char *html, *blocks;
    } pages[] = {
        {"<body><nav>Home</nav><p>The text of this page</p>", "[0] : The text of this page"},
        {"<body><header>Logo</header><p>The text of this page</p><footer>Imprint</footer>",
         "[0] : The text of this page"},
        {"<body><aside>Ad</aside><p>The text of this page</p><script>x()</script><style>p{}</style>",
         "[0] : The text of this page"},
        {"<body><div id=cookie-banner>We use cookies</div><p>The text of this page</p>",
         "[0] : The text of this page"},
        {"<body><div class='siteNav'>Menu</div><div class=\"top breadcrumbs\">You are here</div><p>The text of this page</p>",
         "[0] : The text of this page"},
        {"<body><div role=navigation>Menu</div><div hidden>No</div><div style='display: none'>No</div><p>The text of this page",
         "[0] : The text of this page"},
        {"<body><div class=has-sidebar><p>This whole page is wrapped</p></div>",
         "[0] : This whole page is wrapped"},
        {"<body><p>Teaser outside, short</p><main><p>The main text is here and it is long enough</p></main>",
         "[0] : The main text is here and it is long enough"},
        {"<body><ul><li><a href=a>Products</a><li><a href=b>Services</a><li><a href=c>About us</a><li><a "
         "href=d>Contact</a></ul><p>A long enough text that is not a link at all and says something.</p>",
         "[0] : A long enough text that is not a link at all and says something."},
        {"<body><main><h2>Services</h2><ul><li><a href=a>Audit</a><li><a href=b>Tax</a><li><a href=c>Law</a><li><a "
         "href=d>Notary</a></ul></main>",
         "[2] Services: - Audit\n- Tax\n- Law\n- Notary"},
        {"<body><nav><p>A page that has nothing but a menu</p></nav><div class=menu><p>is still readable</p></div>",
         "[0] : is still readable"},
        {"<body><dl><dt id=SHARED-BUFFERS>shared<dd>Kept: its id only sounds like a button to share</dl>",
         "[7 #SHARED-BUFFERS] shared: Kept: its id only sounds like a button to share"},
    };
    for (size_t i = 0; i < COUNT(pages); i++) {
        check(pages[i].html, "x", pages[i].blocks);
    }
}

static void headings_lists_tables_and_code_become_readable_text(void **state)
{
    (void)state;
    check(
        "<body><h1>Prices</h1><p>From\n   <b>ten</b> euro&nbsp;a month.<br>Tax comes on top.</p>"
        "<h2>Plans</h2><table><caption>All plans</caption><thead><tr><th>Plan<th>Price</tr></thead>"
        "<tr><td>Basic<td><p>10 €</p><p>a month</p></tr><tr><td>Pro<td>20 €</table>"
        "<ul><li>one<ul><li>one a</ul><li><p>two</p></ul><ol><li>first<li>then</ol>"
        "<pre>if (x) {\n\n    go <b>on</b>();\n}\n</pre><dl><dt>Term<dd><p>Meaning</dl>",
        "Prices",
        "[1] Prices: From ten euro a month.\nTax comes on top.\n"
        "[2] Prices › Plans: All plans\n\nPlan | Price\nBasic | 10 € a month\nPro | 20 €\n\n"
        "- one\n  - one a\n- two\n\n1. first\n2. then\n\nif (x) {\n    go on();\n}\n\nTerm:\nMeaning");
    check("<body><table><tr><td><h2>Layout</h2><p>Left</p><td><p>Right</p></table>", "x",
          "[2] Layout: Left\n\nRight");
    check(
        "<body><div class=note><h3>Tip</h3><p>Do it.</p></div><p>After the soft&shy;ware note.</p>",
        "x", "[0] : Tip:\nDo it.\n\nAfter the software note.");
}

static void anchors_are_found_where_pages_put_them(void **state)
{
    (void)state;
    static const struct {
        const char *html, *blocks;
    } pages[] = {
        {"<h2 id=own>A</h2><p>x", "[2 #own] A: x"},
        {"<a name=before></a><h2>A</h2><p>x", "[2 #before] A: x"},
        {"<h2><a id=inside></a>A</h2><p>x", "[2 #inside] A: x"},
        {"<div class=sect1 id=SECT><div class=titlepage><div><h2>A</h2></div></div><p>x</div>",
         "[2 #SECT] A: x"},
        {"<section id=one><h2>A</h2><p>x</section><h2>B</h2><p>y", "[2 #one] A: x\n[2] B: y"},
        {"<a name=far></a><p>x</p><h2>A</h2><p>y", "[0] : x\n[2] A: y"},
        {"<div id=content><h2>A</h2><p>x", "[2] A: x"},
        {"<h2 id=a>A <a href='#a'>#</a></h2><p>x", "[2 #a] A: x"},
        {"<h2 id=a>A<a href='#a'>¶</a></h2><p>x", "[2 #a] A: x"},
    };
    for (size_t i = 0; i < COUNT(pages); i++) {
        check(pages[i].html, "x", pages[i].blocks);
    }
}

static void a_page_tells_its_title_language_and_rules(void **state)
{
    (void)state;
    struct know_document d;
    static const char html[] =
        "<!DOCTYPE html><html lang=de-AT><head><title>Preise &amp; Pakete | Muster GmbH</title>"
        "<base href='/shop/'><link rel='nofollow canonical' href=' /preise '>"
        "<meta name=ROBOTS content='noindex, NoFollow'></head><body><p>Text</p>"
        "<a href=one>1</a><a href='two' rel='external nofollow'>2</a><a href='#three'>3</a></body>";
    assert_int_equal(read_kind(&arena, FORMAT_KIND_HTML, str_c(html), "x.html", &d), FORMAT_NONE);
    assert_str_is(&arena, d.title, "Preise & Pakete");
    assert_str_is(&arena, d.language, "de");
    assert_str_is(&arena, d.canonical, "/preise");
    assert_str_is(&arena, d.base, "/shop/");
    assert_true(d.noindex && d.nofollow);
    assert_int_equal(d.link_count, 1);
    assert_str_is(&arena, d.links[0], "one");
}

static void titles_lose_the_site_but_not_their_words(void **state)
{
    (void)state;
    static const struct {
        const char *title, *site, *clean;
    } rows[] = {
        {"Prices | Example Ltd", "", "Prices"},
        {"Prices – Example", "", "Prices"},
        {"Prices - Plans - Example Ltd", "Example Ltd", "Prices - Plans"},
        {"Prices - Plans", "Example Ltd", "Prices - Plans"},
        {"5.4. Constraints", "", "5.4. Constraints"},
        {"pg_dump - extract a database into a script file or other archive", "",
         "pg_dump - extract a database into a script file or other archive"},
        {"A | B", "", "A | B"},
        {"", "", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_str_is(&arena, html_title_clean(str_c(rows[i].title), str_c(rows[i].site)),
                      rows[i].clean);
    }
}

static void hostile_pages_cost_little(void **state)
{
    (void)state;
    struct buf b;
    struct know_document d;
    buf_init(&b, 64 << 20);
    for (int i = 0; i < 100000; i++) {
        buf_add_c(&b, "<div>");
    }
    buf_add_c(&b, "deep");
    (void)read_kind(&arena, FORMAT_KIND_HTML, buf_str(&b), "x.html", &d);
    buf_clear(&b);
    for (int i = 0; i < 20000; i++) {
        buf_add_c(&b, "<table><tr><td><ul><li>");
    }
    (void)read_kind(&arena, FORMAT_KIND_HTML, buf_str(&b), "x.html", &d);
    buf_clear(&b);
    buf_add_c(&b, "<p class=\"");
    for (int i = 0; i < 1000000; i++) {
        buf_add_c(&b, "nav-");
    }
    buf_add_c(&b, "x\">text <h2 id=\"");
    for (int i = 0; i < 1000000; i++) {
        buf_add_c(&b, "y");
    }
    buf_add_c(&b, "\">Head</h2>more");
    (void)read_kind(&arena, FORMAT_KIND_HTML, buf_str(&b), "x.html", &d);
    buf_done(&b);
}

static void more_text_than_allowed_is_refused(void **state)
{
    (void)state;
    struct know_document d = {0};
    struct format_input in = {STR("<p>0123456789 0123456789"), STR("x.html"), STR_EMPTY, 10};
    assert_int_equal(format_read(&arena, FORMAT_KIND_HTML, &in, &d), FORMAT_TOO_MUCH_TEXT);
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    static const char html[] =
        "<h1 id=a>T</h1><p>x<ul><li>y</ul><table><tr><td>1<td>2</table><a href=z>l</a>";
    for (long n = 0; n < 60; n++) {
        struct know_document d = {0};
        struct arena small;
        arena_init(&small, 1 << 20);
        mem_fail_after(n);
        struct format_input in = {str_c(html), STR("x.html"), STR_EMPTY, READ_TEXT_MAX};
        enum format_fault fault = format_read(&small, FORMAT_KIND_HTML, &in, &d);
        mem_fail_after(-1);
        assert_true(fault == FORMAT_NONE || fault == FORMAT_NO_MEMORY || fault == FORMAT_NO_TEXT);
        arena_done(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READ_TEST(main_text_stays_and_boilerplate_goes),
        READ_TEST(headings_lists_tables_and_code_become_readable_text),
        READ_TEST(anchors_are_found_where_pages_put_them),
        READ_TEST(a_page_tells_its_title_language_and_rules),
        READ_TEST(titles_lose_the_site_but_not_their_words),
        READ_TEST(hostile_pages_cost_little),
        READ_TEST(more_text_than_allowed_is_refused),
        READ_TEST(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
