/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/chat/fixture.h"

#include <pthread.h>

static void a_question_is_answered_from_the_documents_with_its_citation(void **state)
{
    struct desk *d = *state;
    assert_ok(desk_ask(d, NULL, "How do I reset my password?"));
    assert_true(d->result.answered);
    assert_false(d->result.degraded);
    assert_true(d->result.citation_count >= 1);
    assert_string_equal(desk_c(d, d->result.citations[0].url),
                        "https://docs.example.com/password#reset");
    assert_non_null(strstr(desk_c(d, d->result.content), "Forgot password"));
    assert_non_null(strstr(desk_c(d, d->result.content), "[1]"));
}

static void events_come_in_order_and_in_their_shapes(void **state)
{
    struct desk *d = *state;
    assert_ok(desk_ask(d, NULL, "How do I reset my password?"));
    const char *order = buf_c(&d->heard.types);
    assert_int_equal(strncmp(order, "message_start message_delta ", 28), 0);
    assert_non_null(strstr(order, "citation message_end "));
    assert_null(strstr(order, "lead_form"));
    assert_true(d->heard.count > 4); /* streamed in pieces */
    json_t *start = heard_data(d, "message_start"), *end = heard_data(d, "message_end");
    json_t *citation = heard_data(d, "citation");
    assert_string_equal(text_of(start, "chat"), d->result.chat.c);
    assert_string_equal(text_of(start, "message"), d->result.message.c);
    assert_string_equal(text_of(start, "user_message"), d->result.user_message.c);
    assert_string_equal(text_of(end, "message"), d->result.message.c);
    assert_string_equal(text_of(end, "chat"), d->result.chat.c);
    assert_string_equal(text_of(end, "content"), buf_c(&d->heard.shown));
    assert_true(json_is_true(json_object_get(end, "answered")));
    assert_true(json_is_false(json_object_get(end, "degraded")));
    assert_true(json_is_object(json_object_get(end, "usage")));
    assert_true(json_is_integer(json_object_get(citation, "index")));
    (void)text_of(citation, "title");
    (void)text_of(citation, "snippet");
    assert_true(
        json_equal(json_object_get(json_array_get(json_object_get(end, "citations"), 0), "url"),
                   json_object_get(citation, "url")));
    json_decref(start);
    json_decref(end);
    json_decref(citation);
}

static void both_messages_are_stored_and_the_page_without_what_is_private(void **state)
{
    struct desk *d = *state;
    struct message_row *rows;
    struct chat_row chat;
    assert_ok(desk_ask(d, NULL, "How do I reset my password?"));
    assert_int_equal(desk_messages(d, &d->result.chat, &rows), 2);
    assert_int_equal(rows[0].author, MESSAGE_VISITOR);
    assert_int_equal(rows[0].seq, d->result.user_seq);
    assert_int_equal(rows[1].author, MESSAGE_AI);
    assert_int_equal(rows[1].seq, d->result.seq);
    assert_true(rows[1].answered);
    assert_true(str_eq(rows[1].content, d->result.content));
    assert_true(rows[1].citations.n > 0);
    assert_ok(store_chat_get(d->store, &d->arena, &d->project.row.id, &d->result.chat, &chat));
    assert_string_equal(desk_c(d, chat.url), "https://www.example.com/prices?mail=[email]");
    assert_string_equal(desk_c(d, chat.locale), "en-GB");
}

static void what_the_documents_do_not_say_is_said_honestly_with_the_form(void **state)
{
    struct desk *d = *state;
    assert_ok(desk_ask(d, NULL, "What is the capital of Mongolia?"));
    assert_false(d->result.answered);
    assert_int_equal(d->result.citation_count, 0);
    assert_non_null(strstr(desk_c(d, d->result.content), "could not find this in our documents"));
    json_t *form = heard_data(d, "lead_form");
    assert_non_null(form);
    assert_string_equal(text_of(form, "reason"), "not_found");
    json_decref(form);
    assert_ok(desk_ask(d, NULL, "Wie hoch ist der Mount Everest und warum ist das so?"));
    assert_non_null(strstr(desk_c(d, d->result.content), "in unseren Dokumenten nicht gefunden"));
}

static void small_talk_needs_no_documents(void **state)
{
    static const struct {
        const char *message, *part, *handoff;
    } rows[] = {
        {"Hello!", "AI assistant", NULL},
        {"Danke schön", "Gern geschehen", NULL},
        {"Who are you?", "not a person", NULL},
        {"¿Quién eres?", "no una persona", NULL},
        {"Can I talk to a human please?", "a person will get back", "offered"},
        {"Ich möchte mit einem Menschen sprechen", "meldet sich ein Mensch", "offered"},
    };
    struct desk *d = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_ok(desk_ask(d, NULL, rows[i].message));
        assert_non_null(strstr(desk_c(d, d->result.content), rows[i].part));
        assert_int_equal(heard_type(d, "handoff"), rows[i].handoff != NULL);
        assert_false(heard_type(d, "lead_form"));
        if (rows[i].handoff) {
            json_t *handoff = heard_data(d, "handoff");
            assert_string_equal(text_of(handoff, "state"), rows[i].handoff);
            json_decref(handoff);
        }
    }
}

static err ask_once(struct desk *d, const id *chat, const char *message, const char *key)
{
    struct turn_request request = {.caller = {.project = d->project.row.id, .session = id_random()},
                                   .message = str_c(message),
                                   .once = str_c(key),
                                   .once_scope = d->project.row.team};
    request.chat = chat ? *chat : request.chat;
    return turn_run(&d->context, &d->arena, &d->project, &request, &d->sink, &d->result);
}

static void a_message_that_is_sent_again_with_its_key_is_kept_and_answered_once(void **state)
{
    struct desk *d = *state;
    struct message_row *rows;
    const char *question = "How do I reset my password?";
    assert_ok(ask_once(d, NULL, question, "one"));
    struct turn_result first = d->result;
    assert_ok(ask_once(d, NULL, question, "one"));
    assert_true(id_eq(&d->result.chat, &first.chat));
    assert_true(id_eq(&d->result.user_message, &first.user_message));
    assert_true(id_eq(&d->result.message, &first.message));
    assert_true(str_eq(d->result.content, first.content));
    assert_int_equal(d->result.seq, first.seq);
    assert_true(d->result.answered);
    assert_int_equal(d->result.citation_count, first.citation_count);
    assert_true(str_eq(d->result.citations[0].url, first.citations[0].url));
    assert_int_equal(desk_messages(d, &first.chat, &rows), 2);
    /* In a chat that is there: also once. Another key or none is another message. */
    assert_ok(ask_once(d, &first.chat, question, "two"));
    assert_ok(ask_once(d, &first.chat, question, "two"));
    assert_int_equal(desk_messages(d, &first.chat, &rows), 4);
    assert_ok(ask_once(d, &first.chat, question, ""));
    assert_ok(ask_once(d, &first.chat, question, ""));
    assert_int_equal(desk_messages(d, &first.chat, &rows), 8);
    assert_int_equal(ask_once(d, &first.chat, "Hello", "two").code, ERR_CONFLICT);
    id other = id_random();
    assert_int_equal(ask_once(d, &other, question, "two").code, ERR_CONFLICT);
    assert_int_equal(desk_messages(d, &first.chat, &rows), 8);
}

struct sender {
    struct desk *desk;
    struct turn_result result;
    id chat, message;
    err e;
};

static err hear_nothing(void *user, const char *type, str data)
{
    (void)user, (void)type, (void)data;
    return ERR_NONE;
}

static void *send_with_key(void *user)
{
    struct sender *s = user;
    struct turn_request request = {
        .caller = {.project = s->desk->project.row.id, .session = id_random()},
        .message = STR("How do I reset my password?"),
        .once = STR("same"),
        .once_scope = s->desk->project.row.team};
    struct turn_sink sink = {.event = hear_nothing};
    struct arena a;
    arena_init(&a, 64 << 20);
    s->e = turn_run(&s->desk->context, &a, &s->desk->project, &request, &sink, &s->result);
    s->chat = s->result.chat;
    s->message = s->result.message;
    arena_done(&a);
    return NULL;
}

static void a_message_that_is_sent_many_times_at_once_is_kept_once(void **state)
{
    struct desk *d = *state;
    enum { SENDERS = 8 };
    struct sender senders[SENDERS] = {0};
    pthread_t threads[SENDERS];
    struct message_row *rows;
    for (int i = 0; i < SENDERS; i++) {
        senders[i].desk = d;
        assert_int_equal(pthread_create(&threads[i], NULL, send_with_key, &senders[i]), 0);
    }
    for (int i = 0; i < SENDERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < SENDERS; i++) {
        assert_ok(senders[i].e);
        assert_true(id_eq(&senders[i].chat, &senders[0].chat));
        assert_true(id_eq(&senders[i].message, &senders[0].message));
    }
    assert_int_equal(desk_messages(d, &senders[0].chat, &rows), 2);
}

static void a_follow_up_is_understood_from_what_was_asked_before(void **state)
{
    struct desk *d = *state;
    assert_ok(desk_ask(d, NULL, "How do I reset my password?"));
    id chat = d->result.chat;
    assert_ok(desk_ask(d, &chat, "How long is it valid?"));
    assert_true(d->result.answered);
    assert_non_null(strstr(desk_c(d, d->result.content), "30 minutes"));
    struct message_row *rows;
    assert_int_equal(desk_messages(d, &chat, &rows), 4);
}

static void personal_data_is_neither_stored_nor_answered(void **state)
{
    struct desk *d = *state;
    struct message_row *rows;
    assert_ok(
        desk_ask(d, NULL, "How do I reset my password? I am jane@example.com, +49 30 1234567"));
    size_t count = desk_messages(d, &d->result.chat, &rows);
    for (size_t i = 0; i < count; i++) {
        assert_null(strstr(desk_c(d, rows[i].content), "jane@"));
        assert_null(strstr(desk_c(d, rows[i].content), "1234567"));
    }
    assert_non_null(strstr(desk_c(d, rows[0].content), "I am [email], [phone]"));
}

static void a_message_that_is_no_message_stores_nothing(void **state)
{
    struct desk *d = *state;
    struct chat_row *chats;
    size_t count;
    char lots[9000];
    memset(lots, 'x', sizeof lots);
    lots[sizeof lots - 1] = '\0';
    assert_int_equal(desk_ask(d, NULL, " \n\t ").code, ERR_INVALID);
    assert_int_equal(desk_ask(d, NULL, "\xe2\x80\x8b").code, ERR_INVALID);
    assert_int_equal(desk_ask(d, NULL, "\xff").code, ERR_INVALID);
    assert_int_equal(desk_ask(d, NULL, lots).code, ERR_TOO_LARGE);
    id nobody = id_random();
    assert_int_equal(desk_ask(d, &nobody, "Hello").code, ERR_NOT_FOUND);
    assert_int_equal(d->heard.count, 0);
    assert_ok(store_chat_list(d->store, &d->arena, &d->project.row.id, 10, &chats, &count));
    assert_int_equal(count, 0);
}

static void an_answer_is_stored_when_the_client_has_gone(void **state)
{
    struct desk *d = *state;
    struct message_row *rows;
    for (unsigned after = 1; after < 4; after++) {
        d->heard.gone_after = after;
        assert_ok(desk_ask(d, NULL, "How do I reset my password?"));
        assert_int_equal(d->heard.count, after);
        assert_int_equal(desk_messages(d, &d->result.chat, &rows), 2);
        assert_true(rows[1].answered && rows[1].content.n > 20);
    }
}

static void a_hostile_page_gets_no_link_image_or_html_into_an_answer(void **state)
{
    struct desk *d = *state;
    desk_page(
        d, "https://docs.example.com/wholesale", "Wholesale discount",
        "The wholesale discount is 12 percent <img src=x onerror=alert(1)> for resellers. See the wholesale "
        "discount list ![x](https://evil.example/i.png) or [here](https://evil.example/?q=1) or "
        "https://evil.example/y for the wholesale discount of resellers.");
    assert_ok(desk_ask(d, NULL, "What is the wholesale discount for resellers?"));
    assert_true(d->result.answered);
    const char *said = desk_c(d, d->result.content);
    assert_null(strstr(said, "evil.example"));
    assert_null(strstr(said, "!["));
    assert_true(strstr(said, "<img") == NULL || strstr(said, "\\<img") != NULL);
}

static void a_person_who_has_taken_over_is_not_interrupted(void **state)
{
    struct desk *d = *state;
    struct chat_row chat = {.id = id_ordered(),
                            .project = d->project.row.id,
                            .handoff = STR("active"),
                            .created_ms = 1,
                            .updated_ms = 1};
    struct message_row *rows;
    assert_ok(store_chat_create(d->store, &chat));
    assert_ok(store_chat_get(d->store, &d->arena, &chat.project, &chat.id, &chat));
    assert_true(str_eq(chat.handoff, STR("active")));
    assert_ok(desk_ask(d, &chat.id, "How do I reset my password?"));
    assert_string_equal(buf_c(&d->heard.types), "message_start message_end ");
    assert_int_equal(d->result.content.n, 0);
    assert_int_equal(desk_messages(d, &chat.id, &rows), 1);
}

static void a_question_outside_of_a_chat_is_answered_and_not_stored(void **state)
{
    struct desk *d = *state;
    struct chat_row *chats;
    size_t count;
    struct chat_context bare = {.store = d->store, .model = &d->model};
    assert_ok(
        turn_answer(&bare, &d->arena, &d->project, STR("When are invoices sent?"), &d->result));
    assert_true(d->result.answered);
    assert_non_null(strstr(desk_c(d, d->result.content), "first working day"));
    assert_ok(store_chat_list(d->store, &d->arena, &d->project.row.id, 10, &chats, &count));
    assert_int_equal(count, 0);
}

int main(void)
{
#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_question_is_answered_from_the_documents_with_its_citation),
        DESK_TEST(events_come_in_order_and_in_their_shapes),
        DESK_TEST(both_messages_are_stored_and_the_page_without_what_is_private),
        DESK_TEST(what_the_documents_do_not_say_is_said_honestly_with_the_form),
        DESK_TEST(small_talk_needs_no_documents),
        DESK_TEST(a_message_that_is_sent_again_with_its_key_is_kept_and_answered_once),
        DESK_TEST(a_message_that_is_sent_many_times_at_once_is_kept_once),
        DESK_TEST(a_follow_up_is_understood_from_what_was_asked_before),
        DESK_TEST(personal_data_is_neither_stored_nor_answered),
        DESK_TEST(a_message_that_is_no_message_stores_nothing),
        DESK_TEST(an_answer_is_stored_when_the_client_has_gone),
        DESK_TEST(a_hostile_page_gets_no_link_image_or_html_into_an_answer),
        DESK_TEST(a_person_who_has_taken_over_is_not_interrupted),
        DESK_TEST(a_question_outside_of_a_chat_is_answered_and_not_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
