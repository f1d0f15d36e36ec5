/* SPDX-License-Identifier: Apache-2.0 */
/* A model behind one small interface: numbered passages in, text with [n] out. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* Durations in ms. */
struct model_settings {
    char kind[16]; /* "extractive" or "openai" */
    char url[512]; /* base, "https://api.example.com/v1" */
    char name[128];
    struct secret key;         /* resolved by the configuration, may be empty */
    unsigned first_ms;         /* until the first byte of the answer, 10 s */
    unsigned stall_ms;         /* between two pieces, 10 s */
    unsigned total_ms;         /* for the whole answer, 60 s */
    unsigned output_bytes_max; /* 32 KB of text */
    unsigned output_tokens_max;
    double temperature; /* 0.2 */
    bool allow_private; /* a model on loopback or a private address: allowed for the configured URL,
                           default true */
    char ca_file[512];
};
struct model_settings model_settings_default(void);

enum model_role { MODEL_SYSTEM, MODEL_USER, MODEL_ASSISTANT };

struct model_message {
    enum model_role role;
    str content;
};

struct model_usage {
    uint64_t prompt_tokens, completion_tokens;
};

/* A piece of the answer; false stops the stream (the client has gone). */
typedef bool (*model_delta_fn)(void *user, str text);

/* Asks and streams the answer. Calls `delta` with whole UTF-8 characters only. UPSTREAM (refused,
 * garbage, broken off), UPSTREAM_TIMEOUT (a deadline passed), BUDGET (the peer said 429) –
 * *ret_begun tells whether a piece was delivered before. Retries once, only before the first piece
 * and only for connect errors, 429, 502, 503. Never logs content or key. */
err model_chat(const struct model_settings *settings, struct arena *a,
               const struct model_message *messages, size_t count, model_delta_fn delta, void *user,
               struct model_usage *ret_usage, bool *ret_begun);
