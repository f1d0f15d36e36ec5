/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/chat/fixture.h"

static struct message_row message(enum message_author author)
{
    return (struct message_row){.id = {"01900000-0000-7000-8000-000000000001"},
                                .author = author,
                                .content = STR("Hi <b> \xc3\xbc"),
                                .feedback = -1,
                                .created_ms = 1000};
}

static void a_message_has_every_member_existing_widgets_read(void **state)
{
    (void)state;
    struct message_row m = message(MESSAGE_AI);
    struct buf b;
    m.citations = STR(
        "[{\"index\":1,\"title\":\"A [b](c) `x`\\nd\",\"url\":\"https://e.example/a(b) c\",\"snippet\":\"s\"},"
        "{\"index\":2,\"title\":\"\",\"url\":\"https://e.example/\",\"snippet\":\"\"},"
        "{\"index\":3,\"title\":\"File\",\"url\":\"javascript:alert(1)\",\"snippet\":\"\"}]");
    m.answered = true;
    m.feedback = 1;
    buf_init(&b, 1 << 16);
    chat_message_json(&b, &m);
    json_t *json;
    assert_ok(json_read_object(buf_str(&b), &json, NULL));
    assert_string_equal(text_of(json, "uuid"), m.id.c);
    assert_string_equal(text_of(json, "content"), "Hi <b> \xc3\xbc");
    assert_true(json_is_false(json_object_get(json, "is_human_message")));
    assert_int_equal(json_integer_value(json_object_get(json, "feedback")), 1);
    assert_string_equal(text_of(json, "sources"),
                        "[A \\[b\\](c) \\`x\\` d](https://e.example/a%28b%29%20c)\n"
                        "[https://e.example/](https://e.example/)\nFile");
    assert_int_equal(json_array_size(json_object_get(json, "citations")), 3);
    assert_string_equal(text_of(json, "created_at"), "1970-01-01T00:00:01.000Z");
    assert_string_equal(text_of(json, "from"), "ai");
    assert_true(json_is_true(json_object_get(json, "answered")));
    json_decref(json);
    buf_done(&b);
}

static void who_wrote_it_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        enum message_author author;
        const char *from;
    } rows[] = {{MESSAGE_VISITOR, "visitor"},
                {MESSAGE_AI, "ai"},
                {MESSAGE_STAFF, "human"},
                {MESSAGE_SYSTEM, "system"}};
    for (size_t i = 0; i < 4; i++) {
        struct message_row m = message(rows[i].author);
        struct buf b;
        json_t *json;
        buf_init(&b, 1 << 16);
        chat_message_event_json(&b, &m);
        assert_ok(json_read_object(buf_str(&b), &json, NULL));
        assert_string_equal(text_of(json, "type"), "message");
        assert_string_equal(text_of(json, "from"), rows[i].from);
        assert_int_equal(json_is_true(json_object_get(json, "is_human_message")),
                         rows[i].author == MESSAGE_VISITOR);
        assert_true(json_is_null(json_object_get(json, "feedback")));
        assert_string_equal(text_of(json, "sources"), "");
        json_decref(json);
        buf_done(&b);
    }
}

static void a_long_chat_comes_whole_and_in_order(void **state)
{
    struct desk *d = *state;
    struct chat_row chat = {
        .id = id_ordered(), .project = d->project.row.id, .created_ms = 1, .updated_ms = 1};
    struct buf b;
    json_t *json;
    assert_ok(store_chat_create(d->store, &chat));
    for (int i = 0; i < 450; i++) {
        struct message_row m = message(i % 2 ? MESSAGE_AI : MESSAGE_VISITOR);
        m.id = id_ordered();
        m.chat = chat.id;
        assert_ok(store_message_append(d->store, &chat.project, &m, 1));
    }
    buf_init(&b, 8 << 20);
    assert_ok(chat_json(d->store, &d->arena, &b, &chat));
    assert_ok(json_read_object(buf_str(&b), &json, NULL));
    assert_string_equal(text_of(json, "uuid"), chat.id.c);
    assert_int_equal(json_array_size(json_object_get(json, "messages")), 450);
    assert_string_equal(text_of(json, "handoff"), "");
    json_decref(json);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_has_every_member_existing_widgets_read),
        cmocka_unit_test(who_wrote_it_is_told_apart),
        cmocka_unit_test_setup_teardown(a_long_chat_comes_whole_and_in_order, desk_open,
                                        desk_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
