/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "unit/store/backend.h"

static struct idempotency once(const id *scope, const char *key, const char *request)
{
    return (struct idempotency){str_c(key), *scope, crypto_sha256(str_c(request))};
}

static size_t leads_of(struct fixture *f, const id *project)
{
    struct lead_row *rows;
    size_t n;
    assert_ok(store_lead_list(f->store, &f->arena, project, 0, 0, &rows, &n));
    return n;
}

static void a_lead_comes_with_its_outbox_entries(void **state)
{
    struct fixture *f = *state;
    id chat = stored_chat(f, &f->project), made;
    struct lead_row lead = make_lead(&f->project, &chat), got;
    struct outbox_row entries[2] = {make_entry(&f->project, "lead.created", 1),
                                    make_entry(&f->project, "lead.created", 1)};
    struct outbox_counts counts;
    enum replay replay;
    lead.phone = STR("+49 30 1234");
    lead.company = STR("ACME");
    lead.message = STR("Call me");
    assert_ok(store_lead_create(f->store, &lead, entries, 2, NULL, &replay, &made));
    assert_int_equal(replay, REPLAY_NEW);
    assert_true(id_eq(&made, &lead.id));
    fixture_reopen(f);
    assert_ok(store_lead_get(f->store, &f->arena, &f->project, &lead.id, &got));
    assert_str(got.email, lead.email);
    assert_str(got.phone, lead.phone);
    assert_str(got.company, lead.company);
    assert_str(got.message, lead.message);
    assert_str(got.consent_text, lead.consent_text);
    assert_true(got.consent && id_eq(&got.chat, &chat));
    assert_ok(store_outbox_counts(f->store, &counts));
    assert_int_equal(counts.pending, 2);
}

static void a_lead_without_its_outbox_entries_does_not_exist(void **state)
{
    struct fixture *f = *state;
    struct lead_row lead = make_lead(&f->project, NULL);
    struct outbox_row entries[2] = {make_entry(&f->project, "lead.created", 1),
                                    make_entry(&f->project, "lead.created", 1)};
    struct idempotency key = once(&f->team, "key", "body");
    enum replay replay;
    id made;
    entries[1].id = entries[0].id;
    assert_code(store_lead_create(f->store, &lead, entries, 2, &key, &replay, &made), ERR_CONFLICT);
    assert_int_equal(leads_of(f, &f->project), 0);
    struct outbox_counts counts;
    assert_ok(store_outbox_counts(f->store, &counts));
    assert_int_equal(counts.pending, 0);
    assert_ok(store_lead_create(f->store, &lead, entries, 1, &key, &replay, &made));
    assert_int_equal(replay, REPLAY_NEW);
}

static void a_repeated_request_gives_the_first_lead(void **state)
{
    struct fixture *f = *state;
    id session = id_random(), other = id_random(), first, made;
    struct idempotency key = once(&session, "key", "body");
    enum replay replay;
    for (int i = 0; i < 3; i++) {
        struct lead_row lead = make_lead(&f->project, NULL);
        struct outbox_row entry = make_entry(&f->project, "lead.created", 1);
        assert_ok(store_lead_create(f->store, &lead, &entry, 1, &key, &replay, &made));
        assert_int_equal(replay, i == 0 ? REPLAY_NEW : REPLAY_SAME);
        first = i == 0 ? made : first;
        assert_true(id_eq(&made, &first));
    }
    assert_int_equal(leads_of(f, &f->project), 1);
    struct lead_row lead = make_lead(&f->project, NULL);
    struct idempotency changed = once(&session, "key", "another body");
    struct idempotency theirs = once(&other, "key", "another body");
    assert_code(store_lead_create(f->store, &lead, NULL, 0, &changed, &replay, &made),
                ERR_CONFLICT);
    assert_ok(store_lead_create(f->store, &lead, NULL, 0, &theirs, &replay, &made));
    assert_int_equal(replay, REPLAY_NEW);
    struct lead_row theirs2 = make_lead(&f->project2, NULL);
    assert_ok(store_lead_create(f->store, &theirs2, NULL, 0, &key, &replay, &made));
    assert_int_equal(replay, REPLAY_NEW);
}

static void keys_that_are_too_long_or_have_no_scope_are_refused(void **state)
{
    struct fixture *f = *state;
    static char text[257];
    memset(text, 'k', 256);
    struct lead_row lead = make_lead(&f->project, NULL);
    struct idempotency longer = once(&f->team, text, "body");
    struct idempotency nobodys = {STR("key"), {{0}}, crypto_sha256(STR("body"))};
    enum replay replay;
    id made;
    assert_code(store_lead_create(f->store, &lead, NULL, 0, &longer, &replay, &made),
                ERR_TOO_LARGE);
    assert_code(store_lead_create(f->store, &lead, NULL, 0, &nobodys, &replay, &made), ERR_INVALID);
    assert_int_equal(leads_of(f, &f->project), 0);
}

struct race {
    struct fixture *f;
    struct idempotency key;
    id made;
    enum replay replay;
    err e;
};

static void *race_run(void *argument)
{
    struct race *race = argument;
    struct lead_row lead = make_lead(&race->f->project, NULL);
    struct outbox_row entry = make_entry(&race->f->project, "lead.created", 1);
    race->e =
        store_lead_create(race->f->store, &lead, &entry, 1, &race->key, &race->replay, &race->made);
    return NULL;
}

static void simultaneous_requests_with_one_key_give_one_lead(void **state)
{
    struct fixture *f = *state;
    enum { THREADS = 16, ROUNDS = 20 };
    for (int round = 0; round < ROUNDS; round++) {
        struct race races[THREADS];
        pthread_t threads[THREADS];
        id session = id_random();
        int fresh = 0;
        for (int i = 0; i < THREADS; i++) {
            races[i] = (struct race){.f = f, .key = once(&session, "key", "body")};
            assert_int_equal(pthread_create(&threads[i], NULL, race_run, &races[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            (void)pthread_join(threads[i], NULL);
            assert_ok(races[i].e);
            fresh += races[i].replay == REPLAY_NEW;
            assert_true(id_eq(&races[i].made, &races[0].made));
        }
        assert_int_equal(fresh, 1);
        assert_int_equal(leads_of(f, &f->project), round + 1);
    }
}

static void leads_are_listed_by_project_time_and_number(void **state)
{
    struct fixture *f = *state;
    struct lead_row *rows;
    size_t n;
    enum replay replay;
    id made, none = {{0}};
    for (int i = 1; i <= 4; i++) {
        struct lead_row lead = make_lead(i == 4 ? &f->project2 : &f->project, NULL);
        lead.created_ms = i * 10;
        assert_ok(store_lead_create(f->store, &lead, NULL, 0, NULL, &replay, &made));
    }
    assert_ok(store_lead_list(f->store, &f->arena, &f->project, 20, 0, &rows, &n));
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].created_ms, 30);
    assert_ok(store_lead_list(f->store, &f->arena, &none, 0, 3, &rows, &n));
    assert_int_equal(n, 3);
    assert_int_equal(rows[0].created_ms, 40);
}

static void a_handoff_marks_the_chat_once(void **state)
{
    struct fixture *f = *state;
    id chat = stored_chat(f, &f->project), made;
    struct handoff_row handoff = make_handoff(&f->project, &chat), got;
    struct outbox_row entry = make_entry(&f->project, "handoff.requested", 1);
    struct idempotency key = once(&f->team, "key", "body");
    enum replay replay;
    struct chat_row row;
    assert_code(store_handoff_get(f->store, &f->arena, &f->project, &chat, &got), ERR_NOT_FOUND);
    assert_ok(store_handoff_create(f->store, &handoff, &entry, 1, &key, &replay, &made));
    assert_ok(store_handoff_create(f->store, &handoff, &entry, 1, &key, &replay, &made));
    assert_int_equal(replay, REPLAY_SAME);
    assert_true(id_eq(&made, &handoff.id));
    assert_ok(store_chat_get(f->store, &f->arena, &f->project, &chat, &row));
    assert_str(row.handoff, STR("requested"));
    assert_ok(store_handoff_get(f->store, &f->arena, &f->project, &chat, &got));
    assert_true(id_eq(&got.id, &handoff.id));
    assert_str(got.email, handoff.email);
    struct outbox_counts counts;
    assert_ok(store_outbox_counts(f->store, &counts));
    assert_int_equal(counts.pending, 1);
}

static const struct store_test tests[] = {
    STORE_TEST(a_lead_comes_with_its_outbox_entries),
    STORE_TEST(a_lead_without_its_outbox_entries_does_not_exist),
    STORE_TEST(a_repeated_request_gives_the_first_lead),
    STORE_TEST(keys_that_are_too_long_or_have_no_scope_are_refused),
    STORE_TEST(simultaneous_requests_with_one_key_give_one_lead),
    STORE_TEST(leads_are_listed_by_project_time_and_number),
    STORE_TEST(a_handoff_marks_the_chat_once),
};

int main(void) { return store_tests_run("leads", tests, sizeof tests / sizeof *tests); }
