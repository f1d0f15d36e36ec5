/* SPDX-License-Identifier: Apache-2.0 */
/* Chats, their messages and feedback. */
#pragma once

#include "store/store.h"

enum message_author { MESSAGE_VISITOR, MESSAGE_AI, MESSAGE_STAFF, MESSAGE_SYSTEM };

struct chat_row {
    id id, project;
    id session; /* the visitor's session; none when a key made the chat */
    id visitor; /* the visitor across sessions; none when a key made the chat */
    id key;     /* the key that made the chat; none otherwise */
    str url;    /* page where it began, without credentials and fragment */
    str locale;
    str metadata; /* JSON object or empty; `email` in it is the visitor's, when it was given */
    str handoff;  /* "", "requested", "active", "resolved" */
    int64_t created_ms, updated_ms;
    uint64_t last_seq; /* of its newest message */
};

struct message_row {
    id id, chat;
    uint64_t seq; /* 1, 2, … within the chat; also the SSE event id */
    enum message_author author;
    str content;   /* redacted Markdown */
    str citations; /* JSON array [{index,title,url,snippet}] or empty */
    str usage;     /* JSON object or empty */
    bool answered; /* of an AI message: found in the documents */
    int feedback;  /* -1 none, 0 down, 1 up */
    str feedback_comment;
    int64_t created_ms;
};

/* What a project's answers took of models. */
struct usage_row {
    id project;
    uint64_t tokens; /* of prompts and answers */
};

err store_chat_create(struct store *store, const struct chat_row *row);
/* NOT_FOUND also when the chat is another project's. */
err store_chat_get(struct store *store, struct arena *a, const id *project, const id *chat,
                   struct chat_row *ret);
/* Finds a chat's project first, for routes that name only the chat. NOT_FOUND. */
err store_chat_find(struct store *store, struct arena *a, const id *chat, struct chat_row *ret);
/* Newest first, at most `limit`. */
err store_chat_list(struct store *store, struct arena *a, const id *project, size_t limit,
                    struct chat_row **ret, size_t *ret_count);

/* Appends messages in order in one transaction; fills `seq` of each. */
err store_message_append(struct store *store, const id *project, struct message_row *rows,
                         size_t count);
/* Creates the chat and its first messages in one transaction. */
err store_chat_begin(struct store *store, const struct chat_row *chat, struct message_row *rows,
                     size_t count);
/* Messages after `after_seq`, oldest first; limit 0 means 1,000. */
err store_message_list(struct store *store, struct arena *a, const id *project, const id *chat,
                       uint64_t after_seq, size_t limit, struct message_row **ret,
                       size_t *ret_count);
/* The newest `limit` messages, oldest first. */
err store_message_recent(struct store *store, struct arena *a, const id *project, const id *chat,
                         size_t limit, struct message_row **ret, size_t *ret_count);
/* Finds a message with its chat, for routes that name only the message. */
err store_message_find(struct store *store, struct arena *a, const id *message,
                       struct chat_row *ret_chat, struct message_row *ret);
/* Sums the usage of messages written at `since_ms` or later; only projects that used something. */
err store_message_usage(struct store *store, struct arena *a, int64_t since_ms,
                        struct usage_row **ret, size_t *ret_count);
err store_feedback_set(struct store *store, const id *project, const id *message, int reaction,
                       str comment);
