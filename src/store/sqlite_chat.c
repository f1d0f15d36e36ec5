/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_store.h"

#define CHAT_COLUMNS                                                                               \
    "id, project, session, visitor, api_key, url, locale, metadata, handoff, created_ms, "         \
    "updated_ms, last_seq"

err sq_chat_insert(struct sq_conn *c, const struct chat_row *row)
{
    struct sq_query q = sq_query(c, "INSERT INTO chat(" CHAT_COLUMNS
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)");
    sq_bind_id(&q, &row->id);
    sq_bind_id(&q, &row->project);
    sq_bind_id(&q, &row->session);
    sq_bind_id(&q, &row->visitor);
    sq_bind_id(&q, &row->key);
    sq_bind_str(&q, row->url, STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->locale, STORE_WORD_MAX);
    sq_bind_str(&q, row->metadata, STORE_JSON_MAX);
    sq_bind_str(&q, row->handoff, STORE_WORD_MAX);
    sq_bind_int(&q, row->created_ms);
    sq_bind_int(&q, row->updated_ms);
    return sq_run(&q);
}

struct chat_write {
    const struct chat_row *chat;
    const id *project;
    struct message_row *rows;
    size_t count;
};

static err chat_begin(struct sq_conn *c, void *job)
{
    const struct chat_write *what = job;
    err e = sq_chat_insert(c, what->chat);
    return err_ok(e) ? sq_messages_insert(c, &what->chat->project, what->rows, what->count) : e;
}

err sqlite_chat_create(struct store *store, const struct chat_row *row)
{
    struct chat_write job = {.chat = row};
    return sq_write(store, chat_begin, &job);
}

err sqlite_chat_begin(struct store *store, const struct chat_row *chat, struct message_row *rows,
                      size_t count)
{
    struct chat_write job = {.chat = chat, .rows = rows, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (!id_eq(&rows[i].chat, &chat->id)) {
            return err_new(ERR_INVALID, "a first message belongs to another chat");
        }
    }
    return sq_write(store, chat_begin, &job);
}

static void chat_read(struct sq_query *q, struct arena *a, struct chat_row *row)
{
    row->id = sq_id(q);
    row->project = sq_id(q);
    row->session = sq_id(q);
    row->visitor = sq_id(q);
    row->key = sq_id(q);
    row->url = sq_str(q, a);
    row->locale = sq_str(q, a);
    row->metadata = sq_str(q, a);
    row->handoff = sq_str(q, a);
    row->created_ms = sq_int(q);
    row->updated_ms = sq_int(q);
    row->last_seq = (uint64_t)sq_int(q);
}

static err chat_one(struct sq_query *q, struct arena *a, struct chat_row *ret)
{
    struct chat_row row = {0};
    bool found = sq_step(q);
    if (found) {
        chat_read(q, a, &row);
    }
    err e = sq_end(q);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such chat");
    }
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err sqlite_chat_get(struct store *store, struct arena *a, const id *project, const id *chat,
                    struct chat_row *ret)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT " CHAT_COLUMNS " FROM chat WHERE id = ? AND project = ?");
    sq_bind_id(&q, chat);
    sq_bind_id(&q, project);
    e = chat_one(&q, a, ret);
    sq_read_end(store, c);
    return e;
}

err sqlite_chat_find(struct store *store, struct arena *a, const id *chat, struct chat_row *ret)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " CHAT_COLUMNS " FROM chat WHERE id = ?");
    sq_bind_id(&q, chat);
    e = chat_one(&q, a, ret);
    sq_read_end(store, c);
    return e;
}

err sqlite_chat_list(struct store *store, struct arena *a, const id *project, size_t limit,
                     struct chat_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q = sq_query(c, "SELECT " CHAT_COLUMNS " FROM chat WHERE project = ?"
                                    " ORDER BY created_ms DESC, id DESC LIMIT ?");
    sq_bind_id(&q, project);
    sq_bind_int(&q, (int64_t)(limit && limit < STORE_LIST_MAX ? limit : STORE_LIST_MAX));
    while (err_ok(e) && sq_step(&q)) {
        struct chat_row *row = sq_list_add(&list, a, sizeof *row, STORE_LIST_MAX);
        if (row) {
            chat_read(&q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for the list of chats");
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

err sqlite_message_find(struct store *store, struct arena *a, const id *message,
                        struct chat_row *ret_chat, struct message_row *ret)
{
    struct sq_conn *c;
    struct message_row row = {0};
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    e = sq_message_one(c, a, message, &row);
    if (err_ok(e)) {
        struct sq_query q = sq_query(c, "SELECT " CHAT_COLUMNS " FROM chat WHERE id = ?");
        sq_bind_id(&q, &row.chat);
        e = chat_one(&q, a, ret_chat);
    }
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}
