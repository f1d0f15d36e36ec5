/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "unit/store/backend.h"

static id stored_entry(struct fixture *f, int64_t due_ms)
{
    struct outbox_row row = make_entry(&f->project, "lead.created", due_ms);
    assert_ok(store_outbox_add(f->store, &row, 1));
    return row.id;
}

static void an_entry_is_claimed_when_due_and_again_when_its_lease_ran_out(void **state)
{
    struct fixture *f = *state;
    id entry = stored_entry(f, 100);
    struct outbox_row *rows;
    size_t n;
    int64_t next;
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 99, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 0);
    assert_int_equal(next, 100);
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 100, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 1);
    assert_true(id_eq(&rows[0].id, &entry));
    assert_str(rows[0].state, STR("pending"));
    assert_int_equal(next, 150);
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 149, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 0);
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 150, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 1);
    assert_ok(store_outbox_sent(f->store, &entry, 160));
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 9999, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 0);
    assert_int_equal(next, 0);
}

static void a_lease_can_be_renewed_while_it_is_held(void **state)
{
    struct fixture *f = *state;
    id entry = stored_entry(f, 100);
    struct outbox_row *rows;
    size_t n;
    int64_t next;
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 100, 50, 9, &rows, &n, &next));
    assert_ok(store_outbox_renew(f->store, &entry, 300));
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 200, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 0);
    assert_int_equal(next, 300);
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 300, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].attempts, 0);
    assert_ok(store_outbox_sent(f->store, &entry, 310));
    assert_code(store_outbox_renew(f->store, &entry, 400), ERR_NOT_FOUND);
}

static void each_channel_is_claimed_apart(void **state)
{
    struct fixture *f = *state;
    static const char *kinds[] = {"mail", "webhook", "of a later version"};
    struct outbox_row *rows;
    size_t n;
    int64_t next;
    for (size_t i = 0; i < 3; i++) {
        struct outbox_row row = make_entry(&f->project, "lead.created", 10 + (int64_t)i);
        row.kind = str_c(kinds[i]);
        assert_ok(store_outbox_add(f->store, &row, 1));
    }
    assert_ok(
        store_outbox_claim(f->store, &f->arena, OUTBOX_NOT_MAIL, 100, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 2);
    assert_str(rows[0].kind, STR("webhook"));
    assert_str(rows[1].kind, STR("of a later version"));
    assert_int_equal(next, 150);
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_MAIL, 9, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 0);
    assert_int_equal(next, 10);
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_MAIL, 100, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 1);
    assert_str(rows[0].kind, STR("mail"));
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 150, 50, 9, &rows, &n, &next));
    assert_int_equal(n, 3);
}

static void the_oldest_due_entries_come_first(void **state)
{
    struct fixture *f = *state;
    id late = stored_entry(f, 30), early = stored_entry(f, 10), middle = stored_entry(f, 20);
    struct outbox_row *rows;
    size_t n;
    int64_t next;
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 100, 1000, 2, &rows, &n, &next));
    assert_int_equal(n, 2);
    assert_true(id_eq(&rows[0].id, &early) && id_eq(&rows[1].id, &middle));
    assert_int_equal(next, 30);
    assert_ok(store_outbox_claim(f->store, &f->arena, OUTBOX_ANY, 100, 1000, 2, &rows, &n, &next));
    assert_int_equal(n, 1);
    assert_true(id_eq(&rows[0].id, &late));
}

static void a_failure_counts_and_keeps_what_was_said(void **state)
{
    struct fixture *f = *state;
    id entry = stored_entry(f, 1);
    struct outbox_row got;
    static char said[700];
    memset(said, 'e', sizeof said);
    memcpy(said + 498, "\xe2\x82\xac", 3); /* a character across the limit of 500 bytes */
    assert_ok(store_outbox_later(f->store, &entry, 500, str_n(said, sizeof said)));
    assert_ok(store_outbox_get(f->store, &f->arena, &entry, &got));
    assert_int_equal(got.attempts, 1);
    assert_int_equal(got.next_ms, 500);
    assert_int_equal(got.last_error.n, 498);
    assert_str(got.state, STR("pending"));
    assert_ok(store_outbox_sent(f->store, &entry, 600));
    assert_ok(store_outbox_get(f->store, &f->arena, &entry, &got));
    assert_int_equal(got.attempts, 2);
    assert_int_equal(got.done_ms, 600);
    assert_str(got.state, STR("sent"));
    assert_code(store_outbox_later(f->store, &entry, 700, STR("")), ERR_NOT_FOUND);
}

static void a_dead_letter_brings_its_notice_and_can_be_tried_again(void **state)
{
    struct fixture *f = *state;
    id entry = stored_entry(f, 1);
    struct outbox_row notice = make_entry(&f->project, "mail.failed", 2), got, *rows;
    struct outbox_counts counts;
    size_t n;
    notice.project = (id){{0}};
    assert_ok(store_outbox_dead(f->store, &entry, 50, STR("550 no such user"), &notice, 1));
    assert_ok(store_outbox_counts(f->store, &counts));
    assert_int_equal(counts.dead, 1);
    assert_int_equal(counts.pending, 1);
    assert_true(counts.oldest_pending_ms > 0);
    assert_code(store_outbox_dead(f->store, &entry, 51, STR(""), NULL, 0), ERR_NOT_FOUND);
    assert_ok(store_outbox_list(f->store, &f->arena, STR("dead"), 0, &rows, &n));
    assert_int_equal(n, 1);
    assert_str(rows[0].last_error, STR("550 no such user"));
    assert_ok(store_outbox_retry(f->store, NULL, 60, &n));
    assert_int_equal(n, 1);
    assert_ok(store_outbox_get(f->store, &f->arena, &entry, &got));
    assert_str(got.state, STR("pending"));
    assert_int_equal(got.next_ms, 60);
    assert_ok(store_outbox_sent(f->store, &entry, 70));
    assert_ok(store_outbox_retry(f->store, &entry, 80, &n));
    assert_int_equal(n, 0); /* what was sent is not sent again */
    assert_ok(store_outbox_list(f->store, &f->arena, STR(""), 0, &rows, &n));
    assert_int_equal(n, 2);
}

/* ── workers ── */

enum { WORKERS = 8, ENTRIES = 400 };

struct worker {
    struct store *store;
    id claimed[ENTRIES];
    size_t count;
    err e;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    size_t n;
    do {
        struct arena a;
        struct outbox_row *rows;
        int64_t next;
        arena_init(&a, 1 << 20);
        worker->e =
            store_outbox_claim(worker->store, &a, OUTBOX_ANY, 1000, 60000, 3, &rows, &n, &next);
        for (size_t i = 0; err_ok(worker->e) && i < n; i++) {
            worker->claimed[worker->count++] = rows[i].id;
        }
        arena_done(&a);
    } while (err_ok(worker->e) && n);
    return NULL;
}

static int by_id(const void *a, const void *b) { return str_cmp(id_str(a), id_str(b)); }

static void no_two_workers_hold_one_entry(void **state)
{
    struct fixture *f = *state;
    static struct worker workers[WORKERS];
    static id all[ENTRIES * 2];
    pthread_t threads[WORKERS];
    size_t n = 0;
    for (int i = 0; i < ENTRIES; i++) {
        (void)stored_entry(f, i);
    }
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){.store = f->store};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        (void)pthread_join(threads[i], NULL);
        assert_ok(workers[i].e);
        memcpy(all + n, workers[i].claimed, workers[i].count * sizeof *all);
        n += workers[i].count;
    }
    assert_int_equal(n, ENTRIES);
    qsort(all, n, sizeof *all, by_id);
    for (size_t i = 1; i < n; i++) {
        assert_false(id_eq(&all[i - 1], &all[i]));
    }
}

static const struct store_test tests[] = {
    STORE_TEST(an_entry_is_claimed_when_due_and_again_when_its_lease_ran_out),
    STORE_TEST(a_lease_can_be_renewed_while_it_is_held),
    STORE_TEST(each_channel_is_claimed_apart),
    STORE_TEST(the_oldest_due_entries_come_first),
    STORE_TEST(a_failure_counts_and_keeps_what_was_said),
    STORE_TEST(a_dead_letter_brings_its_notice_and_can_be_tried_again),
    STORE_TEST(no_two_workers_hold_one_entry),
};

int main(void) { return store_tests_run("outbox", tests, sizeof tests / sizeof *tests); }
