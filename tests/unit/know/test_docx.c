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

#define NOTES(name, notes) "<w:" name "s xmlns:w=\"w\">" notes "</w:" name "s>"
#define NOTE(name, number, text)                                                                   \
    "<w:" name " w:id=\"" number "\"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>" text              \
    "</w:t></w:r></w:p></w:" name ">"
#define REFERENCE(name, number) "<w:r><w:" name "Reference w:id=\"" number "\"/></w:r>"

static enum format_fault read_with_notes(const char *body, str footnotes, str endnotes,
                                         struct know_document *ret)
{
    struct zip_part parts[] = {{"word/footnotes.xml", footnotes},
                               {"word/document.xml", str_c(body)},
                               {"word/endnotes.xml", endnotes}};
    return read_parts(parts, COUNT(parts), ret);
}

static void notes_stand_behind_what_refers_to_them(void **state)
{
    (void)state;
    struct know_document d;
    static const char footnotes[] = NOTES(
        "footnote",
        "<w:footnote w:type=\"separator\" w:id=\"0\"><w:p><w:r><w:t>line</w:t></w:r></w:p>"
        "</w:footnote>" NOTE("footnote", "1", "Plus 19 % tax.") NOTE(
            "footnote", "2",
            "In May</w:t><w:tab/><w:t>only.</w:t></w:r></w:p><w:p><w:r><w:delText>Gone</w:delText>"
            "<w:t>Ask us.") NOTE("footnote", "3", "Of a cell.") NOTE("footnote", "4", "Of a head.")
            NOTE("footnote", "5", "Nobody refers to it.") NOTE("footnote", "-1", "x")
                NOTE("footnote", "99999999999", "y")),
                      endnotes[] = NOTES("endnote", NOTE("endnote", "1", "At the end."));
    static const char body[] = W "<w:p><w:r><w:t>A fee</w:t></w:r>" REFERENCE(
        "footnote",
        "1") "<w:r><w:t> of 20.</w:t></w:r>" REFERENCE("endnote",
                                                       "1") REFERENCE("footnote",
                                                                      "0") REFERENCE("footnote",
                                                                                     "-1")
        REFERENCE("footnote", "99999999999") REFERENCE("footnote", "77") "</w:p>" P(
            "",
            "Next") "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>item</w:t></w:r>" REFERENCE("footnote",
                                                                                         "2")
            REFERENCE("footnote", "1") "</w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r>" REFERENCE(
                "footnote",
                "3") "</w:p></w:tc><w:tc>" P("",
                                             "b") "</w:tc></w:tr></w:tbl>"
                                                  "<w:p><w:pPr><w:outlineLvl w:val=\"0\"/></w:pPr><w:r><w:t>Head</w:t></w:r>" REFERENCE(
                                                      "footnote", "4") "</w:p>" P("", "x") W_END;
    assert_int_equal(read_with_notes(body, str_c(footnotes), str_c(endnotes), &d), FORMAT_NONE);
    assert_str_is(
        &arena, read_shown(&arena, &d),
        "[0] : A fee of 20.\nPlus 19 % tax.\nAt the end.\n\nNext\n\n- item\nIn May only. Ask "
        "us.\n\na | b\nOf a cell.\n[1] Head: Of a head.\n\nx");
}

static void notes_that_are_damaged_or_too_long_cost_themselves_or_the_document(void **state)
{
    (void)state;
    struct know_document d;
    static const char body[] =
        W "<w:p><w:r><w:t>kept</w:t></w:r>" REFERENCE("endnote", "1") "</w:p>" W_END;
    str whole = STR(NOTES("endnote", NOTE("endnote", "1", "note")));
    assert_int_equal(read_with_notes(body, STR("<w:footnotes><w:footnote"), whole, &d),
                     FORMAT_NONE);
    assert_str_is(&arena, read_shown(&arena, &d), "[0] : kept\nnote");
    assert_int_equal(read_with_notes(body, STR("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>"),
                                     str_slice(whole, 0, 60), &d),
                     FORMAT_NONE);
    assert_str_is(&arena, read_shown(&arena, &d), "[0] : kept");
    size_t n = 20 << 20;
    char *zeros = arena_alloc(&arena, n);
    assert_non_null(zeros);
    memset(zeros, ' ', n);
    assert_int_equal(read_with_notes(body, str_n(zeros, n), whole, &d), FORMAT_BOMB);
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
        READ_TEST(notes_stand_behind_what_refers_to_them),
        READ_TEST(notes_that_are_damaged_or_too_long_cost_themselves_or_the_document),
        READ_TEST(what_is_not_a_docx_is_told_apart),
        READ_TEST(a_zip_bomb_is_refused),
        READ_TEST(entities_and_deep_nesting_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
