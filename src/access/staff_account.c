/* SPDX-License-Identifier: Apache-2.0 */
#include "access/email.h"
#include "access/staff_private.h"
#include "base/utf8.h"
#include "store/limits.h"

err staff_name_judge(str name)
{
    if (!str_trim(name).n || name.n > STORE_NAME_MAX || !utf8_valid(name) ||
        str_has_control(name)) {
        return err_new(ERR_UNPROCESSABLE, "a name needs 1 to 400 bytes without control characters");
    }
    return ERR_NONE;
}

/* ── the own password ── */

/* Compares with the stored one; a wrong one is counted and recorded. */
static err check_current(const struct staff_desk *desk, struct arena *a,
                         const struct staff_principal *who, str current,
                         const struct staff_from *from, const struct audit_act *act)
{
    struct person_row person;
    bool right = false;
    unsigned wait;
    err e = staff_take(desk, THROTTLE_PASSWORD, who->person.email, from, act, &wait);
    if (!err_ok(e)) {
        return e;
    }
    e = store_person_get(desk->store, a, &who->person.id, &person);
    e = err_ok(e)
            ? password_verify(desk->hasher, person.password, current, from->deadline_ms, &right)
            : e;
    if (!err_ok(e)) {
        throttle_give_back(desk->throttle, THROTTLE_PASSWORD, who->person.email, from->network);
        return e;
    }
    if (!right) {
        return staff_refuse(desk, act,
                            err_new(ERR_UNAUTHORIZED, "the current password is not right"));
    }
    throttle_succeeded(desk->throttle, THROTTLE_PASSWORD, who->person.email, from->network,
                       from->now_ms);
    return ERR_NONE;
}

err staff_change_password(const struct staff_desk *desk, struct arena *a,
                          const struct staff_principal *who, str current, str wanted,
                          const struct staff_from *from)
{
    str phc;
    struct audit_act act =
        staff_act(from, &who->session.team, &who->person.id, "person.password", "done", "");
    if (who->session.state != STAFF_FULL) {
        return err_new(ERR_FORBIDDEN, "the session is not a full one yet");
    }
    err e = password_judge(desk->hasher, wanted, who->person.email, who->person.name);
    e = err_ok(e) ? check_current(desk, a, who, current, from, &act) : e;
    e = err_ok(e) ? password_hash(desk->hasher, a, wanted, from->deadline_ms, &phc) : e;
    return err_ok(e) ? store_person_password(desk->store, &who->person.id, phc, from->now_ms,
                                             &who->session.id, &act)
                     : e;
}

/* ── the first account ── */

err staff_first_owner(const struct staff_desk *desk, struct arena *a, const id *team, str email,
                      str name, str password, const struct staff_from *from, id *ret_person)
{
    size_t count;
    str folded, phc;
    err taken = err_new(ERR_CONFLICT, "there is an account already; ask its owner to invite you");
    err e = store_person_count(desk->store, &count);
    if (err_ok(e) && count > 0) {
        return taken;
    }
    e = err_ok(e) ? email_fold(a, email, &folded) : e;
    e = err_ok(e) ? staff_name_judge(name) : e;
    e = err_ok(e) ? password_judge(desk->hasher, password, folded, name) : e;
    e = err_ok(e) ? password_hash(desk->hasher, a, password, from->deadline_ms, &phc) : e;
    if (!err_ok(e)) {
        return e;
    }
    struct person_row row = {.id = id_random(),
                             .email = folded,
                             .name = str_trim(name),
                             .password = phc,
                             .password_ms = from->now_ms,
                             .created_ms = from->now_ms};
    struct member_row member = {.team = *team,
                                .person = row.id,
                                .role = ROLE_OWNER,
                                .all_projects = true,
                                .created_ms = from->now_ms};
    struct audit_act act =
        staff_act(from, team, &row.id, "person.create", "done", "{\"first\":true}");
    e = store_person_create_first(desk->store, &row, &member, &act);
    if (err_ok(e)) {
        *ret_person = row.id;
    }
    return e.code == ERR_CONFLICT ? taken : e;
}
