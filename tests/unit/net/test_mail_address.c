/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/mail_address.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void addresses_that_can_be_sent_to_are_valid(void **state)
{
    (void)state;
    static const char *const table[] = {
        "a@example.com",
        "first.last+tag@sub.example.co.uk",
        "o'clock@example.ie",
        "x_y-z@a-b.example",
        "sales@localhost",
        "info@b\xc3\xbc"
        "cher.example",
        "A!#$%&'*/=?^`{|}~@example.com",
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_true(mail_address_valid(str_c(table[i])));
    }
}

static void addresses_that_could_do_harm_are_not(void **state)
{
    (void)state;
    static const char *const table[] = {
        "",
        "@",
        "a",
        "a@",
        "@example.com",
        "a@b",
        "a@@example.com",
        "a@b@example.com",
        "a b@example.com",
        " a@example.com",
        "a@example.com ",
        "a@example.com\r\nRCPT TO:<x@y.z>",
        "a\n@example.com",
        "a@exam\nple.com",
        "a@example.com>",
        "<a@example.com>",
        "a@example.com,b@example.com",
        "a;b@example.com",
        "\"a b\"@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a@.example.com",
        "a@example..com",
        "a@example.com.",
        "a@-example.com",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@1.2",
        "a@exa_mple.com",
        "a@example.com:25",
        "a@example.com/x",
        "a@example.com?x",
        "a@example.com#x",
        "a@ex%61mple.com",
        "a@user:p@example.com",
        "j\xc3\xb6rg@example.com",
        "a(comment)@example.com",
        "a\\@example.com",
        "a@exa mple.com",
        "a@\t.example",
        "a@xn--a.example",
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        str text = str_c(table[i]);
        if (mail_address_valid(text)) {
            print_error("accepted: %.*s\n", STR_ARG(text));
            fail();
        }
    }
}

static void length_and_nul_are_looked_at(void **state)
{
    (void)state;
    assert_false(mail_address_valid(STR("a@exa\0mple.com")));
    assert_false(mail_address_valid(STR("a\0b@example.com")));
    char local[80];
    memset(local, 'a', sizeof(local));
    memcpy(local + 65, "@b.example", 10);
    assert_false(mail_address_valid(str_n(local, 75)));
    assert_true(mail_address_valid(str_n(local + 1, 74)));
}

static void mailboxes_give_name_and_address(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *address;
    } table[] = {
        {"chat@example.com", "", "chat@example.com"},
        {"<chat@EXAMPLE.com>", "", "chat@example.com"},
        {"Example Ltd <chat@example.com>", "Example Ltd", "chat@example.com"},
        {"  Example Ltd   <chat@example.com> ", "Example Ltd", "chat@example.com"},
        {"\"Ltd, \\\"Example\\\"\" <chat@example.com>", "Ltd, \"Example\"", "chat@example.com"},
        {"M\xc3\xbcller <a@m\xc3\xbcller.example>", "M\xc3\xbcller", "a@xn--mller-kva.example"},
        {"\"a <b\" <a@example.com>", "a <b", "a@example.com"},
    };
    static const char *const refused[] = {"",
                                          "Example Ltd",
                                          "Example <a@example.com",
                                          "Example <>",
                                          "a@example.com>",
                                          "Exa\"mple <a@example.com>",
                                          "Exa\nmple <a@example.com>",
                                          "Example <a@example.com>\r\nBcc: x@y.z",
                                          "a@example.com, b@example.com",
                                          "\xff <a@example.com>"};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < COUNT(table); i++) {
        struct mail_mailbox box;
        assert_true(err_ok(mail_mailbox_parse(&arena, str_c(table[i].text), &box)));
        assert_true(str_eq(box.name, str_c(table[i].name)));
        assert_true(str_eq(box.address, str_c(table[i].address)));
    }
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct mail_mailbox box;
        assert_int_equal(mail_mailbox_parse(&arena, str_c(refused[i]), &box).code, ERR_INVALID);
    }
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_can_be_sent_to_are_valid),
        cmocka_unit_test(addresses_that_could_do_harm_are_not),
        cmocka_unit_test(length_and_nul_are_looked_at),
        cmocka_unit_test(mailboxes_give_name_and_address),
    };
    return cmocka_run_group_tests_name("net.mail_address", tests, NULL, NULL);
}
