/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/clock.h"
#include "net/fetch.h"
#include "unit/support/cert.h"
#include "unit/support/peer.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct arena arena;
static struct peer peer;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct fetch_request request_to(const char *path)
{
    return (struct fetch_request){
        .url = arena_printf(&arena, "http://127.0.0.1:%u%s", peer.port, path),
        .allow_private = true,
        .connect_ms = 2000,
        .total_ms = 5000,
        .body_max = 1 << 20,
    };
}

static void assert_reason(str reason, const char *part)
{
    str text = arena_str(&arena, reason);
    if (!strstr(text.p, part)) {
        print_error("reason: %s\nwanted: %s\n", text.p, part);
    }
    assert_non_null(strstr(text.p, part));
}

static void assert_str(str got, const char *want)
{
    assert_string_equal(arena_str(&arena, got).p, want);
}

/* Reads a request's head, then writes the text given as user. */
static void serve_text(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "\r\n\r\n")) {
        peer_say(fd, p->user);
    }
}

static void an_answer_comes_with_its_headers_and_body(void **state)
{
    (void)state;
    static char text[] =
        "HTTP/1.1 100 Continue\r\nETag: \"interim\"\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: \"v1\"\r\n"
        "last-modified: Sat, 21 Nov 2026 20:25:01 GMT\r\nContent-Length: 5\r\n\r\nhello";
    assert_true(peer_start(&peer, serve_text, text));
    struct fetch_header headers[] = {{STR("X-One"), STR("1")}, {STR("X-Empty"), STR("")}};
    struct fetch_request request = request_to("/a?b");
    request.headers = headers;
    request.header_count = 2;
    request.user_agent = STR("DoorwardBot/1");
    struct fetch_answer answer;
    str reason;
    assert_true(err_ok(fetch(&arena, &request, &answer, &reason)));
    peer_stop(&peer);
    assert_int_equal(answer.status, 200);
    assert_str(answer.body, "hello");
    assert_str(answer.content_type, "text/html; charset=utf-8");
    assert_str(answer.etag, "\"v1\"");
    assert_str(answer.last_modified, "Sat, 21 Nov 2026 20:25:01 GMT");
    assert_str(answer.url, request.url.p);
    assert_true(str_empty(reason));
    assert_non_null(strstr(peer.seen, "GET /a?b HTTP/1.1\r\n"));
    assert_non_null(strstr(peer.seen, "X-One: 1\r\n"));
    assert_non_null(strstr(peer.seen, "X-Empty:\r\n"));
    assert_non_null(strstr(peer.seen, "User-Agent: DoorwardBot/1\r\n"));
}

static void private_addresses_are_refused_without_a_connection(void **state)
{
    (void)state;
    assert_true(peer_start(&peer, serve_text, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    static const char *const hosts[] = {
        "127.0.0.1", "localhost",       "[::1]",   "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]",
        "10.0.0.1",  "169.254.169.254", "0.0.0.0", "[fe80::1]",          "[::]"};
    for (size_t i = 0; i < COUNT(hosts); i++) {
        struct fetch_request request = request_to("/");
        struct fetch_answer answer;
        str reason;
        request.url = arena_printf(&arena, "http://%s:%u/", hosts[i], peer.port);
        request.allow_private = false;
        assert_int_equal(fetch(&arena, &request, &answer, &reason).code, ERR_FORBIDDEN);
        assert_reason(reason, "a private address, which is not allowed");
    }
    assert_int_equal(peer.served, 0);
    peer_stop(&peer);
}

static void ports_of_other_protocols_are_refused(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://192.0.2.1:25/", "https://example.com:22/",
                                       "http://example.com:6379/"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct fetch_request request = {.url = str_c(urls[i])};
        struct fetch_answer answer;
        str reason;
        assert_int_equal(fetch(&arena, &request, &answer, &reason).code, ERR_FORBIDDEN);
        assert_reason(reason, "belongs to another protocol");
    }
}

static void only_listed_hosts_are_called(void **state)
{
    (void)state;
    static const struct {
        const char *url, *allow;
        bool refused;
    } table[] = {
        {"http://127.0.0.1:1/", "127.0.0.1", false},
        {"http://127.0.0.1:1/", "example.com", true},
        {"http://example.com/", "*.example.com", true},
        {"http://evilexample.com/", "*.example.com", true},
        {"http://example.com.evil.test/", "example.com", true},
        {"http://127.0.0.1:1/", "*.0.0.1", false},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        str allow = str_c(table[i].allow);
        struct fetch_request request = {.url = str_c(table[i].url),
                                        .allow_private = true,
                                        .allow_hosts = &allow,
                                        .allow_host_count = 1};
        struct fetch_answer answer;
        str reason;
        err e = fetch(&arena, &request, &answer, &reason);
        assert_int_equal(e.code, table[i].refused ? ERR_FORBIDDEN : ERR_UPSTREAM);
    }
}

static void a_bad_request_is_not_sent(void **state)
{
    (void)state;
    static const struct fetch_header bad[] = {{STR_INIT("X"), STR_INIT("a\r\nY: b")},
                                              {STR_INIT("X:"), STR_INIT("a")},
                                              {STR_INIT(""), STR_INIT("a")},
                                              {STR_INIT("X Y"), STR_INIT("a")},
                                              {STR_INIT("X"), STR_INIT("a\0b")}};
    struct fetch_answer answer;
    str reason;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fetch_request request = {.url = STR("http://127.0.0.1:1/"),
                                        .allow_private = true,
                                        .headers = &bad[i],
                                        .header_count = 1};
        assert_int_equal(fetch(&arena, &request, &answer, &reason).code, ERR_INVALID);
    }
    static const char *const urls[] = {"ftp://127.0.0.1/", "file:///etc/passwd",
                                       "http://u:p@127.0.0.1/", "x"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct fetch_request request = {.url = str_c(urls[i]), .allow_private = true};
        assert_int_equal(fetch(&arena, &request, &answer, &reason).code, ERR_INVALID);
        assert_true(reason.n > 0);
    }
}

/* ── redirects ── */

static void serve_redirects(struct peer *p, int fd)
{
    if (!peer_read_until(p, fd, "\r\n\r\n")) {
        return;
    }
    const char *target = p->user;
    if (strncmp(p->seen, "GET /end", 8) == 0) {
        peer_say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nend");
    } else if (strncmp(p->seen, "POST /307", 9) == 0) {
        peer_sayf(
            fd,
            "HTTP/1.1 307 T\r\nLocation: %s\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody",
            target);
    } else {
        peer_sayf(
            fd,
            "HTTP/1.1 302 F\r\nLocation: %s\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody",
            target);
    }
}

static void redirects_are_followed_as_far_as_asked(void **state)
{
    (void)state;
    assert_true(peer_start(&peer, serve_redirects, "/end"));
    struct fetch_answer answer;
    struct fetch_request request = request_to("/start");
    assert_true(err_ok(fetch(&arena, &request, &answer, NULL)));
    assert_int_equal(answer.status, 302);
    assert_str(answer.location, "/end");
    assert_str(answer.body, "body");
    request.redirects_max = 1;
    assert_true(err_ok(fetch(&arena, &request, &answer, NULL)));
    assert_int_equal(answer.status, 200);
    assert_str(answer.body, "end");
    assert_str(answer.url, request_to("/end").url.p);
    request.method = "POST";
    request.body = STR("data");
    assert_true(err_ok(fetch(&arena, &request, &answer, NULL)));
    assert_str(answer.body, "end");
    peer_stop(&peer);
}

static void redirects_cannot_lead_astray(void **state)
{
    (void)state;
    static const struct {
        char target[64];
        bool same_host;
        enum err_code code;
        const char *reason;
    } table[] = {
        {"/loop", false, ERR_UPSTREAM, "redirects too often"},
        {"file:///etc/passwd", false, ERR_UPSTREAM, "redirects to an address that cannot be used"},
        {"gopher://127.0.0.1/", false, ERR_UPSTREAM, "cannot be used"},
        {"http://0x7f.1/", false, ERR_UPSTREAM, "cannot be used"},
        {"http://elsewhere.invalid/", false, ERR_FORBIDDEN, "not one of the hosts"},
        {"http://elsewhere.invalid/", true, ERR_OK, ""},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        char target[64];
        memcpy(target, table[i].target, sizeof(target));
        assert_true(peer_start(&peer, serve_redirects, target));
        str allow = STR("127.0.0.1");
        struct fetch_request request = request_to("/start");
        request.redirects_max = 3;
        request.same_host_redirects = table[i].same_host;
        request.allow_hosts = &allow;
        request.allow_host_count = 1;
        struct fetch_answer answer;
        str reason;
        assert_int_equal(fetch(&arena, &request, &answer, &reason).code, table[i].code);
        assert_reason(reason, table[i].reason);
        peer_stop(&peer);
    }
}

static void credentials_and_bodies_stay_with_their_origin(void **state)
{
    (void)state;
    struct peer other;
    assert_true(peer_start(&other, serve_redirects, "/end"));
    char target[64];
    (void)snprintf(target, sizeof(target), "http://user:pass@127.0.0.1:%u/end", other.port);
    assert_true(peer_start(&peer, serve_redirects, target));
    struct fetch_header headers[] = {{STR("Authorization"), STR("Bearer x")},
                                     {STR("Accept"), STR("text/html")},
                                     {STR("X-Api-Key"), STR("y")}};
    struct fetch_request request = request_to("/start");
    request.redirects_max = 3;
    request.headers = headers;
    request.header_count = 3;
    struct fetch_answer answer;
    assert_true(err_ok(fetch(&arena, &request, &answer, NULL)));
    assert_str(answer.body, "end");
    assert_non_null(strstr(peer.seen, "Authorization: Bearer x"));
    assert_null(strstr(other.seen, "Authorization"));
    assert_null(strstr(other.seen, "X-Api-Key"));
    assert_non_null(strstr(other.seen, "Accept: text/html"));

    request.url = request_to("/307").url;
    request.method = "POST";
    request.body = STR("secret body");
    assert_true(err_ok(fetch(&arena, &request, &answer, NULL)));
    assert_int_equal(answer.status, 307);
    assert_int_equal(other.served, 1);
    peer_stop(&peer);
    peer_stop(&other);
}

/* ── limits ── */

static void serve_endless_head(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "\r\n\r\n") && peer_say(fd, "HTTP/1.1 200 OK\r\n")) {
        while (peer_say(
            fd,
            "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")) {
        }
    }
}

static void serve_endless_interim(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "\r\n\r\n")) {
        while (peer_say(
            fd,
            "HTTP/1.1 103 Early Hints\r\nX-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n")) {
        }
    }
}

static void serve_endless_body(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "\r\n\r\n") && peer_say(fd, "HTTP/1.1 200 OK\r\n\r\n")) {
        static char block[16384];
        while (peer_write(fd, block, sizeof(block))) {
        }
    }
}

/* 100 MB of zeros in about 100 KB of gzip. */
static void serve_bomb(struct peer *p, int fd)
{
    if (!peer_read_until(p, fd, "\r\n\r\n") ||
        !peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n")) {
        return;
    }
    static unsigned char zeros[1 << 16], packed[1 << 16];
    z_stream z = {0};
    deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
    for (int i = 0; i < 1600; i++) {
        z.next_in = zeros;
        z.avail_in = sizeof(zeros);
        z.next_out = packed;
        z.avail_out = sizeof(packed);
        deflate(&z, i == 1599 ? Z_FINISH : Z_NO_FLUSH);
        if (!peer_write(fd, (const char *)packed, sizeof(packed) - z.avail_out)) {
            break;
        }
    }
    deflateEnd(&z);
}

static void answers_larger_than_allowed_are_cut_off(void **state)
{
    (void)state;
    static char declared[] = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
    static const struct {
        peer_fn serve;
        const char *reason;
    } table[] = {{serve_endless_head, "header"},
                 {serve_endless_interim, "header"},
                 {serve_endless_body, "larger"},
                 {serve_bomb, "larger"},
                 {serve_text, "larger"}};
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_true(peer_start(&peer, table[i].serve, declared));
        struct fetch_request request = request_to("/");
        struct fetch_answer answer;
        str reason;
        assert_int_equal(fetch(&arena, &request, &answer, &reason).code, ERR_TOO_LARGE);
        assert_reason(reason, table[i].reason);
        peer_stop(&peer);
    }
}

static void serve_silence(struct peer *p, int fd)
{
    (void)p;
    peer_wait_close(fd);
}

static void serve_stall(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "\r\n\r\n")) {
        peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
        peer_wait_close(fd);
    }
}

static void serve_drip(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "\r\n\r\n") &&
        peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")) {
        while (peer_say(fd, "x")) {
            usleep(20000);
        }
    }
}

static void every_wait_has_its_deadline(void **state)
{
    (void)state;
    static const struct {
        peer_fn serve;
        unsigned first, stall, total, at_least, at_most;
    } table[] = {
        {serve_silence, 200, 0, 5000, 200, 1500},
        {serve_silence, 0, 200, 400, 400, 1500},
        {serve_stall, 3000, 200, 5000, 200, 1500},
        {serve_drip, 3000, 3000, 400, 400, 1500},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_true(peer_start(&peer, table[i].serve, NULL));
        struct fetch_request request = request_to("/");
        request.first_ms = table[i].first;
        request.stall_ms = table[i].stall;
        request.total_ms = table[i].total;
        struct fetch_answer answer;
        str reason;
        int64_t start = clock_mono_ms();
        assert_int_equal(fetch(&arena, &request, &answer, &reason).code, ERR_UPSTREAM_TIMEOUT);
        int64_t took = clock_mono_ms() - start;
        assert_in_range(took, table[i].at_least, table[i].at_most);
        assert_reason(reason, "did not answer in time");
        peer_stop(&peer);
    }
}

/* ── failures in words ── */

static void serve_nothing(struct peer *p, int fd) { (void)peer_read_until(p, fd, "\r\n\r\n"); }

static void failures_are_told_in_words(void **state)
{
    (void)state;
    static const struct {
        peer_fn serve;
        char text[160];
        const char *reason;
    } table[] = {
        {serve_nothing, "", "closed the connection without an answer"},
        {serve_text, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
         "broke off in the middle"},
        {serve_text, "220 mail.example.com ESMTP\r\n", "does not speak the expected protocol"},
        {serve_text,
         "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\ngarbage",
         "compression is damaged"},
        {serve_text, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "127.0.0.1"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        char text[160];
        memcpy(text, table[i].text, sizeof(text));
        assert_true(peer_start(&peer, table[i].serve, text));
        struct fetch_request request = request_to("/");
        struct fetch_answer answer;
        str reason;
        assert_int_equal(fetch(&arena, &request, &answer, &reason).code, ERR_UPSTREAM);
        assert_reason(reason, table[i].reason);
        peer_stop(&peer);
    }
    struct fetch_request request = request_to("/"); /* nobody listens there any more */
    struct fetch_answer answer;
    str reason;
    assert_int_equal(fetch(&arena, &request, &answer, &reason).code, ERR_UPSTREAM);
    assert_reason(reason,
                  arena_printf(&arena, "no server listens on 127.0.0.1 port %u", peer.port).p);
    request.url = STR("http://no-such-name.invalid/");
    assert_int_equal(fetch(&arena, &request, &answer, &reason).code, ERR_UPSTREAM);
    assert_reason(reason, "no-such-name.invalid");
}

static void an_error_status_is_an_answer_with_a_reason(void **state)
{
    (void)state;
    assert_true(
        peer_start(&peer, serve_text, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"));
    struct fetch_request request = request_to("/");
    struct fetch_answer answer;
    str reason;
    assert_true(err_ok(fetch(&arena, &request, &answer, &reason)));
    assert_int_equal(answer.status, 404);
    assert_str(answer.body, "gone");
    assert_str(reason, "127.0.0.1 answered 404");
    peer_stop(&peer);
}

struct tls_case {
    SSL_CTX *context;
};

static void serve_tls(struct peer *p, int fd)
{
    const struct tls_case *c = p->user;
    SSL *tls = cert_accept(c->context, fd);
    char got[4096];
    if (tls && SSL_read(tls, got, sizeof(got)) > 0) {
        static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
        SSL_write(tls, answer, sizeof(answer) - 1);
        SSL_shutdown(tls);
    }
    SSL_free(tls);
}

static void certificates_are_verified(void **state)
{
    (void)state;
    static const struct {
        const char *san;
        long from, until;
        bool trusted;
        enum err_code code;
        const char *reason;
    } table[] = {
        {"IP:127.0.0.1", -60, 3600, true, ERR_OK, ""},
        {"IP:127.0.0.1", -7200, -3600, true, ERR_UPSTREAM,
         "the certificate of 127.0.0.1 has expired"},
        {"IP:127.0.0.1", 3600, 7200, true, ERR_UPSTREAM, "not valid yet"},
        {"DNS:other.example", -60, 3600, true, ERR_UPSTREAM, "is for another name"},
        {"IP:127.0.0.1", -60, 3600, false, ERR_UPSTREAM, "self-signed"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        EVP_PKEY *key;
        X509 *cert = cert_make(table[i].san, table[i].from, table[i].until, &key);
        char path[] = "/tmp/doorward-test-ca-XXXXXX";
        close(mkstemp(path));
        assert_true(cert_write(cert, path));
        struct tls_case c = {.context = cert_context(cert, key)};
        assert_true(peer_start(&peer, serve_tls, &c));
        struct fetch_request request = request_to("/");
        request.url = arena_printf(&arena, "https://127.0.0.1:%u/", peer.port);
        request.ca_file = table[i].trusted ? str_c(path) : STR_EMPTY;
        struct fetch_answer answer;
        str reason;
        assert_int_equal(fetch(&arena, &request, &answer, &reason).code, table[i].code);
        assert_reason(reason, table[i].reason);
        peer_stop(&peer);
        unlink(path);
        SSL_CTX_free(c.context);
        X509_free(cert);
        EVP_PKEY_free(key);
    }
}

/* ── streams ── */

struct stream {
    unsigned pieces, stop_after;
    int status;
    struct buf text;
    bool head_says;
};

static bool on_head(void *user, int status)
{
    struct stream *s = user;
    s->status = status;
    return s->head_says;
}

static bool on_piece(void *user, str piece)
{
    struct stream *s = user;
    buf_add(&s->text, piece);
    return ++s->pieces != s->stop_after;
}

static void serve_events(struct peer *p, int fd)
{
    if (!peer_read_until(p, fd, "\r\n\r\n") ||
        !peer_say(
            fd,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")) {
        return;
    }
    for (int i = 0; i < 3 || *(const bool *)p->user; i++) {
        if (!peer_sayf(fd, "data: %d\n\n", i)) {
            return;
        }
        usleep(20000);
    }
}

static void a_stream_is_handed_on_as_it_comes_and_can_be_stopped(void **state)
{
    (void)state;
    static const struct {
        bool endless, head_says;
        unsigned stop_after;
        enum err_code code;
    } table[] = {
        {false, true, 0, ERR_OK}, {true, true, 2, ERR_CLOSED}, {true, false, 0, ERR_CLOSED}};
    for (size_t i = 0; i < COUNT(table); i++) {
        bool endless = table[i].endless;
        assert_true(peer_start(&peer, serve_events, &endless));
        struct stream stream = {.stop_after = table[i].stop_after, .head_says = table[i].head_says};
        buf_init(&stream.text, 1 << 20);
        struct fetch_request request = request_to("/");
        request.on_body = on_piece;
        request.on_head = on_head;
        request.user = &stream;
        struct fetch_answer answer;
        assert_int_equal(fetch(&arena, &request, &answer, NULL).code, table[i].code);
        assert_int_equal(stream.status, 200);
        if (table[i].code == ERR_OK) {
            assert_str(buf_str(&stream.text), "data: 0\n\ndata: 1\n\ndata: 2\n\n");
            assert_null(strstr(peer.seen, "Accept-Encoding"));
        }
        buf_done(&stream.text);
        peer_stop(&peer);
    }
}

static void serve_twice(struct peer *p, int fd)
{
    while (peer_read_until(p, fd, "\r\n\r\n") &&
           peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
    }
}

static void connections_are_used_again_but_not_by_stricter_requests(void **state)
{
    (void)state;
    assert_true(peer_start(&peer, serve_twice, NULL));
    struct fetch_request request = request_to("/");
    struct fetch_answer answer;
    for (int i = 0; i < 5; i++) {
        assert_true(err_ok(fetch(&arena, &request, &answer, NULL)));
        assert_str(answer.body, "ok");
    }
    assert_int_equal(peer.served, 1);
    request.allow_private = false;
    assert_int_equal(fetch(&arena, &request, &answer, NULL).code, ERR_FORBIDDEN);
    peer_stop(&peer);
}

static void the_environment_cannot_bend_a_request(void **state)
{
    (void)state;
    assert_true(peer_start(&peer, serve_text,
                           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: a=b\r\n\r\n"));
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
    struct fetch_request request = request_to("/");
    struct fetch_answer answer;
    assert_true(err_ok(fetch(&arena, &request, &answer, NULL)));
    assert_true(err_ok(fetch(&arena, &request, &answer, NULL)));
    assert_null(strstr(peer.seen, "Cookie"));
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    peer_stop(&peer);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(an_answer_comes_with_its_headers_and_body),
        CASE(private_addresses_are_refused_without_a_connection),
        CASE(ports_of_other_protocols_are_refused),
        CASE(only_listed_hosts_are_called),
        CASE(a_bad_request_is_not_sent),
        CASE(redirects_are_followed_as_far_as_asked),
        CASE(redirects_cannot_lead_astray),
        CASE(credentials_and_bodies_stay_with_their_origin),
        CASE(answers_larger_than_allowed_are_cut_off),
        CASE(every_wait_has_its_deadline),
        CASE(failures_are_told_in_words),
        CASE(an_error_status_is_an_answer_with_a_reason),
        CASE(certificates_are_verified),
        CASE(a_stream_is_handed_on_as_it_comes_and_can_be_stopped),
        CASE(connections_are_used_again_but_not_by_stricter_requests),
        CASE(the_environment_cannot_bend_a_request),
    };
    return cmocka_run_group_tests_name("net.fetch", tests, NULL, NULL);
}
