/* SPDX-License-Identifier: Apache-2.0 */
#include "access/email.h"
#include "access/role.h"
#include "access/staff_private.h"
#include "base/clock.h"
#include "ops/account_mail.h"

static const char act_accept[] = "invitation.accept";

/* Fills what the inviter left out. */
static err fill(struct arena *a, const struct invitation_row *what, struct invitation_row *ret)
{
    struct invitation_row row = *what;
    err e = email_fold(a, what->email, &row.email);
    if (err_ok(e) && row.role == ROLE_NONE) {
        e = err_new(ERR_UNPROCESSABLE, "an invitation needs a role");
    }
    row.id = id_none(&row.id) ? id_random() : row.id;
    row.created_ms = row.created_ms ? row.created_ms : clock_wall_ms();
    row.expires_ms = row.expires_ms
                         ? row.expires_ms
                         : row.created_ms + (int64_t)STAFF_INVITATION_DAYS * 24 * 3600 * 1000;
    row.used_ms = 0;
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

static err compose(const struct staff_desk *desk, struct arena *a,
                   const struct outbox_settings *mail, const struct invitation_row *row,
                   const struct staff_link *link, struct outbox_row *ret)
{
    struct team_row team;
    struct person_row by = {.name = STR_EMPTY};
    struct staff_account invited;
    err e = store_team_get(desk->store, a, &row->team, &team);
    if (err_ok(e) && !id_none(&row->invited_by)) {
        e = store_person_get(desk->store, a, &row->invited_by, &by);
    }
    e = err_ok(e) ? staff_account_find(desk, a, row->email, &invited) : e;
    if (!err_ok(e)) {
        return e;
    }
    struct account_mail letter = {
        .to = row->email,
        .link = link->before,
        .sealed = link->sealed,
        .team = team.name,
        .by = by.name,
        .role = str_c(role_name(row->role)),
        .known = invited.exists,
        .now_ms = row->created_ms,
        .until_ms = row->expires_ms,
    };
    return account_mail_invitation(a, mail, &letter, ret);
}

err staff_invite(const struct staff_desk *desk, struct arena *a, const struct outbox_settings *mail,
                 str origin, const struct invitation_row *what, const struct audit_act *act,
                 struct token *ret_token)
{
    struct invitation_row row;
    struct staff_link link;
    struct outbox_row entry;
    unsigned wait;
    bool possible = account_mail_possible(mail);
    err e = fill(a, what, &row);
    e = err_ok(e) ? throttle_take(desk->throttle, THROTTLE_INVITE, row.email, act->address,
                                  row.created_ms, &wait)
                  : e;
    e = err_ok(e)
            ? staff_link_draw(desk, a, TOKEN_INVITATION, row.email, origin, "invitation", &link)
            : e;
    if (!err_ok(e)) {
        return e;
    }
    row.hash = link.hash;
    struct audit_act full = *act;
    if (!full.object.n) {
        full.object_kind = STR("invitation");
        full.object = id_str(&row.id);
    }
    e = possible ? compose(desk, a, mail, &row, &link, &entry) : ERR_NONE;
    e = err_ok(e) ? store_invitation_create(desk->store, &row, possible ? &entry : NULL, &full) : e;
    if (err_ok(e)) {
        static const struct token none;
        *ret_token = possible ? none : link.token;
    }
    crypto_wipe(&link.token, sizeof link.token);
    return e;
}

/* ── accepting ── */

/* Whoever has an account shows that it is theirs. */
static err check_account(const struct staff_desk *desk, const struct staff_account *account,
                         str password, const struct staff_from *from, const struct audit_act *act)
{
    unsigned wait;
    bool right = false;
    str email = account->person.email;
    err e = staff_take(desk, THROTTLE_PASSWORD, email, from, act, &wait);
    if (!err_ok(e)) {
        return e;
    }
    str phc = account->person.disabled_ms ? STR_EMPTY : account->person.password;
    e = password_verify(desk->hasher, phc, password, from->deadline_ms, &right);
    if (!err_ok(e)) {
        throttle_give_back(desk->throttle, THROTTLE_PASSWORD, email, from->network);
        return e;
    }
    if (!right) {
        return staff_refuse(desk, act,
                            err_new(ERR_UNAUTHORIZED,
                                    "there is an account of this address; its password is not "
                                    "right"));
    }
    throttle_succeeded(desk->throttle, THROTTLE_PASSWORD, email, from->network, from->now_ms);
    return ERR_NONE;
}

static err make_person(const struct staff_desk *desk, struct arena *a, str email, str name,
                       str password, const struct staff_from *from, struct person_row *ret)
{
    struct person_row row = {.id = id_random(),
                             .email = email,
                             .name = str_trim(name),
                             .password_ms = from->now_ms,
                             .created_ms = from->now_ms};
    err e = staff_name_judge(name);
    e = err_ok(e) ? password_judge(desk->hasher, password, email, row.name) : e;
    e = err_ok(e) ? password_hash(desk->hasher, a, password, from->deadline_ms, &row.password) : e;
    if (err_ok(e)) {
        *ret = row;
    }
    return e;
}

err staff_accept(const struct staff_desk *desk, struct arena *a, str token, str name, str password,
                 const struct staff_from *from, id *ret_person)
{
    enum token_kind kind;
    struct invitation_row invitation;
    struct staff_account account;
    struct person_row person;
    if (!token_parse(token, &kind) || kind != TOKEN_INVITATION) {
        return staff_refuse_token(desk, act_accept, from);
    }
    struct crypto_digest hash = token_hash(desk->hash_key, token);
    err e = store_invitation_by_hash(desk->store, a, &hash, from->now_ms, &invitation);
    if (e.code == ERR_NOT_FOUND) {
        return staff_refuse_token(desk, act_accept, from);
    }
    e = err_ok(e) ? staff_account_find(desk, a, invitation.email, &account) : e;
    if (!err_ok(e)) {
        return e;
    }
    struct audit_act act =
        staff_act(from, &invitation.team, account.exists ? &account.person.id : NULL, act_accept,
                  "done", account.exists ? "{\"account\":\"known\"}" : "{\"account\":\"new\"}");
    if (account.exists) {
        person = account.person;
        e = check_account(desk, &account, password, from, &act);
    } else {
        e = make_person(desk, a, invitation.email, name, password, from, &person);
    }
    if (!err_ok(e)) {
        return e;
    }
    act.actor_kind = STR("person");
    act.actor = person.id;
    act.object_kind = STR("invitation");
    act.object = id_str(&invitation.id);
    e = store_invitation_accept(desk->store, &invitation.id, &person, from->now_ms, &act);
    if (err_ok(e)) {
        *ret_person = person.id;
    }
    return e.code == ERR_NOT_FOUND ? staff_refuse_token(desk, act_accept, from) : e;
}
