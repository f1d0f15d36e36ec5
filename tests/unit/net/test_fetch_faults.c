/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <zlib.h>

#include "base/clock.h"
#include "unit/net/fetch_case.h"
#include "unit/support/cert.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(answers_larger_than_allowed_are_cut_off),
        CASE(every_wait_has_its_deadline),
        CASE(failures_are_told_in_words),
        CASE(an_error_status_is_an_answer_with_a_reason),
        CASE(certificates_are_verified),
    };
    return cmocka_run_group_tests_name("net.fetch_faults", tests, NULL, NULL);
}
