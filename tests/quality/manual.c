/* SPDX-License-Identifier: Apache-2.0 */
/* Answers from a real manual: manual FOLDER QUESTIONS.json [--db FILE] [-v] [--report]. The folder
 * is read as a source of the product; a question is right when one of its pages is the first
 * citation, or among three; an off-topic question when it is declined. The set names what must be
 * reached ("floors": what is, raised with it) and what should be ("targets"). Plain FTS5 BM25 over
 * whole pages is printed beside. --report only prints. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "chat/chat.h"
#include "quality/support.h"

struct options {
    const char *folder, *questions, *db;
    bool verbose, report;
};

struct result {
    size_t asked, first, three, declined, plain_first, plain_three, off_topic, off_declined;
    double ms_most, ms_all;
};

static bool tell(void *user, const struct know_progress *progress, str failure)
{
    (void)user, (void)progress;
    if (failure.n) {
        (void)fprintf(stderr, "%.*s: %.*s\n", STR_ARG(progress->current), STR_ARG(failure));
    }
    return true;
}

/* "file:///a/b.html#c" is the page "b.html". */
static str page_of(str url)
{
    size_t end = str_find_byte(url, '#', 0);
    url = str_slice(url, 0, end == SIZE_MAX ? url.n : end);
    for (size_t i = url.n; i > 0; i--) {
        if (url.p[i - 1] == '/') {
            return str_slice(url, i, url.n);
        }
    }
    return url;
}

static bool is_right(const json_t *pages, str page)
{
    size_t i;
    json_t *each;
    json_array_foreach (pages, i, each) {
        if (str_eq(str_c(json_string_value(each)), page)) {
            return true;
        }
    }
    return false;
}

static err answer(struct house *h, struct arena *a, str question, struct know_answer *ret,
                  struct know_hit **ret_hits, size_t *ret_count, double *ret_ms)
{
    struct know_query query = {.project = &h->project.id,
                               .text = question,
                               .limit = CHAT_PASSAGES,
                               .per_page = CHAT_PER_PAGE};
    int64_t started = clock_mono_us();
    err e = know_search(h->store, a, &query, ret_hits, ret_count);
    if (err_ok(e)) {
        e = know_extract(a, question, *ret_hits, *ret_count, ret);
    }
    *ret_ms = (double)(clock_mono_us() - started) / 1000.0;
    return e;
}

/* Place of the first right page among those that are cited; two parts of one page are one. */
static size_t rank_of(const json_t *pages, const struct know_answer *answer)
{
    size_t rank = 0;
    for (size_t i = 0; i < answer->citation_count; i++) {
        str page = page_of(answer->citations[i].url);
        bool again = false;
        for (size_t k = 0; k < i; k++) {
            again |= str_eq(page_of(answer->citations[k].url), page);
        }
        if (!again && is_right(pages, page)) {
            return rank;
        }
        rank += !again;
    }
    return SIZE_MAX;
}

static void show(const struct options *o, str question, const struct know_answer *got,
                 const struct know_hit *hits, size_t count, const char *mark)
{
    if (!o->verbose) {
        return;
    }
    (void)printf("# %s %.3f %.*s |", mark, got->confidence, STR_ARG(question));
    for (size_t i = 0; i < count && i < 4; i++) {
        (void)printf(" %.*s", STR_ARG(page_of(hits[i].passage.url)));
    }
    (void)printf("\n");
    str rest = got->content, line;
    while (str_split(&rest, '\n', &line)) {
        (void)printf("#        %.*s\n", STR_ARG(line));
    }
}

/* The pages as plain FTS5 sees them: all passages of a page in one row. */
static void fill_plain(struct house *h, struct plain *plain, json_t *names)
{
    struct document_row *documents = NULL;
    struct source_row *sources = NULL;
    size_t n = 0, count = 0;
    if (!err_ok(store_source_list(h->store, &h->arena, &h->project.id, &sources, &n)) || n == 0 ||
        !err_ok(store_document_list(h->store, &h->arena, &h->project.id, &sources[0].id, &documents,
                                    &count))) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct passage_row *rows = NULL;
        struct buf body;
        buf_init(&body, 16 << 20);
        if (err_ok(store_passage_around(h->store, &h->arena, &h->project.id, &documents[i].id, 0,
                                        100000, &rows, &n))) {
            for (size_t k = 0; k < n; k++) {
                buf_add(&body, rows[k].heading);
                buf_add_c(&body, "\n");
                buf_add(&body, rows[k].text);
                buf_add_c(&body, "\n");
            }
        }
        plain_add(plain, (int64_t)i, documents[i].title, buf_str(&body));
        str page = page_of(documents[i].url);
        (void)json_array_append_new(names, json_stringn(page.p, page.n));
        buf_done(&body);
    }
}

static void ask_plain(struct plain *plain, const json_t *names, str question, const json_t *pages,
                      struct result *r)
{
    int64_t found[3];
    size_t n = plain_find(plain, question, found, 3);
    for (size_t i = 0; i < n; i++) {
        const char *name = json_string_value(json_array_get(names, (size_t)found[i]));
        if (is_right(pages, str_c(name))) {
            r->plain_first += i == 0;
            r->plain_three++;
            return;
        }
    }
}

static bool ask_all(struct house *h, struct plain *plain, const json_t *names, const json_t *set,
                    const struct options *o, struct result *r)
{
    struct arena a;
    size_t i, count = 0;
    json_t *each;
    struct know_hit *hits = NULL;
    struct know_answer got;
    double ms = 0;
    arena_init(&a, 64 << 20);
    json_array_foreach (json_object_get(set, "questions"), i, each) {
        str question = STR_EMPTY;
        (void)json_get_str(each, "q", &question);
        const json_t *pages = json_object_get(each, "pages");
        arena_reset(&a);
        if (!err_ok(answer(h, &a, question, &got, &hits, &count, &ms))) {
            return false;
        }
        size_t rank = got.answered ? rank_of(pages, &got) : SIZE_MAX;
        r->asked++;
        r->first += rank == 0;
        r->three += rank < 3;
        r->declined += !got.answered;
        r->ms_all += ms;
        r->ms_most = ms > r->ms_most ? ms : r->ms_most;
        ask_plain(plain, names, question, pages, r);
        show(o, question, &got, hits, count, rank == 0 ? "1st " : rank < 3 ? "3rd " : "MISS");
    }
    json_array_foreach (json_object_get(set, "off_topic"), i, each) {
        str question = str_c(json_string_value(each));
        arena_reset(&a);
        if (!err_ok(answer(h, &a, question, &got, &hits, &count, &ms))) {
            return false;
        }
        r->off_topic++;
        r->off_declined += !got.answered;
        show(o, question, &got, hits, count, got.answered ? "OFF!" : "off ");
    }
    arena_done(&a);
    return true;
}

static void reach(const json_t *set, const char *name, size_t got, const char *what)
{
    const json_t *floor = json_object_get(json_object_get(set, "floors"), name);
    const json_t *target = json_object_get(json_object_get(set, "targets"), name);
    double least = json_number_value(floor);
    tap_reach((double)got, least, target ? json_number_value(target) : least, what);
}

static void judge(const struct options *o, const json_t *set, const struct result *r)
{
    (void)printf(
        "# %-12s first %zu  among three %zu  declined %zu  of %zu;  off-topic declined %zu of %zu\n",
        "ours", r->first, r->three, r->declined, r->asked, r->off_declined, r->off_topic);
    (void)printf("# %-12s first %zu  among three %zu  (BM25 over whole pages)\n", "plain FTS5",
                 r->plain_first, r->plain_three);
    (void)printf("# %.1f ms a question, %.1f at most\n", r->ms_all / (double)r->asked, r->ms_most);
    if (o->report || !json_object_get(set, "floors")) {
        tap_ok(true, "reported only");
        return;
    }
    reach(set, "first", r->first, "right page cited first, of 30");
    reach(set, "three", r->three, "right page among three that are cited, of 30");
    reach(set, "answered", r->asked - r->declined, "answered, of 30");
    reach(set, "off_topic", r->off_declined, "off-topic questions declined, of 10");
}

static bool fill(struct house *h, const struct options *o)
{
    struct know_settings settings = know_settings_default();
    struct know_progress p;
    int64_t started = clock_mono_us();
    h->source.location = str_c(o->folder);
    err e = store_source_create(h->store, &h->source);
    e = err_ok(e) ? know_sync(h->store, &settings, &h->source, tell, NULL, &p) : e;
    if (!err_ok(e)) {
        (void)fprintf(stderr, "%s\n", e.what);
        return false;
    }
    double seconds = (double)(clock_mono_us() - started) / 1e6;
    (void)printf("# %llu documents, %llu failed, %llu passages, %.1f s\n",
                 (unsigned long long)p.read, (unsigned long long)p.failed,
                 (unsigned long long)p.passages, seconds);
#ifdef __SANITIZE_ADDRESS__ /* several times slower */
    return true;
#endif
    if (!o->report) {
        tap_ok(seconds < 60, "the manual is read in under 60 s");
    }
    return true;
}

int main(int argc, char **argv)
{
    know_parser_main(argc, argv);
    struct options o = {0};
    for (int i = 1; i < argc; i++) {
        str arg = str_c(argv[i]);
        if (str_eq(arg, STR("--db")) && i + 1 < argc) {
            o.db = argv[++i];
        } else if (str_eq(arg, STR("-v"))) {
            o.verbose = true;
        } else if (str_eq(arg, STR("--report"))) {
            o.report = true;
        } else if (o.folder == NULL) {
            o.folder = argv[i];
        } else {
            o.questions = argv[i];
        }
    }
    struct house house;
    struct plain plain;
    struct result result = {0};
    bool filled = false;
    json_t *set = o.questions ? json_file(o.questions) : NULL, *names = json_array();
    if (o.folder == NULL || access(o.folder, R_OK) != 0 || set == NULL) {
        tap_skip("manual: the manual is not installed");
        return tap_done();
    }
    if (!err_ok(crypto_init()) || !house_open(&house, o.db, &filled) || !plain_open(&plain)) {
        return 2;
    }
    bool ok = filled || fill(&house, &o);
    fill_plain(&house, &plain, names);
    ok = ok && ask_all(&house, &plain, names, set, &o, &result);
    if (ok) {
        judge(&o, set, &result);
    }
    json_decref(names);
    json_decref(set);
    plain_close(&plain);
    house_close(&house);
    return ok ? tap_done() : 2;
}
