/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/know/search_support.h"

#include "base/utf8.h"

static void fill(struct library *l)
{
    static const char *const billing[] = {
        "Invoices are sent by e-mail on the first day of each month. You can pay them by card.",
        "A refund reaches your bank account within ten working days after the return was accepted.",
        "The price of the basic plan is 49 euros a month; there is no setup fee.",
    };
    static const char *const login[] = {
        "To change your password open the profile and choose Security. The new password has twelve letters.",
        "People who share an account have the same rights. An owner can invite others.",
    };
    library_page(l, "billing", "Billing and payment", billing, 3);
    library_page(l, "login", "Signing in", login, 2);
    library_text(l, "hours", "Opening hours", "Our office is open from Monday to Friday, 9 to 17.");
    library_text(l, "kontakt", "Kontakt",
                 "Die K\xc3\xbcndigungsfrist betr\xc3\xa4gt drei Monate. Wir beraten Sie gern.");
    library_text(
        l, "tokyo", "\xe6\x94\xaf\xe5\xba\x97",
        "\xe6\x9d\xb1\xe4\xba\xac\xe3\x81\xae\xe4\xba\x8b\xe5\x8b\x99\xe6\x89\x80\xe3\x81\xaf\xe6\x96"
        "\xb0\xe5\xae\xbf\xe3\x81\xab\xe3\x81\x82\xe3\x82\x8a\xe3\x81\xbe\xe3\x81\x99\xe3\x80\x82");
    library_text(
        l, "moskva", "\xd0\x9e\xd1\x84\xd0\xb8\xd1\x81",
        "\xd0\x94\xd0\xbe\xd0\xb3\xd0\xbe\xd0\xb2\xd0\xbe\xd1\x80\xd1\x8b "
        "\xd0\xbf\xd0\xbe\xd0\xb4\xd0\xbf\xd0\xb8\xd1\x81\xd1\x8b\xd0\xb2\xd0\xb0\xd1\x8e\xd1\x82\xd1\x81\xd1\x8f.");
}

static void questions_in_ones_own_words_find_the_page(void **state)
{
    struct library *l = *state;
    static const struct {
        const char *question, *page;
    } rows[] = {
        {"how do I reset my password?", "login"},
        {"when do I get my money back?", "billing"},
        {"what does the basic plan cost", "billing"},
        {"is the office open on monday", "hours"},
        {"wie lange ist die Kuendigungsfrist?", "kontakt"},
        {"\xe6\x9d\xb1\xe4\xba\xac", "tokyo"},
        {"\xe6\x96\xb0\xe5\xae\xbf", "tokyo"},
        {"\xd0\xb4\xd0\xbe\xd0\xb3\xd0\xbe\xd0\xb2\xd0\xbe\xd1\x80", "moskva"},
        {"PASSWORD", "login"},
    };
    fill(l);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct know_hit *hits = NULL;
        size_t n = library_ask(l, str_c(rows[i].question), 3, true, &hits);
        if (n == 0 || !at_page(&hits[0], rows[i].page)) {
            print_error("%s: %.*s\n", rows[i].question, n ? (int)hits[0].passage.url.n : 0,
                        n ? hits[0].passage.url.p : "");
            fail();
        }
        assert_true(hits[0].score >= 0 && hits[0].score <= 1);
    }
}

static void a_question_about_the_matter_scores_above_a_foreign_one(void **state)
{
    struct library *l = *state;
    struct know_hit *hits = NULL;
    fill(l);
    assert_true(library_ask(l, STR("how do I change my password?"), 1, false, &hits) == 1);
    assert_true(hits[0].score >= know_threshold());
    static const char *const foreign[] = {"who won the football cup in 1998?",
                                          "how do I bake bread?",
                                          "what is the capital of Mongolia?"};
    for (size_t i = 0; i < 3; i++) {
        size_t n = library_ask(l, str_c(foreign[i]), 1, false, &hits);
        assert_true(n == 0 || hits[0].score < know_threshold());
    }
}

static void words_in_order_and_near_come_before_scattered_ones(void **state)
{
    struct library *l = *state;
    struct know_hit *hits = NULL;
    library_text(
        l, "scattered", "One",
        "The red apple fell. Nobody saw the tall man who wore a hat and had a house by the sea.");
    library_text(l, "near", "Two",
                 "The red house by the sea fell down when nobody saw it, said the tall man.");
    assert_true(library_ask(l, STR("red house"), 2, false, &hits) == 2);
    assert_true(at_page(&hits[0], "near"));
}

/* "is down" stands for an outage in the thesaurus; here the document says it as the visitor does.
 */
static void a_phrase_with_a_meaning_is_found_by_its_own_words_too(void **state)
{
    struct library *l = *state;
    struct know_hit *hits = NULL;
    fill(l);
    library_text(l, "mail", "What happens when the mail server is down?",
                 "Nothing is lost when the mail server is down: what waits is sent later.");
    assert_true(library_ask(l, STR("what happens if the mail server is down?"), 1, false, &hits) ==
                1);
    assert_true(at_page(&hits[0], "mail"));
    assert_true(hits[0].score > 0.9);
}

/* People tell more than they ask. */
static void a_long_question_is_answered_when_enough_of_it_is_found(void **state)
{
    struct library *l = *state;
    struct know_hit *hits = NULL;
    fill(l);
    str question =
        STR("my colleague has come back from holiday and wants to change the password of her "
            "profile, where can she do that?");
    assert_true(library_ask(l, question, 1, false, &hits) == 1);
    assert_true(hits[0].score >= know_threshold());
}

static void one_per_page_gives_each_page_once(void **state)
{
    struct library *l = *state;
    struct know_hit *hits = NULL;
    fill(l);
    size_t all = library_ask(l, STR("month day invoice price refund"), 10, false, &hits);
    size_t pages = library_ask(l, STR("month day invoice price refund"), 10, true, &hits);
    assert_true(all > pages && pages >= 1);
    for (size_t i = 0; i < pages; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_false(id_eq(&hits[i].passage.document, &hits[k].passage.document));
        }
    }
    assert_int_equal(library_ask(l, STR("month day invoice price refund"), 1, false, &hits), 1);
    assert_int_equal(library_ask(l, STR("month"), 0, false, &hits), 0);
}

static void another_project_finds_nothing(void **state)
{
    struct library *l = *state;
    struct project_row other = {.id = id_random(),
                                .team = l->project.team,
                                .slug = STR("other"),
                                .name = STR("Other"),
                                .settings = STR("{}")};
    struct know_hit *hits = NULL;
    size_t n = 9;
    fill(l);
    must(store_project_create(l->store, &other));
    struct know_query query = {
        .project = &other.id, .text = STR("how do I reset my pasword?"), .limit = 5};
    must(know_search(l->store, &l->arena, &query, &hits, &n));
    assert_int_equal(n, 0);
}

static void hostile_questions_get_an_answer(void **state)
{
    struct library *l = *state;
    char *big = arena_alloc(&l->arena, 1 << 20);
    static const char *const rows[] = {"",
                                       " ",
                                       "?",
                                       "the of and",
                                       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
                                       "\xff\xfe",
                                       "\" OR 1=1 --",
                                       "text:password",
                                       "NEAR(a b)",
                                       "*",
                                       "\xe2\x80\xae"
                                       "abc",
                                       "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
                                       "a a a a a a a a",
                                       "12~password"};
    fill(l);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct know_hit *hits = NULL;
        size_t n = library_ask(l, str_c(rows[i]), 5, true, &hits);
        for (size_t k = 0; k < n; k++) {
            assert_true(hits[k].score >= 0 && hits[k].score <= 1);
        }
    }
    for (size_t i = 0; i < 1 << 20; i++) {
        big[i] = (char)(i % 7 == 0 ? ' ' : 'a' + (char)(i % 23));
    }
    struct know_hit *hits = NULL;
    (void)library_ask(l, str_n(big, 1 << 20), 5, true, &hits);
    (void)library_ask(l, STR("pass\0word"), 5, true, &hits);
}

static void snippets_are_short_whole_and_of_the_text(void **state)
{
    struct library *l = *state;
    char text[4000];
    size_t n = 0;
    while (n + 40 < sizeof(text)) {
        memcpy(text + n,
               "gr\xc3\xbc\xc3\x9f"
               "e aus der ferne und ",
               25);
        n += 25;
    }
    text[n] = '\0';
    struct know_hit *hits = NULL;
    library_text(l, "long", "Lang", text);
    assert_int_equal(library_ask(l, STR("ferne"), 1, false, &hits), 1);
    assert_true(hits[0].snippet.n > 100 && hits[0].snippet.n <= 300 && utf8_valid(hits[0].snippet));
    fill(l);
    assert_true(library_ask(l, STR("refund bank account"), 1, false, &hits) == 1);
    assert_true(str_find(hits[0].passage.text, hits[0].snippet, 0) != SIZE_MAX);
}

static void the_same_question_gets_the_same_hits(void **state)
{
    struct library *l = *state;
    struct know_hit *first = NULL, *second = NULL;
    fill(l);
    size_t n = library_ask(l, STR("how do I pay an invoice by card"), 5, false, &first);
    assert_int_equal(library_ask(l, STR("how do I pay an invoice by card"), 5, false, &second), n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(first[i].passage.number, second[i].passage.number);
        assert_memory_equal(&first[i].score, &second[i].score, sizeof(double));
    }
}

static void a_project_of_one_passage_is_found_by_any_of_its_words(void **state)
{
    struct library *l = *state;
    static const char *const words[] = {
        "payroll", "Prices", "audits", "euro", "What does a payroll audit cost?", "payrol"};
    library_text(l, "prices", "Prices", "A payroll audit costs 140 euros an hour.");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct know_hit *hits = NULL;
        struct know_answer answer;
        assert_int_equal(library_ask(l, str_c(words[i]), 3, true, &hits), 1);
        must(know_extract(&l->arena, str_c(words[i]), hits, 1, &answer));
        assert_true(answer.answered);
    }
}

#define WITH_LIBRARY(test) cmocka_unit_test_setup_teardown(test, library_open, library_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LIBRARY(questions_in_ones_own_words_find_the_page),
        WITH_LIBRARY(a_project_of_one_passage_is_found_by_any_of_its_words),
        WITH_LIBRARY(a_question_about_the_matter_scores_above_a_foreign_one),
        WITH_LIBRARY(words_in_order_and_near_come_before_scattered_ones),
        WITH_LIBRARY(a_phrase_with_a_meaning_is_found_by_its_own_words_too),
        WITH_LIBRARY(a_long_question_is_answered_when_enough_of_it_is_found),
        WITH_LIBRARY(one_per_page_gives_each_page_once),
        WITH_LIBRARY(another_project_finds_nothing),
        WITH_LIBRARY(hostile_questions_get_an_answer),
        WITH_LIBRARY(snippets_are_short_whole_and_of_the_text),
        WITH_LIBRARY(the_same_question_gets_the_same_hits),
    };
    return cmocka_run_group_tests_name("know.search", tests, NULL, NULL);
}
