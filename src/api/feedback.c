/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"
#include "base/log.h"

enum { COMMENT_CHARS_MAX = 1000 };

err feedback_create(struct call *call)
{
    const json_t *reaction = json_object_get(call->body, "reaction");
    str comment;
    if (!json_is_integer(reaction) || json_integer_value(reaction) < 0 ||
        json_integer_value(reaction) > 1) {
        return err_new(ERR_INVALID,
                       "the field \"reaction\" must be 0 (did not help) or 1 (helped)");
    }
    if (call->message.author == MESSAGE_VISITOR) {
        return err_new(ERR_CONFLICT, "only answers take feedback");
    }
    err e = body_text(call, "comment", COMMENT_CHARS_MAX, &comment);
    if (err_ok(e)) {
        e = feedback_submit(&call->app->chat, call->a, &call->project, &call->chat, &call->message,
                            (int)json_integer_value(reaction), comment);
    }
    if (err_ok(e)) {
        http_res_send(call->res, 204, STR_EMPTY, STR_EMPTY);
    }
    return e;
}
