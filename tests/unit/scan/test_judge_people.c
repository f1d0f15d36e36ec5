/* SPDX-License-Identifier: Apache-2.0 */
/* What people choose and write down, and what only looks like it. */
#include "judged.h"

static void a_walk_over_the_keyboard_is_the_whole_value(void **state)
{
    (void)state;
    static const char *const secrets[] = {"1q2w3e4r!Qaz", "1qaz2wsx%Tgb", "1q2w3e4rNM!97",
                                          "1qaz2wsxRTY42"};
    static const char *const none[] = {"1q2w3e4r",    "qwerty123",  "1qaz2wsx", "qwertyuiop123",
                                       "asdfghjkl!1", "qwertzuiop", "321qwerty"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        check(&env, "server.ssl.key-store-password", secrets[i], true);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        check(&env, "server.ssl.key-store-password", none[i], false);
    }
}

static void rules_and_algorithms_are_no_passwords(void **state)
{
    (void)state;
    static const char *const none[] = {
        "required|min:8|confirmed",
        "nullable|string|min:6|max:72",
        "argon2id",
        "required_with:email|same:password2",
        "sha512",
        "sha512_crypt",
        "VARCHAR(255)",
        "pbkdf2_sha256",
        "AES-256-GCM",
        "decimal(10,2)",
        "PBEWithMD5AndSalt",
        "%s-%d-name1",
    };
    static const char *const secrets[] = {
        "Tiger|min:8Kq2",  "sha512Kettle!7", "Aes7Harbour!",     "fPIqnYyrl#%PTU~4",
        "v6Lva1%PqVx%psJ", "Kettle(255)x",   "19aad9a27f51a772",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        check(&quoted, "password", none[i], false);
        check(&env, "DB_PASSWORD", none[i], false);
    }
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        check(&env, "DB_PASSWORD", secrets[i], true);
    }
    check(&env, "token_model", "cl100k_base", false);
    check(&env, "", "f1bd791b-3eb1-4b36-bf5c-a02270f57aba", true);
    check(&env, "password", "f1bd791b-3eb1-4b36-bf5c-a02270f57aba", false);
}

static const struct place commented = {"src/app.py", "# x: ", "\n"};
static const struct place documented = {"docs/hosting.md", "x: `", "`\n"};
static const struct place with_user = {"fixtures/users.json", "{\"username\": \"x\", \"y\": \"",
                                       "\"}\n"};
static const struct place without_user = {"fixtures/users.json", "{\"id\": \"x\", \"y\": \"",
                                          "\"}\n"};

static void a_secret_may_be_chosen_by_people(void **state)
{
    (void)state;
    static const char *const keys[] = {"crm_secret", "jwt_secret", "api_key", "encryption_key",
                                       "session_secret"};
    static const char *const secrets[] = {"Granite4821!", "Altwerk2010", "marbleEmberGadget590!",
                                          "fensterThistleOrchid111?", "kettle#harbour88"};
    static const char *const none[] = {"HmacSHA256",     "userSettings2Panels", "Windows1252",
                                       "getBase64",      "Passw0rd2024",        "MySecret2024!",
                                       "OAuth2Provider", "kettle-harbour",      "localhost8080",
                                       "shop-token-2024"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
            check(&env, keys[k], secrets[i], true);
            check(&quoted, keys[k], secrets[i], true);
            check(&bare, keys[k], secrets[i], false);
            check(&tested, keys[k], secrets[i], false);
            check(&prose, keys[k], secrets[i], false);
        }
        for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
            check(&env, keys[k], none[i], false);
            check(&quoted, keys[k], none[i], false);
        }
    }
    check(&quoted, "secret", "harbour-session-otter-1151", true);
    check(&env, "secret", "harbour-session-otter-1151", false);
    check(&quoted, "token", "harbour-session-otter-1151", false);
    check(&quoted, "secret", "harbour-tls-otter-1151", false);
}

static void a_note_has_the_password(void **state)
{
    (void)state;
    static const char *const secrets[] = {"Hund427?", "Brightwood2020", "Hund17.05", "C0pp3rNect54",
                                          "Raven_047"};
    static const char *const none[] = {"Passw0rd2024",  "Passw0rd12",   "sha512",     "5baa61e4",
                                       "Test1234!",     "changed",      "password2!", "%{name}22",
                                       "passwords/v22", "{REDACTED22}", "int32",      "Kettle",
                                       "Kq7_{alnum:27"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        check(&prose, "password", secrets[i], true);
        check(&documented, "password", secrets[i], true);
        check(&commented, "password", secrets[i], true);
        check(&with_user, "password", secrets[i], true);
        check(&without_user, "password", secrets[i], false);
        check(&tested, "password", secrets[i], false);
        check(&prose, "token_type", secrets[i], false);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        check(&documented, "password", none[i], false);
        check(&commented, "password", none[i], false);
        check(&with_user, "password", none[i], false);
    }
    check(&prose, "Contraseña", "Raven047*", true);
    check(&prose, "passe", "Hund8368!", true);
    check(&commented, "password", "bramble29", true);
    check(&with_user, "password", "otter7976", true);
    check(&documented, "password", "hu8jmn3", false);
}

/* Logs of test runs. */
static void what_passed_is_no_password(void **state)
{
    (void)state;
    static const struct place among = {"run.log", "x\nPASS: ld-elf/pr1415\nPASS: ", "\nend\n"};
    static const struct place before = {"run.log", "PASS: ", "\nFAIL: ld-elf/pr1416\n"};
    static const struct place settings = {"run.yaml", "USER: x\nPASS: ", "\nHOST: y\n"};
    check(&among, "PASS", "ld-elf/pr14156a", false);
    check(&before, "PASS", "ld-elf/pr14156a", false);
    check(&settings, "PASS", "Granite4821!", true);
    check(&settings, "PASS", "ld-elf/pr14156a", true);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_over_the_keyboard_is_the_whole_value),
        cmocka_unit_test(a_secret_may_be_chosen_by_people),
        cmocka_unit_test(a_note_has_the_password),
        cmocka_unit_test(rules_and_algorithms_are_no_passwords),
        cmocka_unit_test(what_passed_is_no_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
