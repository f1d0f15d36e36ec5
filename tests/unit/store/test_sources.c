/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "store/limits.h"
#include "unit/store/backend.h"

static size_t found(struct fixture *f, const id *project, const char *term)
{
    struct passage_row *rows;
    size_t n = 0;
    str text = str_c(term);
    struct passage_query query = {.project = project, .terms = &text, .term_count = 1, .limit = 50};
    assert_ok(store_passage_find(f->store, &f->arena, &query, &rows, &n));
    return n;
}

static void a_source_counts_documents_passages_and_failures(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project), got, *list;
    struct passage_row passages[2] = {make_passage(0, "alpha"), make_passage(1, "beta")};
    struct document_put puts[2] = {
        {make_document(&f->project, &source.id, "https://a.example/1"), passages, 2},
        {make_document(&f->project, &source.id, "https://a.example/2"), NULL, 0}};
    size_t n;
    puts[1].document.error = STR("is not a PDF");
    assert_ok(store_source_create(f->store, &source));
    assert_ok(store_document_put(f->store, puts, 2));
    assert_ok(store_source_state(f->store, &f->project, &source.id, STR("ready"), STR(""), 77));
    assert_ok(store_source_get(f->store, &f->arena, &f->project, &source.id, &got));
    assert_int_equal(got.documents, 1);
    assert_int_equal(got.passages, 2);
    assert_int_equal(got.failures, 1);
    assert_int_equal(got.synced_ms, 77);
    assert_str(got.state, STR("ready"));
    assert_ok(store_source_list(f->store, &f->arena, &f->project, &list, &n));
    assert_int_equal(n, 1);
    struct document_row *documents;
    assert_ok(store_document_list(f->store, &f->arena, &f->project, &source.id, &documents, &n));
    assert_int_equal(n, 2);
    assert_str(documents[1].error, STR("is not a PDF"));
}

static void a_document_put_again_replaces_its_passages(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project);
    struct passage_row before = make_passage(0, "alpha"), after = make_passage(0, "beta");
    struct document_put put = {make_document(&f->project, &source.id, "https://a.example/1"),
                               &before, 1};
    struct document_row got;
    assert_ok(store_source_create(f->store, &source));
    assert_ok(store_document_put(f->store, &put, 1));
    put.document.id = id_random();
    put.document.etag = STR("\"v2\"");
    put.document.hash = crypto_sha256(STR("new"));
    put.passages = &after;
    assert_ok(store_document_put(f->store, &put, 1));
    assert_int_equal(found(f, &f->project, "alpha"), 0);
    assert_int_equal(found(f, &f->project, "beta"), 1);
    assert_ok(store_document_by_url(f->store, &f->arena, &f->project, &source.id,
                                    STR("https://a.example/1"), &got));
    assert_true(id_eq(&got.id, &put.document.id));
    assert_str(got.etag, put.document.etag);
    assert_memory_equal(got.hash.bytes, put.document.hash.bytes, 32);
    str detail;
    assert_ok(store_check(f->store, &f->arena, &detail));
}

static void a_batch_of_documents_is_one_transaction(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project);
    struct passage_row good = make_passage(0, "alpha"), bad = make_passage(0, "broken \xff");
    struct document_put puts[2] = {
        {make_document(&f->project, &source.id, "https://a.example/1"), &good, 1},
        {make_document(&f->project, &source.id, "https://a.example/2"), &bad, 1}};
    assert_ok(store_source_create(f->store, &source));
    assert_code(store_document_put(f->store, puts, 2), ERR_INVALID);
    assert_int_equal(found(f, &f->project, "alpha"), 0);
    assert_ok(store_document_put(f->store, puts, 1));
    assert_int_equal(found(f, &f->project, "alpha"), 1);
}

static void a_deleted_source_is_gone_at_once(void **state)
{
    struct fixture *f = *state;
    id source = stored_source(f, &f->project, "https://a.example/1", "alpha", NULL);
    (void)stored_source(f, &f->project, "https://a.example/1", "alpha", NULL);
    struct source_row got;
    assert_int_equal(found(f, &f->project, "alpha"), 2);
    assert_ok(store_source_delete(f->store, &f->project, &source));
    assert_int_equal(found(f, &f->project, "alpha"), 1);
    assert_code(store_source_get(f->store, &f->arena, &f->project, &source, &got), ERR_NOT_FOUND);
    assert_code(store_source_delete(f->store, &f->project, &source), ERR_NOT_FOUND);
    str detail;
    assert_ok(store_check(f->store, &f->arena, &detail));
}

static void a_sync_prunes_what_it_did_not_see(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project);
    struct passage_row kept = make_passage(0, "alpha"), gone = make_passage(0, "beta");
    struct document_put puts[2] = {
        {make_document(&f->project, &source.id, "https://a.example/1"), &kept, 1},
        {make_document(&f->project, &source.id, "https://a.example/2"), &gone, 1}};
    size_t removed;
    assert_ok(store_source_create(f->store, &source));
    assert_ok(store_document_put(f->store, puts, 2));
    assert_ok(
        store_document_seen(f->store, &f->project, &source.id, STR("https://a.example/1"), 2));
    assert_code(
        store_document_seen(f->store, &f->project, &source.id, STR("https://a.example/3"), 2),
        ERR_NOT_FOUND);
    assert_ok(store_document_prune(f->store, &f->project, &source.id, 2, &removed));
    assert_int_equal(removed, 1);
    assert_int_equal(found(f, &f->project, "alpha"), 1);
    assert_int_equal(found(f, &f->project, "beta"), 0);
    str detail;
    assert_ok(store_check(f->store, &f->arena, &detail));
}

static void uploads_come_back_byte_for_byte(void **state)
{
    struct fixture *f = *state;
    struct source_row source = make_source(&f->project);
    str bytes = str_n("%PDF\0\xff\x01", 7), got, type;
    assert_ok(store_source_create(f->store, &source));
    assert_code(store_source_content(f->store, &f->arena, &f->project, &source.id, &got, &type),
                ERR_NOT_FOUND);
    assert_ok(
        store_source_set_content(f->store, &f->project, &source.id, STR("x"), STR("text/plain")));
    assert_ok(
        store_source_set_content(f->store, &f->project, &source.id, bytes, STR("application/pdf")));
    assert_ok(store_source_content(f->store, &f->arena, &f->project, &source.id, &got, &type));
    assert_str(got, bytes);
    assert_str(type, STR("application/pdf"));
}

static void jobs_are_leased_to_one_worker(void **state)
{
    struct fixture *f = *state;
    id source = stored_source(f, &f->project, "https://a.example/1", "alpha", NULL);
    struct job_row first = make_job(&f->project, &source), second = make_job(&f->project, NULL),
                   got;
    int64_t now = clock_wall_ms();
    second.created_ms = 2;
    assert_code(store_job_claim(f->store, &f->arena, now, 100, &got), ERR_NOT_FOUND);
    assert_ok(store_job_create(f->store, &f->arena, &second, &got));
    assert_ok(store_job_create(f->store, &f->arena, &first, &got));
    assert_ok(store_job_claim(f->store, &f->arena, now, 100000, &got));
    assert_true(id_eq(&got.id, &first.id) && id_eq(&got.source, &source));
    assert_str(got.state, STR("running"));
    assert_ok(store_job_claim(f->store, &f->arena, now, 100, &got));
    assert_true(id_eq(&got.id, &second.id) && id_none(&got.source));
    assert_code(store_job_claim(f->store, &f->arena, now + 99, 100, &got), ERR_NOT_FOUND);
    assert_ok(store_job_claim(f->store, &f->arena, now + 100, 100, &got));
    assert_true(id_eq(&got.id, &second.id));
    assert_ok(
        store_job_update(f->store, &f->project, &first.id, STR("running"), STR("{\"read\":1}")));
    assert_ok(store_job_update(f->store, &f->project, &second.id, STR("done"), STR("{}")));
    assert_code(store_job_claim(f->store, &f->arena, now + 90000, 100, &got), ERR_NOT_FOUND);
    assert_ok(store_job_get(f->store, &f->arena, &f->project, &first.id, &got));
    assert_str(got.progress, STR("{\"read\":1}"));
}

static id queue_job(struct fixture *f, const id *project, const id *source)
{
    struct job_row row = make_job(project, source), got;
    assert_ok(store_job_create(f->store, &f->arena, &row, &got));
    return got.id;
}

static void a_job_that_waits_is_not_queued_twice(void **state)
{
    struct fixture *f = *state;
    id one = stored_source(f, &f->project, "https://a.example/1", "alpha", NULL),
       two = stored_source(f, &f->project, "https://a.example/2", "beta", NULL);
    struct job_row got;
    id first = queue_job(f, &f->project, &one), whole = queue_job(f, &f->project, NULL),
       other = queue_job(f, &f->project2, NULL);
    id again = queue_job(f, &f->project, &one), whole_again = queue_job(f, &f->project, NULL);
    assert_true(id_eq(&first, &again) && id_eq(&whole, &whole_again));
    id second = queue_job(f, &f->project, &two);
    assert_false(id_eq(&first, &second) || id_eq(&whole, &other));
    /* one that runs may have passed what changed since */
    assert_ok(store_job_update(f->store, &f->project, &first, STR("running"), STR("{}")));
    again = queue_job(f, &f->project, &one);
    assert_false(id_eq(&first, &again));
    assert_ok(store_job_get(f->store, &f->arena, &f->project, &again, &got));
    assert_str(got.state, STR("queued"));
}

static void a_project_has_so_many_jobs_waiting_and_no_more(void **state)
{
    struct fixture *f = *state;
    id sources[STORE_JOBS_QUEUED_MAX + 1], first = {{0}};
    struct job_row row, got;
    for (size_t i = 0; i <= STORE_JOBS_QUEUED_MAX; i++) {
        struct source_row source = make_source(&f->project);
        assert_ok(store_source_create(f->store, &source));
        sources[i] = source.id;
    }
    for (size_t i = 0; i < STORE_JOBS_QUEUED_MAX; i++) {
        id job = queue_job(f, &f->project, &sources[i]);
        first = i ? first : job;
    }
    row = make_job(&f->project, &sources[STORE_JOBS_QUEUED_MAX]);
    err e = store_job_create(f->store, &f->arena, &row, &got);
    assert_code(e, ERR_RATE_LIMITED);
    assert_non_null(strstr(e.what, "wait to be read"));
    queue_job(f, &f->project, &sources[5]); /* waits already */
    queue_job(f, &f->project2, NULL);
    assert_ok(store_job_update(f->store, &f->project, &first, STR("done"), STR("{}")));
    assert_ok(store_job_create(f->store, &f->arena, &row, &got));
}

static void jobs_that_ended_are_removed_when_they_are_old(void **state)
{
    struct fixture *f = *state;
    static const char *states[] = {"done", "failed", "running", "queued"};
    id jobs[4];
    struct job_row got;
    size_t removed = 99;
    for (size_t i = 0; i < 4; i++) {
        id source = stored_source(f, &f->project, "https://a.example/1", "alpha", NULL);
        jobs[i] = queue_job(f, &f->project, &source);
        assert_ok(store_job_update(f->store, &f->project, &jobs[i], str_c(states[i]), STR("{}")));
    }
    int64_t now = clock_wall_ms();
    assert_ok(store_job_expire(f->store, now - 60000, &removed));
    assert_int_equal(removed, 0);
    assert_ok(store_job_expire(f->store, now + 60000, &removed));
    assert_int_equal(removed, 2);
    for (size_t i = 0; i < 4; i++) {
        assert_code(store_job_get(f->store, &f->arena, &f->project, &jobs[i], &got),
                    i < 2 ? ERR_NOT_FOUND : ERR_OK);
    }
}

static const struct store_test tests[] = {
    STORE_TEST(a_source_counts_documents_passages_and_failures),
    STORE_TEST(a_document_put_again_replaces_its_passages),
    STORE_TEST(a_batch_of_documents_is_one_transaction),
    STORE_TEST(a_deleted_source_is_gone_at_once),
    STORE_TEST(a_sync_prunes_what_it_did_not_see),
    STORE_TEST(uploads_come_back_byte_for_byte),
    STORE_TEST(jobs_are_leased_to_one_worker),
    STORE_TEST(a_job_that_waits_is_not_queued_twice),
    STORE_TEST(a_project_has_so_many_jobs_waiting_and_no_more),
    STORE_TEST(jobs_that_ended_are_removed_when_they_are_old),
};

int main(void) { return store_tests_run("sources", tests, sizeof tests / sizeof *tests); }
