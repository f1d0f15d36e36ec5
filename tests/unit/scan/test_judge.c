/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: tables of what is a secret and what is none, and properties of random values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "judged.h"

static uint64_t seed = 88172645463325252U;

static uint32_t next(uint32_t below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

#define RANDOM_SIGNS                                                                               \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*()-_=+[]{}"

static str random_of(char *p, const char *letters, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = letters[next((uint32_t)strlen(letters))];
    }
    return str_n(p, n);
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
    "px-api-a1b2c3d4-e5f6-g7h8-i8j0-k0l3m3n4o0p5",
    "px-dep-d4c3b2a1-f6e5-h8g7-j0i8-p5o0n4m3l3k0",
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

/* What repeats its key is a placeholder unless a year or a sign dresses it up. */
static void a_password_may_repeat_its_key(void **state)
{
    (void)state;
    static const struct place php = {"wp-config.php", "<?php\n$x = '", "';\n"};
    static const struct {
        const char *key, *value;
        bool report;
    } rows[] = {
        {"REDIS_PASSWORD", "RedisPass1!", true},   {"SMTP_PASSWORD", "Smtp2023!", true},
        {"DB_PASSWORD", "DbPass2023!", true},      {"ftpPassword", "Ftp#2024pass", true},
        {"STRATO_PASSWORD", "StratoPass1!", true}, {"shop.password", "ShopPass2023!", true},
        {"FTP_PASS", "ftppass2024", true},         {"db_password", "Password2024!", true},
        {"SHOP_PASSWORD", "shop_pass_1998", true}, {"REDIS_PASSWORD", "RedisPass1", false},
        {"DB_PASSWORD", "dbpass123", false},       {"DB_PASSWORD", "Password1!", false},
        {"DB_PASSWORD", "password2024", false},    {"PASSWORD", "MyPassword1!", false},
        {"SMTP_PASSWORD", "smtp-password", false}, {"smtp_secret", "SmtpSecret2023", false},
        {"DB_PASSWORD", "${DB_PASS_2023}", false}, {"DB_PASSWORD", "your_db_pass1!", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&env, rows[i].key, rows[i].value, rows[i].report);
        check(&php, rows[i].key, rows[i].value, rows[i].report);
        check(&sample, rows[i].key, rows[i].value, false);
        check(&tested, rows[i].key, rows[i].value, false);
    }
    check(&quoted, "REDIS_PASSWORD", "RedisPass1!", false); /* no settings */
}

/* The signs of formats, references and hashes, by chance and on purpose. */
static void signs_of_code_are_chance_in_random_values(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool report;
    } rows[] = {
        {"kR7%sWq2mZ9t", true},         {"Lj2#5O%di214", true},
        {"kR7==Wq2mZ9tLp0", true},      {"x9K${q2mZ7vL", true},
        {"Qm4$(z7Kp9Wx", true},         {"b8Tq{{x2Vn6Z", true},
        {"{ab}kR7Wq2mZ9t", true},       {"z5&#Kq8vT2mx", true},
        {"h4Kd->q9Xw2Lz", true},        {"k9{Zq7}w2Xp4V", true},
        {"%s:%s@%d1", false},           {"0x%08X%08X", false},
        {"user%dpass%02d", false},      {"pw-${DB_PASSWORD}", false},
        {"x9K2${DB_PASS}", false},      {"${x9Kq2mZ7vL4t", false},
        {"x9Kq2{password}", false},     {"{{ password2 }}", false},
        {"Qm4$(password)", false},      {"Passwort&#228;ndern2", false},
        {"^[A-Za-z0-9]{8,20}$", false}, {"a1 == b2 && c3", false},
        {"x->password1", false},        {"{user}9Kq2mZ7v", false},
        {"%1$s-%2$s-9", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&env, "DB_PASSWORD", rows[i].value, rows[i].report);
        check(&quoted, "dbPassword", rows[i].value, rows[i].report);
    }
    char p[32];
    unsigned lost = 0;
    uint64_t kept = seed;
    for (unsigned i = 0; i < 2000; i++) {
        str value = random_of(p, RANDOM_SIGNS, 12 + i % 4 * 4);
        lost += !judged(&generic, &env, "DB_PASSWORD", value).report;
    }
    seed = kept;
    assert_in_range(lost, 0, 60);
}

static void a_uuid_is_a_secret_by_its_name(void **state)
{
    (void)state;
    static const char uuid[] = "5eb4223e-5008-46e5-be67-c7b8f2732305";
    check(&quoted, "Authorization", uuid, true);
    check(&quoted, "api_key", uuid, true);
    check(&quoted, "auth", uuid, false);
    check(&quoted, "password", uuid, false);
    check(&quoted, "Authorization", "12345678-1234-1234-1234-123456789abc", false);
    check(&quoted, "Authorization", "00000000-0000-0000-0000-000000000000", false);
}

static void letters_beyond_ascii_are_passwords_or_texts(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value;
        bool report;
    } rows[] = {
        {"password", "düsseldorf1!", true},   {"MAIL_PASSWORD", "Grüße#2024", true},
        {"password", "Müller2019", true},     {"password", "Sommer§2024", true},
        {"password", "Grüße#sommer", true},   {"password", "Grüße aus Köln 2", false},
        {"password", "Grüße*", false},        {"password", "Contraseña2", false},
        {"password", "CONTRASEÑA_2", false},  {"password", "Hasło2", false},
        {"password", "Пароль1", false},       {"password", "密码不能为空1!", false},
        {"password", "M\xfcller2019", false}, {"api_token", "düsseldorf1!", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&env, rows[i].key, rows[i].value, rows[i].report);
        check(&quoted, rows[i].key, rows[i].value, rows[i].report);
    }
}

static void a_measure_is_no_password(void **state)
{
    (void)state;
    static const char *const values[] = {"1000px", "12.5em", "3600sec", "512MB", "1920dpi"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        check(&env, "max_pw", values[i], false);
        check(&quoted, "boxPw", values[i], false);
    }
    check(&env, "db_pw", "1000pxl", true);
}

static void names_that_mean_something_else(void **state)
{
    (void)state;
    static const char *const others[] = {
        "token_type",
        "password_field",
        "secretName",
        "max_tokens",
        "api_key_id",
        "public_key",
        "primary_key",
        "foreignKey",
        "csrf_token",
        "passwordHint",
        "password_reset_url",
        "tokenExpiry",
        "showPassword",
        "PASSWORD_MIN_LENGTH",
        "next_token",
        "invalid_password",
        "keyVaultToStoreSecrets",
        "path_to_secrets",
    };
    static const char *const nothing[] = {"tokenizer", "keyboard", "passwordless", "author",
                                          "bypass",    "compass",  "passenger",    "secretary"};
    static const char *const secrets[] = {
        "secret_key_base",     "clientSecret",          "API_KEY",         "x-api-key",
        "access_token_secret", "aws_secret_access_key", "encryptionKey",   "app.auth.token",
        "refreshToken",        "keyVaultClientSecret",  "service_secrets",
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
    assert_int_equal(key_class_of(STR("dbpw"), &wide), KEY_PASSWORD);
    assert_int_equal(key_class_of(STR("SmtpPw2"), &wide), KEY_PASSWORD);
    assert_int_equal(key_class_of(STR("pw_db"), &wide), KEY_PASSWORD);
    assert_int_equal(key_class_of(STR("clkpw"), &wide), KEY_NONE);
    assert_int_equal(key_class_of(STR_EMPTY, &wide), KEY_NONE);
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
        "px-api-a1b2c3d4-e5f6-g7h8-i8j0-k0l3m3n4o0p5",
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
static void a_dense_value_may_open_a_brace(void **state)
{
    (void)state;
    struct judgement j =
        judged(&form, &env, "k", STR("q7)Zr${k!9Lw@mX2#e;Ty~0bV^fH*s8J(uD%gN1+oPc5]A-iKx4=B"));
    assert_true(j.report);
    j = judged(&form, &env, "k", STR("prefix-${SERVICE_KEY_OF_THE_SHOP_2}"));
    assert_false(j.report);
}

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
    } rows[] = {{"bob:gr4nite-Harb0ur", true},
                {"svc:9fQ2mZ7kLw4T", true},
                {"user:password", false},
                {"username:password", false},
                {"user:<token>", false},
                {"no colon at all", false},
                {"editor:k7Gq 2xWz 9LpR 4mTv Bn3c Y8dH", true},
                {"bob:qkzv wxpj tmfg hnbd", true},
                {"bob:k7Gq 2xWz 9Lp R4mT", false},
                {"user:this must have been a long text", false},
                {"user:your pass word here", false}};
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
        cmocka_unit_test(a_password_may_repeat_its_key),
        cmocka_unit_test(signs_of_code_are_chance_in_random_values),
        cmocka_unit_test(a_uuid_is_a_secret_by_its_name),
        cmocka_unit_test(letters_beyond_ascii_are_passwords_or_texts),
        cmocka_unit_test(a_measure_is_no_password),
        cmocka_unit_test(names_that_mean_something_else),
        cmocka_unit_test(random_values_are_reported),
        cmocka_unit_test(names_of_code_are_not_random),
        cmocka_unit_test(places_count),
        cmocka_unit_test(forms_are_reported_but_for_placeholders),
        cmocka_unit_test(a_dense_value_may_open_a_brace),
        cmocka_unit_test(random_capitals_of_a_form_are_reported),
        cmocka_unit_test(what_documentation_shows_is_none),
        cmocka_unit_test(a_password_behind_base64_is_judged),
        cmocka_unit_test(entropy_is_shannons),
        cmocka_unit_test(any_bytes_are_judged),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
