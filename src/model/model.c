/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

#include <stdio.h>

#include "base/clock.h"
#include "model/provider.h"

struct model_settings model_settings_default(void)
{
    struct model_settings settings = {
        .first_ms = 10000,
        .stall_ms = 10000,
        .total_ms = 60000,
        .output_bytes_max = 32 << 10,
        .output_tokens_max = 1024,
        .temperature = 0.2,
        .allow_private = true,
    };
    (void)snprintf(settings.kind, sizeof settings.kind, "extractive");
    return settings;
}

static const struct {
    const char *kind;
    err (*chat)(struct model_call *call);
} providers[] = {
    {"openai", openai_chat},
};

/* What a peer that does not count has used: four bytes a token, rounded up. */
static void usage_estimate(struct model_call *call)
{
    if (call->usage.prompt_tokens == 0) {
        size_t bytes = 0;
        for (size_t i = 0; i < call->count; i++) {
            bytes += call->messages[i].content.n;
        }
        call->usage.prompt_tokens = (bytes + 3) / 4;
    }
}

err model_chat(const struct model_settings *settings, struct arena *a,
               const struct model_message *messages, size_t count, model_delta_fn delta, void *user,
               struct model_usage *ret_usage, bool *ret_begun)
{
    struct model_call call = {
        .settings = settings,
        .arena = a,
        .messages = messages,
        .count = count,
        .delta = delta,
        .user = user,
        .deadline_ms = clock_mono_ms() + settings->total_ms,
    };
    err e = err_new(ERR_NOT_IMPLEMENTED, "there is no model of this kind");
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++) {
        if (strcmp(settings->kind, providers[i].kind) == 0) {
            e = providers[i].chat(&call);
        }
    }
    if (call.begun || err_ok(e)) {
        usage_estimate(&call);
    }
    *ret_usage = call.usage;
    *ret_begun = call.begun;
    return e;
}
