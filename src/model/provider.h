/* SPDX-License-Identifier: Apache-2.0 */
/* One call to a model: what every provider gets, and what it gives back. Private to model/. */
#pragma once

#include "base/json.h"
#include "model/model.h"
#include "model/sse.h"

struct model_call {
    const struct model_settings *settings;
    struct arena *arena;
    const struct model_message *messages;
    size_t count;
    model_delta_fn delta;
    void *user;
    int64_t deadline_ms;      /* monotonic, of the whole call */
    struct model_usage usage; /* filled by the provider */
    bool begun;               /* a piece was delivered */
};

err openai_chat(struct model_call *call);

/* ── openai_answer.c: an answer as it comes in ── */

enum { ANSWER_JSON_MAX = 1 << 20, ANSWER_ERROR_MAX = 16 << 10 };

struct answer {
    struct model_call *call;
    int status;
    struct sse sse;
    struct buf body;      /* of an error, or of an answer that is not a stream */
    bool known, streamed; /* the first byte told which */
    bool finished;        /* finish_reason or [DONE] was seen */
    bool limited;         /* the limit of output was reached: a good end */
    enum { THINK_UNKNOWN, THINK_INSIDE, THINK_OVER } think;
    struct buf text; /* held back while think is not over */
    size_t bytes;    /* delivered */
    err failed;      /* why it was stopped by us */
};

void answer_init(struct answer *answer, struct model_call *call);
void answer_done(struct answer *answer);
/* Takes a piece of the body; false when no more is wanted. */
bool answer_push(struct answer *answer, str piece);
/* The body has ended. UPSTREAM when the answer is no whole one. */
err answer_end(struct answer *answer);
