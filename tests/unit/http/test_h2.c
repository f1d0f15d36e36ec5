/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/2 by a client of libnghttp2 over TLS, well-behaved and not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <nghttp2/nghttp2.h>

#include "http/conn.h"
#include "unit/support/secure.h"

enum { STREAMS = 64 };

static struct web web;
static struct secure_files files;

/* What came on one stream. */
struct answer {
    int status;
    size_t bytes;
    bool closed, stopped_reading;
    char body[1 << 16];
};

struct client {
    struct secure_client tls;
    nghttp2_session *ng;
    struct answer answers[STREAMS];
    unsigned closed;
    uint32_t goaway; /* error code + 1 */
};

static int set_up(void **state)
{
    struct http_settings settings = web_settings();
    (void)state;
    files = secure_make("DNS:localhost");
    (void)snprintf(settings.tls_certificate, sizeof settings.tls_certificate, "%s", files.cert);
    (void)snprintf(settings.tls_key, sizeof settings.tls_key, "%s", files.key);
    settings.write_ms = 1200;
    settings.ping_ms = 1200;
    return web_start(&web, &settings) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    if (web.server) {
        web_stop(&web);
    }
    secure_remove(&files);
    return 0;
}

static struct answer *answer_of(struct client *c, int32_t stream)
{
    return &c->answers[(size_t)(stream / 2) % STREAMS];
}

static ssize_t on_send(nghttp2_session *ng, const uint8_t *data, size_t n, int flags, void *user)
{
    struct client *c = user;
    (void)ng;
    (void)flags;
    int sent = SSL_write(c->tls.ssl, data, (int)n);
    return sent > 0 ? sent : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_header(nghttp2_session *ng, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_n, const uint8_t *value, size_t value_n, uint8_t flags, void *user)
{
    (void)ng;
    (void)flags;
    if (name_n == 7 && memcmp(name, ":status", 7) == 0 && value_n == 3) {
        answer_of(user, frame->hd.stream_id)->status = atoi((const char *)value);
    }
    return 0;
}

static int on_data(nghttp2_session *ng, uint8_t flags, int32_t stream, const uint8_t *data,
                   size_t n, void *user)
{
    struct answer *a = answer_of(user, stream);
    (void)flags;
    for (size_t i = 0; i < n; i++) {
        if (a->bytes + i + 1 < sizeof a->body) {
            a->body[a->bytes + i] = (char)data[i];
        }
    }
    a->bytes += n;
    if (!a->stopped_reading) {
        (void)nghttp2_session_consume(ng, stream, n);
    }
    return 0;
}

static int on_close(nghttp2_session *ng, int32_t stream, uint32_t error, void *user)
{
    struct client *c = user;
    (void)ng;
    (void)error;
    answer_of(c, stream)->closed = true;
    c->closed++;
    return 0;
}

static int on_frame(nghttp2_session *ng, const nghttp2_frame *frame, void *user)
{
    struct client *c = user;
    (void)ng;
    if (frame->hd.type == NGHTTP2_GOAWAY) {
        c->goaway = frame->goaway.error_code + 1;
    }
    return 0;
}

static struct client *open_client(void)
{
    struct client *c = calloc(1, sizeof *c);
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option;
    c->tls = secure_connect(web.port, "\x02h2", 0, NULL);
    assert_true(c->tls.ready);
    assert_int_equal(nghttp2_session_callbacks_new(&callbacks), 0);
    nghttp2_session_callbacks_set_send_callback(callbacks, on_send);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    assert_int_equal(nghttp2_option_new(&option), 0);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_no_http_messaging(option, 1); /* lets the test send nonsense */
    assert_int_equal(nghttp2_session_client_new2(&c->ng, callbacks, c, option), 0);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    (void)nghttp2_submit_settings(c->ng, NGHTTP2_FLAG_NONE, NULL, 0);
    return c;
}

static void close_client(struct client *c)
{
    nghttp2_session_del(c->ng);
    secure_close(&c->tls);
    free(c);
}

/* Sends and receives until a condition holds, the peer ends, or time is up; true when it holds. */
static bool run_until(struct client *c, bool (*condition)(const struct client *c), int ms)
{
    int64_t until = clock_mono_ms() + ms;
    while (!condition(c) && clock_mono_ms() < until) {
        uint8_t bytes[16384];
        if (nghttp2_session_send(c->ng) != 0) {
            break;
        }
        struct pollfd p = {c->tls.fd, POLLIN, 0};
        if (!SSL_pending(c->tls.ssl) && poll(&p, 1, 50) == 0) {
            continue;
        }
        int n = SSL_read(c->tls.ssl, bytes, sizeof bytes);
        if (n <= 0 || nghttp2_session_mem_recv(c->ng, bytes, (size_t)n) < 0) {
            break;
        }
    }
    return condition(c);
}

static nghttp2_nv pair(const char *name, const char *value)
{
    return (nghttp2_nv){(uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value, strlen(name),
                        strlen(value), NGHTTP2_NV_FLAG_NONE};
}

static int32_t submit(struct client *c, const char *method, const char *path, const char *authority,
                      const char *name, const char *value, const nghttp2_data_provider *body)
{
    nghttp2_nv nv[] = {pair(":method", method), pair(":scheme", "https"), pair(":path", path),
                       pair(":authority", authority), pair(name ? name : "a", value ? value : "b")};
    int32_t stream = nghttp2_submit_request(c->ng, NULL, nv, 5, body, NULL);
    assert_true(stream > 0);
    return stream;
}

static bool one_closed(const struct client *c) { return c->closed >= 1; }
static bool many_closed(const struct client *c) { return c->closed >= 30; }
static bool gone_away(const struct client *c) { return c->goaway != 0; }
static bool never(const struct client *c) { return c->closed > 1000; }

static void requests_of_every_lane_share_a_connection(void **state)
{
    static const char *const paths[] = {"/healthz", "/work", "/big", "/bigwork", "/who"};
    (void)state;
    struct client *c = open_client();
    for (int i = 0; i < 30; i++) {
        (void)submit(c, i % 7 ? "GET" : "HEAD", paths[i % 5], "localhost", NULL, NULL, NULL);
    }
    assert_true(run_until(c, many_closed, 5000));
    for (int i = 0; i < 30; i++) {
        const struct answer *a = &c->answers[i];
        assert_int_equal(a->status, 200);
        assert_int_equal(a->bytes, i % 7 == 0                 ? 0
                                   : i % 5 == 2 || i % 5 == 3 ? 20480
                                   : i % 5 == 4               ? a->bytes
                                                              : 15);
    }
    assert_string_equal(c->answers[4].body, "127.0.0.1 https://localhost 1\n");
    close_client(c);
}

struct upload {
    size_t left;
    bool hold;
};

static ssize_t read_upload(nghttp2_session *ng, int32_t stream, uint8_t *out, size_t room,
                           uint32_t *flags, nghttp2_data_source *source, void *user)
{
    struct upload *upload = source->ptr;
    size_t n = upload->left < room ? upload->left : room;
    (void)ng;
    (void)stream;
    (void)user;
    memset(out, 'u', n);
    upload->left -= n;
    if (upload->left == 0 && upload->hold) {
        return n ? (ssize_t)n : NGHTTP2_ERR_DEFERRED;
    }
    *flags |= upload->left == 0 ? NGHTTP2_DATA_FLAG_EOF : 0;
    return (ssize_t)n;
}

static void bodies_come_whole_or_are_refused(void **state)
{
    static const struct {
        size_t n;
        const char *length;
        int status;
    } table[] = {{50000, NULL, 200},
                 {0, NULL, 200},
                 {100000, "100000", 200},
                 {100001, NULL, 413},
                 {9, "999999", 413}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct client *c = open_client();
        /* A length that the body does not keep is a broken stream: that row holds its end back. */
        struct upload upload = {.left = table[i].n, .hold = table[i].n == 9};
        const nghttp2_data_provider body = {.source.ptr = &upload, .read_callback = read_upload};
        int32_t stream = submit(c, "POST", "/echo", "localhost",
                                table[i].length ? "content-length" : NULL, table[i].length, &body);
        assert_true(run_until(c, one_closed, 5000));
        assert_int_equal(answer_of(c, stream)->status, table[i].status);
        if (table[i].status == 200) {
            assert_int_equal(answer_of(c, stream)->bytes, table[i].n);
        }
        close_client(c);
    }
}

static void heads_are_as_strict_as_http_1(void **state)
{
    static const struct {
        const char *method, *path, *authority, *name, *value;
        int status; /* 0: the stream is reset without an answer */
    } table[] = {
        {"GET", "/healthz", "localhost", NULL, NULL, 200},
        {"GET", "/healthz", "localhost", "host", "localhost", 200},
        {"GET", "/healthz", "localhost", "host", "other", 400},
        {"GET", "/healthz", "local host", NULL, NULL, 0},
        {"GET", "/healthz", "u@localhost", NULL, NULL, 400},
        {"GET", "/heal thz", "localhost", NULL, NULL, 0},
        {"GET", "/a#b", "localhost", NULL, NULL, 400},
        {"GET", "/%zz", "localhost", NULL, NULL, 400},
        {"GET", "*", "localhost", NULL, NULL, 0},
        {"TRACE", "/healthz", "localhost", NULL, NULL, 501},
        {"GET", "/healthz", "localhost", "transfer-encoding", "chunked", 0},
        {"GET", "/healthz", "localhost", "connection", "close", 0},
        {"GET", "/healthz", "localhost", "x", "a\r\nb: c", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct client *c = open_client();
        int32_t stream = submit(c, table[i].method, table[i].path, table[i].authority,
                                table[i].name, table[i].value, NULL);
        (void)run_until(c, one_closed, 5000);
        int status = answer_of(c, stream)->status;
        if (status != table[i].status && !(table[i].status == 0 && status == 400)) {
            fail_msg("%s %s %s: %d, not %d", table[i].method, table[i].path, table[i].name, status,
                     table[i].status);
        }
        close_client(c);
    }
}

static void rapid_resets_end_the_connection(void **state)
{
    (void)state;
    struct client *c = open_client();
    for (int i = 0; i < 400 && !c->goaway; i++) {
        int32_t stream = submit(c, "GET", "/work", "localhost", NULL, NULL, NULL);
        (void)nghttp2_session_send(c->ng);
        (void)nghttp2_submit_rst_stream(c->ng, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
        (void)nghttp2_session_send(c->ng);
    }
    (void)run_until(c, gone_away, 5000);
    assert_int_equal(c->goaway, NGHTTP2_ENHANCE_YOUR_CALM + 1);
    close_client(c);
    assert_true(http_server_counters(web.server).refused > 0);
}

static void a_flood_of_pings_ends_the_connection(void **state)
{
    (void)state;
    struct client *c = open_client();
    for (int i = 0; i < 2000 && !c->goaway; i++) {
        (void)nghttp2_submit_ping(c->ng, NGHTTP2_FLAG_NONE, NULL);
        (void)nghttp2_session_send(c->ng);
    }
    (void)run_until(c, gone_away, 5000);
    assert_int_equal(c->goaway, NGHTTP2_ENHANCE_YOUR_CALM + 1);
    close_client(c);
}

/* What follows in the same record must not be read any more, whatever it is. */
static void a_flood_with_a_broken_frame_behind_it_does_no_harm(void **state)
{
    static const uint8_t post[] = "\0\0\x0a\1\4\0\0\0\1\x83\x87\x04\5/echo\x41\1a";
    static const uint8_t empty[9] = {0, 0, 0, NGHTTP2_DATA, 0, 0, 0, 0, 1};
    static const uint8_t broken[9] = {0, 0, 0, NGHTTP2_RST_STREAM};
    static uint8_t bytes[16384];
    (void)state;
    struct client *c = open_client();
    assert_int_equal(nghttp2_session_send(c->ng), 0);
    size_t n = sizeof post - 1;
    memcpy(bytes, post, n);
    bytes[2] = (uint8_t)(n - 9);
    for (int i = 0; i < 900; i++, n += sizeof empty) {
        memcpy(bytes + n, empty, sizeof empty);
    }
    memcpy(bytes + n, broken, sizeof broken);
    n += sizeof broken;
    assert_int_equal(SSL_write(c->tls.ssl, bytes, (int)n), n);
    (void)run_until(c, gone_away, 5000);
    assert_int_equal(c->goaway, NGHTTP2_ENHANCE_YOUR_CALM + 1);
    close_client(c);
}

static void a_reader_that_gives_no_window_is_let_go(void **state)
{
    (void)state;
    struct client *c = open_client();
    int32_t streams[5];
    for (int i = 0; i < 5; i++) {
        streams[i] = submit(c, "GET", "/big", "localhost", NULL, NULL, NULL);
        answer_of(c, streams[i])->stopped_reading = true; /* 64 KB of window for 100 KB */
    }
    (void)run_until(c, never, 5000);
    assert_int_equal(c->closed, 5);
    assert_true(answer_of(c, streams[4])->bytes < 20480);
    close_client(c);
}

static bool has_ping(const struct client *c)
{
    return strstr(c->answers[0].body, "data: b\n\n") && strstr(c->answers[0].body, ": ping\n\n");
}

static void an_event_stream_ends_at_its_time(void **state)
{
    (void)state;
    struct client *c = open_client();
    int64_t began = clock_mono_ms();
    int32_t stream = submit(c, "GET", "/events?q=700", "localhost", NULL, NULL, NULL);
    assert_true(run_until(c, one_closed, 5000));
    assert_in_range(clock_mono_ms() - began, 700, 2700);
    assert_non_null(strstr(answer_of(c, stream)->body, "data: b\n\n"));
    close_client(c);
}

static void a_large_body_waits_outside_when_the_budget_is_used_up(void **state)
{
    (void)state;
    for (int full = 1; full >= 0; full--) {
        struct client *c = open_client();
        struct upload upload = {.left = full ? 9 : 100000, .hold = full};
        const nghttp2_data_provider body = {.source.ptr = &upload, .read_callback = read_upload};
        atomic_store(&web.server->bodies, full ? HTTP_BODIES_MAX : 0);
        int32_t stream = submit(c, "POST", "/echo", "localhost", "content-length", "100000", &body);
        assert_true(run_until(c, one_closed, 5000));
        assert_int_equal(answer_of(c, stream)->status, full ? 503 : 200);
        close_client(c);
        assert_int_equal(atomic_load(&web.server->bodies), full ? HTTP_BODIES_MAX : 0);
    }
}

static bool streamed(const struct client *c) { return c->answers[1].closed; }

/* The last test: it ends the server. */
static void events_flow_and_draining_ends_them(void **state)
{
    (void)state;
    struct client *c = open_client();
    (void)submit(c, "GET", "/events", "localhost", NULL, NULL, NULL);
    (void)submit(c, "GET", "/stream?q=50", "localhost", NULL, NULL, NULL);
    assert_true(run_until(c, streamed, 5000));
    assert_int_equal(c->answers[1].bytes, 50 * (6 + 1024 + 2));
    assert_true(run_until(c, has_ping, 5000));
    http_server_stop(web.server);
    assert_true(run_until(c, gone_away, 3000));
    (void)run_until(c, never, 3000);
    assert_true(c->answers[0].closed);
    assert_true(web_ended(&web, 5000));
    web.server = NULL;
    close_client(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_of_every_lane_share_a_connection),
        cmocka_unit_test(bodies_come_whole_or_are_refused),
        cmocka_unit_test(heads_are_as_strict_as_http_1),
        cmocka_unit_test(rapid_resets_end_the_connection),
        cmocka_unit_test(a_flood_of_pings_ends_the_connection),
        cmocka_unit_test(a_flood_with_a_broken_frame_behind_it_does_no_harm),
        cmocka_unit_test(a_reader_that_gives_no_window_is_let_go),
        cmocka_unit_test(a_large_body_waits_outside_when_the_budget_is_used_up),
        cmocka_unit_test(an_event_stream_ends_at_its_time),
        cmocka_unit_test(events_flow_and_draining_ends_them),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
