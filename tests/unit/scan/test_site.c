/* SPDX-License-Identifier: Apache-2.0 */
/* What of a site is read, in which order it leads on, and where it ends; the answers are a table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "scan/content.h"
#include "scan/sources.h"

enum { NOTED_MAX = 4000 };

/* ── a run of which only the site is real ── */

struct noted {
    str path, text;
};

static struct {
    pthread_mutex_t lock;
    struct arena a;
    struct noted read[NOTED_MAX], problems[NOTED_MAX], notes[NOTED_MAX], asked[NOTED_MAX];
    size_t read_count, problem_count, note_count, asked_count;
    str excluded;
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void note(struct noted *list, size_t *count, str path, str text)
{
    pthread_mutex_lock(&seen.lock);
    if (*count < NOTED_MAX) {
        list[(*count)++] = (struct noted){arena_str(&seen.a, path), arena_str(&seen.a, text)};
    }
    pthread_mutex_unlock(&seen.lock);
}

void scan_content(struct scan_worker *w, str bytes, const struct origin *o)
{
    (void)w;
    assert_int_equal(o->kind, PLACE_URL);
    assert_true(o->served);
    note(seen.read, &seen.read_count, o->path, str_slice(bytes, 0, 2000));
}

void scan_problem(struct scan *s, str path, const char *what, bool limit)
{
    (void)s;
    (void)limit;
    note(seen.problems, &seen.problem_count, path, str_c(what));
}

void scan_note(struct scan *s, str path, const char *what)
{
    (void)s;
    note(seen.notes, &seen.note_count, path, str_c(what));
}

bool scan_excluded(const struct scan *s, str path)
{
    (void)s;
    return seen.excluded.n && str_find(path, seen.excluded, 0) != SIZE_MAX;
}

void scan_progress(struct scan *s, const char *stage, uint64_t done, uint64_t total)
{
    (void)s;
    (void)stage;
    assert_true(done <= total);
}

err scan_worker_new(struct scan *s, struct scan_worker **ret)
{
    (void)s;
    *ret = NULL;
    return ERR_NONE;
}

void scan_worker_free(struct scan_worker *w) { (void)w; }

/* ── the site ── */

struct answer {
    const char *url;
    unsigned status; /* 0: nobody answers */
    const char *type, *body, *location, *source_map;
};

struct table {
    const struct answer *answers;
    size_t count;
    struct answer other; /* for what is not there */
    bool endless;        /* pages lead to new pages for ever */
    unsigned wait_ms;
};

static err ask(void *user, struct arena *a, str url, size_t body_max, unsigned wait_ms,
               struct scan_answer *ret)
{
    const struct table *t = user;
    const struct answer *found = &t->other;
    assert_true(wait_ms > 0);
    note(seen.asked, &seen.asked_count, url, STR_EMPTY);
    for (size_t i = 0; i < t->count; i++) {
        found = str_eq(str_c(t->answers[i].url), url) ? &t->answers[i] : found;
    }
    if (found->status == 0) {
        return err_new(ERR_UPSTREAM, "nobody is there");
    }
    str body = str_c(found->body ? found->body : "");
    if (t->endless) {
        body = arena_printf(a, "<a href=\"%.*s0/\">on</a> <script src=\"%.*s0.js\"></script>",
                            STR_ARG(url), STR_ARG(url));
    }
    if (t->wait_ms) {
        struct timespec pause = {.tv_nsec = (long)t->wait_ms * 1000000};
        nanosleep(&pause, NULL);
    }
    *ret = (struct scan_answer){.status = found->status,
                                .type = str_c(found->type),
                                .location = str_c(found->location),
                                .source_map = str_c(found->source_map),
                                .body = str_slice(body, 0, body_max),
                                .cut = body.n > body_max};
    return ERR_NONE;
}

static void read_site(const struct answer *answers, size_t count, const char *url)
{
    struct table t = {.answers = answers,
                      .count = count,
                      .other = {.status = 404, .type = "text/html", .body = "<p>not here</p>"}};
    struct scan_options options = {.ask = ask, .ask_user = &t};
    struct scan s = {.options = &options};
    seen.read_count = seen.problem_count = seen.note_count = seen.asked_count = 0;
    err e = source_site(&s, str_c(url));
    assert_true(err_ok(e));
}

#define READ(answers, url) read_site(answers, sizeof(answers) / sizeof(answers)[0], url)

static const struct noted *find(const struct noted *list, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(list[i].path, str_c(path))) {
            return &list[i];
        }
    }
    return NULL;
}

static void must_read(const char *path, const char *text)
{
    const struct noted *n = find(seen.read, seen.read_count, path);
    if (!n || str_find(n->text, str_c(text), 0) == SIZE_MAX) {
        for (size_t i = 0; i < seen.asked_count; i++) {
            print_message("asked %.*s\n", STR_ARG(seen.asked[i].path));
        }
        fail_msg("%s was not read with %s in it", path, text);
    }
}

static void must_not_read(const char *path)
{
    if (find(seen.read, seen.read_count, path)) {
        fail_msg("%s was read", path);
    }
}

static void must_say(const char *path, const char *what)
{
    const struct noted *n = find(seen.problems, seen.problem_count, path);
    if (!n || str_find(n->text, str_c(what), 0) == SIZE_MAX) {
        fail_msg("of %s it is not said: %s (but %s)", path, what, n ? n->text.p : "nothing");
    }
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&seen.a, 256 << 20);
    return err_ok(crypto_init()) ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&seen.a);
    return 0;
}

static int each(void **state)
{
    (void)state;
    arena_reset(&seen.a);
    seen.excluded = STR_EMPTY;
    return 0;
}

#define HOME "https://www.example.com/"

static void everything_that_a_browser_loads_is_read(void **state)
{
    static const struct answer site[] = {
        {.url = HOME,
         .status = 200,
         .type = "text/html",
         .body = "<script type=importmap>{\"imports\":{\"x\":\"/assets/mapped.js\"}}</script>"
                 "<script type=module src=/assets/index.js></script>"
                 "<link rel=modulepreload href=/assets/early.js><link rel=stylesheet href=/s.css>"
                 "<link rel=manifest href=/app.webmanifest><link rel=icon href=/icon.png>"
                 "<script id=__NEXT_DATA__ type=application/json>{\"a\":1}</script>"
                 "<a href=/about>About</a><iframe src=/frame.html></iframe>"},
        {.url = HOME "assets/index.js",
         .status = 200,
         .type = "text/javascript",
         .body = "import('./lazy.js');m.f=['assets/dep.js','assets/dep.css'];"
                 "n.u=e=>'assets/'+e+'.'+{7:'ab'}[e]+'.js';new Worker('/worker.js');\n"
                 "//# sourceMappingURL=index.js.map"},
        {.url = HOME "assets/index.js.map",
         .status = 200,
         .type = "application/json",
         .body = "{\"version\":3,\"sources\":[\"../src/config.ts\",\"webpack://app/./src/b.ts\"],"
                 "\"sourcesContent\":[\"one\\ntwo\",\"three\"]}"},
        {.url = HOME "assets/early.js", .status = 200, .body = "early"},
        {.url = HOME "assets/lazy.js", .status = 200, .body = "lazy"},
        {.url = HOME "assets/dep.js", .status = 200, .body = "dep"},
        {.url = HOME "assets/dep.css", .status = 200, .body = "a{}"},
        {.url = HOME "assets/7.ab.js", .status = 200, .body = "chunk"},
        {.url = HOME "assets/mapped.js", .status = 200, .body = "mapped"},
        {.url = HOME "worker.js", .status = 200, .body = "worker"},
        {.url = HOME "s.css", .status = 200, .type = "text/css", .body = "@import 'more.css';"},
        {.url = HOME "more.css", .status = 200, .type = "text/css", .body = "b{}"},
        {.url = HOME "app.webmanifest", .status = 200, .body = "{\"name\":\"x\"}"},
        {.url = HOME "about",
         .status = 200,
         .type = "text/html",
         .body = "<script src=a.js></script>"},
        {.url = HOME "a.js", .status = 200, .body = "of about"},
        {.url = HOME "frame.html", .status = 200, .type = "text/html", .body = "<p>frame"},
        {.url = HOME "sw.js", .status = 200, .body = "service worker"},
    };
    (void)state;
    READ(site, HOME);
    must_read(HOME, "__NEXT_DATA__");
    must_read(HOME "assets/index.js.map!src/config.ts", "one\ntwo");
    must_read(HOME "assets/index.js.map!src/b.ts", "three");
    must_not_read(HOME "assets/index.js.map");
    for (size_t i = 1; i < sizeof site / sizeof site[0]; i++) {
        if (!strstr(site[i].url, ".map")) {
            must_read(site[i].url, "");
        }
    }
    must_not_read(HOME "icon.png");
    assert_int_equal(seen.problem_count, 0);
}

static void maps_are_found_without_a_word_in_the_script(void **state)
{
    static const struct answer site[] = {
        {.url = HOME,
         .status = 200,
         .type = "text/html",
         .body =
             "<script src=/a.js?v=3></script><script src=/b.js></script><script src=/c.js></script>"},
        {.url = HOME "a.js?v=3", .status = 200, .body = "a"},
        {.url = HOME "a.js.map",
         .status = 200,
         .body = "{\"sources\":[\"a.ts\"],\"sourcesContent\":[\"of a\"]}"},
        {.url = HOME "b.js", .status = 200, .body = "b", .source_map = "/maps/b"},
        {.url = HOME "maps/b",
         .status = 200,
         .body = "{\"sources\":[\"b.ts\"],\"sourcesContent\":[\"of b\"]}"},
        {.url = HOME "c.js",
         .status = 200,
         .body = "c\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,"
                 "eyJzb3VyY2VzIjpbImMudHMiXSwic291cmNlc0NvbnRlbnQiOlsib2YgYyJdfQ=="},
    };
    (void)state;
    READ(site, HOME);
    must_read(HOME "a.js.map!a.ts", "of a");
    must_read(HOME "maps/b!b.ts", "of b");
    must_read(HOME "c.js!c.ts", "of c");
}

static void exposed_files_count_only_when_they_are_files(void **state)
{
    static const struct answer site[] = {
        {.url = HOME, .status = 200, .type = "text/html", .body = "<p>hello"},
        {.url = HOME ".env", .status = 200, .type = "text/plain", .body = "A=1"},
        {.url = HOME ".git/config", .status = 200, .type = "text/html", .body = "<p>application"},
        {.url = HOME ".env.local", .status = 200, .body = "<!DOCTYPE html><p>application"},
        {.url = HOME "wp-config.php.bak", .status = 403, .body = "B=1"},
        {.url = HOME "config.json", .status = 302, .location = "https://elsewhere.example/"},
    };
    (void)state;
    READ(site, HOME);
    must_read(HOME ".env", "A=1");
    must_not_read(HOME ".git/config");
    must_not_read(HOME ".env.local");
    must_not_read(HOME "wp-config.php.bak");
    assert_int_equal(seen.problem_count, 0);
}

static void other_sites_are_named_and_left_alone(void **state)
{
    static const struct answer site[] = {
        {.url = HOME,
         .status = 200,
         .type = "text/html",
         .body = "<script src=https://cdn.example.net/a.js></script>"
                 "<script src=https://cdn.example.net/b.js></script>"
                 "<script src=https://static.example.com/c.js></script>"
                 "<a href=https://other.example.org/>x</a><script src=/off.js></script>"},
        {.url = "https://static.example.com/c.js", .status = 200, .body = "same site"},
        {.url = HOME "off.js", .status = 301, .location = "https://cdn.example.net/off.js"},
    };
    (void)state;
    READ(site, HOME);
    must_read("https://static.example.com/c.js", "same site");
    assert_int_equal(seen.note_count, 1);
    assert_string_equal(seen.notes[0].path.p, "cdn.example.net");
    must_say(HOME "off.js", "redirects to another site");
    for (size_t i = 0; i < seen.asked_count; i++) {
        assert_true(str_find(seen.asked[i].path, STR("example.com/"), 0) != SIZE_MAX);
    }
}

static void redirects_are_followed_within_the_site_and_end(void **state)
{
    static const struct answer site[] = {
        {.url = "http://example.com/", .status = 301, .location = HOME},
        {.url = HOME, .status = 200, .type = "text/html", .body = "<script src=/l.js></script>"},
        {.url = HOME "l.js", .status = 302, .location = "/l.js?1"},
        {.url = HOME "l.js?1", .status = 302, .location = "/l.js"},
        {.url = HOME ".env", .status = 200, .body = "A=1"},
    };
    static const struct answer far[] = {
        {.url = HOME, .status = 301, .location = "/1"},
        {.url = HOME "1", .status = 301, .location = "/2"},
        {.url = HOME "2", .status = 301, .location = "/3"},
        {.url = HOME "3", .status = 301, .location = "/4"},
        {.url = HOME "4", .status = 301, .location = "/5"},
        {.url = HOME "5", .status = 301, .location = "/6"},
    };
    (void)state;
    READ(site, "http://example.com/");
    must_read(HOME, "l.js");
    must_read(HOME ".env", "A=1");
    READ(far, HOME);
    must_say(HOME "5", "redirects too often");
}

static void one_page_for_every_path_is_read_once(void **state)
{
    static const struct answer site[] = {{.url = "x", .status = 200}};
    struct table t = {.answers = site,
                      .count = 1,
                      .other = {.status = 200,
                                .type = "text/html",
                                .body = "<!doctype html><a href=/a>a</a><a href=/b>b</a>"
                                        "<script src=/x.js></script>"}};
    struct scan_options options = {.ask = ask, .ask_user = &t};
    struct scan s = {.options = &options};
    (void)state;
    seen.read_count = seen.problem_count = seen.note_count = seen.asked_count = 0;
    err e = source_site(&s, STR(HOME));
    assert_true(err_ok(e));
    assert_int_equal(seen.read_count, 1);
    assert_int_equal(seen.problem_count, 0);
}

static void a_site_without_end_is_read_within_the_limits(void **state)
{
    struct table t = {.other = {.status = 200, .type = "text/html"}, .endless = true};
    struct scan_options options = {.ask = ask, .ask_user = &t, .site_pages = 5};
    struct scan s = {.options = &options};
    size_t pages = 0;
    (void)state;
    seen.read_count = seen.problem_count = seen.note_count = seen.asked_count = 0;
    err e = source_site(&s, STR(HOME));
    assert_true(err_ok(e));
    for (size_t i = 0; i < seen.asked_count; i++) {
        pages += str_ends(seen.asked[i].path, STR("/"));
    }
    assert_int_equal(pages, 5);
    assert_true(seen.asked_count < 2000);
}

static void a_slow_site_costs_no_more_than_its_time(void **state)
{
    struct table t = {
        .other = {.status = 200, .type = "text/html"}, .endless = true, .wait_ms = 40};
    struct scan_options options = {.ask = ask, .ask_user = &t, .site_ms = 300};
    struct scan s = {.options = &options};
    (void)state;
    seen.read_count = seen.problem_count = seen.note_count = seen.asked_count = 0;
    int64_t before = clock_mono_ms();
    err e = source_site(&s, STR(HOME));
    assert_true(err_ok(e));
    assert_true(clock_mono_ms() - before < 3000);
    must_say(HOME, "the time for this site was spent");
}

static void what_fails_is_said(void **state)
{
    static const struct answer none[] = {{.url = HOME, .status = 0}};
    static const struct answer broken[] = {
        {.url = HOME,
         .status = 500,
         .type = "text/html",
         .body = "<script src=/a.js></script>"
                 "<script src=/b.js></script>"
                 "<script src=/c.js></script>"},
        {.url = HOME "a.js", .status = 502},
        {.url = HOME "b.js", .status = 0},
        {.url = HOME "c.js", .status = 404},
    };
    (void)state;
    READ(none, HOME);
    must_say(HOME, "nobody is there");
    READ(broken, HOME);
    must_say(HOME, "does not answer with 200");
    must_say(HOME "a.js", "answers with an error");
    must_say(HOME "b.js", "nobody is there");
    assert_null(find(seen.problems, seen.problem_count, HOME "c.js"));
}

static void links_that_act_or_download_are_not_followed(void **state)
{
    static const struct answer site[] = {
        {.url = HOME,
         .status = 200,
         .type = "text/html",
         .body = "<a href=/logout>x</a><a href=/cart?delete=3>x</a><a href=/price.pdf>x</a>"
                 "<a href=/news?page=1>x</a><a href=/news?page=2>x</a><a href=mailto:a@b.c>x</a>"},
    };
    (void)state;
    READ(site, HOME);
    assert_null(find(seen.asked, seen.asked_count, HOME "logout"));
    assert_null(find(seen.asked, seen.asked_count, HOME "cart"));
    assert_null(find(seen.asked, seen.asked_count, HOME "price.pdf"));
    assert_non_null(find(seen.asked, seen.asked_count, HOME "news"));
}

static void what_is_excluded_is_not_asked_for(void **state)
{
    static const struct answer site[] = {
        {.url = HOME,
         .status = 200,
         .type = "text/html",
         .body = "<script src=/skip/a.js></script>"},
    };
    (void)state;
    seen.excluded = STR("/skip/");
    READ(site, HOME);
    assert_null(find(seen.asked, seen.asked_count, HOME "skip/a.js"));
}

static void what_is_no_address_is_refused(void **state)
{
    struct scan_options options = {.ask = ask};
    struct scan s = {.options = &options};
    (void)state;
    err e = source_site(&s, STR("ftp://example.com/"));
    assert_int_equal(e.code, ERR_INVALID);
    e = source_site(&s, STR("https://user:word@example.com/"));
    assert_int_equal(e.code, ERR_INVALID);
}

/* Threads are started, so which allocation fails is not the same each time. */
static void memory_that_runs_out_ends_it_in_order(void **state)
{
    static const struct answer site[] = {
        {.url = HOME, .status = 200, .type = "text/html", .body = "<script src=/a.js></script>"},
        {.url = HOME "a.js",
         .status = 200,
         .body = "n.u=e=>'x/'+{7:'ab'}[e]+'.js'",
         .source_map = "m"},
        {.url = HOME "m",
         .status = 200,
         .body = "{\"sources\":[\"a.ts\"],\"sourcesContent\":[\"of a\"]}"},
    };
    struct table t = {.answers = site, .count = 3, .other = {.status = 404}};
    struct scan_options options = {.ask = ask, .ask_user = &t};
    (void)state;
    for (long n = 0; n < 60; n++) {
        struct scan s = {.options = &options};
        arena_reset(&seen.a);
        seen.read_count = seen.problem_count = seen.note_count = seen.asked_count = 0;
        mem_fail_after(n);
        err e = source_site(&s, STR(HOME));
        mem_fail_after(-1);
        assert_true(err_ok(e) || e.code == ERR_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(everything_that_a_browser_loads_is_read, each),
        cmocka_unit_test_setup(maps_are_found_without_a_word_in_the_script, each),
        cmocka_unit_test_setup(exposed_files_count_only_when_they_are_files, each),
        cmocka_unit_test_setup(other_sites_are_named_and_left_alone, each),
        cmocka_unit_test_setup(redirects_are_followed_within_the_site_and_end, each),
        cmocka_unit_test_setup(one_page_for_every_path_is_read_once, each),
        cmocka_unit_test_setup(a_site_without_end_is_read_within_the_limits, each),
        cmocka_unit_test_setup(a_slow_site_costs_no_more_than_its_time, each),
        cmocka_unit_test_setup(what_fails_is_said, each),
        cmocka_unit_test_setup(links_that_act_or_download_are_not_followed, each),
        cmocka_unit_test_setup(what_is_excluded_is_not_asked_for, each),
        cmocka_unit_test_setup(what_is_no_address_is_refused, each),
        cmocka_unit_test_setup(memory_that_runs_out_ends_it_in_order, each),
    };
    return cmocka_run_group_tests_name("scan.site", tests, set_up, tear_down);
}
