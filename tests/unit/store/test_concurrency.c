/* SPDX-License-Identifier: Apache-2.0 */
/* Many threads on one store: nothing is lost, nothing is mixed up, and many writes share one sync.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>

#include "unit/store/backend.h"

enum { THREADS = 16, ROUNDS = 25 };

struct worker {
    struct fixture *f;
    unsigned number;
    unsigned rounds;
    err e;
    const char *what;
};

#define MUST(call)                                                                                 \
    do {                                                                                           \
        w->e = (call);                                                                             \
        if (!err_ok(w->e)) {                                                                       \
            w->what = #call;                                                                       \
            arena_done(&a);                                                                        \
            return NULL;                                                                           \
        }                                                                                          \
    } while (0)

static err wrong(bool is) { return is ? err_new(ERR_INTERNAL, "not what was written") : ERR_NONE; }

/* One visitor's journey: a chat, messages, a lead, documents, searches; each step is read back. */
static void *journey(void *argument)
{
    struct worker *w = argument;
    struct store *store = w->f->store;
    const id *project = w->number % 2 ? &w->f->project : &w->f->project2;
    struct arena a;
    arena_init(&a, 64 << 20);
    for (unsigned i = 0; i < w->rounds; i++) {
        struct chat_row chat = make_chat(project), got;
        struct message_row hello = make_message(&chat.id, MESSAGE_VISITOR, "Hello"), *messages;
        struct lead_row lead = make_lead(project, &chat.id);
        struct outbox_row entry = make_entry(project, "lead.created", 1);
        struct source_row source = make_source(project);
        str term = arena_printf(&a, "t%uround%u", w->number, i);
        struct passage_row passage = make_passage(0, term.p), *found;
        struct document_put put = {make_document(project, &source.id, "https://a.example/"),
                                   &passage, 1};
        struct passage_query query = {
            .project = project, .terms = &term, .term_count = 1, .limit = 5};
        enum replay replay;
        size_t n;
        id made;
        MUST(store_chat_begin(store, &chat, &hello, 1));
        for (uint64_t seq = 2; seq < 5; seq++) {
            struct message_row next = make_message(&chat.id, MESSAGE_AI, "Answer");
            MUST(store_message_append(store, project, &next, 1));
            MUST(wrong(next.seq != seq));
        }
        MUST(store_message_list(store, &a, project, &chat.id, 0, 0, &messages, &n));
        MUST(wrong(n != 4));
        MUST(store_lead_create(store, &lead, &entry, 1, NULL, &replay, &made));
        MUST(store_chat_get(store, &a, project, &chat.id, &got));
        MUST(wrong(got.last_seq != 4));
        MUST(store_source_create(store, &source));
        MUST(store_document_put(store, &put, 1));
        MUST(store_passage_find(store, &a, &query, &found, &n));
        MUST(wrong(n != 1));
        MUST(store_source_delete(store, project, &source.id));
        MUST(store_passage_find(store, &a, &query, &found, &n));
        MUST(wrong(n != 0));
        arena_reset(&a);
    }
    arena_done(&a);
    return NULL;
}

static void *write_only(void *argument)
{
    struct worker *w = argument;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (unsigned i = 0; i < w->rounds; i++) {
        struct lead_row lead = make_lead(&w->f->project, NULL);
        struct outbox_row entry = make_entry(&w->f->project, "lead.created", 1);
        enum replay replay;
        id made;
        MUST(store_lead_create(w->f->store, &lead, &entry, 1, NULL, &replay, &made));
    }
    arena_done(&a);
    return NULL;
}

static void run_all(struct fixture *f, unsigned threads, unsigned rounds, void *(*run)(void *))
{
    struct worker workers[THREADS];
    pthread_t ids[THREADS];
    for (unsigned i = 0; i < threads; i++) {
        workers[i] = (struct worker){.f = f, .number = i, .rounds = rounds, .e = ERR_NONE};
        assert_int_equal(pthread_create(&ids[i], NULL, run, &workers[i]), 0);
    }
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(ids[i], NULL);
        if (!err_ok(workers[i].e)) {
            print_error("thread %u: %s: %s\n", i, workers[i].what, workers[i].e.what);
        }
        assert_ok(workers[i].e);
    }
}

static void sixteen_visitors_at_once_get_what_they_wrote(void **state)
{
    struct fixture *f = *state;
    struct lead_row *leads;
    struct outbox_counts counts;
    size_t n;
    id none = {{0}};
    str detail;
    run_all(f, THREADS, ROUNDS, journey);
    assert_ok(store_lead_list(f->store, &f->arena, &none, 0, 0, &leads, &n));
    assert_int_equal(n, THREADS * ROUNDS);
    assert_ok(store_outbox_counts(f->store, &counts));
    assert_int_equal(counts.pending, THREADS * ROUNDS);
    fixture_reopen(f);
    assert_ok(store_check(f->store, &f->arena, &detail));
}

static id shared_chat;

static void *append_shared(void *argument)
{
    struct worker *w = argument;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (unsigned i = 0; i < w->rounds; i++) {
        struct message_row row = make_message(&shared_chat, MESSAGE_STAFF, "note");
        MUST(store_message_append(w->f->store, &w->f->project, &row, 1));
    }
    arena_done(&a);
    return NULL;
}

static void one_chat_is_numbered_without_gaps_by_many(void **state)
{
    struct fixture *f = *state;
    struct message_row *rows;
    size_t n;
    shared_chat = stored_chat(f, &f->project);
    run_all(f, THREADS, ROUNDS, append_shared);
    assert_ok(
        store_message_list(f->store, &f->arena, &f->project, &shared_chat, 0, 1000, &rows, &n));
    assert_int_equal(n, THREADS * ROUNDS);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(rows[i].seq, i + 1);
    }
}

static void a_failing_write_does_not_harm_its_neighbours(void **state)
{
    struct fixture *f = *state;
    struct worker workers[THREADS];
    pthread_t ids[THREADS];
    struct lead_row *leads;
    size_t n;
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.f = f, .number = i, .rounds = ROUNDS, .e = ERR_NONE};
        assert_int_equal(pthread_create(&ids[i], NULL, write_only, &workers[i]), 0);
    }
    for (unsigned i = 0; i < 200;
         i++) { /* each of these is refused inside the shared transaction */
        id nobody = id_random();
        struct lead_row lead = make_lead(&f->project, &nobody);
        enum replay replay;
        id made;
        assert_code(store_lead_create(f->store, &lead, NULL, 0, NULL, &replay, &made),
                    ERR_NOT_FOUND);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        (void)pthread_join(ids[i], NULL);
        assert_ok(workers[i].e);
    }
    assert_ok(store_lead_list(f->store, &f->arena, &f->project, 0, 0, &leads, &n));
    assert_int_equal(n, THREADS * ROUNDS);
}

static void closing_waits_for_writes_that_were_accepted(void **state)
{
    struct fixture *f = *state;
    struct lead_row *leads;
    size_t n;
    run_all(f, THREADS, 2, write_only);
    fixture_reopen(f);
    assert_ok(store_lead_list(f->store, &f->arena, &f->project, 0, 0, &leads, &n));
    assert_int_equal(n, THREADS * 2);
}

static atomic_bool reading;

static void *read_always(void *argument)
{
    struct worker *w = argument;
    struct arena a;
    arena_init(&a, 16 << 20);
    while (reading) {
        struct lead_row *rows;
        size_t n;
        MUST(store_lead_list(w->f->store, &a, &w->f->project, 0, 100, &rows, &n));
        arena_reset(&a);
    }
    arena_done(&a);
    return NULL;
}

/* The log can only start anew when nobody reads old pages of it; somebody always does. */
static void the_log_stays_small_under_readers_that_never_pause(void **state)
{
    struct fixture *f = *state;
    enum { READERS = 4, WRITES = 60, BYTES = 2 << 20, LOG_BYTES_MAX = 90 << 20 };
    struct worker readers[READERS];
    pthread_t ids[READERS];
    struct source_row source = make_source(&f->project);
    static char bytes[BYTES];
    char path[128];
    struct stat info;
    off_t largest = 0;
    (void)snprintf(path, sizeof path, "%s-wal", f->path);
    assert_ok(store_source_create(f->store, &source));
    reading = true;
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct worker){.f = f, .e = ERR_NONE};
        assert_int_equal(pthread_create(&ids[i], NULL, read_always, &readers[i]), 0);
    }
    for (int i = 0; i < WRITES; i++) {
        memset(bytes, 'a' + i % 26, sizeof bytes);
        assert_ok(store_source_set_content(f->store, &f->project, &source.id,
                                           str_n(bytes, sizeof bytes), STR("text/plain")));
        assert_int_equal(stat(path, &info), 0);
        largest = info.st_size > largest ? info.st_size : largest;
    }
    reading = false;
    for (int i = 0; i < READERS; i++) {
        (void)pthread_join(ids[i], NULL);
        assert_ok(readers[i].e);
    }
    (void)printf("# the log had at most %lld MB\n", (long long)(largest >> 20));
    assert_true(largest < LOG_BYTES_MAX);
}

static void the_log_goes_into_the_database_when_nobody_writes(void **state)
{
    struct fixture *f = *state;
    enum { BYTES = 2 << 20, WRITES = 3, WAIT_MS = 10000 };
    struct source_row source = make_source(&f->project);
    static char bytes[BYTES];
    struct stat info = {0};
    memset(bytes, 'a', sizeof bytes);
    assert_ok(store_source_create(f->store, &source));
    for (int i = 0; i < WRITES; i++) {
        assert_ok(store_source_set_content(f->store, &f->project, &source.id,
                                           str_n(bytes, sizeof bytes), STR("text/plain")));
    }
    for (int64_t until = clock_mono_ms() + WAIT_MS;
         info.st_size < BYTES && clock_mono_ms() < until;) {
        struct timespec pause = {.tv_nsec = 5000000};
        (void)nanosleep(&pause, NULL);
        assert_int_equal(stat(f->path, &info), 0);
    }
    assert_true(info.st_size >= BYTES);
}

static void writes_per_second_are_printed(void **state)
{
    struct fixture *f = *state;
    static const unsigned threads[] = {1, THREADS};
    for (size_t i = 0; i < 2; i++) {
        unsigned rounds = 400 / threads[i] + 25;
        int64_t start = clock_mono_us();
        run_all(f, threads[i], rounds, write_only);
        double seconds = (double)(clock_mono_us() - start) / 1e6;
        (void)printf("# %u threads: %.0f leads a second\n", threads[i],
                     threads[i] * rounds / seconds);
    }
}

static const struct store_test tests[] = {
    STORE_TEST(sixteen_visitors_at_once_get_what_they_wrote),
    STORE_TEST(one_chat_is_numbered_without_gaps_by_many),
    STORE_TEST(a_failing_write_does_not_harm_its_neighbours),
    STORE_TEST(closing_waits_for_writes_that_were_accepted),
    STORE_TEST(the_log_stays_small_under_readers_that_never_pause),
    STORE_TEST(the_log_goes_into_the_database_when_nobody_writes),
    STORE_TEST(writes_per_second_are_printed),
};

int main(void) { return store_tests_run("concurrency", tests, sizeof tests / sizeof *tests); }
