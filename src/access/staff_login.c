/* SPDX-License-Identifier: Apache-2.0 */
#include "access/staff_private.h"

static const char act_login[] = "person.login";

static err wrong(void)
{
    return err_new(ERR_UNAUTHORIZED, "the address or the password is not right");
}

/* Too many tries: whose they are is looked up only to say it in the right audit log. */
static err take_try(const struct staff_desk *desk, struct arena *a, str folded,
                    const struct staff_from *from, unsigned *ret_wait_s)
{
    struct staff_account account;
    struct audit_act act = staff_act(from, NULL, NULL, act_login, "refused", "");
    unsigned wait;
    err e = throttle_take(desk->throttle, THROTTLE_PASSWORD, folded, from->network, from->now_ms,
                          ret_wait_s);
    if (err_ok(e) || !err_ok(throttle_take(desk->throttle, THROTTLE_TELL, folded, from->network,
                                           from->now_ms, &wait))) {
        return e;
    }
    err found = staff_account_find(desk, a, folded, &account);
    if (!err_ok(found)) {
        return found;
    }
    act.detail = STR("{\"why\":\"throttled\"}");
    if (account.exists) {
        act.object_kind = STR("person");
        act.object = id_str(&account.person.id);
        act.team = account.team_count ? account.teams[0].team : act.team;
    }
    return staff_refuse(desk, &act, e);
}

/* What a right password leads to in the team. */
static enum staff_state state_after_password(const struct staff_factors *factors,
                                             const struct team_rules *rules, int64_t now_ms)
{
    if (factors->totps + factors->passkeys > 0) {
        return STAFF_NEEDS_FACTOR;
    }
    return rules->second_factor && now_ms >= rules->second_factor_from_ms ? STAFF_NEEDS_ENROLL
                                                                          : STAFF_FULL;
}

static err begin_session(const struct staff_desk *desk, struct arena *a,
                         const struct staff_account *account, const struct staff_from *from,
                         struct staff_login *ret)
{
    static const char *const details[] = {
        [STAFF_FULL] = "{\"state\":\"full\"}",
        [STAFF_NEEDS_FACTOR] = "{\"state\":\"needs_factor\"}",
        [STAFF_NEEDS_ENROLL] = "{\"state\":\"needs_enrolment\"}",
    };
    struct team_row team;
    struct staff_factors factors;
    err e = store_team_get(desk->store, a, &account->teams[0].team, &team);
    e = err_ok(e) ? staff_factors_read(desk, a, &account->person.id, &factors) : e;
    if (!err_ok(e)) {
        return e;
    }
    struct team_rules rules = staff_rules(a, team.settings);
    enum staff_state state = state_after_password(&factors, &rules, from->now_ms);
    int64_t life = state == STAFF_NEEDS_FACTOR   ? STAFF_FACTOR_MS
                   : state == STAFF_NEEDS_ENROLL ? STAFF_ENROLL_MS
                                                 : (int64_t)rules.session_hours * 3600000;
    struct staff_login login = {
        .token = token_new(TOKEN_STAFF_SESSION),
        .state = state,
        .session = id_random(),
        .person = account->person.id,
        .team = team.id,
        .expires_ms = from->now_ms + life,
        .has_totp = factors.totps > 0,
        .has_passkey = factors.passkeys > 0,
        .has_codes = factors.codes > 0 && state == STAFF_NEEDS_FACTOR,
    };
    struct staff_session_row row = {
        .id = login.session,
        .person = login.person,
        .team = login.team,
        .hash = token_hash(desk->hash_key, str_c(login.token.c)),
        .state = state,
        .created_ms = from->now_ms,
        .expires_ms = login.expires_ms,
        .used_ms = from->now_ms,
        .fresh_ms = state == STAFF_NEEDS_FACTOR ? 0 : from->now_ms,
        .address = from->network,
        .agent = from->agent,
    };
    struct audit_act act =
        staff_act(from, &team.id, &account->person.id, act_login, "done", details[state]);
    e = store_staff_session_create(desk->store, &row, &act);
    if (err_ok(e)) {
        *ret = login;
    }
    crypto_wipe(&login.token, sizeof login.token);
    return e.code == ERR_NOT_FOUND ? wrong() : e; /* disabled just now */
}

err staff_log_in(const struct staff_desk *desk, struct arena *a, str email, str password,
                 const struct staff_from *from, struct staff_login *ret)
{
    struct staff_account account;
    bool right = false;
    str folded = staff_fold(a, email);
    err e = take_try(desk, a, folded, from, &ret->wait_s);
    if (!err_ok(e)) {
        return e;
    }
    e = staff_account_find(desk, a, folded, &account);
    e = err_ok(e)
            ? password_verify(desk->hasher, account.usable ? account.person.password : STR_EMPTY,
                              password, from->deadline_ms, &right)
            : e;
    if (!err_ok(e)) { /* nothing was tried */
        throttle_give_back(desk->throttle, THROTTLE_PASSWORD, folded, from->network);
        return e;
    }
    if (!right || !account.usable) {
        struct audit_act act = staff_act(from, account.team_count ? &account.teams[0].team : NULL,
                                         NULL, act_login, "refused", "{\"why\":\"password\"}");
        act.object_kind = account.exists ? STR("person") : STR_EMPTY;
        act.object = account.exists ? id_str(&account.person.id) : STR_EMPTY;
        return staff_refuse(desk, &act, wrong());
    }
    throttle_succeeded(desk->throttle, THROTTLE_PASSWORD, folded, from->network, from->now_ms);
    return begin_session(desk, a, &account, from, ret);
}
