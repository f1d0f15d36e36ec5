/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/secure.h"

static struct web web;
static struct secure_files files;

static int set_up(void **state)
{
    struct http_settings settings = web_settings();
    (void)state;
    files = secure_make("DNS:first.example");
    (void)snprintf(settings.tls_certificate, sizeof settings.tls_certificate, "%s", files.cert);
    (void)snprintf(settings.tls_key, sizeof settings.tls_key, "%s", files.key);
    settings.header_ms = settings.write_ms = 800;
    settings.loops = 2;
    return web_start(&web, &settings) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    web_stop(&web);
    secure_remove(&files);
    return 0;
}

static bool names(struct secure_client *c, const char *name)
{
    X509 *cert = SSL_get1_peer_certificate(c->ssl);
    bool found = cert && X509_check_host(cert, name, 0, 0, NULL) == 1;
    X509_free(cert);
    return found;
}

static void old_protocols_are_refused_and_new_ones_spoken(void **state)
{
    static const struct {
        int version;
        bool good;
    } table[] = {{TLS1_VERSION, false},
                 {TLS1_1_VERSION, false},
                 {TLS1_2_VERSION, true},
                 {TLS1_3_VERSION, true}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct secure_client c = secure_connect(web.port, "\x08http/1.1", table[i].version, NULL);
        assert_int_equal(c.ready, table[i].good);
        if (c.ready) {
            assert_int_equal(SSL_version(c.ssl), table[i].version);
            const char *answer = secure_ask(&c, WEB_GET("/healthz"), "}");
            assert_non_null(strstr(answer, "strict-transport-security: max-age=63072000\r\n"));
        }
        secure_close(&c);
    }
}

static void a_tls_answer_may_be_large(void **state)
{
    (void)state;
    struct secure_client c = secure_connect(web.port, "\x08http/1.1", 0, NULL);
    char ask[8192] = "";
    for (int i = 0; i < 40; i++) {
        (void)strncat(ask, WEB_GET("/big"), sizeof ask - strlen(ask) - 1);
    }
    (void)strncat(ask, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                  sizeof ask - strlen(ask) - 1);
    assert_true(strlen(secure_ask(&c, ask, "\"ok\"}")) > 40 * 20480);
    char byte;
    assert_true(SSL_read(c.ssl, &byte, 1) <= 0);
    assert_int_equal(SSL_get_shutdown(c.ssl) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
    secure_close(&c);
}

static void an_unknown_application_protocol_is_refused(void **state)
{
    (void)state;
    struct secure_client c = secure_connect(web.port, "\x04spdy", 0, NULL);
    assert_false(c.ready);
    secure_close(&c);
}

static void bytes_that_are_no_tls_end_the_connection(void **state)
{
    (void)state;
    int fd = web_connect(web.port);
    web_send(fd, WEB_GET("/healthz"));
    assert_true(web_closes(fd, 3000));
    (void)close(fd);
    fd = web_connect(web.port);
    web_send(fd, "\x16\x03\x01");
    assert_true(web_closes(fd, 4000)); /* at the deadline of the head */
    (void)close(fd);
}

static void a_session_is_taken_up_again_after_a_reload(void **state)
{
    (void)state;
    struct secure_client c = secure_connect(web.port, NULL, 0, NULL);
    assert_non_null(strstr(secure_ask(&c, WEB_GET("/healthz"), "}"), "200 OK"));
    SSL_SESSION *session = SSL_get1_session(c.ssl);
    http_server_reload(web.server);
    struct secure_client again = secure_connect(web.port, NULL, 0, session);
    assert_true(again.ready);
    assert_int_equal(SSL_session_reused(again.ssl), 1);
    SSL_SESSION_free(session);
    secure_close(&again);
    secure_close(&c);
}

static bool serves_second(void *user)
{
    (void)user;
    struct secure_client c = secure_connect(web.port, NULL, 0, NULL);
    bool second = c.ready && names(&c, "second.example");
    secure_close(&c);
    return second;
}

static void a_hangup_signal_changes_the_certificate_and_drops_nobody(void **state)
{
    (void)state;
    struct secure_client old = secure_connect(web.port, NULL, 0, NULL);
    assert_true(old.ready && names(&old, "first.example"));
    secure_write(&files, "DNS:second.example");
    assert_int_equal(kill(getpid(), SIGHUP), 0);
    assert_true(web_until(serves_second, NULL, 3000));
    assert_non_null(strstr(secure_ask(&old, WEB_GET("/healthz"), "}"), "200 OK"));
    secure_close(&old);
    FILE *file = fopen(files.cert, "w"); /* half a file, as a careless copy leaves it */
    assert_non_null(file);
    (void)fputs("-----BEGIN CERTIFICATE-----\nMIIB", file);
    (void)fclose(file);
    log_setup(LOG_ERROR + 1, 2);
    http_server_reload(web.server);
    log_setup(LOG_ERROR, 2);
    assert_true(serves_second(NULL));
}

static void a_certificate_without_its_key_does_not_open(void **state)
{
    struct secure_files one = secure_make("DNS:a"), two = secure_make("DNS:b");
    struct http_settings settings = web_settings();
    const struct http_hooks hooks = {0};
    struct http_server *server = NULL;
    (void)state;
    (void)snprintf(settings.tls_certificate, sizeof settings.tls_certificate, "%s", one.cert);
    (void)snprintf(settings.tls_key, sizeof settings.tls_key, "%s", two.key);
    log_setup(LOG_ERROR + 1, 2);
    assert_int_equal(http_server_open(&settings, &hooks, &server).code, ERR_INVALID);
    (void)snprintf(settings.tls_key, sizeof settings.tls_key, "%s/missing", one.folder);
    assert_int_equal(http_server_open(&settings, &hooks, &server).code, ERR_INVALID);
    log_setup(LOG_ERROR, 2);
    assert_null(server);
    secure_remove(&one);
    secure_remove(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_protocols_are_refused_and_new_ones_spoken),
        cmocka_unit_test(a_tls_answer_may_be_large),
        cmocka_unit_test(an_unknown_application_protocol_is_refused),
        cmocka_unit_test(bytes_that_are_no_tls_end_the_connection),
        cmocka_unit_test(a_session_is_taken_up_again_after_a_reload),
        cmocka_unit_test(a_hangup_signal_changes_the_certificate_and_drops_nobody),
        cmocka_unit_test(a_certificate_without_its_key_does_not_open),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
