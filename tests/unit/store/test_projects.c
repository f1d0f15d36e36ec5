/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/backend.h"

static void a_project_comes_back_as_it_was_written(void **state)
{
    struct fixture *f = *state;
    const str domains[] = {STR_INIT("https://b.example"), STR_INIT("https://a.example")};
    struct project_row row = make_project(&f->team, "b-2-b"), got;
    row.is_private = true;
    row.settings = STR("{\"locale\":\"de\"}");
    row.name = STR("Bäcker & Söhne \xf0\x9f\xa5\x90");
    row.domains = domains;
    row.domain_count = 2;
    assert_ok(store_project_create(f->store, &row));
    assert_ok(store_project_by_slug(f->store, &f->arena, STR("b-2-b"), &got));
    assert_true(id_eq(&got.id, &row.id));
    assert_true(id_eq(&got.team, &f->team));
    assert_str(got.name, row.name);
    assert_str(got.settings, row.settings);
    assert_true(got.is_private);
    assert_int_equal(got.created_ms, row.created_ms);
    assert_int_equal(got.domain_count, 2);
    assert_str(got.domains[0], domains[0]);
    assert_str(got.domains[1], domains[1]);
    assert_ok(store_project_by_id(f->store, &f->arena, &row.id, &got));
    assert_str(got.slug, row.slug);
}

static void a_slug_is_taken_once(void **state)
{
    struct fixture *f = *state;
    struct project_row row = make_project(&f->team2, "first");
    assert_code(store_project_create(f->store, &row), ERR_CONFLICT);
}

static void slugs_that_are_none_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {
        "",
        "Big",
        "with space",
        "under_score",
        "d.ot",
        "a/b",
        "\xc3\xa4",
        "per%cent",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct project_row row = make_project(&f->team, bad[i]);
        assert_code(store_project_create(f->store, &row), ERR_INVALID);
    }
}

static void texts_that_are_too_long_or_not_text_are_refused(void **state)
{
    struct fixture *f = *state;
    struct project_row row = make_project(&f->team, "texts");
    static char longer[500];
    memset(longer, 'x', sizeof longer);
    row.name = str_n(longer, sizeof longer);
    assert_code(store_project_create(f->store, &row), ERR_TOO_LARGE);
    row.name = STR("broken \xff");
    assert_code(store_project_create(f->store, &row), ERR_INVALID);
    row.name = str_n("a\0b", 3);
    assert_code(store_project_create(f->store, &row), ERR_INVALID);
    row.name = str_n(longer, 400);
    assert_ok(store_project_create(f->store, &row));
}

static void a_project_needs_a_team_that_exists(void **state)
{
    struct fixture *f = *state;
    id nobody = id_random();
    struct project_row row = make_project(&nobody, "orphan");
    assert_code(store_project_create(f->store, &row), ERR_NOT_FOUND);
    row.team = (id){{0}};
    assert_code(store_project_create(f->store, &row), ERR_INVALID);
}

static void an_update_replaces_domains_and_settings(void **state)
{
    struct fixture *f = *state;
    const str before[] = {STR_INIT("https://a.example"), STR_INIT("https://b.example")};
    const str after[] = {STR_INIT("https://c.example")};
    struct project_row row = make_project(&f->team, "changed"), got;
    row.domains = before;
    row.domain_count = 2;
    assert_ok(store_project_create(f->store, &row));
    row.domains = after;
    row.domain_count = 1;
    row.name = STR("New name");
    assert_ok(store_project_update(f->store, &row));
    assert_ok(store_project_by_id(f->store, &f->arena, &row.id, &got));
    assert_str(got.name, STR("New name"));
    assert_int_equal(got.domain_count, 1);
    assert_str(got.domains[0], after[0]);
    row.id = id_random();
    assert_code(store_project_update(f->store, &row), ERR_NOT_FOUND);
}

static void lists_are_of_one_team_or_of_all(void **state)
{
    struct fixture *f = *state;
    struct project_row *rows;
    size_t n;
    id none = {{0}}, nobody = id_random();
    assert_ok(store_project_list(f->store, &f->arena, &f->team, &rows, &n));
    assert_int_equal(n, 1);
    assert_str(rows[0].slug, STR("first"));
    assert_ok(store_project_list(f->store, &f->arena, &none, &rows, &n));
    assert_int_equal(n, 2);
    assert_ok(store_project_list(f->store, &f->arena, &nobody, &rows, &n));
    assert_int_equal(n, 0);
}

static void a_deleted_project_takes_everything_with_it(void **state)
{
    struct fixture *f = *state;
    id chat = stored_chat(f, &f->project), chat2 = stored_chat(f, &f->project2);
    (void)stored_source(f, &f->project, "https://docs.example.com/page", "shared words here", NULL);
    (void)stored_source(f, &f->project2, "https://docs.example.com/page", "shared words", NULL);
    struct lead_row lead = make_lead(&f->project, &chat);
    struct outbox_row entry = make_entry(&f->project, "lead.created", 1);
    enum replay replay;
    id made;
    assert_ok(store_lead_create(f->store, &lead, &entry, 1, NULL, &replay, &made));
    assert_ok(store_project_delete(f->store, &f->project));
    struct chat_row got;
    struct outbox_row gone;
    struct passage_row *passages;
    size_t n = 9;
    str term = STR("words");
    assert_code(store_chat_find(f->store, &f->arena, &chat, &got), ERR_NOT_FOUND);
    assert_code(store_outbox_get(f->store, &f->arena, &entry.id, &gone), ERR_NOT_FOUND);
    assert_ok(store_chat_find(f->store, &f->arena, &chat2, &got));
    struct passage_query query = {
        .project = &f->project2, .terms = &term, .term_count = 1, .limit = 9};
    assert_ok(store_passage_find(f->store, &f->arena, &query, &passages, &n));
    assert_int_equal(n, 1);
    assert_code(store_project_delete(f->store, &f->project), ERR_NOT_FOUND);
    str detail;
    assert_ok(store_check(f->store, &f->arena, &detail));
}

static void values_of_the_installation_are_kept(void **state)
{
    struct fixture *f = *state;
    str got;
    assert_code(store_meta_get(f->store, &f->arena, "instance_id", &got), ERR_NOT_FOUND);
    assert_ok(store_meta_set(f->store, "instance_id", STR("one")));
    assert_ok(store_meta_set(f->store, "instance_id", STR("two")));
    fixture_reopen(f);
    assert_ok(store_meta_get(f->store, &f->arena, "instance_id", &got));
    assert_str(got, STR("two"));
    assert_ok(store_meta_get(f->store, &f->arena, "schema", &got));
    assert_true(got.n > 0 && got.p[0] > '0');
    assert_code(store_meta_set(f->store, "schema", STR("1")), ERR_INVALID);
}

static const struct store_test tests[] = {
    STORE_TEST(a_project_comes_back_as_it_was_written),
    STORE_TEST(a_slug_is_taken_once),
    STORE_TEST(slugs_that_are_none_are_refused),
    STORE_TEST(texts_that_are_too_long_or_not_text_are_refused),
    STORE_TEST(a_project_needs_a_team_that_exists),
    STORE_TEST(an_update_replaces_domains_and_settings),
    STORE_TEST(lists_are_of_one_team_or_of_all),
    STORE_TEST(a_deleted_project_takes_everything_with_it),
    STORE_TEST(values_of_the_installation_are_kept),
};

int main(void) { return store_tests_run("projects", tests, sizeof tests / sizeof *tests); }
