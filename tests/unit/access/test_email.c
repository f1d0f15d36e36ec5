/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/email.h"

static void addresses_fold_to_one_form(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"anna@example.com", "anna@example.com"},
        {"Anna.Schmidt@Example.COM", "anna.schmidt@example.com"},
        {"  anna@example.com\r\n", "anna@example.com"},
        {"ANNA+News@EXAMPLE.com", "anna+news@example.com"},
        {"anna@b\xc3\xbc"
         "cher.example",
         "anna@xn--bcher-kva.example"},
        {"Anna@B\xc3\x9c"
         "CHER.example",
         "anna@xn--bcher-kva.example"},
        {"anna@bu\xcc\x88"
         "cher.example",
         "anna@xn--bcher-kva.example"},
        {"anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example"},
        {"anna@localhost", "anna@localhost"},
        {"o'brien@example.com", "o'brien@example.com"},
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        str folded = STR_EMPTY, again = STR_EMPTY;
        assert_true(err_ok(email_fold(&a, str_c(table[i][0]), &folded)));
        assert_true(str_eq(folded, str_c(table[i][1])));
        assert_true(err_ok(email_fold(&a, folded, &again)));
        assert_true(str_eq(folded, again));
    }
    arena_done(&a);
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const str table[] = {
        STR_INIT(""),
        STR_INIT(" "),
        STR_INIT("@"),
        STR_INIT("anna"),
        STR_INIT("anna@"),
        STR_INIT("@example.com"),
        STR_INIT("anna@@example.com"),
        STR_INIT("anna@example"),
        STR_INIT("anna@example.com."),
        STR_INIT("an na@example.com"),
        STR_INIT("anna@exam ple.com"),
        STR_INIT(".anna@example.com"),
        STR_INIT("anna.@example.com"),
        STR_INIT("an..na@example.com"),
        STR_INIT("anna@127.0.0.1"),
        STR_INIT("anna@[127.0.0.1]"),
        STR_INIT("anna@[::1]"),
        STR_INIT("anna@example.com\nBcc: b@example.com"),
        STR_INIT("anna\r\n@example.com"),
        STR_INIT("anna\0@example.com"),
        STR_INIT("anna@example.com\0.test"),
        STR_INIT("Anna <anna@example.com>"),
        STR_INIT("anna@example.com,b@example.com"),
        STR_INIT("anna@example.com;b@example.com"),
        STR_INIT("\"anna\"@example.com"),
        STR_INIT("anna@example.com/x"),
        STR_INIT("anna@example.com:25"),
        STR_INIT("anna@ex_ample.com"),
        STR_INIT("anna@-example.com"),
        STR_INIT("\xd0\xb0nna@example.com"), /* a Cyrillic a */
        STR_INIT("anna\xef\xbc\xa0"
                 "example.com"), /* a full-width at */
        STR_INIT("ann\xc3\xa9@example.com"),
        STR_INIT("\xff@example.com"),
        STR_INIT("anna@\xff.com"),
        STR_INIT("anna@xn--\xc3\xbc.com"),
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        str folded = STR("untouched");
        assert_int_equal(email_fold(&a, table[i], &folded).code, ERR_INVALID);
        assert_true(str_eq(folded, STR("untouched")));
    }
    arena_done(&a);
}

static void an_address_has_a_limit(void **state)
{
    (void)state;
    char text[400];
    str folded;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t local = 60; local <= 70; local++) {
        memset(text, 'x', local);
        memcpy(text + local, "@example.com", 12);
        assert_int_equal(err_ok(email_fold(&a, str_n(text, local + 12), &folded)), local <= 64);
    }
    memset(text, 'x', sizeof text);
    memcpy(text, "a@", 2);
    assert_int_equal(email_fold(&a, str_n(text, sizeof text), &folded).code, ERR_INVALID);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_fold_to_one_form),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(an_address_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
