/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/know/read_support.h"

#include "base/crypto.h"

static void check(enum format_kind kind, const char *bytes, const char *title, const char *blocks)
{
    struct know_document d;
    assert_int_equal(read_kind(&arena, kind, str_c(bytes), "price-list_2024.x", &d), FORMAT_NONE);
    assert_str_is(&arena, d.title, title);
    assert_str_is(&arena, read_shown(&arena, &d), blocks);
}

static void markdown_is_read_with_its_anchors(void **state)
{
    (void)state;
    check(
        FORMAT_KIND_MARKDOWN,
        "---\nlayout: x\ntitle: \"Front\"\n---\n# Hello & World\nIntro *text*\nwith [a link](other.md).\n\n"
        "## Set `up` Über\n1. one\n2. two\n   - nested\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "```sh\nmake\n\n  run\n```\n## Set `up` Über\n&amp; again\n\n<a name=\"here\"></a>\n### Third\n"
        "<p>raw <b>html</b> &amp;</p>\n",
        "Front",
        "[1 #hello--world] Hello & World: Intro text with a link.\n"
        "[2 #set-up-über] Hello & World › Set up Über: 1. one\n2. two\n  - nested\n\na | b\n1 | 2\n\nmake\n  run\n"
        "[2 #set-up-über-1] Hello & World › Set up Über: & again\n"
        "[3 #here] Hello & World › Set up Über › Third: raw html &");
    check(FORMAT_KIND_MARKDOWN, "Setext\n===\ntext", "Setext", "[1 #setext] Setext: text");
    check(FORMAT_KIND_MARKDOWN, "no heading", "price list 2024", "[0] : no heading");
}

static void plain_text_takes_its_first_line_as_title(void **state)
{
    (void)state;
    check(FORMAT_KIND_TEXT,
          "Opening hours\r\n\r\nMonday to Friday\r\n9 to 17.\r\n\r\n- closed on\r\n- holidays\r\n",
          "Opening hours",
          "[0] : Opening hours\n\nMonday to Friday 9 to 17.\n\n- closed on\n- holidays");
    check(FORMAT_KIND_TEXT, "Guide\n=====\nIntro\n\nPart\n----\ntext\n\nOther\n=====\nmore",
          "Guide", "[1] Guide: Intro\n[2] Guide › Part: text\n[1] Other: more");
}

static void pdf_text_becomes_pages_headings_and_tables(void **state)
{
    (void)state;
    check(
        FORMAT_KIND_PDF_TEXT,
        "<html><head>\n<title>Terms &amp; Prices</title>\n</head>\n<body>\n<pre>\n"
        "Example Ltd          Confidential\n\n1 Introduction\nOur service in-\ncludes all.\n\n                1\n"
        "\fExample Ltd          Confidential\n\n2.1 Delivery\nThree days.\n\nBasic        10 EUR\nPro          20 "
        "EUR\n\n                2\n"
        "\fExample Ltd          Confidential\n\nEND NOTES\nNothing else.\n\n                3\n"
        "\f</pre>\n</body>\n</html>\n",
        "Terms & Prices",
        "[2 #page=1] 1 Introduction: Our service includes all.\n"
        "[3 #page=2] 1 Introduction › 2.1 Delivery: Three days.\n\nBasic | 10 EUR\nPro | 20 EUR\n"
        "[2 #page=3] END NOTES: Nothing else.");
    check(FORMAT_KIND_PDF_TEXT, "<pre>\n<b> & co are text\n\f</pre>\n</body>\n</html>\n",
          "<b> & co are text", "[0 #page=1] : <b> & co are text");
}

static void two_columns_of_a_pdf_are_read_one_after_the_other(void **state)
{
    (void)state;
    struct buf b;
    struct know_document d;
    buf_init(&b, 65536);
    for (int i = 1; i <= 12; i++) {
        buf_addf(
            &b,
            "left column line %02d of the text here     right column line %02d of the text here\n",
            i, i);
    }
    assert_int_equal(read_kind(&arena, FORMAT_KIND_PDF_TEXT, buf_str(&b), "x.pdf", &d),
                     FORMAT_NONE);
    buf_done(&b);
    assert_str_has(&arena, read_shown(&arena, &d), "line 01 of the text here left column line 02");
    assert_str_has(&arena, read_shown(&arena, &d),
                   "left column line 12 of the text here right column line 01");
}

static void kinds_are_told_by_content_first(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *name, *type;
        size_t n;
        enum format_kind kind;
        enum format_fault fault;
    } rows[] = {
        {"%PDF-1.4", "a.html", "text/html", 8, FORMAT_KIND_PDF, FORMAT_NONE},
        {"junk %PDF-1.4", "a.txt", "", 13, FORMAT_KIND_PDF, FORMAT_NONE},
        {"PK\x03\x04", "a.pdf", "", 4, FORMAT_KIND_DOCX, FORMAT_NONE},
        {" <!-- x --><!DOCTYPE html>", "a.md", "", 26, FORMAT_KIND_HTML, FORMAT_NONE},
        {"<?xml version='1.0'?><html>", "a", "", 27, FORMAT_KIND_HTML, FORMAT_NONE},
        {"<p>hello", "a.html", "", 8, FORMAT_KIND_HTML, FORMAT_NONE},
        {"<p>hello", "a.md?x=1", "", 8, FORMAT_KIND_MARKDOWN, FORMAT_NONE},
        {"hello", "a", "text/html; charset=x", 5, FORMAT_KIND_HTML, FORMAT_NONE},
        {"hello", "a", "text/markdown", 5, FORMAT_KIND_MARKDOWN, FORMAT_NONE},
        {"hello", "a.pdf", "", 5, FORMAT_KIND_UNKNOWN, FORMAT_DAMAGED},
        {"PK but not really", "a.docx", "", 17, FORMAT_KIND_UNKNOWN, FORMAT_DAMAGED},
        {"", "a.html", "", 0, FORMAT_KIND_UNKNOWN, FORMAT_EMPTY},
        {"\x7f"
         "ELF\0\0\0\0",
         "a.txt", "", 8, FORMAT_KIND_UNKNOWN, FORMAT_UNKNOWN},
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old", "a.doc", "", 12, FORMAT_KIND_UNKNOWN,
         FORMAT_OLD_WORD},
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e",
         "a.docx", "", 40, FORMAT_KIND_UNKNOWN, FORMAT_ENCRYPTED},
        {"{\\rtf1", "a.rtf", "", 6, FORMAT_KIND_UNKNOWN, FORMAT_OTHER_OFFICE},
        {"h\0e\0l\0l\0o\0!\0", "a.txt", "", 12, FORMAT_KIND_TEXT, FORMAT_NONE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct format_input in = {str_n(rows[i].bytes, rows[i].n), str_c(rows[i].name),
                                  str_c(rows[i].type), 100};
        enum format_fault fault = FORMAT_CRASHED;
        assert_int_equal(format_detect(&in, &fault), rows[i].kind);
        assert_int_equal(fault, rows[i].fault);
    }
}

static void every_fault_has_a_text(void **state)
{
    (void)state;
    for (int i = 1; i < FORMAT_FAULT_COUNT; i++) {
        assert_true(strlen(format_fault_text((enum format_fault)i)) > 5);
    }
    assert_string_equal(format_fault_text((enum format_fault)999),
                        format_fault_text(FORMAT_CRASHED));
}

static void sitemaps_and_their_indexes_are_read(void **state)
{
    (void)state;
    static const char head[] = "<?xml version=\"1.0\"?>";
    static const struct {
        const char *text;
        size_t links;
        bool index;
        enum format_fault fault;
    } rows[] = {
        {"<urlset xmlns='s' xmlns:i='im'><url><loc> https://a/1 </loc><i:image><i:loc>https://a/p.png</i:loc>"
         "</i:image></url><url><lastmod>2024</lastmod><loc>https://a/2?x=1&amp;y=2</loc></url></urlset>",
         2, false, FORMAT_NONE},
        {"<sitemapindex><sitemap><loc>https://a/s.xml.gz</loc></sitemap></sitemapindex>", 1, true,
         FORMAT_NONE},
        {"<urlset><url><loc>javascript:x</loc></url></urlset>", 0, false, FORMAT_NONE},
        {"<urlset><url><loc>https://a/1</loc></url><url><loc>https", 1, false, FORMAT_NONE},
        {"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset><url><loc>https://&a;</loc></url></urlset>", 0,
         false, FORMAT_DAMAGED},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct know_document d;
        str text = arena_printf(&arena, "%s%s", head, rows[i].text);
        assert_int_equal(read_kind(&arena, FORMAT_KIND_SITEMAP, text, "s.xml", &d), rows[i].fault);
        assert_int_equal(d.link_count, rows[i].links);
        assert_int_equal(d.noindex, rows[i].index);
    }
    struct know_document d;
    str lines = STR("https://a/1\nhttps://a/2\r\nnot one\n");
    assert_int_equal(read_kind(&arena, FORMAT_KIND_SITEMAP, lines, "s.txt", &d), FORMAT_NONE);
    assert_int_equal(d.link_count, 2);
    assert_str_is(&arena, d.links[1], "https://a/2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READ_TEST(markdown_is_read_with_its_anchors),
        READ_TEST(plain_text_takes_its_first_line_as_title),
        READ_TEST(pdf_text_becomes_pages_headings_and_tables),
        READ_TEST(two_columns_of_a_pdf_are_read_one_after_the_other),
        READ_TEST(kinds_are_told_by_content_first),
        READ_TEST(every_fault_has_a_text),
        READ_TEST(sitemaps_and_their_indexes_are_read),
    };
    return err_ok(crypto_init()) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
