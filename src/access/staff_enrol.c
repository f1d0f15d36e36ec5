/* SPDX-License-Identifier: Apache-2.0 */
#include "access/passkey.h"
#include "access/recovery.h"
#include "access/seal.h"
#include "access/staff_private.h"
#include "access/totp.h"
#include "base/utf8.h"

static struct audit_act act_of(const struct staff_principal *who, const struct staff_from *from,
                               const char *act, const char *detail)
{
    return staff_act(from, &who->session.team, &who->person.id, act, "done", detail);
}

static err no_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for a second factor"); }

/* ── recovery codes ── */

err staff_codes_draw(const struct staff_desk *desk, const struct staff_principal *who,
                     const struct staff_from *from, bool always, struct recovery_code *ret_codes,
                     size_t *ret_count)
{
    struct crypto_digest hashes[RECOVERY_CODES];
    struct recovery_code codes[RECOVERY_CODES];
    size_t have = 0;
    struct audit_act act = act_of(who, from, "factor.codes", "");
    err e = always ? ERR_NONE : store_recovery_count(desk->store, &who->person.id, &have);
    if (!err_ok(e) || have > 0) {
        *ret_count = 0;
        return e;
    }
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        codes[i] = recovery_code_new();
        if (!recovery_hash(desk->hash_key, id_str(&who->person.id), str_c(codes[i].c),
                           &hashes[i])) {
            return err_new(ERR_INTERNAL, "a recovery code that was just drawn is none");
        }
    }
    e = store_recovery_replace(desk->store, &who->person.id, hashes, RECOVERY_CODES, from->now_ms,
                               &act);
    if (err_ok(e)) {
        memcpy(ret_codes, codes, sizeof codes);
        *ret_count = RECOVERY_CODES;
    }
    crypto_wipe(codes, sizeof codes);
    return e;
}

err staff_codes_new(const struct staff_desk *desk, const struct staff_principal *who,
                    const struct staff_from *from, struct recovery_code *ret_codes)
{
    size_t count;
    err e = staff_may_enrol(who, from);
    if (err_ok(e) && !who->has_second_factor) {
        e = err_new(ERR_CONFLICT, "recovery codes come with a second factor; enrol one first");
    }
    return err_ok(e) ? staff_codes_draw(desk, who, from, true, ret_codes, &count) : e;
}

/* What follows from a factor that is confirmed: codes, and a session that was waiting for it. */
static err settle(const struct staff_desk *desk, struct arena *a, const struct staff_principal *who,
                  const struct staff_from *from, struct recovery_code *ret_codes, size_t *ret_count)
{
    err e = staff_codes_draw(desk, who, from, false, ret_codes, ret_count);
    return err_ok(e) ? staff_enrolled(desk, a, who, from) : e;
}

/* ── TOTP ── */

static err show_totp(struct arena *a, str key, str issuer, str account, struct staff_totp *ret)
{
    ret->key = totp_base32(a, key, true);
    ret->uri = totp_uri(a, key, issuer, account);
    return ret->key.p && ret->uri.p ? totp_qr_svg(a, ret->uri, &ret->svg) : no_memory();
}

err staff_totp_begin(const struct staff_desk *desk, struct arena *a,
                     const struct staff_principal *who, str issuer, const struct staff_from *from,
                     struct staff_totp *ret)
{
    char key[TOTP_KEY_BYTES];
    struct staff_factors factors;
    struct staff_totp totp = {.factor = id_random()};
    struct factor_row row = {.id = totp.factor,
                             .person = who->person.id,
                             .kind = STR("totp"),
                             .name = STR("Authenticator app"),
                             .credential = STR_EMPTY,
                             .created_ms = from->now_ms};
    struct audit_act act = act_of(who, from, "factor.begin", "{\"factor\":\"totp\"}");
    err e = staff_may_enrol(who, from);
    e = err_ok(e) ? staff_factors_read(desk, a, &who->person.id, &factors) : e;
    if (err_ok(e) && factors.totps >= STAFF_TOTPS_MAX) {
        e = err_new(ERR_CONFLICT, "there is an authenticator app already; remove it first");
    }
    if (!err_ok(e)) {
        return e;
    }
    crypto_random(key, sizeof key);
    str view = str_n(key, sizeof key);
    e = seal_close(a, desk->seal_key, id_str(&row.id), view, &row.secret);
    e = err_ok(e) ? show_totp(a, view, issuer, who->person.email, &totp) : e;
    e = err_ok(e) ? store_factor_add(desk->store, &row, &act) : e;
    crypto_wipe(key, sizeof key);
    if (err_ok(e)) {
        *ret = totp;
    }
    return e;
}

/* The TOTP that waits for its first code. */
static err find_unconfirmed(const struct staff_desk *desk, struct arena *a, const id *person,
                            const id *factor, struct factor_row *ret)
{
    struct staff_factors factors;
    err e = staff_factors_read(desk, a, person, &factors);
    for (size_t i = 0; err_ok(e) && i < factors.count; i++) {
        const struct factor_row *row = &factors.rows[i];
        if (id_eq(&row->id, factor) && !row->confirmed && str_eq(row->kind, STR("totp"))) {
            *ret = *row;
            return ERR_NONE;
        }
    }
    return err_ok(e) ? err_new(ERR_NOT_FOUND, "no app waits to be confirmed; begin again") : e;
}

/* Uses the code, so the factor counts; recorded before, so that it cannot happen unseen. */
static err confirm_totp(const struct staff_desk *desk, const struct staff_principal *who,
                        const struct factor_row *factor, str code, const struct staff_from *from)
{
    bool right;
    size_t ended;
    struct secret key = {0};
    uint64_t step;
    struct audit_act act = act_of(who, from, "factor.add", "{\"factor\":\"totp\"}");
    struct audit_act wrong = act_of(who, from, "factor.add", "{\"factor\":\"totp\"}");
    err refused =
        err_new(ERR_UNAUTHORIZED, "the code is not right; compare the clock of the phone");
    err e = seal_open(desk->seal_key, id_str(&factor->id), factor->secret, &key);
    bool fits =
        err_ok(e) && totp_verify(secret_view(&key), code, from->now_ms, factor->counter, &step);
    secret_done(&key);
    if (!err_ok(e)) {
        return e;
    }
    if (!fits) {
        return staff_refuse(desk, &wrong, refused);
    }
    e = store_staff_session_end_all(desk->store, &who->person.id, &who->session.id, &act, &ended);
    e = err_ok(e) ? staff_totp_use(desk, factor, code, from->now_ms, &right) : e;
    return err_ok(e) && !right ? staff_refuse(desk, &wrong, refused) : e;
}

err staff_totp_confirm(const struct staff_desk *desk, struct arena *a,
                       const struct staff_principal *who, const id *factor, str code,
                       const struct staff_from *from, struct recovery_code *ret_codes,
                       size_t *ret_count)
{
    struct factor_row row;
    unsigned wait;
    struct audit_act act = act_of(who, from, "factor.add", "");
    str account = arena_printf(a, "enrol:%.*s", STR_ARG(who->person.email));
    err e = account.p ? staff_may_enrol(who, from) : no_memory();
    e = err_ok(e) ? find_unconfirmed(desk, a, &who->person.id, factor, &row) : e;
    e = err_ok(e) ? staff_take(desk, THROTTLE_PASSWORD, account, from, &act, &wait) : e;
    if (!err_ok(e)) {
        return e;
    }
    e = confirm_totp(desk, who, &row, code, from);
    if (e.code != ERR_UNAUTHORIZED) {
        throttle_give_back(desk->throttle, THROTTLE_PASSWORD, account, from->network);
    }
    return err_ok(e) ? settle(desk, a, who, from, ret_codes, ret_count) : e;
}

/* ── passkeys ── */

err staff_passkey_begin(const struct staff_desk *desk, struct arena *a,
                        const struct staff_principal *who, const struct passkey_site *site,
                        const struct staff_from *from, str *ret_json)
{
    struct staff_factors factors;
    str *known, json, challenge;
    size_t count;
    err e = staff_may_enrol(who, from);
    e = err_ok(e) ? staff_factors_read(desk, a, &who->person.id, &factors) : e;
    e = err_ok(e) ? staff_passkeys_known(a, &factors, &known, &count) : e;
    if (err_ok(e) && count >= PASSKEYS_MAX) {
        e = err_new(ERR_CONFLICT, "there are as many passkeys as there may be; remove one first");
    }
    e = err_ok(e) ? passkey_create_options(a, site, id_str(&who->person.id), who->person.email,
                                           who->person.name, known, count, &json, &challenge)
                  : e;
    e = err_ok(e) ? staff_challenge_keep(desk, a, &who->session.id, "make", challenge) : e;
    if (err_ok(e)) {
        *ret_json = json;
    }
    return e;
}

err staff_passkey_add(const struct staff_desk *desk, struct arena *a,
                      const struct staff_principal *who, const struct passkey_site *site, str name,
                      str response_json, const struct staff_from *from, id *ret_factor,
                      struct recovery_code *ret_codes, size_t *ret_count)
{
    str challenge;
    struct passkey_made made;
    size_t ended;
    struct audit_act act = act_of(who, from, "factor.add", "{\"factor\":\"passkey\"}");
    struct audit_act end = act_of(who, from, "person.sessions", "{\"why\":\"factor\"}");
    err e = staff_may_enrol(who, from);
    e = err_ok(e) ? staff_challenge_take(desk, a, &who->session.id, "make", &challenge) : e;
    e = err_ok(e) ? passkey_verify_create(a, site, challenge, response_json, &made) : e;
    if (!err_ok(e)) {
        return e;
    }
    str shown = str_trim(utf8_cut(name, 100));
    struct factor_row row = {.id = id_random(),
                             .person = who->person.id,
                             .kind = STR("passkey"),
                             .name = shown.n ? shown : STR("Passkey"),
                             .secret = made.public_key,
                             .credential = made.credential,
                             .counter = made.counter,
                             .confirmed = true,
                             .created_ms = from->now_ms};
    e = store_staff_session_end_all(desk->store, &who->person.id, &who->session.id, &end, &ended);
    e = err_ok(e) ? store_factor_add(desk->store, &row, &act) : e;
    e = err_ok(e) ? settle(desk, a, who, from, ret_codes, ret_count) : e;
    if (err_ok(e)) {
        *ret_factor = row.id;
    }
    return e;
}
