/* SPDX-License-Identifier: Apache-2.0 */
#include "access/passkey_private.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "base/json.h"

enum { RESPONSE_MAX = 64 << 10, CLIENT_DATA_MAX = 4096 };

static err refuse(const char *what) { return (err){ERR_UNPROCESSABLE, what}; }

/* A base64url member, decoded; refused when it is missing, empty or written otherwise. */
static err read_bytes(struct arena *a, const json_t *object, const char *name, str *ret)
{
    str text;
    if (!json_get_str(object, name, &text) || str_empty(text)) {
        return refuse("the passkey's answer lacks a member");
    }
    err e = bytes_unbase64url(a, text, ret);
    return e.code == ERR_INVALID ? refuse("a member of the passkey's answer is not base64url") : e;
}

static err read_id(struct arena *a, const json_t *object, str *ret)
{
    str id = STR_EMPTY, raw, type;
    if (!json_get_str(object, "type", &type) || !str_eq(type, STR("public-key"))) {
        return refuse("the passkey's answer is of another type than public-key");
    }
    err e = read_bytes(a, object, "id", &id);
    if (err_ok(e) && json_object_get(object, "rawId")) {
        e = read_bytes(a, object, "rawId", &raw);
        if (err_ok(e) && !str_eq(id, raw)) {
            e = refuse("the passkey's answer has two ids");
        }
    }
    if (err_ok(e) && id.n > PASSKEY_CREDENTIAL_MAX) {
        e = refuse("the passkey's id is too long");
    }
    if (err_ok(e)) {
        *ret = id;
    }
    return e;
}

static err read_response(struct arena *a, const json_t *object, bool create,
                         struct passkey_response *ret)
{
    struct passkey_response response = {.signature = STR_EMPTY};
    const json_t *inner = json_object_get(object, "response");
    err e = json_is_object(inner) ? read_id(a, object, &response.credential)
                                  : refuse("the passkey's answer lacks a member");
    if (err_ok(e)) {
        e = read_bytes(a, inner, "clientDataJSON", &response.client_data);
    }
    if (err_ok(e)) {
        e = read_bytes(a, inner, create ? "attestationObject" : "authenticatorData",
                       &response.object);
    }
    if (err_ok(e) && !create) {
        e = read_bytes(a, inner, "signature", &response.signature);
    }
    if (err_ok(e)) {
        *ret = response;
    }
    return e;
}

err passkey_response_parse(struct arena *a, str response_json, bool create,
                           struct passkey_response *ret)
{
    json_t *object;
    if (response_json.n > RESPONSE_MAX || !err_ok(json_read_object(response_json, &object, NULL))) {
        return refuse("the passkey's answer is no JSON object with each member once");
    }
    err e = read_response(a, object, create, ret);
    json_decref(object);
    return e;
}

err passkey_response_credential(struct arena *a, str response_json, str *ret)
{
    json_t *object;
    if (response_json.n > RESPONSE_MAX || !err_ok(json_read_object(response_json, &object, NULL))) {
        return refuse("the passkey's answer is no JSON object with each member once");
    }
    err e = read_id(a, object, ret);
    json_decref(object);
    return e;
}

static err check_members(const json_t *data, bool create, const struct passkey_site *site,
                         str challenge)
{
    str type, given, origin;
    const json_t *foreign = json_object_get(data, "crossOrigin");
    if (!json_get_str(data, "type", &type) ||
        !str_eq(type, create ? STR("webauthn.create") : STR("webauthn.get"))) {
        return refuse("the passkey was used for something else");
    }
    if (str_empty(challenge) || !json_get_str(data, "challenge", &given) ||
        !crypto_equal(given, challenge)) {
        return refuse("the passkey answers another challenge; try again");
    }
    if (!json_get_str(data, "origin", &origin) || !str_eq(origin, site->origin)) {
        return refuse("the passkey was used on another site");
    }
    if ((foreign && !json_is_false(foreign)) || json_object_get(data, "topOrigin")) {
        return refuse("the passkey was used inside a page of another site");
    }
    return ERR_NONE;
}

err passkey_client_check(str client_data, bool create, const struct passkey_site *site,
                         str challenge)
{
    json_t *data;
    if (client_data.n > CLIENT_DATA_MAX || !err_ok(json_read_object(client_data, &data, NULL))) {
        return refuse("the browser's data about the passkey is no JSON object");
    }
    err e = check_members(data, create, site, challenge);
    json_decref(data);
    return e;
}

err passkey_auth_check(const struct passkey_auth *auth, const struct passkey_site *site)
{
    struct crypto_digest hash = crypto_sha256(site->rp_id);
    if (!crypto_equal(auth->rp_id_hash, str_n((const char *)hash.bytes, sizeof hash.bytes))) {
        return refuse("the passkey is of another site");
    }
    if (!(auth->flags & PASSKEY_FLAG_PRESENT)) {
        return refuse("nobody touched the authenticator");
    }
    bool odd_backup =
        (auth->flags & PASSKEY_FLAG_BACKED_UP) && !(auth->flags & PASSKEY_FLAG_BACKUP_ABLE);
    return odd_backup ? refuse("the authenticator contradicts itself about backups") : ERR_NONE;
}
