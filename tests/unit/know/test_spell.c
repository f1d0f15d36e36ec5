/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/know/search_support.h"

#include "know/spell.h"

static void edits_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned max, edits;
    } rows[] = {
        {"", "", 2, 0},         {"abc", "abc", 2, 0},        {"abc", "abd", 2, 1},
        {"abc", "abcd", 2, 1},  {"abc", "bc", 2, 1},         {"abc", "acb", 2, 1},
        {"abcd", "badc", 2, 2}, {"abc", "xyz", 2, 3},        {"kitten", "sitting", 3, 3},
        {"a", "abcdef", 2, 3},  {"conect", "connect", 1, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(know_edits(str_c(rows[i].a), str_c(rows[i].b), rows[i].max),
                         rows[i].edits);
        assert_int_equal(know_edits(str_c(rows[i].b), str_c(rows[i].a), rows[i].max),
                         rows[i].edits);
    }
}

static void misspelt_and_shortened_words_find_their_page(void **state)
{
    struct library *l = *state;
    static const struct {
        const char *question, *page;
    } rows[] = {
        {"subscribtion", "plan"}, {"susbcription", "plan"},      {"invioce", "bill"},
        {"inovice", "bill"},      {"warrenty", "warranty"},      {"waranty", "warranty"},
        {"Kuendigung", "ende"},   {"k\xc3\xbcndigungs", "ende"}, {"\xe4\xba\xac", "tokyo"},
    };
    library_text(l, "plan", "Plans", "Every subscription can be changed each month.");
    library_text(l, "bill", "Bills", "The invoice is sent on the first day.");
    library_text(l, "warranty", "Repair", "The warranty lasts for two years.");
    library_text(l, "ende", "Vertrag",
                 "Die K\xc3\xbcndigungsfrist ist drei Monate zum Ende des Jahres.");
    library_text(l, "tokyo", "\xe6\x9d\xb1\xe4\xba\xac",
                 "\xe4\xba\xac\xe9\x83\xbd\xe3\x81\xab\xe4\xba\x8b\xe5\x8b\x99\xe6\x89\x80");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct know_hit *hits = NULL;
        size_t n = library_ask(l, str_c(rows[i].question), 3, false, &hits);
        if (n == 0 || !at_page(&hits[0], rows[i].page)) {
            print_error("%s: %zu\n", rows[i].question, n);
            fail();
        }
    }
}

static void a_word_that_is_like_no_other_finds_nothing(void **state)
{
    struct library *l = *state;
    struct know_hit *hits = NULL;
    library_text(l, "plan", "Plans", "Every subscription can be changed each month.");
    assert_int_equal(library_ask(l, STR("xylophone"), 3, false, &hits), 0);
    assert_int_equal(library_ask(l, STR("2024"), 3, false, &hits), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_are_counted),
        cmocka_unit_test_setup_teardown(misspelt_and_shortened_words_find_their_page, library_open,
                                        library_close),
        cmocka_unit_test_setup_teardown(a_word_that_is_like_no_other_finds_nothing, library_open,
                                        library_close),
    };
    return cmocka_run_group_tests_name("know.spell", tests, NULL, NULL);
}
