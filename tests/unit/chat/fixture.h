/* SPDX-License-Identifier: Apache-2.0 */
/* A fresh store with one project and a small handbook in it, and a sink that keeps the events of a
 * turn. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chat/chat.h"
#include "chat/hub.h"
#include "guard/budget.h"

struct heard {
    struct buf types;   /* "message_start message_delta … " */
    struct buf shown;   /* text of the deltas */
    struct buf last[8]; /* data of the last event of each type, by heard_data */
    unsigned count;
    unsigned gone_after; /* events until the client goes, 0: never */
};

struct desk {
    char folder[64];
    struct store *store;
    struct arena arena;
    struct model_settings model;
    struct outbox_settings outbox;
    struct chat_context context;
    struct chat_project project;
    struct heard heard;
    struct turn_sink sink;
    str email, metadata; /* of a new chat */
    struct turn_result result;
};

/* cmocka set-up and tear-down; *state is a struct desk. */
int desk_open(void **state);
int desk_close(void **state);

/* Replaces the project's settings. */
void desk_settings(struct desk *desk, const char *json);

/* Adds a page of one passage. */
void desk_page(struct desk *desk, const char *url, const char *title, const char *text);

/* Runs a turn in the chat (none: a new one). */
err desk_ask(struct desk *desk, const id *chat, const char *message);

/* Data of the last event of a type, parsed; NULL when there was none. Free with json_decref. */
json_t *heard_data(struct desk *desk, const char *type);

/* True when an event of the type was heard. */
bool heard_type(struct desk *desk, const char *type);

/* Borrows a member of an object; fails the test when it is no text. */
const char *text_of(const json_t *object, const char *key);

/* The chat's stored messages. */
size_t desk_messages(struct desk *desk, const id *chat, struct message_row **ret);

/* NUL-terminated copy in the desk's arena. */
const char *desk_c(struct desk *desk, str s);

#define assert_ok(e) assert_int_equal((e).code, ERR_OK)
