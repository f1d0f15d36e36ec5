/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/passkey.h"
#include "base/crypto.h"
#include "base/json.h"

static struct arena memory;
static struct passkey_site site;

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 4 << 20);
    return err_ok(passkey_site(&memory, STR("https://chat.example.com"), STR("Example"), &site))
               ? 0
               : 1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&memory);
    return 0;
}

static void origins_that_cannot_have_passkeys_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *origin, *rp_id;
    } table[] = {
        {"https://chat.example.com", "chat.example.com"},
        {"https://chat.example.com:8443", "chat.example.com"},
        {"https://Chat.Example.com", "chat.example.com"},
        {"https://b\xc3\xbc"
         "cher.example",
         "xn--bcher-kva.example"},
        {"http://localhost:8080", "localhost"},
        {"http://chat.localhost", "chat.localhost"},
        {"http://chat.example.com", NULL},
        {"http://notlocalhost", NULL},
        {"https://127.0.0.1", NULL},
        {"http://127.0.0.1:8080", NULL},
        {"https://[::1]", NULL},
        {"https://chat.example.com/admin", NULL},
        {"https://u@chat.example.com", NULL},
        {"ftp://chat.example.com", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct passkey_site made;
        err e = passkey_site(&memory, str_c(table[i].origin), STR("n"), &made);
        assert_int_equal(err_ok(e), table[i].rp_id != NULL);
        if (err_ok(e)) {
            assert_true(str_eq(made.rp_id, str_c(table[i].rp_id)));
        } else {
            assert_int_equal(e.code, ERR_INVALID);
        }
    }
}

static void options_are_what_browsers_read(void **state)
{
    (void)state;
    str known[2] = {STR("\xfb\xff\x00"), STR("second")}, json, drawn, other, text;
    json_t *options;
    assert_true(
        err_ok(passkey_create_options(&memory, &site, STR("\x01\x02\x03"), STR("anna@example.com"),
                                      STR("An\"na </script>"), known, 2, &json, &drawn)));
    assert_int_equal(str_find(json, STR("</script"), 0), SIZE_MAX);
    assert_true(err_ok(json_read_object(json, &options, NULL)));
    assert_true(json_get_str(options, "challenge", &text) && str_eq(text, drawn));
    assert_int_equal(drawn.n, 43);
    assert_true(json_get_str(options, "attestation", &text) && str_eq(text, STR("none")));
    const json_t *user = json_object_get(options, "user"), *rp = json_object_get(options, "rp");
    assert_true(json_get_str(user, "id", &text) && str_eq(text, STR("AQID")));
    assert_true(json_get_str(user, "displayName", &text) && str_eq(text, STR("An\"na </script>")));
    assert_true(json_get_str(rp, "id", &text) && str_eq(text, STR("chat.example.com")));
    const json_t *list = json_object_get(options, "excludeCredentials");
    assert_int_equal(json_array_size(list), 2);
    assert_true(json_get_str(json_array_get(list, 0), "id", &text) && str_eq(text, STR("-_8A")));
    assert_int_equal(json_array_size(json_object_get(options, "pubKeyCredParams")), 3);
    json_decref(options);
    assert_true(err_ok(passkey_get_options(&memory, &site, known, 1, &json, &other)));
    assert_false(str_eq(drawn, other));
    assert_true(err_ok(json_read_object(json, &options, NULL)));
    assert_int_equal(json_array_size(json_object_get(options, "allowCredentials")), 1);
    assert_true(json_get_str(options, "rpId", &text) && str_eq(text, STR("chat.example.com")));
    json_decref(options);
    assert_int_equal(passkey_create_options(&memory, &site, STR_EMPTY, STR("e"), STR("n"), NULL, 0,
                                            &json, &drawn)
                         .code,
                     ERR_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_that_cannot_have_passkeys_are_told),
        cmocka_unit_test(options_are_what_browsers_read),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
