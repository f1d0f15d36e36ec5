/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/budget.h"
#include "chat/chat.h"

err turn_budget_load(const struct chat_context *context, struct arena *a, int64_t now_ms)
{
    struct usage_row *rows;
    size_t count;
    if (!context->budget || !budget_bounds(context->budget)) {
        return ERR_NONE;
    }
    err e = store_message_usage(context->store, a, budget_day_ms(now_ms), &rows, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        budget_settle(context->budget, &rows[i].project, 0, rows[i].tokens, now_ms);
    }
    return e;
}
