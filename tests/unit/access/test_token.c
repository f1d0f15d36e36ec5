/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/permission.h"
#include "access/token.h"
#include "base/bytes.h"

enum { TOKENS = 100000, KINDS = TOKEN_RESET + 1 };

static int by_text(const void *x, const void *y)
{
    return strcmp(((const struct token *)x)->c, ((const struct token *)y)->c);
}

static void tokens_are_distinct_and_verify(void **state)
{
    (void)state;
    struct token *tokens = test_calloc(TOKENS, sizeof *tokens);
    for (size_t i = 0; i < TOKENS; i++) {
        enum token_kind kind;
        tokens[i] = token_new((enum token_kind)(i % KINDS));
        assert_true(token_parse(str_c(tokens[i].c), &kind));
        assert_int_equal(kind, i % KINDS);
    }
    qsort(tokens, TOKENS, sizeof *tokens, by_text);
    for (size_t i = 1; i < TOKENS; i++) {
        assert_string_not_equal(tokens[i - 1].c, tokens[i].c);
    }
    test_free(tokens);
}

static void one_changed_character_is_always_caught(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 60; round++) {
        struct token token = token_new((enum token_kind)(round % KINDS));
        for (size_t i = 0; i < TOKEN_BYTES; i++) {
            char was = token.c[i];
            enum token_kind kind;
            for (unsigned other = 0; other < 256; other++) {
                token.c[i] = (char)other;
                assert_int_equal(token_parse(str_c(token.c), &kind), token.c[i] == was);
            }
            token.c[i] = was;
        }
    }
}

static void kinds_are_told_by_their_letters(void **state)
{
    (void)state;
    static const char *const starts[KINDS] = {
        [TOKEN_PUBLIC_KEY] = "dw_pk_",      [TOKEN_SECRET_KEY] = "dw_sk_",
        [TOKEN_VISITOR_SESSION] = "dw_vs_", [TOKEN_STAFF_SESSION] = "dw_ss_",
        [TOKEN_INVITATION] = "dw_iv_",      [TOKEN_RESET] = "dw_rs_",
    };
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct token token = token_new((enum token_kind)kind);
        assert_true(str_starts(str_c(token.c), str_c(starts[kind])));
        assert_true(str_eq(token_hint(str_c(token.c)), str_n(token.c, 10)));
    }
}

static void a_token_is_found_in_a_text(void **state)
{
    (void)state;
    char text[100];
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct token token = token_new((enum token_kind)kind);
        int n = snprintf(text, sizeof text, "dw_ dw_xx_ Bearer %s.", token.c);
        assert_int_equal(token_find(str_n(text, (size_t)n)), 18);
        assert_int_equal(token_find(str_n(text, 18 + 6)), 18);
        assert_int_equal(token_find(str_n(text, 18 + 5)), SIZE_MAX);
    }
    assert_int_equal(token_find(STR_EMPTY), SIZE_MAX);
}

static void other_texts_are_no_tokens(void **state)
{
    (void)state;
    enum token_kind kind;
    struct token token = token_new(TOKEN_PUBLIC_KEY);
    assert_false(token_parse(STR_EMPTY, &kind));
    assert_false(token_parse(str_slice(str_c(token.c), 0, TOKEN_BYTES - 1), &kind));
    assert_false(token_parse(str_n(token.c, TOKEN_BYTES + 1), &kind)); /* with the NUL */
    memcpy(token.c, "dw_xx_", 6);
    assert_false(token_parse(str_c(token.c), &kind));
}

static void a_hash_needs_the_installations_key(void **state)
{
    (void)state;
    struct secret one = {0}, other = {0};
    assert_true(err_ok(secret_set(&one, STR("one"))) && err_ok(secret_set(&other, STR("other"))));
    struct crypto_digest x = token_hash(&one, STR("t")), y = token_hash(&other, STR("t"));
    struct crypto_digest again = token_hash(&one, STR("t"));
    assert_memory_not_equal(x.bytes, y.bytes, sizeof x.bytes);
    assert_memory_equal(x.bytes, again.bytes, sizeof x.bytes);
    secret_done(&one);
    secret_done(&other);
}

static void the_key_file_is_made_once_kept_private_and_checked(void **state)
{
    (void)state;
    char folder[] = "/tmp/doorward-key-XXXXXX", path[64];
    struct secret first = {0}, second = {0};
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/key", folder);
    assert_int_equal(token_key_load(path, false, &first).code, ERR_NOT_FOUND);
    assert_true(err_ok(token_key_load(path, true, &first)));
    assert_true(err_ok(token_key_load(path, true, &second)));
    assert_int_equal(first.n, 32);
    assert_true(crypto_equal(secret_view(&first), secret_view(&second)));
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(token_key_load(path, true, &second).code, ERR_FORBIDDEN);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 31), 0);
    assert_int_equal(token_key_load(path, true, &second).code, ERR_CORRUPT);
    secret_done(&first);
    secret_done(&second);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void permissions_have_names_and_aliases(void **state)
{
    (void)state;
    assert_int_equal(permission_parse(STR("chat_create")), PERMISSION_CHAT_CREATE);
    assert_int_equal(permission_parse(STR("create_chat")), PERMISSION_CHAT_CREATE);
    assert_int_equal(permission_parse(STR("sources_delete")), PERMISSION_SOURCES_DELETE);
    assert_int_equal(permission_parse(STR("everything")), PERMISSION_NONE);
    for (unsigned i = 0; i < PERMISSION_COUNT; i++) {
        permissions one = (permissions)1 << i;
        assert_int_equal(permission_parse(str_c(permission_name(one))), one);
    }
    assert_int_equal(PERMISSION_BROWSER_SAFE & (PERMISSION_SOURCES_CREATE | PERMISSION_LEADS_READ),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_distinct_and_verify),
        cmocka_unit_test(one_changed_character_is_always_caught),
        cmocka_unit_test(kinds_are_told_by_their_letters),
        cmocka_unit_test(a_token_is_found_in_a_text),
        cmocka_unit_test(other_texts_are_no_tokens),
        cmocka_unit_test(a_hash_needs_the_installations_key),
        cmocka_unit_test(the_key_file_is_made_once_kept_private_and_checked),
        cmocka_unit_test(permissions_have_names_and_aliases),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
