/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"
#include "base/clock.h"

enum { MINUTE_MS = 60000 };

/* True when the visitor accepted the terms as they are now. */
static err terms_accepted(struct call *call, bool *ret)
{
    const json_t *accepted = call->body ? json_object_get(call->body, "terms_accepted") : NULL;
    str version;
    if (accepted && !json_is_boolean(accepted)) {
        return err_new(ERR_INVALID, "the field \"terms_accepted\" must be true or false");
    }
    err e = body_text(call, "terms_version", 64, &version);
    if (err_ok(e)) {
        *ret = json_is_true(accepted) &&
               (str_empty(version) || str_eq(version, call->project.terms_version));
    }
    return e;
}

/* The same id for the same subject on every device, and for nobody else. */
static id known_visitor(const struct call *call)
{
    str whom = arena_printf(call->a, "visitor %s %.*s", id_str(&call->project.row.id).p,
                            STR_ARG(call->identity.subject));
    struct crypto_digest hash = crypto_hmac(secret_view(&call->app->hash_key), whom);
    return whom.p ? id_of_random(hash.bytes) : id_random();
}

/* A session does not outlive what the site said. */
static void add_identity(const struct call *call, struct session_row *session)
{
    const struct jwt_visitor *who = &call->identity;
    session->subject = who->subject;
    session->email = who->email;
    session->groups = who->groups;
    session->expires_ms =
        who->expires_ms < session->expires_ms ? who->expires_ms : session->expires_ms;
}

err session_create(struct call *call)
{
    bool accepted;
    str locale;
    err e =
        call->who.kind == PRINCIPAL_KEY
            ? err_new(ERR_FORBIDDEN, "sessions are for visitors' browsers; a key calls without one")
            : terms_accepted(call, &accepted);
    if (err_ok(e)) {
        e = body_text(call, "locale", 35, &locale);
    }
    if (!err_ok(e)) {
        return e;
    }
    bool needed = !str_empty(call->project.terms_version);
    if (needed && !accepted) {
        return err_new(ERR_TERMS_REQUIRED,
                       "the visitor must accept the terms first: send \"terms_accepted\": true");
    }
    int64_t now = clock_wall_ms();
    struct session_row session = {
        .id = id_random(),
        .project = call->project.row.id,
        .visitor = call->identified ? known_visitor(call) : id_random(),
        .origin = call->page_origin,
        .locale = locale,
        .terms_version = needed ? call->project.terms_version : STR_EMPTY,
        .created_ms = now,
        .expires_ms = now + (int64_t)call->app->settings.api->session_minutes * MINUTE_MS};
    if (call->identified) {
        add_identity(call, &session);
    }
    struct token token;
    e = access_session_open(call->app->store, &call->app->hash_key, &session, &token);
    if (!err_ok(e)) {
        return e;
    }
    struct buf b;
    buf_init(&b, 4096);
    buf_add_byte(&b, '{');
    answer_member(&b, "token", str_c(token.c));
    answer_member_time(&b, "expires_at", session.expires_ms);
    answer_member(&b, "visitor", id_str(&session.visitor));
    buf_addf(&b, ",\"terms_accepted\":%s}", accepted ? "true" : "false");
    crypto_wipe(&token, sizeof token);
    return answer_json(call, 201, &b);
}
