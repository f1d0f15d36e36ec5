/* SPDX-License-Identifier: Apache-2.0 */
#include "access/email.h"
#include "access/staff_private.h"
#include "base/utf8.h"

enum { ADDRESS_MAX = 320, WARM_ROWS = 2000 };

str staff_fold(struct arena *a, str email)
{
    str folded;
    return err_ok(email_fold(a, email, &folded)) ? folded : utf8_cut(email, ADDRESS_MAX);
}

err staff_account_find(const struct staff_desk *desk, struct arena *a, str folded,
                       struct staff_account *ret)
{
    struct staff_account account = {.exists = true};
    struct member_row *teams = NULL;
    err e = store_person_by_email(desk->store, a, folded, &account.person);
    if (e.code == ERR_NOT_FOUND) {
        account.exists = false;
        account.person = (struct person_row){.id = id_random(), .email = folded};
        e = ERR_NONE;
    }
    e = err_ok(e)
            ? store_member_teams(desk->store, a, &account.person.id, &teams, &account.team_count)
            : e;
    if (err_ok(e)) {
        account.teams = teams;
        account.usable = account.exists && !account.person.disabled_ms && account.team_count > 0;
        *ret = account;
    }
    return e;
}

struct audit_act staff_act(const struct staff_from *from, const id *team, const id *person,
                           const char *act, const char *outcome, const char *detail)
{
    struct audit_act row = {
        .at_ms = from->now_ms,
        .actor_kind = person ? STR("person") : STR("nobody"),
        .act = str_c(act),
        .object_kind = person ? STR("person") : STR_EMPTY,
        .object = person ? id_str(person) : STR_EMPTY,
        .outcome = str_c(outcome),
        .detail = str_c(detail),
        .request = from->request,
        .address = from->network,
    };
    if (team) {
        row.team = *team;
    }
    if (person) {
        row.actor = *person;
    }
    return row;
}

err staff_audit(const struct staff_desk *desk, const struct audit_act *act)
{
    return store_audit_add(desk->store, act, 1);
}

err staff_refuse(const struct staff_desk *desk, const struct audit_act *act, err e)
{
    struct audit_act row = *act;
    row.outcome = STR("refused");
    err recorded = staff_audit(desk, &row);
    return err_ok(recorded) ? e : recorded;
}

err staff_take(const struct staff_desk *desk, enum throttle_what what, str account,
               const struct staff_from *from, const struct audit_act *act, unsigned *ret_wait_s)
{
    unsigned told;
    err e = throttle_take(desk->throttle, what, account, from->network, from->now_ms, ret_wait_s);
    if (!err_ok(e) && err_ok(throttle_take(desk->throttle, THROTTLE_TELL, account, from->network,
                                           from->now_ms, &told))) {
        struct audit_act row = *act;
        row.detail = STR("{\"why\":\"throttled\"}");
        return staff_refuse(desk, &row, e);
    }
    return e;
}

struct team_rules staff_rules(struct arena *a, str settings)
{
    struct team_rules rules;
    str reason;
    return err_ok(team_rules_read(a, settings, &rules, &reason)) ? rules : team_rules_default();
}

err staff_factors_read(const struct staff_desk *desk, struct arena *a, const id *person,
                       struct staff_factors *ret)
{
    struct staff_factors factors = {0};
    err e = store_factor_list(desk->store, a, person, &factors.rows, &factors.count);
    e = err_ok(e) ? store_recovery_count(desk->store, person, &factors.codes) : e;
    for (size_t i = 0; err_ok(e) && i < factors.count; i++) {
        bool totp = str_eq(factors.rows[i].kind, STR("totp"));
        factors.totps += totp && factors.rows[i].confirmed ? 1 : 0;
        factors.passkeys += !totp && factors.rows[i].confirmed ? 1 : 0;
    }
    if (err_ok(e)) {
        *ret = factors;
    }
    return e;
}

/* ── after a start ── */

static err warm_team(const struct staff_desk *desk, struct arena *a, const id *team)
{
    struct member_row *members;
    struct audit_row *rows;
    size_t member_count, count;
    err e = store_member_list(desk->store, a, team, &members, &member_count);
    e = err_ok(e) ? store_audit_recent(desk->store, a, team, 0, WARM_ROWS, &rows, &count) : e;
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        const struct audit_act *act = &rows[i].what;
        bool login = str_eq(act->act, STR("person.login"));
        if ((!login && !str_eq(act->act, STR("person.factor"))) ||
            !str_eq(act->outcome, STR("done"))) {
            continue;
        }
        for (size_t m = 0; m < member_count; m++) {
            if (id_eq(&members[m].person, &act->actor)) {
                throttle_know(desk->throttle, login ? THROTTLE_PASSWORD : THROTTLE_FACTOR,
                              members[m].account.email, act->address);
            }
        }
    }
    return e;
}

err staff_desk_warm(const struct staff_desk *desk, struct arena *a)
{
    struct team_row *teams;
    size_t count;
    err e = store_team_list(desk->store, a, &teams, &count);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        e = warm_team(desk, a, &teams[i].id);
    }
    return e;
}
