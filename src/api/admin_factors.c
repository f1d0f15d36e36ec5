/* SPDX-License-Identifier: Apache-2.0 */
/* The own second factors: authenticator apps, passkeys, recovery codes. */
#include "access/passkey.h"
#include "access/recovery.h"
#include "api/admin.h"

err factor_list(struct call *call)
{
    struct factor_row *rows;
    size_t count;
    bool first = true;
    err e = store_factor_list(call->app->store, call->a, &call->who.staff.person.id, &rows, &count);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_add_c(&b, "{\"results\":[");
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].confirmed) {
            continue; /* waits for its first code */
        }
        buf_add_c(&b, first ? "{" : ",{");
        first = false;
        answer_member(&b, "uuid", id_str(&rows[i].id));
        answer_member(&b, "kind", rows[i].kind);
        answer_member(&b, "name", rows[i].name);
        answer_member_time(&b, "created_at", rows[i].created_ms);
        answer_member_time(&b, "used_at", rows[i].used_ms);
        buf_add_byte(&b, '}');
    }
    buf_add_c(&b, "]}");
    return answer_json(call, 200, &b);
}

err factor_remove(struct call *call)
{
    id wanted;
    const struct staff_session_row *session = &call->who.staff.session;
    err e = admin_arg(call, 0, &wanted);
    if (err_ok(e)) {
        struct audit_act act = record_act(call, "factor.remove", "factor", id_str(&wanted));
        e = store_factor_remove(call->app->store, &session->person, &wanted, &session->id, &act);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}

err totp_begin(struct call *call)
{
    struct staff_totp totp;
    struct staff_from from = access_from(call->req);
    err e = staff_totp_begin(&call->app->desk, call->a, &call->who.staff, STR("Doorward"), &from,
                             &totp);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, 262144);
    buf_add_byte(&b, '{');
    answer_member(&b, "factor", id_str(&totp.factor));
    answer_member(&b, "key", totp.key);
    answer_member(&b, "uri", totp.uri);
    answer_member(&b, "svg", totp.svg);
    buf_add_byte(&b, '}');
    return answer_json(call, 201, &b);
}

/* Shows codes this once; null when there were some before. */
static err answer_codes(struct call *call, int status, const id *factor,
                        struct recovery_code *codes, size_t count)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_add_byte(&b, '{');
    if (factor) {
        answer_member(&b, "factor", id_str(factor));
    }
    answer_member_name(&b, "recovery_codes");
    buf_add_c(&b, count ? "[" : "null");
    for (size_t i = 0; i < count; i++) {
        buf_addf(&b, "%s\"%s\"", i ? "," : "", codes[i].c);
    }
    buf_add_c(&b, count ? "]}" : "}");
    crypto_wipe(codes, count * sizeof *codes);
    return answer_json(call, status, &b);
}

err totp_confirm(struct call *call)
{
    id factor;
    str code;
    size_t count = 0;
    struct recovery_code codes[RECOVERY_CODES];
    struct staff_from from = access_from(call->req);
    err e = admin_arg(call, 0, &factor);
    if (err_ok(e)) {
        e = body_secret(call, "code", &code);
    }
    if (err_ok(e)) {
        e = staff_totp_confirm(&call->app->desk, call->a, &call->who.staff, &factor, code, &from,
                               codes, &count);
    }
    return err_ok(e) ? answer_codes(call, 200, &factor, codes, count) : admin_wait(call, e, 0);
}

err codes_new(struct call *call)
{
    struct recovery_code codes[RECOVERY_CODES];
    struct staff_from from = access_from(call->req);
    err e = staff_codes_new(&call->app->desk, &call->who.staff, &from, codes);
    return err_ok(e) ? answer_codes(call, 200, NULL, codes, RECOVERY_CODES) : e;
}

err passkey_options(struct call *call)
{
    struct passkey_site site;
    str options;
    struct staff_from from = access_from(call->req);
    err e = passkey_site(call->a, route_own_origin(call), STR("Doorward"), &site);
    if (err_ok(e)) {
        e = staff_passkey_begin(&call->app->desk, call->a, &call->who.staff, &site, &from,
                                &options);
    }
    if (err_ok(e)) {
        http_res_send(call->res, 200, STR("application/json"), options);
    }
    return e;
}

err passkey_add(struct call *call)
{
    struct passkey_site site;
    str name, response;
    id factor;
    size_t count = 0;
    struct recovery_code codes[RECOVERY_CODES];
    struct staff_from from = access_from(call->req);
    err e = body_needed(call, "name", ADMIN_NAME_CHARS_MAX, &name);
    if (err_ok(e)) {
        e = admin_response(call, &response);
    }
    if (err_ok(e)) {
        e = passkey_site(call->a, route_own_origin(call), STR("Doorward"), &site);
    }
    if (err_ok(e)) {
        e = staff_passkey_add(&call->app->desk, call->a, &call->who.staff, &site, name, response,
                              &from, &factor, codes, &count);
    }
    return err_ok(e) ? answer_codes(call, 201, &factor, codes, count) : admin_wait(call, e, 0);
}
