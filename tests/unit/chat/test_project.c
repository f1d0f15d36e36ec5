/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chat/chat.h"

static err load(struct arena *a, const char *settings, struct chat_project *ret, str *ret_reason)
{
    struct project_row row = {.id = id_random(),
                              .slug = STR("main"),
                              .name = STR("Example <Ltd>"),
                              .settings = str_c(settings)};
    *ret_reason = STR_EMPTY;
    return chat_project_load(a, &row, ret, ret_reason);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *reason;
    } rows[] = {
        {"[]", "the settings are not JSON: line 1, column 1: an object is expected"},
        {"{\"a\":1}", "a is not a setting"},
        {"{\"theme\":{\"colour\":\"red\"}}", "theme.colour is not a setting"},
        {"{\"theme\":{\"accent\":\"red\"}}", "theme.accent must be a colour such as #1f6feb"},
        {"{\"whitelabel\":1}", "whitelabel must be true or false"},
        {"{\"initial_message\":1}", "initial_message must be a text"},
        {"{\"suggested_questions\":\"x\"}",
         "suggested_questions must be a list of at most 12 texts"},
        {"{\"suggested_questions\":[\"\"]}",
         "suggested_questions must hold texts of 1 to 200 characters"},
        {"{\"terms\":{}}", "terms needs a text or a url"},
        {"{\"terms\":{\"url\":\"javascript:alert(1)\"}}",
         "terms.url must be a URL that begins with https:// or http://"},
        {"{\"terms\":\"x\"}", "terms must be an object or null"},
        {"{\"lead_form\":{\"fields\":[]}}", "lead_form.fields must be a list of 1 to 20 fields"},
        {"{\"lead_form\":{\"fields\":[{\"name\":\"Na me\"}]}}",
         "lead_form.fields[].name must be a word of a-z, 0-9 and _ (not \"consent\")"},
        {"{\"lead_form\":{\"fields\":[{\"name\":\"a\",\"type\":\"file\"}]}}",
         "lead_form.fields[].type must be text, email, tel or textarea"},
        {"{\"lead_form\":{\"fields\":[{\"name\":\"a\"},{\"name\":\"a\"}]}}",
         "lead_form.fields has a name twice"},
        {"{\"message_chars_max\":1000000}", "message_chars_max must be a number from 50 to 4000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a;
        struct chat_project project;
        str reason;
        arena_init(&a, 1 << 20);
        assert_int_equal(load(&a, rows[i].settings, &project, &reason).code, ERR_UNPROCESSABLE);
        assert_string_equal(arena_str(&a, reason).p, rows[i].reason);
        arena_done(&a);
    }
}

static void the_public_face_has_every_member_clients_read(void **state)
{
    (void)state;
    static const char *const members[] = {
        "slug",    "name",       "whitelabel",  "suggested_questions", "initial_message",
        "filters", "think_mode", "mcp_enabled", "mcp_server_name",     "mcp_metadata_tag",
        "terms",   "lead_form",  "theme",       "challenge",           "message_chars_max"};
    str both[] = {
        STR("{}"), chat_project_default_settings(),
        STR("{\"instructions\":\"Be brief.\",\"terms\":{\"text\":\"T\",\"version\":3},\"theme\":{\"accent\":\"#1f6feb\"}}")};
    for (size_t k = 0; k < 3; k++) {
        struct arena a;
        struct chat_project project;
        struct buf b;
        str reason;
        json_t *json;
        arena_init(&a, 1 << 20);
        buf_init(&b, 1 << 20);
        assert_true(err_ok(load(&a, arena_str(&a, both[k]).p, &project, &reason)));
        assert_true(err_ok(chat_project_public_json(&b, &project)));
        assert_true(err_ok(json_read_object(buf_str(&b), &json, NULL)));
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            assert_non_null(json_object_get(json, members[i]));
        }
        assert_int_equal(json_object_size(json), sizeof members / sizeof *members);
        assert_true(
            json_array_size(json_object_get(json_object_get(json, "lead_form"), "fields")) == 5);
        assert_true(k == 2 ? json_is_object(json_object_get(json, "terms"))
                           : json_is_null(json_object_get(json, "terms")));
        assert_null(strstr(buf_c(&b), "Be brief"));
        assert_null(strchr(buf_c(&b), '<'));
        json_decref(json);
        buf_done(&b);
        chat_project_done(&project);
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(the_public_face_has_every_member_clients_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
