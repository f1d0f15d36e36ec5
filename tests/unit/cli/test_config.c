/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/crypto.h"
#include "cli/config.h"
#include "cli/config_schema.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct arena a;

static err read_text(const char *text, struct config *config, str *reason)
{
    *reason = STR_EMPTY;
    return config_read(&a, str_c(text), "doorward.yaml", "/srv/doorward", config, reason);
}

static void an_empty_file_gives_the_defaults(void **state)
{
    (void)state;
    static const char *const table[] = {"", "\n", "# only a comment\n", "---\n",
                                        "server:\n  loops: 0\n"};
    for (size_t i = 0; i < COUNT(table); i++) {
        struct config c;
        str reason;
        if (!err_ok(read_text(table[i], &c, &reason))) {
            print_error("%s=> %.*s\n", table[i], STR_ARG(reason));
            fail();
        }
        assert_string_equal(c.http.listen, "127.0.0.1:8080");
        assert_string_equal(c.store.url, "sqlite:/srv/doorward/data/doorward.db");
        assert_string_equal(c.model.kind, "extractive");
        config_done(&c);
    }
}

static void every_kind_of_value_is_read(void **state)
{
    (void)state;
    struct config c;
    str reason;
    assert_int_equal(setenv("CONFIG_TEST_PASSWORD", "not in the file", 1), 0);
    assert_int_equal(setenv("CONFIG_TEST_WEBHOOK",
                            "whsec_"
                            "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
                            1),
                     0);
    assert_true(err_ok(read_text("server:\n"
                                 "  listen: \"[::1]:443\"\n"
                                 "  origin: https://chat.example.com\n"
                                 "  trusted_proxies: [127.0.0.1/32, 10.0.0.0/8]\n"
                                 "  tls: { certificate: file:/etc/a.pem, key: keys/b.pem }\n"
                                 "  header_timeout: 2s\n"
                                 "  access_log: false\n"
                                 "know: { document_size: 2MB }\n"
                                 "model: { temperature: 0.5 }\n"
                                 "mail:\n"
                                 "  url: smtp://chat@mail.example.com:587\n"
                                 "  password: env:CONFIG_TEST_PASSWORD\n"
                                 "  from: \"Example Ltd <chat@example.com>\"\n"
                                 "  to: [sales@example.com, boss@example.com]\n"
                                 "webhooks:\n"
                                 "  - url: https://hooks.example.com/a\n"
                                 "    secret: env:CONFIG_TEST_WEBHOOK\n",
                                 &c, &reason)));
    assert_string_equal(c.http.listen, "[::1]:443");
    assert_string_equal(c.http.trusted_proxies[1], "10.0.0.0/8");
    assert_string_equal(c.http.tls_certificate, "/etc/a.pem");
    assert_string_equal(c.http.tls_key, "/srv/doorward/keys/b.pem");
    assert_int_equal(c.http.header_ms, 2000);
    assert_false(c.http.access_log);
    assert_int_equal(c.know.document_bytes_max, 2 << 20);
    assert_true(c.model.temperature > 0.49 && c.model.temperature < 0.51);
    assert_int_equal(c.outbox.mail.to_count, 2);
    assert_true(str_eq(secret_view(&c.outbox.mail.password), STR("not in the file")));
    assert_int_equal(c.outbox.webhook_count, 1);
    assert_string_equal(c.outbox.origin, "https://chat.example.com");
    config_done(&c);
}

static void what_is_wrong_is_named_with_line_and_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *words;
    } table[] = {
        {"server:\n  lisen: x\n", "doorward.yaml:2:3:", "did you mean `server.listen`"},
        {"sever:\n  listen: x\n", "doorward.yaml:1:1:", "unknown key `sever`"},
        {"server:\n  listen: 127.0.0.1:1\n  banana: 1\n",
         "doorward.yaml:3:3:", "unknown key `server.banana`"},
        {"server: 1\n", "doorward.yaml:1:1:", "unknown key `server`"},
        {"- a\n", "doorward.yaml:1:1:", "keys and values"},
        {"server:\n  listen: [a]\n", "doorward.yaml:2:3:", "single value"},
        {"server:\n  header_timeout: soon\n", "doorward.yaml:2:", "a duration such as"},
        {"server:\n  header_timeout: 1ms\n", "doorward.yaml:2:", "between"},
        {"server:\n  access_log: maybe\n", "doorward.yaml:2:", "true or false"},
        {"model: { kind: magic }\n", "doorward.yaml:1:", "extractive|openai"},
        {"model: { kind: openai }\n", "doorward.yaml:", "needs model.url and model.name"},
        {"mail: { password: hunter2 }\n", "doorward.yaml:1:", "must not be in clear"},
        {"mail: { password: env:CONFIG_TEST_MISSING }\n",
         "doorward.yaml:1:", "CONFIG_TEST_MISSING is not set"},
        {"mail: { password: file:/nonexistent/x }\n", "doorward.yaml:1:", "/nonexistent/x"},
        {"mail: { url: smtp://x }\n", "doorward.yaml:", "mail.from and mail.to"},
        {"server: { tls: { key: x } }\n", "doorward.yaml:", "both certificate and key"},
        {"server: { redirect_listen: x }\n", "doorward.yaml:", "server.origin"},
        {"webhooks: [{ url: https://x.example }]\n", "doorward.yaml:", "webhook"},
        {"server: {\n", "doorward.yaml:2:", "not YAML"},
        {"server:\n\tlisten: x\n", "doorward.yaml:2:", "not YAML"},
        {"\x01", "doorward.yaml:1:", "control character"},
        {"text\n", "doorward.yaml:1:", "keys and values"},
        {"a: \xff\n", "doorward.yaml:1:", "not UTF-8"},
        {"\n%YAML 1.2\n---\n", "doorward.yaml:2:", "directives"},
        {"a: b: c\n", "doorward.yaml:1:", "not YAML"},
        {"a: &x 1\nserver: *x\n", "doorward.yaml:", "unknown key `a`"},
        {"server: { listen: \"a\\nb\" }\n", "doorward.yaml:1:", "control character"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct config c;
        str reason;
        assert_int_equal(read_text(table[i].text, &c, &reason).code, ERR_INVALID);
        if (!str_starts(reason, str_c(table[i].place)) ||
            str_find(reason, str_c(table[i].words), 0) == SIZE_MAX) {
            print_error("%s\n=> %.*s\n", table[i].text, STR_ARG(reason));
            fail();
        }
    }
}

static void a_secret_in_clear_is_never_repeated(void **state)
{
    (void)state;
    struct config c;
    str reason;
    assert_false(err_ok(read_text("mail: { password: hunter2-hunter2 }\n", &c, &reason)));
    assert_int_equal(str_find(reason, STR("hunter2"), 0), SIZE_MAX);
}

static void the_environment_wins_over_the_file(void **state)
{
    (void)state;
    struct config c;
    str reason;
    assert_int_equal(setenv("DOORWARD_SERVER_LISTEN", "127.0.0.1:9", 1), 0);
    assert_int_equal(setenv("DOORWARD_MAIL_TO", "a@example.com, b@example.com", 1), 0);
    assert_true(err_ok(read_text("server: { listen: 127.0.0.1:1 }\n", &c, &reason)));
    assert_string_equal(c.http.listen, "127.0.0.1:9");
    assert_string_equal(c.outbox.mail.to[1], "b@example.com");
    config_done(&c);
    assert_int_equal(setenv("DOORWARD_SERVER_LOOPS", "many", 1), 0);
    assert_false(err_ok(read_text("", &c, &reason)));
    assert_int_not_equal(str_find(reason, STR("DOORWARD_SERVER_LOOPS"), 0), SIZE_MAX);
    assert_int_equal(unsetenv("DOORWARD_SERVER_LISTEN") | unsetenv("DOORWARD_MAIL_TO"), 0);
    assert_int_equal(unsetenv("DOORWARD_SERVER_LOOPS"), 0);
}

static void every_row_has_a_place_a_default_and_a_meaning(void **state)
{
    (void)state;
    for (size_t i = 0; i < config_row_count; i++) {
        const char *nearest;
        assert_ptr_equal(config_row_find(str_c(config_rows[i].key), &nearest), &config_rows[i]);
        assert_true(strlen(config_rows[i].help) > 5 && strlen(config_rows[i].fallback) > 0);
        assert_true(config_rows[i].offset + config_rows[i].size <= sizeof(struct config));
        assert_false(config_rows[i].kind == CONFIG_SECRET &&
                     config_rows[i].size != sizeof(struct secret));
    }
}

static int start(void **state)
{
    (void)state;
    arena_init(&a, 8 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_done(&a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_gives_the_defaults),
        cmocka_unit_test(every_kind_of_value_is_read),
        cmocka_unit_test(what_is_wrong_is_named_with_line_and_remedy),
        cmocka_unit_test(a_secret_in_clear_is_never_repeated),
        cmocka_unit_test(the_environment_wins_over_the_file),
        cmocka_unit_test(every_row_has_a_place_a_default_and_a_meaning),
    };
    return cmocka_run_group_tests(tests, start, end);
}
