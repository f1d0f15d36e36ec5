/* SPDX-License-Identifier: Apache-2.0 */
#include "access/staff_private.h"
#include "base/bytes.h"

err staff_challenge_keep(const struct staff_desk *desk, struct arena *a, const id *session,
                         const char *purpose, str challenge)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_addf(&b, "{\"for\":\"%s\",\"challenge\":\"", purpose);
    bytes_base64(&b, challenge.p, challenge.n);
    buf_add_c(&b, "\"}");
    str json = arena_str(a, buf_str(&b));
    err e = buf_err(&b);
    buf_done(&b);
    if (err_ok(e) && !json.p) {
        e = err_new(ERR_NO_MEMORY, "no memory for a challenge");
    }
    return err_ok(e) ? store_staff_session_challenge(desk->store, session, json) : e;
}

err staff_challenge_take(const struct staff_desk *desk, struct arena *a, const id *session,
                         const char *purpose, str *ret)
{
    str kept, text, what;
    json_t *root;
    err none = err_new(ERR_UNAUTHORIZED, "no passkey was asked for, or it was answered already");
    err e = store_staff_session_take_challenge(desk->store, a, session, &kept);
    if (!err_ok(e)) {
        return e.code == ERR_NOT_FOUND ? none : e;
    }
    if (!err_ok(json_read_object(kept, &root, NULL))) {
        return none;
    }
    bool fits = json_get_str(root, "for", &what) && str_eq(what, str_c(purpose)) &&
                json_get_str(root, "challenge", &text);
    e = fits ? bytes_unbase64(a, text, ret) : none;
    json_decref(root);
    return e;
}

err staff_passkeys_known(struct arena *a, const struct staff_factors *factors, str **ret,
                         size_t *ret_count)
{
    size_t count = 0;
    str *known = arena_array(a, factors->count + 1, sizeof *known);
    if (!known) {
        return err_new(ERR_NO_MEMORY, "no memory for passkeys");
    }
    for (size_t i = 0; i < factors->count; i++) {
        if (str_eq(factors->rows[i].kind, STR("passkey"))) {
            known[count++] = factors->rows[i].credential;
        }
    }
    *ret = known;
    *ret_count = count;
    return ERR_NONE;
}
