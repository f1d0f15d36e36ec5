/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "chat/chat.h"
#include "guard/text.h"

enum { COMMENT_CHARS_MAX = 1000, EVENT_MAX = 64 << 10 };

static err tell(const struct chat_context *context, struct arena *a, const struct chat_row *chat,
                const struct message_row *message, int reaction, str comment)
{
    struct outbox_row *rows;
    size_t count;
    struct buf b;
    buf_init(&b, EVENT_MAX);
    buf_addf(&b, "{\"chat\":\"%s\",\"message\":\"%s\",\"reaction\":%d,\"comment\":", chat->id.c,
             message->id.c, reaction);
    json_write_str(&b, comment);
    buf_add_byte(&b, '}');
    err e = buf_err(&b);
    if (err_ok(e)) {
        e = outbox_for_event(a, context->outbox, &chat->project, "feedback.created", buf_str(&b),
                             &rows, &count);
    }
    buf_done(&b);
    if (err_ok(e) && count > 0) {
        e = store_outbox_add(context->store, rows, count);
        if (err_ok(e) && context->worker) {
            outbox_worker_wake(context->worker);
        }
    }
    return e;
}

err feedback_submit(const struct chat_context *context, struct arena *a,
                    const struct chat_project *project, const struct chat_row *chat,
                    const struct message_row *message, int reaction, str comment)
{
    unsigned found;
    str clean = STR_EMPTY;
    if (reaction != 0 && reaction != 1) {
        return err_new(ERR_UNPROCESSABLE, "reaction must be 0 or 1");
    }
    if (message->author != MESSAGE_AI && message->author != MESSAGE_STAFF) {
        return err_new(ERR_UNPROCESSABLE, "only answers can be rated");
    }
    err e = comment.n ? guard_text_clean(a, comment, COMMENT_CHARS_MAX, &clean) : ERR_NONE;
    e = err_ok(e) ? guard_redact(a, clean, &clean, &found) : e;
    e = err_ok(e)
            ? store_feedback_set(context->store, &project->row.id, &message->id, reaction, clean)
            : e;
    if (err_ok(e) && context->outbox && context->outbox->webhook_count > 0) {
        err told = tell(context, a, chat, message, reaction, clean);
        if (!err_ok(told)) {
            log_err("feedback", "webhook not queued", told);
        }
    }
    return e;
}
