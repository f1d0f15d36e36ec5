/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/clock.h"
#include "net/fetch_private.h"
#include "unit/net/fetch_case.h"

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

static void connections_go_only_where_the_judgement_was(void **state)
{
    (void)state;
    static const struct {
        const char *host, *judged;
        enum err_code code;
    } table[] = {
        {"127.0.0.1", "127.0.0.9", ERR_UPSTREAM}, /* where nobody listens */
        {"rebind.invalid", "127.0.0.1", ERR_OK},  /* no name server is asked a second time */
    };
    assert_true(peer_start(&peer, serve_text, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    for (size_t i = 0; i < COUNT(table); i++) {
        struct fetch_request request = {.body_max = 100};
        struct fetch_hop hop = {
            .request = &request, .method = "GET", .deadline_ms = clock_mono_ms() + 5000};
        struct fetch_answer answer;
        str reason, text = arena_printf(&arena, "http://%s:%u/", table[i].host, peer.port);
        assert_true(err_ok(url_parse(&arena, text, &hop.url)));
        assert_true(addr_parse(str_c(table[i].judged), &hop.where.addresses[0]));
        hop.where.addresses[0].port = peer.port;
        hop.where.count = 1;
        assert_int_equal(fetch_hop_run(&arena, &hop, &answer, &reason).code, table[i].code);
    }
    assert_int_equal(peer.served, 1);
    peer_stop(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_answer_comes_with_its_headers_and_body),
        CASE(private_addresses_are_refused_without_a_connection),
        CASE(ports_of_other_protocols_are_refused),
        CASE(connections_go_only_where_the_judgement_was),
        CASE(only_listed_hosts_are_called),
        CASE(a_bad_request_is_not_sent),
        CASE(redirects_are_followed_as_far_as_asked),
        CASE(redirects_cannot_lead_astray),
        CASE(credentials_and_bodies_stay_with_their_origin),
        CASE(a_stream_is_handed_on_as_it_comes_and_can_be_stopped),
        CASE(connections_are_used_again_but_not_by_stricter_requests),
        CASE(the_environment_cannot_bend_a_request),
    };
    return cmocka_run_group_tests_name("net.fetch", tests, NULL, NULL);
}
