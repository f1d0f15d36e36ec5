/* SPDX-License-Identifier: Apache-2.0 */
/* Getting in and out: password, second factor, log-out. */
#include "access/passkey.h"
#include "api/admin.h"

err login_password(struct call *call)
{
    str email, password;
    struct staff_login login = {.wait_s = 0};
    struct staff_from from = access_from(call->req);
    err e = body_needed(call, "email", ADMIN_EMAIL_CHARS_MAX, &email);
    if (err_ok(e)) {
        e = body_secret(call, "password", &password);
    }
    if (!err_ok(e)) {
        return e;
    }
    e = staff_log_in(&call->app->desk, call->a, email, password, &from, &login);
    return admin_logged_in(call, e, &login, SIZE_MAX);
}

err login_totp(struct call *call)
{
    str code;
    struct staff_login login = {.wait_s = 0};
    struct staff_from from = access_from(call->req);
    err e = body_secret(call, "code", &code);
    if (!err_ok(e)) {
        return e;
    }
    e = staff_give_totp(&call->app->desk, call->a, &call->who.staff, code, &from, &login);
    return admin_logged_in(call, e, &login, SIZE_MAX);
}

err login_recovery(struct call *call)
{
    str code;
    size_t left = 0;
    struct staff_login login = {.wait_s = 0};
    struct staff_from from = access_from(call->req);
    err e = body_secret(call, "code", &code);
    if (!err_ok(e)) {
        return e;
    }
    e = staff_give_recovery(&call->app->desk, call->a, &call->who.staff, code, &from, &login,
                            &left);
    return admin_logged_in(call, e, &login, left);
}

err login_passkey_options(struct call *call)
{
    struct passkey_site site;
    str options;
    err e = passkey_site(call->a, route_own_origin(call), STR("Doorward"), &site);
    if (err_ok(e)) {
        e = staff_passkey_options(&call->app->desk, call->a, &call->who.staff, &site, &options);
    }
    if (err_ok(e)) {
        http_res_send(call->res, 200, STR("application/json"), options);
    }
    return e;
}

err admin_response(struct call *call, str *ret)
{
    struct buf b;
    const json_t *response = json_object_get(call->body, "response");
    if (!json_is_object(response)) {
        return err_new(ERR_INVALID,
                       "the field \"response\" is missing: what navigator.credentials gave");
    }
    buf_init(&b, 65536);
    json_write(&b, response);
    err e = buf_err(&b);
    str text = err_ok(e) ? arena_str(call->a, buf_str(&b)) : STR_EMPTY;
    buf_done(&b);
    if (err_ok(e) && !text.p) {
        e = err_new(ERR_NO_MEMORY, "out of memory");
    }
    *ret = text;
    return e;
}

static err give_passkey(struct call *call, struct staff_login *login)
{
    struct passkey_site site;
    str response;
    struct staff_from from = access_from(call->req);
    err e = passkey_site(call->a, route_own_origin(call), STR("Doorward"), &site);
    if (err_ok(e)) {
        e = admin_response(call, &response);
    }
    return err_ok(e) ? staff_give_passkey(&call->app->desk, call->a, &call->who.staff, &site,
                                          response, &from, login)
                     : e;
}

err login_passkey(struct call *call)
{
    struct staff_login login = {.wait_s = 0};
    err e = give_passkey(call, &login);
    return admin_logged_in(call, e, &login, SIZE_MAX);
}

err login_out(struct call *call)
{
    const struct staff_session_row *session = &call->who.staff.session;
    struct audit_act act =
        record_act(call, "person.logout", "person", id_str(&call->who.staff.person.id));
    err e = store_staff_session_end(call->app->store, &session->person, &session->id, &act);
    if (err_ok(e) || e.code == ERR_NOT_FOUND) {
        admin_clear_cookie(call);
        return answer_nothing(call);
    }
    return e;
}

/* ── showing it again ── */

err me_confirm_options(struct call *call) { return login_passkey_options(call); }

static err confirmed(struct call *call)
{
    struct buf b;
    buf_init(&b, 256);
    buf_add_byte(&b, '{');
    answer_member(&b, "state", STR("full"));
    answer_member_time(&b, "fresh_until", access_from(call->req).now_ms + STAFF_FRESH_MS);
    buf_add_byte(&b, '}');
    return answer_json(call, 200, &b);
}

err me_confirm(struct call *call)
{
    str password, totp;
    struct staff_login login = {.wait_s = 0};
    struct staff_from from = access_from(call->req);
    err e = body_secret(call, "password", &password);
    if (err_ok(e)) {
        e = body_secret(call, "totp", &totp);
    }
    if (!err_ok(e)) {
        return e;
    }
    if (!str_empty(password)) {
        e = staff_give_password(&call->app->desk, call->a, &call->who.staff, password, &from);
        return err_ok(e) ? confirmed(call) : admin_wait(call, e, 0);
    }
    e = str_empty(totp)
            ? give_passkey(call, &login)
            : staff_give_totp(&call->app->desk, call->a, &call->who.staff, totp, &from, &login);
    return admin_logged_in(call, e, &login, SIZE_MAX);
}
