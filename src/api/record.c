/* SPDX-License-Identifier: Apache-2.0 */
#include "api/record.h"

#include "api/answer.h"
#include "api/policy.h"
#include "base/log.h"

struct audit_act record_act(const struct call *call, const char *act, const char *object_kind,
                            str object)
{
    struct audit_act made = access_act(&call->who, call->req);
    made.act = str_c(act);
    made.object_kind = str_c(object_kind);
    made.object = object;
    return made;
}

err record_first(const struct call *call, const char *act, const char *object_kind, str object)
{
    struct audit_act made = record_act(call, act, object_kind, object);
    return store_audit_add(call->app->store, &made, 1);
}

err record_failed(const struct call *call, const char *act, const char *object_kind, str object,
                  err e)
{
    struct audit_act made = record_act(call, act, object_kind, object);
    made.outcome = STR("failed");
    err kept = store_audit_add(call->app->store, &made, 1);
    if (!err_ok(kept)) {
        log_err("api", "a failed act was not recorded", kept);
    }
    return e;
}

/* What says that somebody wanted more than they may. */
static bool is_refusal(err e)
{
    return e.code == ERR_FORBIDDEN || e.code == ERR_NOT_FOUND || e.code == ERR_FACTOR_REQUIRED ||
           e.code == ERR_ENROLMENT_REQUIRED || e.code == ERR_FRESH_REQUIRED;
}

void record_refusal(const struct call *call, err e, bool judged)
{
    /* That something is not there is news only where the row itself kept somebody out. */
    if (e.code == ERR_NOT_FOUND && judged && !route_is_private(call->route)) {
        return;
    }
    bool known = call->who.kind == PRINCIPAL_STAFF ||
                 (call->who.kind == PRINCIPAL_KEY && !call->who.public_key);
    if (!known || !is_refusal(e)) {
        return;
    }
    struct buf detail;
    buf_init(&detail, 4096);
    buf_add_byte(&detail, '{');
    answer_member(&detail, "code", str_c(err_wire_code(e.code)));
    answer_member(&detail, "permission", str_c(permission_name(call->route->permission)));
    buf_add_byte(&detail, '}');
    str route =
        arena_printf(call->a, "%s %s", policy_method(call->route->method), call->route->path);
    struct audit_act act = record_act(call, "call.refused", "route", route);
    act.outcome = STR("refused");
    act.detail = buf_str(&detail);
    err kept = route.p ? store_audit_add(call->app->store, &act, 1)
                       : err_new(ERR_NO_MEMORY, "out of memory");
    if (!err_ok(kept)) {
        log_err("api", "a refused call was not recorded", kept);
    }
    buf_done(&detail);
}
