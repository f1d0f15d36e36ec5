/* SPDX-License-Identifier: Apache-2.0 */
/* Who finds what: sources for groups of known visitors. */
#include <stdio.h>
#include <stdlib.h>

#include "unit/store/backend.h"

static const struct reader everybody = {0}, staff = {.all = true};

static struct reader of(const char *groups) { return (struct reader){.groups = str_c(groups)}; }

static id grouped_source(struct fixture *f, const char *groups, const char *terms)
{
    id source = stored_source(f, &f->project, "https://a.example/", terms, NULL);
    assert_ok(store_source_set_groups(f->store, &f->project, &source, str_c(groups), NULL));
    return source;
}

static size_t found_by(struct fixture *f, const struct reader *reader, bool lean, size_t limit,
                       struct passage_row **ret)
{
    str term = STR("alpha");
    size_t n;
    struct passage_query query = {.project = &f->project,
                                  .reader = *reader,
                                  .terms = &term,
                                  .term_count = 1,
                                  .limit = limit,
                                  .lean = lean};
    assert_ok(store_passage_find(f->store, &f->arena, &query, ret, &n));
    return n;
}

static const struct {
    const char *source, *reader;
    bool reads;
} cases[] = {
    {"", "", true},
    {"", "a\n", true},
    {"a\n", "", false},
    {"a\n", "a\n", true},
    {"a\n", "b\n", false},
    {"a\n", "A\n", false},
    {"a\n", "aa\n", false},
    {"aa\n", "a\n", false},
    {"a\nb\nc\n", "c\n", true},
    {"a\nc\n", "b\n", false},
    {"a\nc\ne\n", "b\nd\nf\n", false},
    {"a\nc\ne\n", "b\nd\ne\n", true},
    {"b\n", "a\nb\nc\n", true},
    {"grün\n", "grün\n", true},
};

static void groups_that_meet_read(void **state)
{
    struct fixture *f = *state;
    id source = stored_source(f, &f->project, "https://a.example/", "alpha", NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reader reader = of(cases[i].reader);
        struct passage_row *rows, *all;
        assert_ok(
            store_source_set_groups(f->store, &f->project, &source, str_c(cases[i].source), NULL));
        assert_int_equal(found_by(f, &staff, false, 9, &all), 1);
        for (int lean = 0; lean < 2; lean++) {
            size_t n = found_by(f, &reader, lean, 9, &rows);
            if (n != cases[i].reads) {
                print_error("\"%s\" for \"%s\": %zu\n", cases[i].source, cases[i].reader, n);
                fail();
            }
        }
        struct passage_row row = *all;
        assert_ok(store_passage_fill(f->store, &f->arena, &f->project, &reader, &row, 1));
        assert_int_equal(row.number != 0, cases[i].reads);
        row = *all;
        assert_ok(store_passage_fill(f->store, &f->arena, &f->project, &staff, &row, 1));
        assert_true(row.number != 0 && str_eq(row.text, STR("alpha")));
    }
}

static const char *some_groups(struct fixture *f, unsigned bits)
{
    char text[64] = "";
    for (unsigned i = 0; i < 5; i++) {
        if (bits & 1u << i) {
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), "group%u\n", i);
        }
    }
    return arena_str(&f->arena, str_c(text)).p;
}

/* Sixteen sources with groups by chance: each reader gets exactly those that meet theirs. */
static void many_sources_are_told_apart(void **state)
{
    struct fixture *f = *state;
    unsigned bits[16], seed = 7;
    for (size_t i = 0; i < 16; i++) {
        bits[i] = (unsigned)rand_r(&seed) & (unsigned)rand_r(&seed) & 31u;
        (void)grouped_source(f, some_groups(f, bits[i]), "alpha");
    }
    for (unsigned who = 0; who < 32; who++) {
        struct reader reader = of(some_groups(f, who));
        struct passage_row *rows;
        size_t expected = 0;
        for (size_t i = 0; i < 16; i++) {
            expected += bits[i] == 0 || (bits[i] & who) != 0;
        }
        assert_int_equal(found_by(f, &reader, who % 2, 50, &rows), expected);
    }
}

/* A limit counts what the reader may see: better candidates that are hidden take no place. */
static void hidden_candidates_take_no_place(void **state)
{
    struct fixture *f = *state;
    struct passage_row *rows;
    struct reader friend = of("friends\n");
    for (int i = 0; i < 60; i++) {
        (void)grouped_source(f, "friends\n", "alpha alpha alpha alpha");
    }
    for (int i = 0; i < 5; i++) {
        (void)grouped_source(f, "", "alpha beta gamma");
    }
    assert_int_equal(found_by(f, &everybody, true, 5, &rows), 5);
    assert_int_equal(found_by(f, &everybody, true, 9, &rows), 5);
    assert_int_equal(found_by(f, &everybody, false, 5, &rows), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_str(rows[i].text, STR("alpha beta gamma"));
    }
    assert_int_equal(found_by(f, &friend, false, 5, &rows), 5);
    assert_str(rows[0].text, STR("alpha alpha alpha alpha"));
}

/* Between the search and the reading of the texts a source is taken away. */
static void what_is_taken_away_is_not_filled(void **state)
{
    struct fixture *f = *state;
    struct passage_row *rows;
    id source = grouped_source(f, "", "alpha");
    (void)grouped_source(f, "", "alpha beta");
    assert_int_equal(found_by(f, &everybody, true, 9, &rows), 2);
    assert_ok(store_source_set_groups(f->store, &f->project, &source, STR("friends\n"), NULL));
    assert_ok(store_passage_fill(f->store, &f->arena, &f->project, &everybody, rows, 2));
    assert_int_equal((rows[0].number != 0) + (rows[1].number != 0), 1);
    assert_str(rows[rows[0].number == 0].text, STR("alpha beta"));
}

static void another_projects_groups_change_nothing(void **state)
{
    struct fixture *f = *state;
    struct passage_row *rows;
    id theirs = stored_source(f, &f->project2, "https://b.example/", "alpha", NULL);
    (void)stored_source(f, &f->project, "https://a.example/", "alpha", NULL);
    assert_ok(store_source_set_groups(f->store, &f->project2, &theirs, STR("x\n"), NULL));
    assert_int_equal(found_by(f, &everybody, false, 9, &rows), 1);
}

static void groups_that_are_malformed_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"a", "\n", "a\n\n", "b\na\n", "a\na\n", "a\nb", "\na\n"};
    id source = stored_source(f, &f->project, "https://a.example/", "alpha", NULL);
    str term = STR("alpha");
    struct passage_row *rows;
    size_t n;
    assert_ok(store_source_set_groups(f->store, &f->project, &source, STR("a\n"), NULL));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct reader reader = of(bad[i]);
        struct source_row row = make_source(&f->project);
        struct session_row session = make_session(&f->project, bad[i]);
        struct passage_query query = {
            .project = &f->project, .reader = reader, .terms = &term, .term_count = 1, .limit = 9};
        row.groups = session.groups = str_c(bad[i]);
        assert_code(store_passage_find(f->store, &f->arena, &query, &rows, &n), ERR_INVALID);
        assert_code(store_source_set_groups(f->store, &f->project, &source, str_c(bad[i]), NULL),
                    ERR_INVALID);
        assert_code(store_source_create(f->store, &row), ERR_INVALID);
        assert_code(store_session_create(f->store, &session), ERR_INVALID);
    }
}

static void a_source_and_a_session_keep_their_groups(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project), got;
    struct session_row session = make_session(&f->project, "known"), found;
    source.groups = STR("a\nb\n");
    session.groups = STR("b\nc\n");
    session.subject = STR("customer-7");
    session.email = STR("visitor@example.org");
    assert_ok(store_source_create(f->store, &source));
    assert_ok(store_session_create(f->store, &session));
    assert_ok(store_source_get(f->store, &f->arena, &f->project, &source.id, &got));
    assert_ok(store_session_by_hash(f->store, &f->arena, &session.hash, &found));
    assert_str(got.groups, source.groups);
    assert_str(found.groups, session.groups);
    assert_str(found.subject, session.subject);
    assert_str(found.email, session.email);
}

static const struct store_test tests[] = {
    STORE_TEST(groups_that_meet_read),
    STORE_TEST(many_sources_are_told_apart),
    STORE_TEST(hidden_candidates_take_no_place),
    STORE_TEST(what_is_taken_away_is_not_filled),
    STORE_TEST(another_projects_groups_change_nothing),
    STORE_TEST(groups_that_are_malformed_are_refused),
    STORE_TEST(a_source_and_a_session_keep_their_groups),
};

int main(void) { return store_tests_run("groups", tests, sizeof tests / sizeof *tests); }
