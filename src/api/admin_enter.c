/* SPDX-License-Identifier: Apache-2.0 */
/* Coming in for the first time: the first account, invitations; and again after a lost password. */
#include "api/admin.h"
#include "api/authorize.h"

/* ── the first account ── */

err setup_state(struct call *call)
{
    size_t count;
    struct buf b;
    err e = store_person_count(call->app->store, &count);
    if (!err_ok(e)) {
        return e;
    }
    buf_init(&b, 64);
    buf_addf(&b, "{\"open\":%s}", count == 0 ? "true" : "false");
    return answer_json(call, 200, &b);
}

/* Logs in who has just come in. */
static err log_in(struct call *call, str email, str password)
{
    struct staff_login login = {.wait_s = 0};
    struct staff_from from = access_from(call->req);
    err e = staff_log_in(&call->app->desk, call->a, email, password, &from, &login);
    return admin_logged_in(call, e, &login, SIZE_MAX);
}

err setup_owner(struct call *call)
{
    str email, name, password;
    id person;
    struct staff_from from = access_from(call->req);
    err e = body_needed(call, "email", ADMIN_EMAIL_CHARS_MAX, &email);
    if (err_ok(e)) {
        e = body_needed(call, "name", ADMIN_NAME_CHARS_MAX, &name);
    }
    if (err_ok(e)) {
        e = body_secret(call, "password", &password);
    }
    if (!err_ok(e)) {
        return e;
    }
    e = staff_first_owner(&call->app->desk, call->a, &call->who.team, email, name, password, &from,
                          &person);
    return err_ok(e) ? log_in(call, email, password) : e;
}

/* ── invitations ── */

static err no_invitation(void)
{
    return err_new(ERR_UNAUTHORIZED, "the invitation is not valid any more; ask for a new one");
}

static err find_invitation(struct call *call, str token, struct invitation_row *ret)
{
    enum token_kind kind;
    if (!token_parse(token, &kind) || kind != TOKEN_INVITATION) {
        return no_invitation();
    }
    struct crypto_digest hash = token_hash(call->app->desk.hash_key, token);
    err e = store_invitation_by_hash(call->app->store, call->a, &hash,
                                     access_from(call->req).now_ms, ret);
    return e.code == ERR_NOT_FOUND ? no_invitation() : e;
}

err invitation_look(struct call *call)
{
    str token;
    struct invitation_row invitation;
    struct team_row team;
    struct person_row person;
    err e = body_secret(call, "token", &token);
    if (err_ok(e)) {
        e = find_invitation(call, token, &invitation);
    }
    if (err_ok(e)) {
        e = store_team_get(call->app->store, call->a, &invitation.team, &team);
    }
    if (!err_ok(e)) {
        return e;
    }
    err known = store_person_by_email(call->app->store, call->a, invitation.email, &person);
    if (!err_ok(known) && known.code != ERR_NOT_FOUND) {
        return known;
    }
    struct buf b;
    buf_init(&b, 8192);
    buf_add_byte(&b, '{');
    answer_member(&b, "team", team.name);
    answer_member(&b, "email", invitation.email);
    answer_member(&b, "role", str_c(role_name(invitation.role)));
    answer_member_bool(&b, "has_account", err_ok(known));
    buf_add_byte(&b, '}');
    return answer_json(call, 200, &b);
}

err invitation_accept(struct call *call)
{
    str token, name, password;
    id person;
    struct invitation_row invitation;
    struct staff_from from = access_from(call->req);
    err e = body_secret(call, "token", &token);
    if (err_ok(e)) {
        e = body_text(call, "name", ADMIN_NAME_CHARS_MAX, &name);
    }
    if (err_ok(e)) {
        e = body_secret(call, "password", &password);
    }
    if (err_ok(e)) {
        e = find_invitation(call, token, &invitation);
    }
    if (err_ok(e)) {
        e = staff_accept(&call->app->desk, call->a, token, name, password, &from, &person);
    }
    return err_ok(e) ? log_in(call, invitation.email, password) : admin_wait(call, e, 0);
}

/* ── a lost password ── */

err reset_ask(struct call *call)
{
    str email;
    unsigned wait = 0;
    struct staff_from from = access_from(call->req);
    const char *origin = call->app->settings.http->origin;
    struct outbox_settings mail = *call->app->settings.outbox;
    err e = body_needed(call, "email", ADMIN_EMAIL_CHARS_MAX, &email);
    if (!err_ok(e)) {
        return e;
    }
    if (!origin[0]) {
        mail.mail.url[0] = '\0'; /* a link must not go where the Host header of a stranger says */
    }
    e = staff_reset_ask(&call->app->desk, call->a, &mail, str_c(origin), email, &from, &wait);
    if (!err_ok(e)) {
        return admin_wait(call, e, wait);
    }
    outbox_worker_wake(call->app->chat.worker);
    http_res_send(call->res, 202, STR_EMPTY, STR_EMPTY);
    return ERR_NONE;
}

err reset_accept(struct call *call)
{
    str token, password;
    struct staff_from from = access_from(call->req);
    err e = body_secret(call, "token", &token);
    if (err_ok(e)) {
        e = body_secret(call, "password", &password);
    }
    if (err_ok(e)) {
        e = staff_reset_accept(&call->app->desk, call->a, token, password, &from);
    }
    return err_ok(e) ? answer_nothing(call) : e;
}
