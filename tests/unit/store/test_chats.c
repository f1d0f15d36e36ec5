/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/backend.h"

static void a_chat_comes_back_with_all_its_columns(void **state)
{
    struct fixture *f = *state;
    struct chat_row row = make_chat(&f->project), got;
    row.session = id_random();
    row.visitor = id_random();
    row.key = id_random();
    row.metadata = STR("{\"a\":1}");
    assert_ok(store_chat_create(f->store, &row));
    assert_ok(store_chat_get(f->store, &f->arena, &f->project, &row.id, &got));
    assert_true(id_eq(&got.session, &row.session) && id_eq(&got.visitor, &row.visitor));
    assert_true(id_eq(&got.key, &row.key));
    assert_str(got.metadata, row.metadata);
    assert_str(got.handoff, STR(""));
    assert_int_equal(got.last_seq, 0);
    id chat = stored_chat(f, &f->project);
    assert_ok(store_chat_find(f->store, &f->arena, &chat, &got));
    assert_true(id_none(&got.session) && id_none(&got.key));
}

static void messages_are_numbered_from_one_without_gaps(void **state)
{
    struct fixture *f = *state;
    struct chat_row chat = make_chat(&f->project), got;
    struct message_row first[2] = {make_message(&chat.id, MESSAGE_VISITOR, "Hello"),
                                   make_message(&chat.id, MESSAGE_AI, "Good day")};
    assert_ok(store_chat_begin(f->store, &chat, first, 2));
    assert_int_equal(first[0].seq, 1);
    assert_int_equal(first[1].seq, 2);
    struct message_row next = make_message(&chat.id, MESSAGE_STAFF, "I take over");
    next.citations = STR("[]");
    next.answered = true;
    assert_ok(store_message_append(f->store, &f->project, &next, 1));
    assert_int_equal(next.seq, 3);
    struct message_row *rows;
    size_t n;
    assert_ok(store_message_list(f->store, &f->arena, &f->project, &chat.id, 1, 0, &rows, &n));
    assert_int_equal(n, 2);
    assert_str(rows[0].content, STR("Good day"));
    assert_int_equal(rows[1].author, MESSAGE_STAFF);
    assert_int_equal(rows[1].feedback, -1);
    assert_true(rows[1].answered);
    assert_ok(store_message_recent(f->store, &f->arena, &f->project, &chat.id, 2, &rows, &n));
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].seq, 2);
    assert_int_equal(rows[1].seq, 3);
    assert_ok(store_chat_get(f->store, &f->arena, &f->project, &chat.id, &got));
    assert_int_equal(got.last_seq, 3);
}

static void a_batch_that_fails_leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;
    struct chat_row chat = make_chat(&f->project), got;
    struct message_row rows[2] = {make_message(&chat.id, MESSAGE_VISITOR, "Hello"),
                                  make_message(&chat.id, MESSAGE_AI, "broken \xff")};
    assert_code(store_chat_begin(f->store, &chat, rows, 2), ERR_INVALID);
    assert_code(store_chat_find(f->store, &f->arena, &chat.id, &got), ERR_NOT_FOUND);
    assert_ok(store_chat_create(f->store, &chat));
    assert_code(store_message_append(f->store, &f->project, rows, 2), ERR_INVALID);
    assert_ok(store_chat_find(f->store, &f->arena, &chat.id, &got));
    assert_int_equal(got.last_seq, 0);
    rows[0].id = rows[1].id;
    rows[1].content = STR("whole");
    assert_code(store_message_append(f->store, &f->project, rows, 2), ERR_CONFLICT);
}

static void first_messages_of_another_chat_are_refused(void **state)
{
    struct fixture *f = *state;
    id other = stored_chat(f, &f->project);
    struct chat_row chat = make_chat(&f->project);
    struct message_row row = make_message(&other, MESSAGE_VISITOR, "Hello");
    assert_code(store_chat_begin(f->store, &chat, &row, 1), ERR_INVALID);
}

static void a_message_is_found_with_its_chat(void **state)
{
    struct fixture *f = *state;
    struct chat_row chat = make_chat(&f->project), got_chat;
    struct message_row row = make_message(&chat.id, MESSAGE_AI, "Answer"), got;
    row.usage = STR("{\"tokens\":7}");
    assert_ok(store_chat_begin(f->store, &chat, &row, 1));
    assert_ok(store_message_find(f->store, &f->arena, &row.id, &got_chat, &got));
    assert_true(id_eq(&got_chat.id, &chat.id) && id_eq(&got_chat.project, &f->project));
    assert_str(got.usage, row.usage);
    id nothing = id_random();
    assert_code(store_message_find(f->store, &f->arena, &nothing, &got_chat, &got), ERR_NOT_FOUND);
}

static void feedback_can_be_given_changed_and_taken_back(void **state)
{
    struct fixture *f = *state;
    struct chat_row chat = make_chat(&f->project), got_chat;
    struct message_row row = make_message(&chat.id, MESSAGE_AI, "Answer"), got;
    static const int reactions[] = {1, 0, -1};
    assert_ok(store_chat_begin(f->store, &chat, &row, 1));
    for (size_t i = 0; i < 3; i++) {
        assert_ok(store_feedback_set(f->store, &f->project, &row.id, reactions[i], STR("so")));
        assert_ok(store_message_find(f->store, &f->arena, &row.id, &got_chat, &got));
        assert_int_equal(got.feedback, reactions[i]);
        assert_str(got.feedback_comment, STR("so"));
    }
    assert_code(store_feedback_set(f->store, &f->project, &row.id, 2, STR("")), ERR_INVALID);
}

static void usage_is_summed_by_project_from_a_time_on(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *usage;
        int64_t at_ms;
        bool other;
    } rows[] = {
        {"{\"model\":\"m\",\"prompt_tokens\":12,\"completion_tokens\":5}", 1000, false},
        {"{\"prompt_tokens\":100,\"completion_tokens\":3}", 1001, false},
        {"{\"prompt_tokens\":7000,\"completion_tokens\":1}", 999, false},
        {"{\"prompt_tokens\":7,\"completion_tokens\":0}", 2000, true},
        {"{\"prompt_tokens\":-7,\"completion_tokens\":null}", 2000, false},
        {"", 2000, false},
    };
    struct usage_row *used;
    size_t n;
    id chats[2] = {stored_chat(f, &f->project), stored_chat(f, &f->project2)};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct message_row row = make_message(&chats[rows[i].other], MESSAGE_AI, "Good day");
        row.usage = str_c(rows[i].usage);
        row.created_ms = rows[i].at_ms;
        assert_ok(
            store_message_append(f->store, rows[i].other ? &f->project2 : &f->project, &row, 1));
    }
    assert_ok(store_message_usage(f->store, &f->arena, 1000, &used, &n));
    assert_int_equal(n, 2);
    size_t own = id_eq(&used[0].project, &f->project) ? 0 : 1;
    assert_true(id_eq(&used[own].project, &f->project));
    assert_true(id_eq(&used[!own].project, &f->project2));
    assert_int_equal(used[own].tokens, 120);
    assert_int_equal(used[!own].tokens, 7);
    assert_ok(store_message_usage(f->store, &f->arena, 2001, &used, &n));
    assert_int_equal(n, 0);
    /* What no provider should say. */
    struct message_row row = make_message(&chats[0], MESSAGE_AI, "Good day");
    row.usage = STR("{\"prompt_tokens\":9223372036854775807,\"completion_tokens\":1e300}");
    row.created_ms = 3000;
    assert_ok(store_message_append(f->store, &f->project, &row, 1));
    assert_ok(store_message_usage(f->store, &f->arena, 3000, &used, &n));
    assert_int_equal(used[0].tokens, 2000000000000);
}

static void chats_are_listed_newest_first(void **state)
{
    struct fixture *f = *state;
    struct chat_row rows[3], *got;
    size_t n;
    for (int i = 0; i < 3; i++) {
        rows[i] = make_chat(&f->project);
        rows[i].created_ms = i;
        assert_ok(store_chat_create(f->store, &rows[i]));
    }
    assert_ok(store_chat_list(f->store, &f->arena, &f->project, 2, &got, &n));
    assert_int_equal(n, 2);
    assert_true(id_eq(&got[0].id, &rows[2].id) && id_eq(&got[1].id, &rows[1].id));
}

static const struct store_test tests[] = {
    STORE_TEST(a_chat_comes_back_with_all_its_columns),
    STORE_TEST(messages_are_numbered_from_one_without_gaps),
    STORE_TEST(a_batch_that_fails_leaves_nothing_behind),
    STORE_TEST(first_messages_of_another_chat_are_refused),
    STORE_TEST(a_message_is_found_with_its_chat),
    STORE_TEST(feedback_can_be_given_changed_and_taken_back),
    STORE_TEST(usage_is_summed_by_project_from_a_time_on),
    STORE_TEST(chats_are_listed_newest_first),
};

int main(void) { return store_tests_run("chats", tests, sizeof tests / sizeof *tests); }
