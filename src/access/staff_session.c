/* SPDX-License-Identifier: Apache-2.0 */
#include "access/staff_private.h"
#include "base/log.h"

enum { USED_EVERY_MS = 60000, HOUR_MS = 3600000, MINUTE_MS = 60000 };

static err no_session(void)
{
    return err_new(ERR_UNAUTHORIZED, "there is no such session, or it is over; log in again");
}

/* The state by what holds now: the team may have come to require a factor, or the session moved to
 * a team that does. */
static enum staff_state state_now(const struct staff_principal *who, const struct team_rules *rules,
                                  int64_t now_ms)
{
    enum staff_state stored = who->session.state;
    if (who->has_second_factor) {
        /* one that this session did not enrol must be shown */
        return stored == STAFF_NEEDS_ENROLL ? STAFF_NEEDS_FACTOR : stored;
    }
    bool required = rules->second_factor && now_ms >= rules->second_factor_from_ms;
    return stored == STAFF_NEEDS_FACTOR ? stored : required ? STAFF_NEEDS_ENROLL : STAFF_FULL;
}

static bool is_over(const struct staff_session_row *session, const struct team_rules *rules,
                    int64_t now_ms)
{
    int64_t life = (int64_t)rules->session_hours * HOUR_MS;
    int64_t idle = (int64_t)rules->session_idle_minutes * MINUTE_MS;
    return now_ms >= session->expires_ms || now_ms >= session->created_ms + life ||
           now_ms >= session->used_ms + idle;
}

err staff_authenticate(const struct staff_desk *desk, struct arena *a, str token,
                       const struct staff_from *from, struct staff_principal *ret)
{
    enum token_kind kind;
    struct staff_principal who;
    if (!token_parse(token, &kind) || kind != TOKEN_STAFF_SESSION) {
        return no_session();
    }
    struct crypto_digest hash = token_hash(desk->hash_key, token);
    err e = store_staff_session_by_hash(desk->store, a, &hash, from->now_ms, &who);
    if (!err_ok(e)) {
        return e.code == ERR_NOT_FOUND ? no_session() : e;
    }
    struct team_rules rules = staff_rules(a, who.team_settings);
    if (is_over(&who.session, &rules, from->now_ms)) {
        return no_session();
    }
    if (from->now_ms - who.session.used_ms >= USED_EVERY_MS) {
        e = store_staff_session_used(desk->store, &who.session.id, from->now_ms);
        if (e.code == ERR_NOT_FOUND) {
            return no_session(); /* ended just now */
        }
        if (!err_ok(e)) {
            log_err("access", "the last use of a session was not written", e);
        }
    }
    who.session.state = state_now(&who, &rules, from->now_ms);
    *ret = who;
    return ERR_NONE;
}

bool staff_is_fresh(const struct staff_principal *who, int64_t now_ms)
{
    int64_t shown = who->session.fresh_ms;
    return who->session.state != STAFF_NEEDS_FACTOR && shown > 0 && now_ms - shown < STAFF_FRESH_MS;
}

err staff_may_enrol(const struct staff_principal *who, const struct staff_from *from)
{
    if (who->session.state == STAFF_NEEDS_FACTOR) {
        return err_new(ERR_FORBIDDEN, "give the second factor first");
    }
    if (who->has_second_factor && !staff_is_fresh(who, from->now_ms)) {
        return err_new(ERR_FORBIDDEN, "show your password or second factor again first");
    }
    return ERR_NONE;
}

/* When a session that is full from now on ends: a full one does not get older by it. */
static int64_t full_end(struct arena *a, const struct staff_principal *who)
{
    struct team_rules rules = staff_rules(a, who->team_settings);
    return who->session.created_ms + (int64_t)rules.session_hours * HOUR_MS;
}

err staff_raise(const struct staff_desk *desk, struct arena *a, const struct staff_principal *who,
                const struct staff_from *from, const char *detail, struct staff_login *ret)
{
    const struct staff_session_row *session = &who->session;
    struct staff_login login = {
        .token = token_new(TOKEN_STAFF_SESSION),
        .state = STAFF_FULL,
        .session = session->id,
        .person = who->person.id,
        .team = session->team,
        .expires_ms = session->state == STAFF_FULL ? session->expires_ms : full_end(a, who),
    };
    struct crypto_digest hash = token_hash(desk->hash_key, str_c(login.token.c));
    struct audit_act act =
        staff_act(from, &session->team, &who->person.id, "person.factor", "done", detail);
    err e = store_staff_session_raise(desk->store, &session->id, &hash, STAFF_FULL, from->now_ms,
                                      login.expires_ms, &act);
    if (err_ok(e)) {
        *ret = login;
    }
    crypto_wipe(&login.token, sizeof login.token);
    return e.code == ERR_NOT_FOUND ? no_session() : e;
}

err staff_enrolled(const struct staff_desk *desk, struct arena *a,
                   const struct staff_principal *who, const struct staff_from *from)
{
    const struct staff_session_row *session = &who->session;
    if (session->state != STAFF_NEEDS_ENROLL) {
        return ERR_NONE;
    }
    struct audit_act act = staff_act(from, &session->team, &who->person.id, "person.login", "done",
                                     "{\"state\":\"full\",\"by\":\"enrolment\"}");
    return store_staff_session_raise(desk->store, &session->id, &session->hash, STAFF_FULL,
                                     from->now_ms, full_end(a, who), &act);
}

err staff_give_password(const struct staff_desk *desk, struct arena *a,
                        const struct staff_principal *who, str password,
                        const struct staff_from *from)
{
    struct person_row person;
    bool right = false;
    unsigned wait;
    struct audit_act act = staff_act(from, &who->session.team, &who->person.id, "person.confirm",
                                     "done", "{\"by\":\"password\"}");
    if (who->session.state != STAFF_FULL) {
        return err_new(ERR_FORBIDDEN, "the session is not a full one yet");
    }
    err e = staff_take(desk, THROTTLE_PASSWORD, who->person.email, from, &act, &wait);
    if (!err_ok(e)) {
        return e;
    }
    e = store_person_get(desk->store, a, &who->person.id, &person);
    e = err_ok(e)
            ? password_verify(desk->hasher, person.password, password, from->deadline_ms, &right)
            : e;
    if (!err_ok(e)) {
        throttle_give_back(desk->throttle, THROTTLE_PASSWORD, who->person.email, from->network);
        return e;
    }
    if (!right) {
        return staff_refuse(desk, &act, err_new(ERR_UNAUTHORIZED, "the password is not right"));
    }
    throttle_succeeded(desk->throttle, THROTTLE_PASSWORD, who->person.email, from->network,
                       from->now_ms);
    e = staff_audit(desk, &act);
    e = err_ok(e) ? store_staff_session_fresh(desk->store, &who->session.id, from->now_ms) : e;
    return e.code == ERR_NOT_FOUND ? no_session() : e;
}
