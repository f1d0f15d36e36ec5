/* SPDX-License-Identifier: Apache-2.0 */
#include "access/passkey.h"
#include "access/recovery.h"
#include "access/seal.h"
#include "access/staff_private.h"
#include "access/totp.h"

static const char act_factor[] = "person.factor";

static err wrong(void) { return err_new(ERR_UNAUTHORIZED, "the code is not right"); }

static struct audit_act act_of(const struct staff_principal *who, const struct staff_from *from,
                               const char *detail)
{
    return staff_act(from, &who->session.team, &who->person.id, act_factor, "refused", detail);
}

/* Only a session that waits for its factor or is full can be given one. */
static err may_give(const struct staff_principal *who)
{
    return who->session.state == STAFF_NEEDS_ENROLL
               ? err_new(ERR_FORBIDDEN, "there is no second factor yet; enrol one")
               : ERR_NONE;
}

/* ── TOTP ── */

err staff_totp_use(const struct staff_desk *desk, const struct factor_row *factor, str code,
                   int64_t now_ms, bool *ret_right)
{
    struct secret key = {0};
    uint64_t step;
    *ret_right = false;
    err e = seal_open(desk->seal_key, id_str(&factor->id), factor->secret, &key);
    if (err_ok(e) && totp_verify(secret_view(&key), code, now_ms, factor->counter, &step)) {
        e = store_factor_use(desk->store, &factor->id, step, now_ms);
        *ret_right = err_ok(e);
        if (e.code == ERR_CONFLICT || e.code == ERR_NOT_FOUND) {
            e = ERR_NONE; /* the same code came twice at once, or the factor is gone */
        }
    }
    secret_done(&key);
    return e;
}

static err any_totp(const struct staff_desk *desk, struct arena *a, const id *person, str code,
                    int64_t now_ms, bool *ret_right)
{
    struct staff_factors factors;
    *ret_right = false;
    err e = staff_factors_read(desk, a, person, &factors);
    for (size_t i = 0; err_ok(e) && !*ret_right && i < factors.count; i++) {
        const struct factor_row *factor = &factors.rows[i];
        if (factor->confirmed && str_eq(factor->kind, STR("totp"))) {
            e = staff_totp_use(desk, factor, code, now_ms, ret_right);
        }
    }
    return e;
}

err staff_give_totp(const struct staff_desk *desk, struct arena *a,
                    const struct staff_principal *who, str code, const struct staff_from *from,
                    struct staff_login *ret)
{
    bool right;
    struct audit_act act = act_of(who, from, "{\"factor\":\"totp\"}");
    err e = may_give(who);
    e = err_ok(e) ? staff_take(desk, THROTTLE_FACTOR, who->person.email, from, &act, &ret->wait_s)
                  : e;
    if (!err_ok(e)) {
        return e;
    }
    e = any_totp(desk, a, &who->person.id, code, from->now_ms, &right);
    if (!err_ok(e)) {
        throttle_give_back(desk->throttle, THROTTLE_FACTOR, who->person.email, from->network);
        return e;
    }
    if (!right) {
        return staff_refuse(desk, &act, wrong());
    }
    throttle_succeeded(desk->throttle, THROTTLE_FACTOR, who->person.email, from->network,
                       from->now_ms);
    return staff_raise(desk, a, who, from, "{\"factor\":\"totp\"}", ret);
}

/* ── recovery codes: throttled apart, so that whoever guesses at one of the two does not close the
 * other ── */

err staff_give_recovery(const struct staff_desk *desk, struct arena *a,
                        const struct staff_principal *who, str code, const struct staff_from *from,
                        struct staff_login *ret, size_t *ret_left)
{
    struct crypto_digest hash;
    size_t left = 0;
    struct audit_act act = act_of(who, from, "{\"factor\":\"recovery\"}");
    str account = arena_printf(a, "recovery:%.*s", STR_ARG(who->person.email));
    err e = account.p ? may_give(who) : err_new(ERR_NO_MEMORY, "no memory for a log-in");
    e = err_ok(e) ? staff_take(desk, THROTTLE_FACTOR, account, from, &act, &ret->wait_s) : e;
    if (!err_ok(e)) {
        return e;
    }
    e = recovery_hash(desk->hash_key, id_str(&who->person.id), code, &hash)
            ? store_recovery_use(desk->store, &who->person.id, &hash, from->now_ms, &left)
            : err_new(ERR_NOT_FOUND, "no code");
    if (e.code == ERR_NOT_FOUND) {
        return staff_refuse(desk, &act, wrong());
    }
    if (!err_ok(e)) {
        throttle_give_back(desk->throttle, THROTTLE_FACTOR, account, from->network);
        return e;
    }
    throttle_succeeded(desk->throttle, THROTTLE_FACTOR, account, from->network, from->now_ms);
    str detail = arena_printf(a, "{\"factor\":\"recovery\",\"left\":%zu}", left);
    e = detail.p ? staff_raise(desk, a, who, from, detail.p, ret)
                 : err_new(ERR_NO_MEMORY, "no memory for a log-in");
    if (err_ok(e)) {
        *ret_left = left;
    }
    return e;
}

/* ── passkeys ── */

/* The challenge is random and its answer signed: there is nothing to guess, so nothing is counted.
 */
static err verify_passkey(const struct staff_desk *desk, struct arena *a, const id *person,
                          const struct passkey_site *site, str challenge, str response_json,
                          int64_t now_ms)
{
    struct factor_row factor;
    str credential;
    uint64_t counter;
    err e = passkey_response_credential(a, response_json, &credential);
    e = err_ok(e) ? store_factor_by_credential(desk->store, a, credential, &factor) : e;
    if (err_ok(e) && (!id_eq(&factor.person, person) || !str_eq(factor.kind, STR("passkey")))) {
        e = err_new(ERR_NOT_FOUND, "somebody else's");
    }
    e = err_ok(e) ? passkey_verify_get(a, site, challenge, response_json, factor.secret,
                                       factor.counter, &counter)
                  : e;
    return err_ok(e) ? store_factor_use(desk->store, &factor.id, counter, now_ms) : e;
}

static bool is_refusal(err e)
{
    return e.code == ERR_NOT_FOUND || e.code == ERR_UNPROCESSABLE || e.code == ERR_INVALID ||
           e.code == ERR_CONFLICT || e.code == ERR_UNAUTHORIZED;
}

err staff_give_passkey(const struct staff_desk *desk, struct arena *a,
                       const struct staff_principal *who, const struct passkey_site *site,
                       str response_json, const struct staff_from *from, struct staff_login *ret)
{
    str challenge;
    struct audit_act act = act_of(who, from, "{\"factor\":\"passkey\"}");
    err e = may_give(who);
    if (!err_ok(e)) {
        return e;
    }
    e = staff_challenge_take(desk, a, &who->session.id, "get", &challenge);
    e = err_ok(e)
            ? verify_passkey(desk, a, &who->person.id, site, challenge, response_json, from->now_ms)
            : e;
    if (is_refusal(e)) {
        return staff_refuse(desk, &act,
                            err_new(ERR_UNAUTHORIZED, "the passkey was not accepted; try again"));
    }
    return err_ok(e) ? staff_raise(desk, a, who, from, "{\"factor\":\"passkey\"}", ret) : e;
}

err staff_passkey_options(const struct staff_desk *desk, struct arena *a,
                          const struct staff_principal *who, const struct passkey_site *site,
                          str *ret_json)
{
    struct staff_factors factors;
    str *known, challenge, json;
    size_t count;
    err e = staff_factors_read(desk, a, &who->person.id, &factors);
    e = err_ok(e) ? staff_passkeys_known(a, &factors, &known, &count) : e;
    if (err_ok(e) && count == 0) {
        return err_new(ERR_NOT_FOUND, "there is no passkey");
    }
    e = err_ok(e) ? passkey_get_options(a, site, known, count, &json, &challenge) : e;
    e = err_ok(e) ? staff_challenge_keep(desk, a, &who->session.id, "get", challenge) : e;
    if (err_ok(e)) {
        *ret_json = json;
    }
    return e;
}
