/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "unit/store/backend.h"

static size_t find(struct fixture *f, const id *project, str *terms, size_t count, str url_prefix,
                   struct passage_row **ret)
{
    size_t n = 0;
    struct passage_query query = {.project = project,
                                  .terms = terms,
                                  .term_count = count,
                                  .url_prefix = url_prefix,
                                  .limit = 50};
    assert_ok(store_passage_find(f->store, &f->arena, &query, ret, &n));
    return n;
}

static void a_passage_is_found_with_its_document(void **state)
{
    struct fixture *f = *state;
    struct passage_row *rows;
    id document;
    str term = STR("alpha");
    (void)stored_source(f, &f->project, "https://docs.example.com/page", "alpha beta", &document);
    assert_int_equal(find(f, &f->project, &term, 1, STR_EMPTY, &rows), 1);
    assert_true(id_eq(&rows[0].document, &document));
    assert_str(rows[0].title, STR("Document"));
    assert_str(rows[0].heading, STR("Part"));
    assert_str(rows[0].text, STR("alpha beta"));
    assert_str(rows[0].url, STR("https://docs.example.com/page#part"));
    assert_true(rows[0].number > 0 && rows[0].score > 0);
}

static void a_passage_with_more_of_the_terms_comes_first(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project);
    struct passage_row passages[3] = {make_passage(0, "alpha gamma delta"),
                                      make_passage(1, "alpha beta gamma"),
                                      make_passage(2, "delta gamma zeta")};
    struct document_put put = {make_document(&f->project, &source.id, "https://a.example/"),
                               passages, 3};
    struct passage_row *rows;
    str terms[] = {STR("alpha"), STR("beta")};
    assert_ok(store_source_create(f->store, &source));
    assert_ok(store_document_put(f->store, &put, 1));
    assert_int_equal(find(f, &f->project, terms, 2, STR_EMPTY, &rows), 2);
    assert_int_equal(rows[0].ordinal, 1);
    assert_true(rows[0].score >= rows[1].score);
}

enum { MANY = 3000, BEST = 40, WORDS = 9, WORDS_EACH = 6 };

/* What the documentation of the order says of a passage: text only, title and heading have none. */
static double worth_by_hand(const unsigned words[WORDS_EACH], const double weights[WORDS])
{
    double sum = 0;
    for (unsigned w = 0; w < WORDS; w++) {
        double times = 0;
        for (size_t i = 0; i < WORDS_EACH; i++) {
            times += words[i] == w;
        }
        sum += weights[w] * times / (times + 1.2);
    }
    return sum;
}

static void the_best_of_many_come_first_equal_ones_as_they_were_put(void **state)
{
    struct fixture *f = *state;
    static const double weights[WORDS] = {0.1, 2.5, 0.7, 1, 1, 3, 0.2, 0.9, 1.7};
    struct source_row source = make_source(&f->project);
    struct passage_row *passages = arena_array(&f->arena, MANY, sizeof *passages), *rows;
    unsigned(*words)[WORDS_EACH] = arena_array(&f->arena, MANY, sizeof *words), seed = 1;
    str terms[WORDS];
    size_t n;
    for (unsigned i = 0; i < WORDS; i++) {
        terms[i] = arena_printf(&f->arena, "w%u", i);
    }
    for (unsigned i = 0; i < MANY; i++) {
        struct buf text;
        buf_init(&text, 256);
        for (size_t k = 0; k < WORDS_EACH; k++) {
            seed = seed * 1664525 + 1013904223;
            words[i][k] = (seed >> 20) % WORDS;
            buf_addf(&text, "w%u ", words[i][k]);
        }
        passages[i] = make_passage(i, arena_str(&f->arena, str_trim(buf_str(&text))).p);
        buf_done(&text);
    }
    struct document_put put = {make_document(&f->project, &source.id, "https://a.example/"),
                               passages, MANY};
    assert_ok(store_source_create(f->store, &source));
    assert_ok(store_document_put(f->store, &put, 1));
    struct passage_query query = {.project = &f->project,
                                  .terms = terms,
                                  .term_count = WORDS,
                                  .weights = weights,
                                  .limit = BEST,
                                  .lean = true};
    assert_ok(store_passage_find(f->store, &f->arena, &query, &rows, &n));
    assert_int_equal(n, BEST);
    for (size_t i = 0; i < n; i++) {
        assert_float_equal(rows[i].score, worth_by_hand(words[rows[i].ordinal], weights), 1e-12);
        assert_str(rows[i].index_text, passages[rows[i].ordinal].index_text);
        assert_str(rows[i].text, STR_EMPTY);
        assert_true(i == 0 || rows[i].score < rows[i - 1].score ||
                    rows[i].number > rows[i - 1].number);
    }
    size_t better = 0;
    for (size_t i = 0; i < MANY; i++) {
        better += worth_by_hand(words[i], weights) > rows[n - 1].score + 1e-12;
    }
    assert_true(better < BEST);
}

/* The index must keep every term that know/tokens.h makes as it is. */
static void terms_of_every_script_are_found_and_only_whole(void **state)
{
    struct fixture *f = *state;
    static const char *const terms[] = {
        "stra\xc3\x9f"
        "e",
        "\xe6\x9d\xb1\xe4\xba\xac",
        "\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\xa8\xe0\xa5\x8d\xe0\xa4\xa6\xe0\xa5\x80",
        "pg_dump",
        "3d",
        "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
        "\xf0\x9f\xa5\x90"};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        struct passage_row *rows;
        char url[64];
        str term = str_c(terms[i]), part = str_slice(term, 0, term.n - 1);
        (void)snprintf(url, sizeof url, "https://a.example/%zu", i);
        (void)stored_source(f, &f->project, url, terms[i], NULL);
        assert_int_equal(find(f, &f->project, &term, 1, STR_EMPTY, &rows), 1);
        if (part.p[part.n - 1] > 0) {
            assert_int_equal(find(f, &f->project, &part, 1, STR_EMPTY, &rows), 0);
        }
    }
}

/* What a visitor types must never be read as the index's own query language. */
static void hostile_terms_are_only_terms(void **state)
{
    struct fixture *f = *state;
    static const char *const hostile[] = {"\"",
                                          "\"\"",
                                          "a\" OR \"",
                                          "*",
                                          "alpha*",
                                          "NEAR(",
                                          "-",
                                          "^alpha",
                                          "text:alpha",
                                          "{title}",
                                          "'",
                                          "; DROP TABLE passage",
                                          "AND",
                                          "OR",
                                          "NOT",
                                          "(",
                                          ")",
                                          ":",
                                          "+",
                                          ".",
                                          "\xee\x80\x80"
                                          "1",
                                          " "};
    (void)stored_source(f, &f->project, "https://a.example/", "beta", NULL);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct passage_row *rows;
        str terms[2] = {str_c(hostile[i]), STR("beta")};
        assert_int_equal(find(f, &f->project, terms, 1, STR_EMPTY, &rows), 0);
        assert_int_equal(find(f, &f->project, terms, 2, STR_EMPTY, &rows), 1);
    }
}

static void a_url_prefix_narrows_and_is_no_pattern(void **state)
{
    struct fixture *f = *state;
    struct passage_row *rows;
    str term = STR("alpha");
    (void)stored_source(f, &f->project, "https://docs.example.com/page", "alpha", NULL);
    assert_int_equal(find(f, &f->project, &term, 1, STR("https://docs.example.com/p"), &rows), 1);
    assert_int_equal(find(f, &f->project, &term, 1, STR("https://docs.example.com/x"), &rows), 0);
    assert_int_equal(find(f, &f->project, &term, 1, STR("https://docs.example.com/%"), &rows), 0);
    assert_int_equal(find(f, &f->project, &term, 1, STR("https://docs_example"), &rows), 0);
}

static void too_many_terms_are_refused_and_none_find_nothing(void **state)
{
    struct fixture *f = *state;
    struct passage_row *rows;
    size_t n;
    str terms[65];
    for (size_t i = 0; i < 65; i++) {
        terms[i] = STR("alpha");
    }
    struct passage_query query = {
        .project = &f->project, .terms = terms, .term_count = 65, .limit = 5};
    (void)stored_source(f, &f->project, "https://a.example/", "alpha", NULL);
    assert_code(store_passage_find(f->store, &f->arena, &query, &rows, &n), ERR_TOO_LARGE);
    assert_int_equal(find(f, &f->project, terms, 64, STR_EMPTY, &rows), 1);
    assert_int_equal(find(f, &f->project, terms, 0, STR_EMPTY, &rows), 0);
}

static void counts_are_the_projects_own(void **state)
{
    struct fixture *f = *state;
    str terms[] = {STR("alpha"), STR("beta"), STR("nothing")};
    uint64_t counts[3], total;
    (void)stored_source(f, &f->project, "https://a.example/", "alpha beta", NULL);
    (void)stored_source(f, &f->project, "https://a.example/", "alpha", NULL);
    (void)stored_source(f, &f->project2, "https://a.example/", "alpha beta", NULL);
    assert_ok(store_term_counts(f->store, &f->arena, &f->project, terms, 3, counts, &total));
    assert_int_equal(total, 2);
    assert_int_equal(counts[0], 2);
    assert_int_equal(counts[1], 1);
    assert_int_equal(counts[2], 0);
}

static uint64_t count_of(struct fixture *f, const id *project, str term)
{
    uint64_t count = UINT64_MAX, total;
    assert_ok(store_term_counts(f->store, &f->arena, project, &term, 1, &count, &total));
    return count;
}

/* Counts may be kept in memory: never longer than they hold. */
static void counts_follow_the_index(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project);
    struct passage_row both[2] = {make_passage(0, "alpha"), make_passage(1, "alpha beta")};
    struct document_put put = {make_document(&f->project, &source.id, "https://a.example/"), both,
                               2};
    assert_int_equal(count_of(f, &f->project, STR("alpha")), 0);
    assert_ok(store_source_create(f->store, &source));
    assert_ok(store_document_put(f->store, &put, 1));
    assert_int_equal(count_of(f, &f->project, STR("alpha")), 2);
    assert_int_equal(count_of(f, &f->project2, STR("alpha")), 0);
    put.passage_count = 1;
    assert_ok(store_document_put(f->store, &put, 1));
    assert_int_equal(count_of(f, &f->project, STR("alpha")), 1);
    assert_int_equal(count_of(f, &f->project, STR("beta")), 0);
    assert_ok(store_source_delete(f->store, &f->project, &source.id));
    assert_int_equal(count_of(f, &f->project, STR("alpha")), 0);
}

/* As `doorward source add` does beside a server. */
static void counts_follow_what_another_process_writes(void **state)
{
    struct fixture *f = *state;
    (void)stored_source(f, &f->project, "https://a.example/", "alpha beta", NULL);
    assert_int_equal(count_of(f, &f->project, STR("alpha")), 1);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store_settings settings = store_settings_default();
        struct source_row source = make_source(&f->project);
        struct passage_row passage = make_passage(0, "alpha");
        struct document_put put = {make_document(&f->project, &source.id, "https://b.example/"),
                                   &passage, 1};
        (void)snprintf(settings.url, sizeof settings.url, "sqlite:%s", f->path);
        err e = store_open(&settings, &f->arena, &f->store, NULL);
        e = err_ok(e) ? store_source_create(f->store, &source) : e;
        e = err_ok(e) ? store_document_put(f->store, &put, 1) : e;
        _exit(err_ok(e) ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(count_of(f, &f->project, STR("alpha")), 2);
}

/* More terms than are kept: each keeps the count that is its own. */
static void counts_of_many_terms_stay_apart(void **state)
{
    struct fixture *f = *state;
    enum { TERMS = 12000 };
    (void)stored_source(f, &f->project, "https://a.example/", "t1 t11999", NULL);
    (void)stored_source(f, &f->project, "https://b.example/", "t11999", NULL);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < TERMS; i++) {
            char term[16];
            (void)snprintf(term, sizeof term, "t%d", i);
            uint64_t expected = i == 1 ? 1 : i == TERMS - 1 ? 2 : 0;
            assert_int_equal(count_of(f, &f->project, str_c(term)), expected);
            arena_reset(&f->arena);
        }
    }
}

static void terms_like_a_misspelt_word_are_the_projects_own(void **state)
{
    struct fixture *f = *state;
    str *terms;
    uint64_t *counts;
    size_t n;
    (void)stored_source(f, &f->project, "https://a.example/", "password passport pass", NULL);
    (void)stored_source(f, &f->project, "https://a.example/", "password", NULL);
    (void)stored_source(f, &f->project2, "https://a.example/", "passphrase", NULL);
    assert_ok(store_term_like(f->store, &f->arena, &f->project, STR("pas"), 7, 10, 10, &terms,
                              &counts, &n));
    assert_int_equal(n, 2);
    assert_str(terms[0], STR("password"));
    assert_int_equal(counts[0], 2);
    assert_str(terms[1], STR("passport"));
    assert_ok(store_term_like(f->store, &f->arena, &f->project, STR("pas"), 1, 99, 1, &terms,
                              &counts, &n));
    assert_int_equal(n, 1);
}

static void neighbours_come_in_order(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project);
    struct passage_row passages[4] = {make_passage(0, "a"), make_passage(1, "b"),
                                      make_passage(2, "c"), make_passage(3, "d")};
    struct document_put put = {make_document(&f->project, &source.id, "https://a.example/"),
                               passages, 4};
    struct passage_row *rows;
    size_t n;
    assert_ok(store_source_create(f->store, &source));
    assert_ok(store_document_put(f->store, &put, 1));
    assert_ok(
        store_passage_around(f->store, &f->arena, &f->project, &put.document.id, 1, 2, &rows, &n));
    assert_int_equal(n, 2);
    assert_str(rows[0].text, STR("b"));
    assert_str(rows[1].text, STR("c"));
}

static const struct store_test tests[] = {
    STORE_TEST(a_passage_is_found_with_its_document),
    STORE_TEST(a_passage_with_more_of_the_terms_comes_first),
    STORE_TEST(the_best_of_many_come_first_equal_ones_as_they_were_put),
    STORE_TEST(terms_of_every_script_are_found_and_only_whole),
    STORE_TEST(hostile_terms_are_only_terms),
    STORE_TEST(a_url_prefix_narrows_and_is_no_pattern),
    STORE_TEST(too_many_terms_are_refused_and_none_find_nothing),
    STORE_TEST(counts_are_the_projects_own),
    STORE_TEST(counts_follow_the_index),
    STORE_TEST(counts_follow_what_another_process_writes),
    STORE_TEST(counts_of_many_terms_stay_apart),
    STORE_TEST(terms_like_a_misspelt_word_are_the_projects_own),
    STORE_TEST(neighbours_come_in_order),
};

int main(void) { return store_tests_run("passages", tests, sizeof tests / sizeof *tests); }
