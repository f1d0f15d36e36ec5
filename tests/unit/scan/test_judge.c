/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: tables of what is a secret and what is none, and properties of random values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "scan/judge_private.h"

static uint64_t seed = 88172645463325252U;

static uint32_t next(uint32_t below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

static const struct rule generic = {.id = "generic-password", .generic = true};
static const struct rule form = {.id = "service-key"};

struct place {
    const char *path;
    const char *before, *after; /* of the value on its line */
};

static const struct place env = {".env", "DB=1\nX=", "\n"};
static const struct place quoted = {"src/app.js", "const x = \"", "\";\n"};
static const struct place bare = {"src/app.py", "x = ", "\n"};
static const struct place tested = {"test/app_test.py", "x = \"", "\"\n"};
static const struct place prose = {"README.md", "x: `", "`\n"};
static const struct place locked = {"yarn.lock", "  x \"", "\"\n"};
static const struct place sample = {".env.example", "X=", "\n"};

static struct judgement judged(const struct rule *rule, const struct place *at, const char *key,
                               str value)
{
    static char text[8192];
    size_t before = strlen(at->before), after = strlen(at->after);
    assert_true(before + value.n + after < sizeof text);
    memcpy(text, at->before, before);
    memcpy(text + before, value.p, value.n);
    memcpy(text + before + value.n, at->after, after);
    struct text_traits traits;
    struct judgement j;
    str all = str_n(text, before + value.n + after);
    text_traits_find(str_c(at->path), all, &traits);
    struct candidate c = {.rule = rule,
                          .secret = str_n(text + before, value.n),
                          .text = all,
                          .offset = before,
                          .key = str_c(key),
                          .traits = &traits};
    judge(&c, &j);
    assert_true(j.reason_count > 0 && j.reason_count <= JUDGE_REASONS_MAX);
    for (size_t i = 0; i < j.reason_count; i++) {
        assert_non_null(j.reasons[i]);
    }
    return j;
}

static void check(const struct place *at, const char *key, const char *value, bool report)
{
    struct judgement j = judged(&generic, at, key, str_c(value));
    if (j.report != report) {
        fail_msg("%s: %s = %s: %s", at->path, key, value, j.reasons[0]);
    }
}

static void passwords_of_people_are_secrets(void **state)
{
    (void)state;
    static const char *const values[] = {
        "Summer2024!", "hunter2pass",    "tr0ub4dor",         "Falcon_river77#", "p1r4te",
        "9tK2mQx7",    "DRA-490-banana", "MySup3rS3cretKey!", "k#9Lm$2p@Q",
    };
    static const char *const keys[] = {
        "password",           "DB_PASSWORD", "smtpPass", "admin_pwd", "spring.datasource.password",
        "MYSQL_ROOT_PASSWORD"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            check(&env, keys[k], values[i], true);
            check(&quoted, keys[k], values[i], true);
            check(&bare, keys[k], values[i], false);
            check(&locked, keys[k], values[i], false);
        }
    }
    check(&env, "DB_PASSWORD", "swordfish", true);
    check(&env, "password", "swordfish", false);
}

static const char *const placeholders[] = {
    "password",
    "changeme",
    "your-password-here",
    "<password>",
    "${DB_PASSWORD}",
    "xxxxxxxx",
    "********",
    "secret",
    "example1",
    "YOUR_PASSWORD_1",
    "{{ password1 }}",
    "%(password1)s",
    "$PASSWORD1",
    "null",
    "string",
    "123456",
    "qwerty123",
    "abc123",
    "dummy123",
    "test1234",
    "__PASSWORD1__",
    "%DB_PASS1%",
    "@DB_PASS1@",
    ":password1",
    "#{ENV['X1']}",
    "!Ref Password1",
    "arn:aws:ssm:eu-1:1:x",
    "op://vault/item1/x",
    "vault:secret/data#x1",
    "env:PASSWORD1",
    "/run/secrets/db1",
    "./secret1.txt",
    "server1.pem",
    "https://x1.example/y",
    "1.2.3-4",
    "2024-01-02T03:04:05Z",
    "bob1@example.org",
    "Enter 8 letters",
    "process.env.PASS1",
    "getenv(\"X1\")",
    "aaaaaaaa1",
    "11111111",
    "abcdefgh1",
    "1q2w3e4r",
    "[A-Z0-9]{8}",
    "password123",
    "abc123def456ghi789",
    "%s123",
    "deadbeefdeadbeef",
    "0123456789abcdef",
    "\\u548C\\u547D1",
    "ENC(Gm8aXfZ1yT0c7J)",
    "",
    "a1",
};

static void what_stands_for_a_secret_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++) {
        check(&env, "DB_PASSWORD", placeholders[i], false);
        check(&quoted, "api_secret", placeholders[i], false);
        check(&sample, "password", placeholders[i], false);
    }
}

static void names_that_mean_something_else(void **state)
{
    (void)state;
    static const char *const others[] = {
        "token_type",   "password_field",      "secretName",         "max_tokens",
        "api_key_id",   "public_key",          "primary_key",        "foreignKey",
        "csrf_token",   "passwordHint",        "password_reset_url", "tokenExpiry",
        "showPassword", "PASSWORD_MIN_LENGTH", "next_token",         "invalid_password",
    };
    static const char *const nothing[] = {"tokenizer", "keyboard", "passwordless", "author",
                                          "bypass",    "compass",  "passenger",    "secretary"};
    static const char *const secrets[] = {
        "secret_key_base", "clientSecret",        "API_KEY",
        "x-api-key",       "access_token_secret", "aws_secret_access_key",
        "encryptionKey",   "app.auth.token",      "refreshToken",
    };
    bool wide;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (key_class_of(str_c(others[i]), &wide) != KEY_OTHER) {
            fail_msg("%s", others[i]);
        }
    }
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        if (key_class_of(str_c(nothing[i]), &wide) != KEY_NONE) {
            fail_msg("%s", nothing[i]);
        }
    }
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        if (key_class_of(str_c(secrets[i]), &wide) != KEY_TOKEN) {
            fail_msg("%s", secrets[i]);
        }
    }
    assert_int_equal(key_class_of(STR("dbPassword"), &wide), KEY_PASSWORD);
    assert_true(wide);
    assert_int_equal(key_class_of(STR("userpass"), &wide), KEY_PASSWORD);
    assert_int_equal(key_class_of(STR_EMPTY, &wide), KEY_NONE);
}

static str random_of(char *p, const char *letters, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = letters[next((uint32_t)strlen(letters))];
    }
    return str_n(p, n);
}

/* Of random values at most one in fifty may be lost. */
static void random_values_are_reported(void **state)
{
    (void)state;
    static const struct {
        const char *letters;
        size_t n;
    } forms[] = {
        {"0123456789abcdef", 32},
        {"0123456789abcdef", 64},
        {bytes_base62_letters, 24},
        {bytes_base62_letters, 40},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 32},
        {"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 24},
        {"abcdefghijklmnopqrstuvwxyz0123456789", 24},
    };
    char p[64];
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        unsigned lost = 0, lost_form = 0;
        for (unsigned i = 0; i < 1000; i++) {
            str value = random_of(p, forms[f].letters, forms[f].n);
            lost += !judged(&generic, &env, "API_KEY", value).report;
            lost += !judged(&generic, &quoted, "clientSecret", value).report;
            lost_form += !judged(&form, &tested, "", value).report;
        }
        assert_in_range(lost, 0, 40); /* of 2,000 */
        assert_in_range(lost_form, 0, 2);
    }
}

static void names_of_code_are_not_random(void **state)
{
    (void)state;
    static const char *const names[] = {
        "userPasswordField",
        "authentication_token",
        "my-app-secret-name",
        "getAccessToken",
        "OAUTH2_CLIENT",
        "kubernetes.io/service-account-token",
        "application/x-www-form-urlencoded",
        "com.example.security.TokenStore",
        "organisationalUnitNameAttribute",
        "bearer",
        "HmacSHA256Algorithm",
        "aes-256-cbc",
        "x-amz-security-token",
        "invalid_grant_error2",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        check(&quoted, "access_token", names[i], false);
        check(&env, "secret", names[i], false);
    }
    assert_in_range(strange_of(STR("correct horse battery staple")), 0, 20);
    assert_in_range(strange_of(STR("9fQ2mZ7kLw4TxB1v")), 70, 100);
    assert_int_equal(strange_of(STR("---")), 0);
    assert_true(surprise_of(STR("password")) < surprise_of(STR("qxzvkjwq")));
}

static void places_count(void **state)
{
    (void)state;
    char p[64];
    str value = random_of(p, "0123456789abcdef", 40);
    assert_true(judged(&generic, &env, "api_key", value).confidence == CONFIDENCE_HIGH);
    assert_false(judged(&generic, &tested, "api_key", value).report);
    assert_true(judged(&generic, &prose, "api_key", value).confidence == CONFIDENCE_MEDIUM);
    assert_true(judged(&generic, &sample, "api_key", value).report);
    assert_false(judged(&generic, &locked, "api_key", value).report);
    assert_false(judged(&generic, &prose, "password", STR("hunter2pass")).report);
    assert_false(judged(&generic, &sample, "password", STR("hunter2pass")).report);
    assert_true(judged(&form, &env, "", value).confidence == CONFIDENCE_HIGH);
    assert_true(judged(&form, &tested, "", value).confidence == CONFIDENCE_MEDIUM);
    assert_true(judged(&form, &locked, "", value).report);
}

static void forms_are_reported_but_for_placeholders(void **state)
{
    (void)state;
    static const char *const none[] = {
        "sk-your-key-here-aaaaaaaa",
        "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
        "key-00000000000000000000",
        "abc_12345678901234567890",
        "SG.EXAMPLE.0123456789",
        "organisationalUnitNameAttribute",
        "https://hooks.example/services/123456/abcdef",
        "tok_abcdefghijklmnopqrstuvwxyz",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct judgement j = judged(&form, &env, "", str_c(none[i]));
        if (j.report) {
            fail_msg("%s", none[i]);
        }
    }
    static const struct place user = {"a.yml", "url: amqp://gu3st:", "@mq\n"};
    assert_false(judged(&form, &user, "", STR("gu3st")).report);
    assert_true(judged(&form, &user, "", STR("gu3st77")).report);
    /* A host called example.com is no placeholder. */
    assert_true(judged(&form, &env, "", STR("amqp://svc:9fQ2mZ7kLw4T@db.example.com/prod")).report);
    assert_false(judged(&form, &env, "", STR("amqp://svc:your_password@db.x.org/prod")).report);
    static const struct rule crc = {.id = "x", .proof = PROOF_CRC32_BASE62};
    assert_false(judged(&crc, &env, "",
                        STR("dw_"
                            "sk_9fQ2mZ7kLw4TxB1vAAAAAA"))
                     .report);
    char blob[600], p[40];
    (void)random_of(blob, bytes_base62_letters, sizeof blob - 1);
    blob[sizeof blob - 1] = 0;
    struct place image = {"a.css", blob, blob};
    assert_false(judged(&form, &image, "", random_of(p, bytes_base62_letters, 40)).report);
}

/* Chance spells words in capitals, too. */
static void random_capitals_of_a_form_are_reported(void **state)
{
    (void)state;
    char p[40];
    for (unsigned i = 0; i < 20000; i++) {
        str value = random_of(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20);
        assert_ptr_equal(value.p, p);
        memcpy(p, "AKIA", 4);
        struct judgement j = judged(&form, &env, "", value);
        if (!j.report) {
            fail_msg("%.*s: %s", STR_ARG(value), j.reasons[0]);
        }
    }
}

static void what_documentation_shows_is_none(void **state)
{
    (void)state;
    /* The storage key of Azure's emulator, in halves. */
    static const char key[] = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq"
                              "/K1SZFPTOtr/KBHBeksoGMGw="
                              "=";
    assert_true(is_documented(str_c(key)));
    assert_false(is_documented(STR("hunter2pass")));
    static const struct rule azure = {.id = "x", .proof = PROOF_AZURE_STORAGE};
    assert_false(judged(&azure, &env, "", str_c(key)).report);
}

static void a_password_behind_base64_is_judged(void **state)
{
    (void)state;
    static const struct rule basic = {.id = "x", .generic = true, .proof = PROOF_BASIC_AUTH};
    static const struct {
        const char *plain;
        bool report;
    } rows[] = {{"bob:gr4nite-Harb0ur", true}, {"svc:9fQ2mZ7kLw4T", true},
                {"user:password", false},      {"username:password", false},
                {"user:<token>", false},       {"no colon at all", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b;
        buf_init(&b, 256);
        bytes_base64(&b, rows[i].plain, strlen(rows[i].plain));
        assert_int_equal(judged(&basic, &env, "", buf_str(&b)).report, rows[i].report);
        buf_done(&b);
    }
}

static void entropy_is_shannons(void **state)
{
    (void)state;
    assert_int_equal(entropy_of(STR_EMPTY), 0);
    assert_int_equal(entropy_of(STR("aaaa")), 0);
    assert_int_equal(entropy_of(STR("abab")), 100);
    assert_int_equal(entropy_of(STR("0123456789abcdef")), 400);
}

static void any_bytes_are_judged(void **state)
{
    (void)state;
    char p[300];
    for (unsigned i = 0; i < 3000; i++) {
        size_t n = next(sizeof p);
        for (size_t k = 0; k < n; k++) {
            p[k] = (char)next(256);
        }
        (void)judged(&generic, i & 1 ? &env : &quoted, "password", str_n(p, n));
        (void)judged(&form, &env, "", str_n(p, n));
    }
}

static int set_up(void **state)
{
    (void)state;
    return err_ok(crypto_init()) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_of_people_are_secrets),
        cmocka_unit_test(what_stands_for_a_secret_is_none),
        cmocka_unit_test(names_that_mean_something_else),
        cmocka_unit_test(random_values_are_reported),
        cmocka_unit_test(names_of_code_are_not_random),
        cmocka_unit_test(places_count),
        cmocka_unit_test(forms_are_reported_but_for_placeholders),
        cmocka_unit_test(random_capitals_of_a_form_are_reported),
        cmocka_unit_test(what_documentation_shows_is_none),
        cmocka_unit_test(a_password_behind_base64_is_judged),
        cmocka_unit_test(entropy_is_shannons),
        cmocka_unit_test(any_bytes_are_judged),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
