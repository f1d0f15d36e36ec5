/* SPDX-License-Identifier: Apache-2.0 */
/* Leads, requests for a person, and feedback. */
#include "unit/chat/fixture.h"

#include <stdio.h>

#include "base/clock.h"

static struct chat_row chat_of(struct desk *d)
{
    struct chat_row chat;
    assert_ok(desk_ask(d, NULL, "How do I reset my password?"));
    assert_ok(store_chat_get(d->store, &d->arena, &d->project.row.id, &d->result.chat, &chat));
    return chat;
}

static err submit(struct desk *d, const struct chat_row *chat, const char *body, const char *key,
                  id *ret, str *ret_details)
{
    json_t *json;
    struct idempotency once = {
        .key = str_c(key), .scope = chat->session, .request = crypto_sha256(str_c(body))};
    assert_ok(json_read_object(str_c(body), &json, NULL));
    *ret_details = STR_EMPTY;
    err e = lead_submit(&d->context, &d->arena, &d->project, chat, json, &once, ret, ret_details);
    json_decref(json);
    return e;
}

static void a_lead_is_kept_with_its_words_its_chat_and_its_mail(void **state)
{
    struct desk *d = *state;
    struct lead_row lead;
    struct outbox_counts counts;
    id made;
    str details;
    (void)snprintf(d->outbox.mail.url, sizeof d->outbox.mail.url, "smtp://127.0.0.1:1");
    (void)snprintf(d->outbox.mail.from, sizeof d->outbox.mail.from,
                   "Example Ltd <chat@example.com>");
    (void)snprintf(d->outbox.mail.to[0], sizeof d->outbox.mail.to[0], "sales@example.com");
    d->outbox.mail.to_count = 1;
    struct chat_row chat = chat_of(d);
    assert_ok(submit(
        d, &chat,
        "{\"name\":\" Jane  Doe \",\"email\":\"jane@example.com\",\"phone\":\"+49 30 1234567\","
        "\"message\":\"Please call\\r\\nme.\",\"consent\":true}",
        "key-1", &made, &details));
    assert_ok(store_lead_get(d->store, &d->arena, &d->project.row.id, &made, &lead));
    assert_string_equal(desk_c(d, lead.name), "Jane  Doe");
    assert_string_equal(desk_c(d, lead.email), "jane@example.com");
    assert_string_equal(desk_c(d, lead.phone), "+49 30 1234567");
    assert_string_equal(desk_c(d, lead.message), "Please call\nme.");
    assert_true(lead.consent);
    assert_true(str_eq(lead.consent_text, d->project.consent_text));
    assert_true(id_eq(&lead.chat, &chat.id));
    assert_ok(store_outbox_counts(d->store, &counts));
    assert_int_equal(counts.pending, 1);
}

static void the_same_key_gives_the_same_lead_and_another_request_a_conflict(void **state)
{
    struct desk *d = *state;
    id first, second;
    str details;
    struct lead_row *rows;
    size_t count;
    struct chat_row chat = chat_of(d);
    const char *body = "{\"email\":\"jane@example.com\",\"consent\":true}";
    assert_ok(submit(d, &chat, body, "key-1", &first, &details));
    assert_ok(submit(d, &chat, body, "key-1", &second, &details));
    assert_true(id_eq(&first, &second));
    assert_int_equal(submit(d, &chat, "{\"email\":\"joe@example.com\",\"consent\":true}", "key-1",
                            &second, &details)
                         .code,
                     ERR_CONFLICT);
    assert_ok(store_lead_list(d->store, &d->arena, &d->project.row.id, 0, 10, &rows, &count));
    assert_int_equal(count, 1);
}

static void every_field_that_is_wrong_is_named(void **state)
{
    static const struct {
        const char *body, *details;
    } rows[] = {
        {"{}", "{\"email\":\"is required\",\"consent\":\"is required\"}"},
        {"{\"email\":\"jane\",\"consent\":true}", "{\"email\":\"is not an e-mail address\"}"},
        {"{\"email\":\"jane@example.com\\nBcc: x@example.com\",\"consent\":true}",
         "{\"email\":\"must be one line\"}"},
        {"{\"email\":\"jane@example.com\",\"phone\":\"call me\",\"consent\":true}",
         "{\"phone\":\"is not a telephone number\"}"},
        {"{\"email\":\"jane@example.com\",\"consent\":false}", "{\"consent\":\"is required\"}"},
        {"{\"email\":\"jane@example.com\",\"consent\":\"yes\"}",
         "{\"consent\":\"must be true or false\"}"},
        {"{\"email\":\"jane@example.com\",\"consent\":true,\"admin\":true}",
         "{\"admin\":\"is not a field of this form\"}"},
        {"{\"email\":17,\"consent\":true}", "{\"email\":\"must be a text\"}"},
        {"{\"email\":\"  \",\"consent\":true}", "{\"email\":\"is required\"}"},
    };
    struct desk *d = *state;
    struct chat_row chat = chat_of(d);
    struct lead_row *leads;
    size_t count;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        id made;
        str details;
        assert_int_equal(submit(d, &chat, rows[i].body, "", &made, &details).code,
                         ERR_UNPROCESSABLE);
        assert_string_equal(desk_c(d, details), rows[i].details);
    }
    assert_ok(store_lead_list(d->store, &d->arena, &d->project.row.id, 0, 10, &leads, &count));
    assert_int_equal(count, 0);
}

static void fields_of_the_projects_own_are_kept_beside(void **state)
{
    struct desk *d = *state;
    struct lead_row lead;
    id made;
    str details;
    desk_settings(
        d,
        "{\"lead_form\":{\"fields\":[{\"name\":\"email\"},{\"name\":\"budget\",\"label\":\"Budget\","
        "\"required\":true}],\"consent\":null}}");
    struct chat_row chat = chat_of(d);
    assert_ok(submit(d, &chat, "{\"budget\":\"5,000 <EUR>\"}", "", &made, &details));
    assert_ok(store_lead_get(d->store, &d->arena, &d->project.row.id, &made, &lead));
    json_t *fields;
    assert_ok(json_read_object(lead.fields, &fields, NULL));
    assert_string_equal(text_of(fields, "budget"), "5,000 <EUR>");
    json_decref(fields);
    assert_false(lead.consent);
    assert_int_equal(
        submit(d, &chat, "{\"phone\":\"1\",\"budget\":\"x\"}", "", &made, &details).code,
        ERR_UNPROCESSABLE);
}

static void a_lead_never_reaches_a_later_prompt_or_the_chat(void **state)
{
    struct desk *d = *state;
    id made;
    str details;
    struct message_row *rows;
    struct chat_row chat = chat_of(d);
    assert_ok(
        submit(d, &chat, "{\"email\":\"jane@example.com\",\"consent\":true}", "", &made, &details));
    size_t count = desk_messages(d, &chat.id, &rows);
    for (size_t i = 0; i < count; i++) {
        assert_null(strstr(desk_c(d, rows[i].content), "jane@"));
    }
}

static void a_request_for_a_person_is_stored_once_and_shows_in_the_chat(void **state)
{
    struct desk *d = *state;
    id first, second;
    str details;
    struct buf b;
    struct chat_row chat = chat_of(d);
    json_t *body = json_pack("{s:s,s:s}", "email", "jane@example.com", "message", "Please call me");
    struct idempotency once = {.key = STR("k"), .scope = chat.session};
    assert_ok(
        handoff_request(&d->context, &d->arena, &d->project, &chat, body, &once, &first, &details));
    assert_ok(handoff_request(&d->context, &d->arena, &d->project, &chat, body, &once, &second,
                              &details));
    assert_true(id_eq(&first, &second));
    json_decref(body);
    assert_ok(store_chat_get(d->store, &d->arena, &d->project.row.id, &chat.id, &chat));
    assert_string_equal(desk_c(d, chat.handoff), "requested");
    buf_init(&b, 1 << 20);
    assert_ok(chat_json(d->store, &d->arena, &b, &chat));
    assert_non_null(strstr(buf_c(&b), "\"handoff\":\"requested\"}"));
    buf_done(&b);
    body = json_pack("{s:s}", "mail", "x");
    assert_int_equal(
        handoff_request(&d->context, &d->arena, &d->project, &chat, body, NULL, &first, &details)
            .code,
        ERR_UNPROCESSABLE);
    json_decref(body);
}

static void the_address_a_chat_began_with_stands_in_for_one_that_is_not_given(void **state)
{
    static const struct {
        const char *metadata, *body, *email;
    } rows[] = {
        {"", "{\"message\":\"Call me\",\"consent\":true}", "jane@example.com"},
        {"{\"plan\":\"pro\",\"email\":\"x@example.com\"}", "{\"consent\":true}",
         "jane@example.com"},
        {"", "{\"email\":\"\",\"consent\":true}", "jane@example.com"},
        {"", "{\"email\":\"joe@example.com\",\"consent\":true}", "joe@example.com"},
    };
    struct desk *d = *state;
    struct lead_row lead;
    struct handoff_row asked;
    id made;
    str details;
    d->email = STR("jane@example.com");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        d->metadata = str_c(rows[i].metadata);
        struct chat_row chat = chat_of(d);
        assert_int_equal(strstr(desk_c(d, chat.metadata), "\"plan\":\"pro\"") != NULL, i == 1);
        assert_ok(submit(d, &chat, rows[i].body, "", &made, &details));
        assert_ok(store_lead_get(d->store, &d->arena, &d->project.row.id, &made, &lead));
        assert_string_equal(desk_c(d, lead.email), rows[i].email);
        json_t *body = json_object();
        assert_ok(handoff_request(&d->context, &d->arena, &d->project, &chat, body, NULL, &made,
                                  &details));
        json_decref(body);
        assert_ok(store_handoff_get(d->store, &d->arena, &d->project.row.id, &chat.id, &asked));
        assert_string_equal(desk_c(d, asked.email), "jane@example.com");
    }
    struct chat_row chat = chat_of(d);
    assert_int_equal(
        submit(d, &chat, "{\"email\":\"jane\",\"consent\":true}", "", &made, &details).code,
        ERR_UNPROCESSABLE);
    assert_int_equal(submit(d, &chat, "{}", "", &made, &details).code, ERR_UNPROCESSABLE);
    assert_string_equal(desk_c(d, details), "{\"consent\":\"is required\"}");
    d->email = STR("jane@example.com\nBcc: joe@example.com");
    assert_int_equal(desk_ask(d, NULL, "Hello").code, ERR_INVALID);
}

static void feedback_is_kept_without_personal_data_and_only_for_answers(void **state)
{
    struct desk *d = *state;
    struct message_row *rows;
    struct chat_row chat = chat_of(d);
    (void)desk_messages(d, &chat.id, &rows);
    assert_int_equal(
        feedback_submit(&d->context, &d->arena, &d->project, &chat, &rows[0], 1, STR("")).code,
        ERR_UNPROCESSABLE);
    assert_int_equal(
        feedback_submit(&d->context, &d->arena, &d->project, &chat, &rows[1], 2, STR("")).code,
        ERR_UNPROCESSABLE);
    assert_ok(feedback_submit(&d->context, &d->arena, &d->project, &chat, &rows[1], 1,
                              STR("Good, write jane@example.com")));
    (void)desk_messages(d, &chat.id, &rows);
    assert_int_equal(rows[1].feedback, 1);
    assert_string_equal(desk_c(d, rows[1].feedback_comment), "Good, write [email]");
}

int main(void)
{
#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_lead_is_kept_with_its_words_its_chat_and_its_mail),
        DESK_TEST(the_same_key_gives_the_same_lead_and_another_request_a_conflict),
        DESK_TEST(every_field_that_is_wrong_is_named),
        DESK_TEST(fields_of_the_projects_own_are_kept_beside),
        DESK_TEST(a_lead_never_reaches_a_later_prompt_or_the_chat),
        DESK_TEST(a_request_for_a_person_is_stored_once_and_shows_in_the_chat),
        DESK_TEST(the_address_a_chat_began_with_stands_in_for_one_that_is_not_given),
        DESK_TEST(feedback_is_kept_without_personal_data_and_only_for_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
