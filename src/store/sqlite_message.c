/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

enum { MESSAGES_DEFAULT = 1000, NO_FEEDBACK = -1 };

#define MESSAGE_COLUMNS                                                                            \
    "m.id, m.chat, m.seq, m.author, m.content, m.citations, m.usage, m.answered, m.feedback, "     \
    "m.feedback_comment, m.created_ms"

/* Takes the chat's next number; NOT_FOUND when the chat is not the project's. */
static err next_seq(struct sq_conn *c, const id *project, const struct message_row *row,
                    uint64_t *ret)
{
    struct sq_query q =
        sq_query(c, "UPDATE chat SET last_seq = last_seq + 1, updated_ms = max(updated_ms, ?)"
                    " WHERE id = ? AND project = ? RETURNING last_seq");
    sq_bind_int(&q, row->created_ms);
    sq_bind_id(&q, &row->chat);
    sq_bind_id(&q, project);
    bool found = sq_step(&q);
    uint64_t seq = found ? (uint64_t)sq_int(&q) : 0;
    err e = sq_end(&q);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such chat");
    }
    if (err_ok(e)) {
        *ret = seq;
    }
    return e;
}

err sq_messages_insert(struct sq_conn *c, const id *project, struct message_row *rows, size_t count)
{
    if (count > STORE_BATCH_MAX) {
        return err_new(ERR_TOO_LARGE, "too many messages in one write");
    }
    for (size_t i = 0; i < count; i++) {
        struct message_row *row = &rows[i];
        err e = next_seq(c, project, row, &row->seq);
        if (!err_ok(e)) {
            return e;
        }
        struct sq_query q =
            sq_query(c, "INSERT INTO message(id, chat, seq, author, content, citations, usage,"
                        " answered, feedback, feedback_comment, created_ms)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)");
        sq_bind_id(&q, &row->id);
        sq_bind_id(&q, &row->chat);
        sq_bind_int(&q, (int64_t)row->seq);
        sq_bind_int(&q, row->author);
        sq_bind_str(&q, row->content, STORE_MESSAGE_MAX);
        sq_bind_str(&q, row->citations, STORE_JSON_MAX);
        sq_bind_str(&q, row->usage, STORE_JSON_MAX);
        sq_bind_int(&q, row->answered);
        sq_bind_int(&q, NO_FEEDBACK);
        sq_bind_int(&q, row->created_ms);
        e = sq_run(&q);
        if (!err_ok(e)) {
            return e;
        }
    }
    return ERR_NONE;
}

struct message_append {
    const id *project;
    struct message_row *rows;
    size_t count;
};

static err message_append(struct sq_conn *c, void *job)
{
    const struct message_append *what = job;
    return sq_messages_insert(c, what->project, what->rows, what->count);
}

err sqlite_message_append(struct store *store, const id *project, struct message_row *rows,
                          size_t count)
{
    struct message_append job = {project, rows, count};
    return sq_write(store, message_append, &job);
}

static void message_read(struct sq_query *q, struct arena *a, struct message_row *row)
{
    row->id = sq_id(q);
    row->chat = sq_id(q);
    row->seq = (uint64_t)sq_int(q);
    row->author = (enum message_author)sq_int(q);
    row->content = sq_str(q, a);
    row->citations = sq_str(q, a);
    row->usage = sq_str(q, a);
    row->answered = sq_bool(q);
    row->feedback = (int)sq_int(q);
    row->feedback_comment = sq_str(q, a);
    row->created_ms = sq_int(q);
}

/* Reads all rows of a query and gives the reader back. */
static err message_rows(struct store *store, struct sq_conn *c, struct sq_query *q, struct arena *a,
                        struct message_row **ret, size_t *ret_count)
{
    struct sq_list list = {0};
    err e = ERR_NONE;
    while (err_ok(e) && sq_step(q)) {
        struct message_row *row = sq_list_add(&list, a, sizeof *row, STORE_LIST_MAX);
        if (row) {
            message_read(q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for messages");
        }
    }
    err end = sq_end(q);
    sq_read_end(store, c);
    e = err_ok(e) ? end : e;
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

static int64_t rows_limit(size_t limit)
{
    return limit == 0 ? MESSAGES_DEFAULT
                      : (int64_t)(limit < STORE_LIST_MAX ? limit : STORE_LIST_MAX);
}

err sqlite_message_list(struct store *store, struct arena *a, const id *project, const id *chat,
                        uint64_t after_seq, size_t limit, struct message_row **ret,
                        size_t *ret_count)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " MESSAGE_COLUMNS " FROM message m WHERE m.chat = ?1 AND m.seq > ?2"
                    " AND EXISTS (SELECT 1 FROM chat WHERE id = ?1 AND project = ?3)"
                    " ORDER BY m.seq LIMIT ?4");
    sq_bind_id(&q, chat);
    sq_bind_int(&q, after_seq > INT64_MAX ? INT64_MAX : (int64_t)after_seq);
    sq_bind_id(&q, project);
    sq_bind_int(&q, rows_limit(limit));
    return message_rows(store, c, &q, a, ret, ret_count);
}

err sqlite_message_recent(struct store *store, struct arena *a, const id *project, const id *chat,
                          size_t limit, struct message_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " MESSAGE_COLUMNS " FROM (SELECT * FROM message WHERE chat = ?1"
                    " AND EXISTS (SELECT 1 FROM chat WHERE id = ?1 AND project = ?2)"
                    " ORDER BY seq DESC LIMIT ?3) m ORDER BY m.seq");
    sq_bind_id(&q, chat);
    sq_bind_id(&q, project);
    sq_bind_int(&q, rows_limit(limit));
    return message_rows(store, c, &q, a, ret, ret_count);
}

err sq_message_one(struct sq_conn *c, struct arena *a, const id *message, struct message_row *ret)
{
    struct message_row row = {0};
    struct sq_query q = sq_query(c, "SELECT " MESSAGE_COLUMNS " FROM message m WHERE m.id = ?");
    sq_bind_id(&q, message);
    bool found = sq_step(&q);
    if (found) {
        message_read(&q, a, &row);
    }
    err e = sq_end(&q);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such message");
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

/* What a provider reports is bounded: no sum of it overflows. */
#define USAGE_TOKENS(name)                                                                         \
    "min(max(coalesce(json_extract(m.usage, '$." name "'), 0), 0), 1000000000000)"

err sqlite_message_usage(struct store *store, struct arena *a, int64_t since_ms,
                         struct usage_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    /* A chat is as new as its newest message. */
    struct sq_query q = sq_query(
        c, "SELECT c.project, sum(" USAGE_TOKENS("prompt_tokens") " + " USAGE_TOKENS(
               "completion_tokens") ") AS tokens FROM chat c CROSS JOIN message m ON m.chat = c.id"
                                    " WHERE c.updated_ms >= ?1 AND m.created_ms >= ?1 AND"
                                    " json_valid(m.usage) GROUP BY c.project HAVING tokens > 0");
    sq_bind_int(&q, since_ms);
    while (err_ok(e) && sq_step(&q)) {
        struct usage_row *row = sq_list_add(&list, a, sizeof *row, SIZE_MAX / sizeof *row);
        if (row) {
            row->project = sq_id(&q);
            row->tokens = (uint64_t)sq_int(&q);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for the usage of projects");
        }
    }
    err end = sq_end(&q);
    sq_read_end(store, c);
    e = err_ok(e) ? end : e;
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

struct feedback_set {
    const id *project, *message;
    int reaction;
    str comment;
};

static err feedback_set(struct sq_conn *c, void *job)
{
    const struct feedback_set *what = job;
    struct sq_query q =
        sq_query(c, "UPDATE message SET feedback = ?, feedback_comment = ? WHERE id = ? AND"
                    " EXISTS (SELECT 1 FROM chat WHERE id = message.chat AND project = ?)");
    sq_bind_int(&q, what->reaction);
    sq_bind_str(&q, what->comment, STORE_COMMENT_MAX);
    sq_bind_id(&q, what->message);
    sq_bind_id(&q, what->project);
    return sq_run_one(&q);
}

err sqlite_feedback_set(struct store *store, const id *project, const id *message, int reaction,
                        str comment)
{
    struct feedback_set job = {project, message, reaction, comment};
    if (reaction < -1 || reaction > 1) {
        return err_new(ERR_INVALID, "a reaction is 0 or 1, or -1 to take it back");
    }
    return sq_write(store, feedback_set, &job);
}
