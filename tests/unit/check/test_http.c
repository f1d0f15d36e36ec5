/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges with servers that behave, and with those that want to hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/clock.h"
#include "check/facts/http_pages.h"
#include "check/rows/rows.h"
#include "unit/support/peer.h"

static struct intent intent;
static struct collect_options options;
static struct collect collect;
static struct peer peer;
static struct arena *memory;

static int set_up(void **state)
{
    (void)state;
    intent = intent_default();
    options = (struct collect_options){.allow_private = true};
    assert_true(err_ok(facts_new(STR("127.0.0.1"), &intent, 1796000000000, &collect.facts)));
    collect.options = &options;
    collect.deadline_ms = clock_mono_ms() + 30000;
    memory = facts_arena(collect.facts);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    facts_free(collect.facts);
    return 0;
}

static void serve(peer_fn fn, const void *user)
{
    assert_true(peer_start(&peer, fn, user));
    options.reach[0] = (struct reach_rule){.host = STR("*"), .port = 80, .to_port = peer.port};
    options.reach_count = 1;
}

static const struct http_exchange *ask(unsigned wait_ms)
{
    const struct http_ask request = {
        .url = STR("http://127.0.0.1/"), .purpose = HTTP_PAGE, .wait_ms = wait_ms};
    return http_ask(&collect, memory, &request);
}

static void say_user(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "\r\n\r\n")) {
        peer_say(fd, p->user);
    }
}

static void an_exchange_keeps_what_was_said(void **state)
{
    (void)state;
    serve(say_user, "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
                    "HTTP/1.1 404 Not here\r\nSet-Cookie: a=1\r\nset-cookie:  b=2 \r\n"
                    "Content-Length: 5\r\n\r\nhello");
    const struct http_exchange *x = ask(0);
    assert_int_equal(x->outcome, HTTP_ANSWERED);
    assert_int_equal(x->status, 404);
    assert_int_equal(x->version, 11);
    assert_true(str_eq(x->body, STR("hello")) && !x->cut);
    assert_null(http_header(x, "x-early", 0));
    assert_true(str_eq(*http_header(x, "set-cookie", 1), STR("b=2")));
    assert_null(http_header(x, "set-cookie", 2));
    assert_true(x->address.port == 80 && addr_is_loopback(&x->address));
    assert_non_null(strstr(peer.seen, "User-Agent: doorward-check/"));
    peer_stop(&peer);
}

static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    struct url to;
    serve(say_user, "HTTP/1.1 302 Found\r\nLocation: /next?a=1\r\nContent-Length: 0\r\n\r\n");
    const struct http_exchange *x = ask(0);
    assert_true(http_is_redirect(x));
    assert_true(err_ok(http_redirect(memory, x, &to, NULL)));
    assert_true(str_eq(to.path, STR("/next")) && str_eq(to.query, STR("a=1")));
    assert_int_equal(atomic_load(&peer.served), 1);
    peer_stop(&peer);
}

static void only_http_and_public_addresses_are_asked(void **state)
{
    (void)state;
    static const char *const urls[] = {"file:///etc/passwd", "gopher://127.0.0.1/",
                                       "http://127.0.0.1:1/", "http://[::1]:1/",
                                       "http://169.254.169.254/latest/meta-data/"};
    options.allow_private = false;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        const struct http_ask request = {.url = str_c(urls[i])};
        assert_int_equal(http_ask(&collect, memory, &request)->outcome, HTTP_NOT_ALLOWED);
    }
}

static void a_header_cannot_smuggle_a_line(void **state)
{
    (void)state;
    const struct http_field extra = {STR("Origin"), STR("x\r\nHost: evil.test")};
    const struct http_ask request = {
        .url = STR("http://127.0.0.1:1/"), .extra = &extra, .extra_count = 1};
    assert_int_equal(http_ask(&collect, memory, &request)->outcome, HTTP_NOT_ALLOWED);
}

static void nobody_there_is_unreachable(void **state)
{
    (void)state;
    const struct http_ask request = {.url = STR("http://127.0.0.1:1/")};
    const struct http_exchange *x = http_ask(&collect, memory, &request);
    assert_int_equal(x->outcome, HTTP_UNREACHABLE);
    assert_true(x->reason.n > 0);
}

static void say_endless_headers(struct peer *p, int fd)
{
    peer_read_until(p, fd, "\r\n\r\n");
    peer_say(fd, "HTTP/1.1 200 OK\r\n");
    while (peer_say(fd, "X-More: 0123456789012345678901234567890123456789\r\n")) {
    }
}

static void endless_headers_are_cut_off(void **state)
{
    (void)state;
    serve(say_endless_headers, NULL);
    const struct http_exchange *x = ask(5000);
    assert_int_equal(x->outcome, HTTP_MALFORMED);
    assert_true(x->field_count <= HTTP_HEADERS_MAX && x->total_ms < 4000);
    peer_stop(&peer);
}

static void say_slowly(struct peer *p, int fd)
{
    peer_read_until(p, fd, "\r\n\r\n");
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (peer_say(fd, "x")) {
        struct timespec pause = {.tv_nsec = 20000000};
        nanosleep(&pause, NULL);
    }
}

static void slow_bytes_meet_the_deadline(void **state)
{
    (void)state;
    int64_t before = clock_mono_ms();
    serve(say_slowly, NULL);
    assert_int_equal(ask(400)->outcome, HTTP_TIMEOUT);
    assert_true(clock_mono_ms() - before < 3000);
    peer_stop(&peer);
}

static void say_nothing(struct peer *p, int fd)
{
    (void)p;
    peer_wait_close(fd);
}

static void a_spent_budget_asks_nobody(void **state)
{
    (void)state;
    serve(say_nothing, NULL);
    collect.deadline_ms = clock_mono_ms();
    assert_int_equal(ask(0)->outcome, HTTP_TIMEOUT);
    assert_int_equal(atomic_load(&peer.served), 0);
    peer_stop(&peer);
}

static void no_http_is_malformed(void **state)
{
    (void)state;
    serve(say_user, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
    assert_int_equal(ask(2000)->outcome, HTTP_MALFORMED);
    peer_stop(&peer);
}

/* 64 MiB of zeros in about 64 KiB. */
static void say_bomb(struct peer *p, int fd)
{
    static unsigned char zeros[1 << 16], packed[1 << 16];
    z_stream z = {.next_out = packed, .avail_out = sizeof packed};
    peer_read_until(p, fd, "\r\n\r\n");
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n");
    deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    bool there = true;
    for (int i = 0; i < 1024 && there; i++) {
        z.next_in = zeros;
        z.avail_in = sizeof zeros;
        deflate(&z, i == 1023 ? Z_FINISH : Z_SYNC_FLUSH);
        there = peer_write(fd, (const char *)packed, sizeof packed - z.avail_out);
        z.next_out = packed;
        z.avail_out = sizeof packed;
    }
    deflateEnd(&z);
}

static void a_compressed_bomb_does_not_go_off(void **state)
{
    (void)state;
    serve(say_bomb, NULL);
    const struct http_exchange *x = ask(8000);
    assert_int_equal(x->outcome, HTTP_ANSWERED);
    assert_true(x->cut);
    assert_int_equal(x->body.n, HTTP_BODY_KEPT_MAX);
    assert_true(x->bytes < HTTP_BODY_KEPT_MAX + (1 << 20) && x->transferred < 1 << 20);
    peer_stop(&peer);
}

static void say_endless_html(struct peer *p, int fd)
{
    peer_read_until(p, fd, "\r\n\r\n");
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 104857600\r\n\r\n");
    while (peer_say(fd, "<p><img src='http://example.net/a.png'><script>f()</script>\n")) {
    }
}

static void a_page_of_100_mb_is_read_to_a_limit(void **state)
{
    (void)state;
    struct page page;
    serve(say_endless_html, NULL);
    const struct http_exchange *x = ask(8000);
    page_read(memory, x, &page);
    assert_true(x->cut && page.more && page.problem.n > 0);
    assert_int_equal(page.item_count, PAGE_ITEMS_MAX);
    peer_stop(&peer);
}

/* ── chains ── */

static size_t count_of(enum http_purpose purpose)
{
    size_t count, n = 0;
    const struct http_exchange *const *list = facts_http_all(collect.facts, &count);
    for (size_t i = 0; i < count; i++) {
        n += list[i]->purpose == purpose;
    }
    return n;
}

/* Leads wherever user says; "%s" is the path asked for. */
static void redirect(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "\r\n\r\n")) {
        char *end = strchr(p->seen + 4, ' ');
        if (end) {
            *end = '\0';
        }
        peer_sayf(fd, "HTTP/1.1 301 Moved\r\nLocation: %s%s\r\nContent-Length: 0\r\n\r\n",
                  (const char *)p->user, strncmp(p->user, "/", 1) == 0 ? p->seen + 5 : "");
    }
}

static void a_loop_ends_after_ten_hops(void **state)
{
    (void)state;
    serve(redirect, "/again/"); /* longer at each hop */
    collect_redirects(&collect);
    assert_int_equal(count_of(HTTP_REDIRECT_HOP), 2 * HTTP_HOPS_MAX);
    peer_stop(&peer);
}

static void a_redirect_elsewhere_is_not_asked(void **state)
{
    (void)state;
    static const char *const places[] = {"file:///etc/passwd", "http://127.0.0.2:1/",
                                         "http://somebody.test/", "gopher://127.0.0.1/",
                                         "javascript:alert(1)"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        serve(redirect, places[i]);
        collect_redirects(&collect);
        assert_int_equal(count_of(HTTP_REDIRECT_HOP), 0);
        peer_stop(&peer);
    }
}

static void a_circle_is_walked_once(void **state)
{
    (void)state;
    serve(redirect, "http://127.0.0.1/");
    collect_redirects(&collect);
    /* "/" leads to itself; the deep path to "/" once */
    assert_int_equal(count_of(HTTP_REDIRECT_HOP), 1);
    peer_stop(&peer);
}

/* ── a whole page ── */

static void small_site(struct peer *p, int fd)
{
    static const struct {
        const char *path, *type, *body;
    } files[] = {
        {"GET / ", "text/html",
         "<title>x</title><link rel=stylesheet href=/a/s.css><script src=/a/app.js></script>"},
        {"GET /a/s.css ", "text/css", "body { color: red }"},
        {"GET /a/app.js ", "text/javascript", "f();\n//# sourceMappingURL=app.js.map\n"},
        {"GET /a/app.js.map ", "application/json", "{\"mappings\":\"AAAA\"}"},
        {"GET /.git/HEAD ", "text/plain", "ref: refs/heads/main\n"},
    };
    if (!peer_read_until(p, fd, "\r\n\r\n")) {
        return;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (strncmp(p->seen, files[i].path, strlen(files[i].path)) == 0) {
            peer_sayf(fd, "HTTP/1.0 200 OK\r\nContent-Type: %s\r\n\r\n%s", files[i].type,
                      files[i].body);
            return;
        }
    }
    peer_say(fd, "HTTP/1.0 404 Not found\r\nContent-Type: text/html\r\n\r\nno");
}

static const struct http_exchange *find(enum http_purpose purpose, const char *url)
{
    size_t count;
    const struct http_exchange *const *list = facts_http_all(collect.facts, &count);
    for (size_t i = 0; i < count; i++) {
        if (list[i]->purpose == purpose && str_eq(list[i]->url, str_c(url))) {
            return list[i];
        }
    }
    return NULL;
}

static void a_page_is_collected_with_what_it_loads(void **state)
{
    (void)state;
    size_t count;
    serve(small_site, NULL);
    options.needs = NEEDS_PAGES | NEEDS_LATENCY;
    collect_pages(&collect);
    const struct page *const *pages = facts_page_all(collect.facts, &count);
    assert_int_equal(count, 1);
    assert_true(str_eq(pages[0]->url, STR("http://127.0.0.1/")));
    assert_int_equal(count_of(HTTP_ASSET), 2);
    assert_int_equal(find(HTTP_PROBE, "http://127.0.0.1/a/app.js.map")->status, 200);
    assert_int_equal(find(HTTP_PROBE, "http://127.0.0.1/.git/HEAD")->status, 200);
    assert_int_equal(find(HTTP_PROBE, "http://127.0.0.1/.env")->status, 404);
    assert_int_equal(find(HTTP_PROBE, "http://127.0.0.1/a/")->status, 404);
    assert_int_equal(count_of(HTTP_LATENCY), 10);
    assert_true(count_of(HTTP_PROBE) <= HTTP_PROBES_MAX);
    peer_stop(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_exchange_keeps_what_was_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_redirect_is_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_http_and_public_addresses_are_asked, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_header_cannot_smuggle_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_there_is_unreachable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(endless_headers_are_cut_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(slow_bytes_meet_the_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_spent_budget_asks_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_http_is_malformed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_compressed_bomb_does_not_go_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_page_of_100_mb_is_read_to_a_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_loop_ends_after_ten_hops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_redirect_elsewhere_is_not_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_circle_is_walked_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_page_is_collected_with_what_it_loads, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
