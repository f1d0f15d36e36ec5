/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route.h"

err project_get(struct call *call)
{
    struct buf b;
    buf_init(&b, 262144);
    err e = chat_project_public_json(&b, &call->project);
    if (err_ok(e)) {
        http_res_send(call->res, 200, STR("application/json"), buf_str(&b));
    }
    buf_done(&b);
    return e;
}
