/* SPDX-License-Identifier: Apache-2.0 */
/* A message that is sent again with its key (draft-ietf-httpapi-idempotency-key-header) is the one
 * that came before: its ids and those of its answer follow from the key, so neither is kept twice.
 */
#include <time.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "chat/turn_private.h"

enum { LOOK_MS = 100 };

/* The id that a key stands for, the same each time. */
static err id_of_key(const struct turn_request *r, const char *what, id *ret)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_addf(&b, "turn %s %s ", what, r->once_scope.c);
    buf_add(&b, r->once);
    err e = buf_err(&b);
    if (err_ok(e)) {
        *ret = id_of_random(crypto_sha256(buf_str(&b)).bytes);
    }
    buf_done(&b);
    return e;
}

/* What was said before the message. */
static err history_before(struct turn *t)
{
    err e = store_message_recent(t->context->store, t->arena, &t->project->row.id, &t->chat.id,
                                 CHAT_HISTORY_MESSAGES, &t->history, &t->history_count);
    size_t count = 0;
    while (err_ok(e) && count < t->history_count && t->history[count].seq < t->result->user_seq) {
        count++;
    }
    t->history_count = count;
    return e;
}

err turn_again_find(struct turn *t)
{
    const struct turn_request *r = t->request;
    struct turn_result *result = t->result;
    struct message_row row;
    struct chat_row chat;
    result->user_message = id_ordered();
    result->message = id_ordered();
    if (str_empty(r->once)) {
        return ERR_NONE;
    }
    err e = id_of_key(r, "question", &result->user_message);
    e = err_ok(e) ? id_of_key(r, "answer", &result->message) : e;
    if (err_ok(e)) {
        e = store_message_find(t->context->store, t->arena, &result->user_message, &chat, &row);
        if (e.code == ERR_NOT_FOUND) {
            return ERR_NONE;
        }
    }
    if (!err_ok(e)) {
        return e;
    }
    if (!id_eq(&chat.project, &t->project->row.id) || !str_eq(row.content, t->question) ||
        (!id_none(&r->chat) && !id_eq(&r->chat, &chat.id))) {
        return err_new(ERR_CONFLICT, "the Idempotency-Key came before with another message");
    }
    t->again = true;
    t->asked_ms = row.created_ms;
    t->chat = chat;
    result->chat = chat.id;
    result->user_seq = row.seq;
    return history_before(t);
}

/* What is stored of an answer, as the turn would have it. */
static err take_answer(struct turn *t, const struct message_row *row)
{
    json_t *list = NULL;
    if (row->citations.n > 0) {
        err e = json_read(row->citations, &list, NULL);
        if (!err_ok(e)) {
            return e;
        }
    }
    for (size_t i = 0; i < json_array_size(list) && t->page_count < TURN_PAGES_MAX; i++) {
        const json_t *item = json_array_get(list, i);
        str title = STR_EMPTY, url = STR_EMPTY, snippet = STR_EMPTY;
        (void)json_get_str(item, "title", &title);
        (void)json_get_str(item, "url", &url);
        (void)json_get_str(item, "snippet", &snippet);
        t->pages[t->page_count++] = (struct know_citation){
            .index = (unsigned)json_integer_value(json_object_get(item, "index")),
            .title = arena_str(t->arena, title),
            .url = arena_str(t->arena, url),
            .snippet = arena_str(t->arena, snippet)};
    }
    json_decref(list);
    t->answered = row->answered;
    t->result->seq = row->seq;
    turn_say(t, row->content);
    return ERR_NONE;
}

err turn_again_answer(struct turn *t, bool *ret_answered)
{
    const struct chat_context *context = t->context;
    struct message_row row;
    struct chat_row chat;
    int64_t over_ms = t->asked_ms + context->turn_ms;
    *ret_answered = false;
    for (;;) {
        err e = store_message_find(context->store, t->arena, &t->result->message, &chat, &row);
        if (err_ok(e)) {
            *ret_answered = true;
            return take_answer(t, &row);
        }
        /* Nobody is at work on it any more: not this process, or its time is over. */
        if (e.code != ERR_NOT_FOUND || t->asked_ms < context->started_ms ||
            clock_wall_ms() >= over_ms || clock_mono_ms() >= t->deadline_ms) {
            return e.code == ERR_NOT_FOUND ? ERR_NONE : e;
        }
        struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
        (void)nanosleep(&pause, NULL);
    }
}
