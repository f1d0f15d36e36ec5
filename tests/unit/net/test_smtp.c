/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "net/smtp.h"
#include "unit/support/smtp_peer.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct arena arena;
static struct peer peer;

static struct mail_settings settings_for(const char *scheme)
{
    struct mail_settings settings = mail_settings_default();
    (void)snprintf(settings.url, sizeof(settings.url), "%s127.0.0.1:%u", scheme, peer.port);
    (void)snprintf(settings.from, sizeof(settings.from), "Example Ltd <chat@example.com>");
    (void)snprintf(settings.to[0], sizeof(settings.to[0]), "sales@example.com");
    settings.to_count = 1;
    settings.total_ms = 1500;
    return settings;
}

static const str one_recipient[] = {STR_INIT("sales@example.com")};

static err send_with(struct smtp_script *script, const struct mail_settings *settings,
                     struct smtp_result *ret)
{
    struct smtp_message message = {
        .from = STR("chat@example.com"),
        .to = one_recipient,
        .to_count = 1,
        .data = STR("Subject: x\r\n\r\n.\r\n..two\r\n.dot\r\nlast\r\n"),
    };
    (void)script;
    return smtp_send(&arena, settings, &message, ret);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void assert_contains(str text, const char *part)
{
    str copy = arena_str(&arena, text);
    if (!strstr(copy.p, part)) {
        print_error("text: %s\nwanted: %s\n", copy.p, part);
    }
    assert_non_null(strstr(copy.p, part));
}

static void a_message_arrives_as_it_was(void **state)
{
    (void)state;
    struct smtp_script script = {.banner = NULL};
    assert_true(peer_start(&peer, smtp_serve, &script));
    struct mail_settings settings = settings_for("smtp://");
    struct smtp_result result;
    assert_true(err_ok(send_with(&script, &settings, &result)));
    peer_stop(&peer);
    assert_contains(result.reply, "250 2.0.0 queued as 42");
    assert_contains(result.stage, "message");
    assert_string_equal(script.body, "Subject: x\r\n\r\n..\r\n...two\r\n..dot\r\nlast\r\n");
    assert_string_equal(script.dialogue, "EHLO example.com\r\nMAIL FROM:<chat@example.com>\r\n"
                                         "RCPT TO:<sales@example.com>\r\nDATA\r\nQUIT\r\n");
}

static void what_the_server_says_is_told_with_where_it_said_it(void **state)
{
    (void)state;
    static const struct {
        struct smtp_script script;
        const char *user;
        enum err_code code;
        const char *reply, *stage;
    } table[] = {
        {{.banner = "554 no service"}, "", ERR_UNPROCESSABLE, "554 no service", "connect"},
        {{.banner = "421 too busy"}, "", ERR_UPSTREAM, "421 too busy", "connect"},
        {{.auth = "535 5.7.8 bad credentials"},
         "me@",
         ERR_UNAUTHORIZED,
         "535 5.7.8 bad credentials",
         "AUTH"},
        {{.mail = "553 5.7.1 not your address"}, "", ERR_UNPROCESSABLE, "553 5.7.1", "MAIL FROM"},
        {{.mail = "530 5.7.0 Authentication required"},
         "",
         ERR_UNAUTHORIZED,
         "530 5.7.0",
         "MAIL FROM"},
        {{.refuse_rcpt = "sales", .rcpt = "554 5.7.1 Relay access denied"},
         "",
         ERR_UNPROCESSABLE,
         "554 5.7.1 Relay",
         "RCPT TO"},
        {{.refuse_rcpt = "sales", .rcpt = "450 4.2.0 greylisted"},
         "",
         ERR_UPSTREAM,
         "450 4.2.0 greylisted",
         "RCPT TO"},
        {{.data = "451 later"}, "", ERR_UPSTREAM, "451 later", "DATA"},
        {{.done = "552 5.3.4 too big"}, "", ERR_UNPROCESSABLE, "552 5.3.4 too big", "message"},
        {{.done = "452 disk full"}, "", ERR_UPSTREAM, "452 disk full", "message"},
        {{.done = "550-first\r\n550 second"}, "", ERR_UNPROCESSABLE, "550 first second", "message"},
        {{.done = "550 ev\x01il \xff\x1b[0m"}, "", ERR_UNPROCESSABLE, "550 ev?il ??[0m", "message"},
        {{.drop_in_data = true}, "", ERR_UPSTREAM, "127.0.0.1", "message"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct smtp_script script = table[i].script;
        assert_true(peer_start(&peer, smtp_serve, &script));
        char scheme[32];
        (void)snprintf(scheme, sizeof(scheme), "smtp://%s", table[i].user);
        struct mail_settings settings = settings_for(scheme);
        struct smtp_result result;
        err e = send_with(&script, &settings, &result);
        peer_stop(&peer);
        assert_contains(result.reply, table[i].reply);
        assert_contains(result.stage, table[i].stage);
        assert_int_equal(e.code, table[i].code);
    }
}

static void one_refused_recipient_does_not_keep_the_others_from_it(void **state)
{
    (void)state;
    static const str to[] = {STR_INIT("a@example.com"), STR_INIT("gone@example.com"),
                             STR_INIT("c@example.com")};
    struct smtp_script script = {.refuse_rcpt = "gone", .rcpt = "550 5.1.1 unknown user"};
    assert_true(peer_start(&peer, smtp_serve, &script));
    struct mail_settings settings = settings_for("smtp://");
    struct smtp_message message = {.from = STR("chat@example.com"),
                                   .to = to,
                                   .to_count = 3,
                                   .data = STR("Subject: x\r\n\r\ny\r\n")};
    struct smtp_result result;
    assert_true(err_ok(smtp_send(&arena, &settings, &message, &result)));
    peer_stop(&peer);
    assert_int_equal(result.refused_count, 1);
    assert_true(!result.refused[0] && result.refused[1] && !result.refused[2]);
    assert_string_equal(script.body, "Subject: x\r\n\r\ny\r\n");
}

static void every_wait_ends(void **state)
{
    (void)state;
    static const struct {
        struct smtp_script script;
        bool hurry;
        enum err_code code;
        int64_t at_most;
    } table[] = {
        {{.silent = true}, false, ERR_UPSTREAM_TIMEOUT, 4000},
        {{.stall_at_end = true}, true, ERR_UPSTREAM_TIMEOUT, SMTP_HURRY_MS + 3000},
        {{.silent_quit = true}, false, ERR_OK, 4000},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct smtp_script script = table[i].script;
        assert_true(peer_start(&peer, smtp_serve, &script));
        struct mail_settings settings = settings_for("smtp://");
        atomic_bool hurry = table[i].hurry;
        struct smtp_watch watch = {.hurry = &hurry};
        struct smtp_message message = {.from = STR("chat@example.com"),
                                       .to = one_recipient,
                                       .to_count = 1,
                                       .data = STR("Subject: x\r\n\r\ny\r\n"),
                                       .watch = &watch};
        struct smtp_result result;
        int64_t start = clock_mono_ms();
        assert_int_equal(smtp_send(&arena, &settings, &message, &result).code, table[i].code);
        assert_true(clock_mono_ms() - start < table[i].at_most);
        peer_stop(&peer);
    }
}

static void passwords_are_sent_over_starttls_and_certificates_checked(void **state)
{
    (void)state;
    static const struct {
        const char *starttls, *san;
        bool trusted;
        enum err_code code;
        const char *reply;
    } table[] = {
        {"auto", "IP:127.0.0.1", false, ERR_OK,
         "250"}, /* on this machine TLS need not prove who answers */
        {"auto", "DNS:other.example", true, ERR_UPSTREAM, "is for another name"},
        {"always", "IP:127.0.0.1", true, ERR_OK, "250"},
        {"always", "IP:127.0.0.1", false, ERR_UPSTREAM, "self-signed"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        EVP_PKEY *key;
        X509 *cert = cert_make(table[i].san, -60, 3600, &key);
        char path[] = "/tmp/doorward-test-ca-XXXXXX";
        close(mkstemp(path));
        assert_true(cert_write(cert, path));
        struct smtp_script script = {.context = cert_context(cert, key)};
        assert_true(peer_start(&peer, smtp_serve, &script));
        struct mail_settings settings = settings_for("smtp://user%40example.com@");
        (void)snprintf(settings.starttls, sizeof(settings.starttls), "%s", table[i].starttls);
        (void)snprintf(settings.ca_file, sizeof(settings.ca_file), "%s",
                       table[i].trusted ? path : "");
        assert_true(err_ok(secret_set(&settings.password, STR("pass"))));
        struct smtp_result result;
        err e = send_with(&script, &settings, &result);
        peer_stop(&peer);
        assert_contains(result.reply, table[i].reply);
        assert_int_equal(e.code, table[i].code);
        if (err_ok(e)) {
            assert_non_null(strstr(script.dialogue, "STARTTLS\r\nEHLO"));
            assert_non_null(strstr(script.dialogue, "AUTH PLAIN"));
        }
        secret_done(&settings.password);
        unlink(path);
        SSL_CTX_free(script.context);
        X509_free(cert);
        EVP_PKEY_free(key);
    }
}

static void tls_that_is_required_is_not_done_without(void **state)
{
    (void)state;
    struct smtp_script script = {.banner = NULL};
    assert_true(peer_start(&peer, smtp_serve, &script));
    struct mail_settings settings = settings_for("smtp://");
    (void)snprintf(settings.starttls, sizeof(settings.starttls), "always");
    struct smtp_result result;
    assert_int_equal(send_with(&script, &settings, &result).code, ERR_UPSTREAM);
    assert_contains(result.reply, "does not offer TLS");
    assert_null(strstr(script.dialogue, "MAIL"));
    peer_stop(&peer);
}

static void nobody_listening_is_told(void **state)
{
    (void)state;
    struct smtp_script script = {.banner = NULL};
    assert_true(peer_start(&peer, smtp_serve, &script));
    peer_stop(&peer);
    struct mail_settings settings = settings_for("smtp://");
    struct smtp_result result;
    assert_int_equal(send_with(&script, &settings, &result).code, ERR_UPSTREAM);
    assert_contains(result.reply, "no server listens on 127.0.0.1 port");
}

static void malformed_envelopes_are_not_sent(void **state)
{
    (void)state;
    static const char *const bad[] = {"a@example.com>\r\nRCPT TO:<b@example.com", "",
                                      "a b@example.com", "a@b\n"};
    struct smtp_script script = {.banner = NULL};
    assert_true(peer_start(&peer, smtp_serve, &script));
    struct mail_settings settings = settings_for("smtp://");
    for (size_t i = 0; i < COUNT(bad); i++) {
        str to = str_c(bad[i]);
        struct smtp_message message = {
            .from = STR("chat@example.com"), .to = &to, .to_count = 1, .data = STR("x\r\n")};
        struct smtp_result result;
        assert_int_equal(smtp_send(&arena, &settings, &message, &result).code, ERR_INVALID);
        message = (struct smtp_message){
            .from = to, .to = one_recipient, .to_count = 1, .data = STR("x\r\n")};
        assert_int_equal(smtp_send(&arena, &settings, &message, &result).code, ERR_INVALID);
    }
    assert_int_equal(peer.served, 0);
    peer_stop(&peer);
}

static void settings_are_checked_with_a_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *url, *starttls, *from, *to, *reason;
    } table[] = {
        {"", "auto", "a@example.com", "b@example.com", "mail.url is missing"},
        {"http://h", "auto", "a@example.com", "b@example.com", "smtp:// or smtps://"},
        {"smtp://", "auto", "a@example.com", "b@example.com", "malformed"},
        {"smtp://u:p@h.example", "auto", "a@example.com", "b@example.com", "env:NAME"},
        {"smtp://h.example/x", "auto", "a@example.com", "b@example.com", "nothing else"},
        {"smtp://u%0d@h.example", "auto", "a@example.com", "b@example.com", "control character"},
        {"smtp://h.example", "yes", "a@example.com", "b@example.com", "auto, always or never"},
        {"smtp://h.example", "auto", "Example", "b@example.com", "mail.from"},
        {"smtp://h.example", "auto", "a@example.com", "x", "mail.to number 1"},
        {"smtps://u@h.example:2465", "never", "Example <a@example.com>", "b@example.com", NULL},
        {"smtp://[::1]:25", "always", "a@example.com", "B <b@example.com>", NULL},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct mail_settings s = mail_settings_default();
        str reason = STR_EMPTY;
        (void)snprintf(s.url, sizeof(s.url), "%s", table[i].url);
        (void)snprintf(s.starttls, sizeof(s.starttls), "%s", table[i].starttls);
        (void)snprintf(s.from, sizeof(s.from), "%s", table[i].from);
        (void)snprintf(s.to[0], sizeof(s.to[0]), "%s", table[i].to);
        s.to_count = 1;
        assert_int_equal(mail_settings_check(&arena, &s, &reason).code,
                         table[i].reason ? ERR_INVALID : ERR_OK);
        if (table[i].reason) {
            assert_contains(reason, table[i].reason);
        }
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_message_arrives_as_it_was),
        CASE(what_the_server_says_is_told_with_where_it_said_it),
        CASE(one_refused_recipient_does_not_keep_the_others_from_it),
        CASE(every_wait_ends),
        CASE(passwords_are_sent_over_starttls_and_certificates_checked),
        CASE(tls_that_is_required_is_not_done_without),
        CASE(nobody_listening_is_told),
        CASE(malformed_envelopes_are_not_sent),
        CASE(settings_are_checked_with_a_remedy),
    };
    return cmocka_run_group_tests_name("net.smtp", tests, NULL, NULL);
}
