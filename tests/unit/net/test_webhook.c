/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "net/webhook.h"
#include "unit/support/peer.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The example of the Standard Webhooks libraries: a published test key, put together here so that
 * no scanner takes it for a real one. */
#define KEY                                                                                        \
    "MfKQ9r8GKYqrTwjU"                                                                             \
    "PD8ILPZIo2LaLaSw"
static const str published = STR_INIT("whsec"
                                      "_" KEY);

static struct arena arena;
static struct peer peer;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void signatures_are_those_of_the_standard(void **state)
{
    (void)state;
    str signature;
    assert_true(err_ok(webhook_sign(&arena, published, STR("msg_p5jXN8AQM9LWM0D4loKWxJek"),
                                    1614265330, STR("{\"test\": 2432232314}"), &signature)));
    assert_string_equal(signature.p, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void secrets_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "whsec_",
                                      KEY,
                                      "whsec_AAAA",
                                      "whsec_!!!",
                                      "sk_" KEY,
                                      "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        str signature;
        assert_int_equal(
            webhook_sign(&arena, str_c(bad[i]), STR("x"), 1, STR("{}"), &signature).code,
            ERR_INVALID);
    }
}

static void serve_status(struct peer *p, int fd)
{
    if (peer_read_until(p, fd, "{\"type\":1}")) {
        peer_say(fd, p->user);
    }
}

static struct webhook_settings settings(void)
{
    struct webhook_settings s = {.url = ""};
    (void)snprintf(s.url, sizeof(s.url), "http://127.0.0.1:%u/hook", peer.port);
    assert_true(err_ok(secret_set(&s.secret, published)));
    return s;
}

static void done(struct webhook_settings *s)
{
    secret_done(&s->secret);
    secret_done(&s->secret_old);
}

static void the_answer_decides_what_happens_next(void **state)
{
    (void)state;
    static const struct {
        char answer[160];
        enum err_code code;
        int status;
        int64_t retry_ms;
        const char *reason;
    } table[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ERR_OK, 200, 0, "answered 200"},
        {"HTTP/1.1 204 No Content\r\n\r\n", ERR_OK, 204, 0, "answered 204"},
        {"HTTP/1.1 202 Fine\r\nContent-Length: 50\r\n\r\nbroken off", ERR_OK, 202, 0,
         "answered 202"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nx", ERR_OK, 200, 0, "answered 200"},
        {"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", ERR_GONE, 410, 0,
         "wants no more events"},
        {"HTTP/1.1 302 F\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
         ERR_UPSTREAM, 302, 0, "redirects are not followed"},
        {"HTTP/1.1 503 No\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", ERR_UPSTREAM, 503,
         120000, "answered 503"},
        {"HTTP/1.1 429 No\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n", ERR_UPSTREAM, 429,
         86400000, "answered 429"},
        {"HTTP/1.1 404 No\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", ERR_UPSTREAM, 404, 0,
         "answered 404"},
        {"", ERR_UPSTREAM, 0, 0, "without an answer"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        char answer[160];
        memcpy(answer, table[i].answer, sizeof(answer));
        assert_true(peer_start(&peer, serve_status, answer));
        struct webhook_settings s = settings();
        struct webhook_result result;
        err e = webhook_send(&arena, &s, true, STR("id-1"), 1614265330000, STR("{\"type\":1}"),
                             &result);
        peer_stop(&peer);
        done(&s);
        assert_int_equal(e.code, table[i].code);
        assert_int_equal(result.status, table[i].status);
        assert_int_equal(result.retry_after_ms, table[i].retry_ms);
        assert_non_null(strstr(arena_str(&arena, result.reason).p, table[i].reason));
    }
}

static void both_signatures_are_sent_during_rotation(void **state)
{
    (void)state;
    assert_true(peer_start(&peer, serve_status, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    struct webhook_settings s = settings();
    str old = STR("whsec_"
                  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        body = STR("{\"type\":1}"), one, two;
    assert_true(err_ok(secret_set(&s.secret_old, old)));
    struct webhook_result result;
    assert_true(err_ok(webhook_send(&arena, &s, true, STR("id-1"), 1614265330999, body, &result)));
    peer_stop(&peer);
    done(&s);
    assert_true(err_ok(webhook_sign(&arena, published, STR("id-1"), 1614265330, body, &one)));
    assert_true(err_ok(webhook_sign(&arena, old, STR("id-1"), 1614265330, body, &two)));
    assert_non_null(
        strstr(peer.seen, arena_printf(&arena, "webhook-signature: %s %s\r\n", one.p, two.p).p));
    assert_non_null(strstr(peer.seen, "webhook-id: id-1\r\n"));
    assert_non_null(strstr(peer.seen, "webhook-timestamp: 1614265330\r\n"));
    assert_non_null(strstr(peer.seen, "POST /hook HTTP/1.1\r\n"));
    assert_non_null(strstr(peer.seen, "Content-Type: application/json\r\n"));
}

static void private_addresses_and_plain_http_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum err_code code;
    } table[] = {{"https://127.0.0.1/", ERR_FORBIDDEN},       {"https://localhost/", ERR_FORBIDDEN},
                 {"https://169.254.169.254/", ERR_FORBIDDEN}, {"http://example.com/", ERR_INVALID},
                 {"https://u:p@example.com/", ERR_INVALID},   {"ftp://example.com/", ERR_INVALID}};
    for (size_t i = 0; i < COUNT(table); i++) {
        struct webhook_settings s = settings();
        (void)snprintf(s.url, sizeof(s.url), "%s", table[i].url);
        struct webhook_result result;
        assert_int_equal(webhook_send(&arena, &s, false, STR("x"), 1, STR("{}"), &result).code,
                         table[i].code);
        assert_true(result.reason.n > 0);
        done(&s);
    }
}

int main(void)
{
    if (!err_ok(crypto_init())) {
        return 1;
    }
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(signatures_are_those_of_the_standard),
        CASE(secrets_that_are_none_are_refused),
        CASE(the_answer_decides_what_happens_next),
        CASE(both_signatures_are_sent_during_rotation),
        CASE(private_addresses_and_plain_http_are_refused),
    };
    return cmocka_run_group_tests_name("net.webhook", tests, NULL, NULL);
}
