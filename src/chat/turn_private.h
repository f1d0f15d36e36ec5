/* SPDX-License-Identifier: Apache-2.0 */
/* A turn under way and its steps. Private to chat/. */
#pragma once

#include "chat/chat.h"
#include "chat/say.h"

enum {
    TURN_PAGES_MAX = 12,       /* citations of one answer */
    TURN_URLS_MAX = 64,        /* URLs that may stand in an answer */
    TURN_PASSAGE_BYTES = 2400, /* of one passage in a prompt */
    TURN_HISTORY_BYTES = 600,  /* of one earlier message in a prompt */
    TURN_ANSWER_MAX = 64 << 10,
    TURN_CANARY = 20
};

struct turn {
    const struct chat_context *context;
    struct arena *arena;
    const struct chat_project *project;
    const struct turn_request *request; /* NULL outside of a chat */
    const struct turn_sink *sink;       /* NULL outside of a chat */
    struct turn_result *result;
    int64_t deadline_ms; /* monotonic */
    bool gone;           /* nobody listens any more; the answer is made and kept all the same */

    struct chat_row chat;
    bool is_new;
    bool again;       /* the message came before and is stored */
    int64_t asked_ms; /* then */
    str question;     /* clean and redacted */
    enum say_language language;
    struct message_row *history;
    size_t history_count;

    const struct know_hit *hits; /* best passages */
    size_t hit_count;
    struct know_answer extract;
    bool found;                                 /* the documents say something about it */
    struct know_citation pages[TURN_PAGES_MAX]; /* what [n] may stand for */
    size_t page_count;
    str urls[TURN_URLS_MAX];      /* of the business's own hosts */
    str code_urls[TURN_URLS_MAX]; /* of others, as the passages have them: only within code */
    size_t url_count, code_url_count;

    uint64_t reserved; /* tokens of the budget */
    bool may_ask_model;
    char canary[TURN_CANARY + 1];

    struct buf answer; /* what was said so far */
    bool answered, degraded;
    const char *offer; /* "lead_form" or "handoff": what comes with the answer; NULL none */
    const char *offer_reason;
    struct model_usage usage;
};

/* ── turn.c ── */

/* Sends an event; remembers that the client has gone. */
void turn_event(struct turn *t, const char *type, struct buf *json);
/* Sends a piece of the answer; it is not kept. */
void turn_show(struct turn *t, str text);
/* Sends a piece of the answer and keeps it. */
void turn_say(struct turn *t, str text);

/* ── turn_again.c ── */

/* Gives the question and its answer their ids. When the question came before, opens its chat. */
err turn_again_find(struct turn *t);
/* Says the answer that the question got then; waits for a turn that is under way. */
err turn_again_answer(struct turn *t, bool *ret_answered);

/* ── turn_find.c ── */

/* Retrieves with the question, for a follow-up also with the one before; fills hits, extract and
 * found. */
err turn_find(struct turn *t);

/* ── turn_answer.c ── */

/* Makes the answer of what was found. Fails only for lack of memory. */
err turn_make_answer(struct turn *t);
/* Says that the documents do not tell and offers the form. */
void turn_not_found(struct turn *t);

/* ── compose.c ── */

/* Numbers the pages of the hits (pages, urls). */
err compose_pages(struct turn *t);
/* Builds the messages for the model; *ret_instructions is what must not come back. */
err compose_messages(struct turn *t, struct model_message **ret, size_t *ret_count,
                     str *ret_instructions);
/* Adds the URLs that the text names and that lie on the host of a cited page. */
err compose_urls(struct turn *t, str text);
/* Tokens that a call will take at most, four bytes each. */
uint64_t compose_tokens_max(const struct model_settings *settings);
