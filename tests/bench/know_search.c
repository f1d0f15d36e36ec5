/* SPDX-License-Identifier: Apache-2.0 */
/* Latency of search and of search with the extractive answer: know_search FOLDER QUESTIONS.json…
 * [--db FILE]. The folder is read as a source and its documents are copied with small changes until
 * there are 15,000 passages. One thread; times are of its processor and of the clock. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "chat/chat.h"
#include "know/tokens.h"
#include "quality/support.h"

enum { PASSAGES = 15000, ROUNDS = 5, TIMES_MAX = 4096 };

struct times {
    double search_cpu[TIMES_MAX], search[TIMES_MAX], answer_cpu[TIMES_MAX], answer[TIMES_MAX];
    size_t count;
};

static bool tell(void *user, const struct know_progress *progress, str failure)
{
    (void)user, (void)progress, (void)failure;
    return true;
}

static double cpu_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1000.0 + (double)t.tv_nsec / 1e6;
}

/* Puts one document again under another address, a word of its own in each passage. */
static err copy_document(struct house *h, const struct document_row *from, unsigned round,
                         size_t *total)
{
    struct arena a;
    struct passage_row *rows = NULL;
    size_t n = 0;
    arena_init(&a, 64 << 20);
    err e = store_passage_around(h->store, &a, &h->project.id, &from->id, 0, 100000, &rows, &n);
    for (size_t i = 0; err_ok(e) && i < n; i++) {
        rows[i].text =
            arena_printf(&a, "%.*s\n\nEdition %u of part %zu.", STR_ARG(rows[i].text), round, i);
        rows[i].url = arena_printf(&a, "%.*s&copy=%u", STR_ARG(rows[i].url), round);
        e = know_index_text(&a, rows[i].title, &rows[i].index_title);
        e = err_ok(e) ? know_index_text(&a, rows[i].heading, &rows[i].index_heading) : e;
        e = err_ok(e) ? know_index_text(&a, rows[i].text, &rows[i].index_text) : e;
    }
    struct document_put put = {.document = *from, .passages = rows, .passage_count = n};
    put.document.id = id_random();
    put.document.url = arena_printf(&a, "%.*s?copy=%u", STR_ARG(from->url), round);
    if (err_ok(e) && n > 0) {
        e = store_document_put(h->store, &put, 1);
        *total += n;
    }
    arena_done(&a);
    return e;
}

static err fill(struct house *h, const char *folder, size_t *total)
{
    struct know_settings settings = know_settings_default();
    struct know_progress p = {0};
    struct document_row *documents = NULL;
    size_t count = 0;
    h->source.location = str_c(folder);
    err e = store_source_create(h->store, &h->source);
    e = err_ok(e) ? know_sync(h->store, &settings, &h->source, tell, NULL, &p) : e;
    *total = (size_t)p.passages;
    e = err_ok(e) ? store_document_list(h->store, &h->arena, &h->project.id, &h->source.id,
                                        &documents, &count)
                  : e;
    for (unsigned round = 1; err_ok(e) && count > 0 && *total < PASSAGES; round++) {
        for (size_t i = 0; err_ok(e) && i < count && *total < PASSAGES; i++) {
            e = copy_document(h, &documents[i], round, total);
        }
    }
    return e;
}

static err ask(struct house *h, struct arena *a, str question, struct times *t)
{
    struct know_query query = {.project = &h->project.id,
                               .text = question,
                               .limit = CHAT_PASSAGES,
                               .per_page = CHAT_PER_PAGE,
                               .bare = true};
    struct know_hit *hits = NULL;
    struct know_answer answer;
    size_t n = 0;
    arena_reset(a);
    int64_t wall = clock_mono_us();
    double cpu = cpu_ms();
    err e = know_search(h->store, a, &query, &hits, &n);
    double found_cpu = cpu_ms() - cpu, found = (double)(clock_mono_us() - wall) / 1000.0;
    e = err_ok(e) ? know_extract(a, question, hits, n, &answer) : e;
    if (t->count < TIMES_MAX) {
        t->search_cpu[t->count] = found_cpu;
        t->search[t->count] = found;
        t->answer_cpu[t->count] = cpu_ms() - cpu;
        t->answer[t->count++] = (double)(clock_mono_us() - wall) / 1000.0;
    }
    return e;
}

static err ask_set(struct house *h, struct arena *a, const char *path, struct times *t)
{
    json_t *set = json_file(path), *each;
    size_t i;
    err e = set ? ERR_NONE : err_new(ERR_NOT_FOUND, "there is no such file of questions");
    json_array_foreach (json_object_get(set, "questions"), i, each) {
        str question = STR_EMPTY;
        (void)json_get_str(each, "q", &question);
        e = err_ok(e) ? ask(h, a, question, t) : e;
    }
    json_array_foreach (json_object_get(set, "off_topic"), i, each) {
        e = err_ok(e) ? ask(h, a, str_c(json_string_value(each)), t) : e;
    }
    json_decref(set);
    return e;
}

static int by_size(const void *x, const void *y)
{
    const double *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

static void print(const char *name, double *times, size_t n)
{
    qsort(times, n, sizeof(*times), by_size);
    (void)printf("%-24s p50 %6.2f ms   p99 %6.2f ms   most %6.2f ms\n", name, times[n / 2],
                 times[n * 99 / 100], times[n - 1]);
}

int main(int argc, char **argv)
{
    know_parser_main(argc, argv);
    const char *db = NULL, *folder = NULL, *sets[8];
    size_t set_count = 0, total = 0;
    bool filled = false;
    for (int i = 1; i < argc; i++) {
        if (str_eq(str_c(argv[i]), STR("--db")) && i + 1 < argc) {
            db = argv[++i];
        } else if (folder == NULL) {
            folder = argv[i];
        } else if (set_count < 8) {
            sets[set_count++] = argv[i];
        }
    }
    struct house house;
    struct arena a;
    struct times *t = mem_alloc(sizeof(*t));
    if (set_count == 0 || t == NULL || !err_ok(crypto_init()) || !house_open(&house, db, &filled)) {
        (void)fprintf(stderr, "usage: know_search FOLDER QUESTIONS.json... [--db FILE]\n");
        return 2;
    }
    arena_init(&a, 64 << 20);
    err e = filled ? ERR_NONE : fill(&house, folder, &total);
    for (unsigned round = 0; err_ok(e) && round <= ROUNDS; round++) {
        t->count = round == 1 ? 0 : t->count; /* the first round warms the caches */
        for (size_t i = 0; err_ok(e) && i < set_count; i++) {
            e = ask_set(&house, &a, sets[i], t);
        }
    }
    if (err_ok(e)) {
        (void)printf("%zu passages, %zu questions\n", total, t->count);
        print("search, processor", t->search_cpu, t->count);
        print("search, clock", t->search, t->count);
        print("with answer, processor", t->answer_cpu, t->count);
        print("with answer, clock", t->answer, t->count);
    } else {
        (void)fprintf(stderr, "%s\n", e.what);
    }
    mem_free(t);
    arena_done(&a);
    house_close(&house);
    return err_ok(e) ? 0 : 1;
}
