/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/know/zip_support.h"

#define W                                                                                          \
    "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>"
#define W_END "</w:body></w:document>"
#define P(properties, text) "<w:p><w:pPr>" properties "</w:pPr><w:r><w:t>" text "</w:t></w:r></w:p>"
#define STYLE(name) "<w:pStyle w:val=\"" name "\"/>"

static const char styles[] =
    "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"Titel\"><w:name w:val=\"Title\"/></w:style>"
    "<w:style w:styleId=\"Verzeichnis1\"><w:name w:val=\"toc 1\"/></w:style>"
    "<w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style>"
    "<w:style w:styleId=\"Mine\"><w:basedOn w:val=\"berschrift2\"/></w:style>"
    "<w:style w:styleId=\"berschrift2\"><w:name w:val=\"x\"/><w:pPr><w:outlineLvl w:val=\"1\"/></w:pPr></w:style>"
    "<w:style w:styleId=\"Loop\"><w:basedOn w:val=\"Loop\"/></w:style></w:styles>";

static enum format_fault read_parts(const struct zip_part *parts, size_t count,
                                    struct know_document *ret)
{
    return read_kind(&arena, FORMAT_KIND_DOCX, zip_of(&arena, parts, count, NULL), "offer.docx",
                     ret);
}

static enum format_fault read_body(const char *body, struct know_document *ret)
{
    struct zip_part parts[] = {{"[Content_Types].xml", STR("<Types/>")},
                               {"word/document.xml", str_c(body)},
                               {"word/styles.xml", str_c(styles)}};
    return read_parts(parts, COUNT(parts), ret);
}

static void headings_lists_and_tables_are_read(void **state)
{
    (void)state;
    struct know_document d;
    static const char body[] = W P(STYLE("Titel"), "The Offer") P(
        STYLE("Verzeichnis1"), "Part 3") P(STYLE("berschrift1"), "Part")
        P("",
          "First ") "<w:p><w:r><w:t xml:space=\"preserve\">a </w:t></w:r><w:r><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t>"
                    "<w:delText>gone</w:delText><w:instrText>HYPERLINK x</w:instrText></w:r></w:p>" P(
                        STYLE("Mine"), "Sub") P("<w:numPr><w:ilvl w:val=\"0\"/></w:numPr>", "one")
                        P("<w:numPr><w:ilvl w:val=\"1\"/></w:numPr>",
                          "deeper") "<w:tbl><w:tr><w:tc>" P("", "Plan") "</w:tc><w:tc>" P("",
                                                                                          "Price")
                            P("", "net") "</w:tc></w:tr><w:tr><w:tc>" P("", "Pro") "</w:tc><w:tc>" P(
                                "", "20") "</w:tc></w:tr></w:tbl>" P(STYLE("Loop"),
                                                                     "Last &amp; least")
                                P("<w:outlineLvl w:val=\"0\"/>", "End") P("", "x") W_END;
    assert_int_equal(read_body(body, &d), FORMAT_NONE);
    assert_str_is(&arena, d.title, "The Offer");
    assert_str_is(
        &arena, read_shown(&arena, &d),
        "[1] Part: First\n\na b\nc\n[2] Part › Sub: - one\n  - deeper\n\nPlan | Price net\nPro | 20\n\n"
        "Last & least\n[1] End: x");
}

static void what_is_not_a_docx_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum format_fault fault;
    } rows[] = {{"xl/workbook.xml", FORMAT_OTHER_OFFICE},
                {"ppt/presentation.xml", FORMAT_OTHER_OFFICE},
                {"content.xml", FORMAT_OTHER_OFFICE},
                {"readme.txt", FORMAT_UNKNOWN}};
    struct know_document d;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct zip_part part = {rows[i].name, STR("<x/>")};
        assert_int_equal(read_parts(&part, 1, &d), rows[i].fault);
    }
    struct zip_part part = {"word/document.xml", STR(W P("", "x") W_END)};
    str locked = zip_of(&arena, &part, 1, "secret");
    assert_int_equal(read_kind(&arena, FORMAT_KIND_DOCX, locked, "x.docx", &d), FORMAT_ENCRYPTED);
    str whole = zip_of(&arena, &part, 1, NULL);
    for (size_t n = 4; n < whole.n; n += 7) {
        assert_int_not_equal(
            read_kind(&arena, FORMAT_KIND_DOCX, str_slice(whole, 0, n), "x.docx", &d),
            FORMAT_CRASHED);
    }
}

static void a_zip_bomb_is_refused(void **state)
{
    (void)state;
    size_t n = 20 << 20; /* below the limit of a part: the ratio gives it away */
    char *zeros = arena_alloc(&arena, n);
    assert_non_null(zeros);
    memset(zeros, ' ', n);
    struct zip_part part = {"word/document.xml", {zeros, n}};
    struct know_document d;
    assert_int_equal(read_parts(&part, 1, &d), FORMAT_BOMB);
}

static void entities_and_deep_nesting_are_refused(void **state)
{
    (void)state;
    struct know_document d;
    assert_int_equal(
        read_body(
            "<!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>" W P(
                "", "&b;") W_END,
            &d),
        FORMAT_DAMAGED);
    assert_int_equal(
        read_body("<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>" W P("", "&f;") W_END,
                  &d),
        FORMAT_DAMAGED);
    struct buf b;
    buf_init(&b, 8 << 20);
    for (int i = 0; i < 100000; i++) {
        buf_add_c(&b, "<w:p>");
    }
    buf_add_byte(&b, '\0');
    assert_int_equal(read_body(b.p, &d), FORMAT_DAMAGED);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READ_TEST(headings_lists_and_tables_are_read),
        READ_TEST(what_is_not_a_docx_is_told_apart),
        READ_TEST(a_zip_bomb_is_refused),
        READ_TEST(entities_and_deep_nesting_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
