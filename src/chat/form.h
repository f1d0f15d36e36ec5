/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a form that a visitor sent: every field is named in the answer when it is wrong. Private
 * to chat/. */
#pragma once

#include "chat/chat.h"

struct form {
    struct arena *arena;
    const json_t *body;
    struct buf details; /* members of the details object: "field":"what is wrong" */
    err e;              /* lack of memory */
};

void form_init(struct form *form, struct arena *a, const json_t *body);

/* Notes what is wrong with a field. */
void form_wrong(struct form *form, str field, const char *what);

/* Reads a field of the given type (text, email, tel, textarea), cleaned; empty when missing or
 * wrong. */
str form_field(struct form *form, const struct chat_field *field);

/* Refuses members that `known` does not name. */
void form_unknown(struct form *form, bool (*known)(void *user, str name), void *user);

/* Ends: ERR_NONE, or UNPROCESSABLE with *ret_details. */
err form_end(struct form *form, str *ret_details);

/* The chat so far as lines of a transcript. */
err form_transcript(const struct chat_context *context, struct arena *a,
                    const struct chat_row *chat, struct outbox_transcript_line **ret,
                    size_t *ret_count);
