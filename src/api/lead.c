/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"

static err answer_created(struct call *call, const id *created)
{
    struct buf b;
    buf_init(&b, 1024);
    buf_add_byte(&b, '{');
    answer_member(&b, "uuid", id_str(created));
    answer_member(&b, "chat", id_str(&call->chat.id));
    buf_add_byte(&b, '}');
    return answer_json(call, 201, &b);
}

err lead_create(struct call *call)
{
    struct idempotency once;
    id lead;
    err e = body_idempotency(call, &once);
    if (err_ok(e)) {
        e = lead_submit(&call->app->chat, call->a, &call->project, &call->chat, call->body, &once,
                        &lead, &call->details);
    }
    return err_ok(e) ? answer_created(call, &lead) : e;
}

err handoff_create(struct call *call)
{
    struct idempotency once;
    id handoff;
    err e = body_idempotency(call, &once);
    if (err_ok(e)) {
        e = handoff_request(&call->app->chat, call->a, &call->project, &call->chat, call->body,
                            &once, &handoff, &call->details);
    }
    return err_ok(e) ? answer_created(call, &handoff) : e;
}
