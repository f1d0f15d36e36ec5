/* SPDX-License-Identifier: Apache-2.0 */
#include "access/jwt.h"

#include "access/jwt_private.h"
#include "base/bytes.h"

enum { KID_MAX = 64 };

bool jwt_alg_parse(str name, enum jwt_alg *ret)
{
    static const str names[] = {
        [JWT_HS256] = STR_INIT("HS256"),
        [JWT_ES256] = STR_INIT("ES256"),
        [JWT_EDDSA] = STR_INIT("EdDSA"),
    };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(name, names[i])) {
            *ret = (enum jwt_alg)i;
            return true;
        }
    }
    return false;
}

static err no_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for a token"); }

/* Members that would name another key, or change what the rest means (RFC 8725 sections 3.10 and
 * 2.8, RFC 7797, RFC 7516). */
static bool has_forbidden_member(const json_t *header)
{
    static const char *const names[] = {"crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (json_object_get(header, names[i])) {
            return true;
        }
    }
    return false;
}

static bool kid_valid(str kid)
{
    for (size_t i = 0; i < kid.n; i++) {
        if (kid.p[i] <= ' ' || kid.p[i] > '~') {
            return false;
        }
    }
    return kid.n > 0 && kid.n <= KID_MAX;
}

static err read_header(struct arena *a, const json_t *header, struct jwt_parts *ret)
{
    str alg, kid, type;
    if (has_forbidden_member(header)) {
        return err_new(ERR_INVALID, "the token's header has a member that is not taken here (crit, "
                                    "b64, jku, jwk, x5u, x5c, zip, enc)");
    }
    if (json_object_get(header, "typ") &&
        (!json_get_str(header, "typ", &type) || !str_ieq(type, STR("JWT")))) {
        return err_new(ERR_INVALID, "the token's `typ` is not JWT");
    }
    if (!json_get_str(header, "alg", &alg) || !jwt_alg_parse(alg, &ret->alg)) {
        return err_new(ERR_INVALID, "the token's `alg` is not one of HS256, ES256 and EdDSA");
    }
    if (!json_get_str(header, "kid", &kid) || !kid_valid(kid)) {
        return err_new(ERR_INVALID,
                       "the token's header has no `kid` of 1 to 64 printable characters");
    }
    ret->kid = arena_str(a, kid);
    return ret->kid.p ? ERR_NONE : no_memory();
}

static err parse_header(struct arena *a, str text, struct jwt_parts *ret)
{
    json_t *header;
    if (!err_ok(json_read_object(text, &header, NULL))) {
        return err_new(ERR_INVALID, "the token's header is no JSON object with each member once");
    }
    err e = read_header(a, header, ret);
    json_decref(header);
    return e;
}

static err decode(struct arena *a, str part, str *ret)
{
    err e = str_empty(part) ? err_new(ERR_INVALID, "") : bytes_unbase64url(a, part, ret);
    return e.code == ERR_INVALID ? err_new(ERR_INVALID, "a part of the token is not base64url") : e;
}

err jwt_split(struct arena *a, str token, struct jwt_parts *ret)
{
    struct jwt_parts parts;
    str header;
    if (token.n > JWT_BYTES_MAX) {
        return err_new(ERR_INVALID, "the token is longer than 8,192 bytes");
    }
    size_t first = str_find_byte(token, '.', 0);
    size_t second = first == SIZE_MAX ? SIZE_MAX : str_find_byte(token, '.', first + 1);
    if (second == SIZE_MAX || str_find_byte(token, '.', second + 1) != SIZE_MAX) {
        return err_new(ERR_INVALID, "the token has not three parts with dots between");
    }
    parts.input = str_slice(token, 0, second);
    err e = decode(a, str_slice(token, 0, first), &header);
    if (err_ok(e)) {
        e = decode(a, str_slice(token, first + 1, second), &parts.claims);
    }
    if (err_ok(e)) {
        e = decode(a, str_slice(token, second + 1, token.n), &parts.signature);
    }
    if (err_ok(e)) {
        e = parse_header(a, header, &parts);
    }
    if (err_ok(e)) {
        *ret = parts;
    }
    return e;
}

err jwt_kid(struct arena *a, str token, str *ret_kid)
{
    struct jwt_parts parts;
    err e = jwt_split(a, token, &parts);
    if (err_ok(e)) {
        *ret_kid = parts.kid;
    }
    return e;
}

err jwt_verify(struct arena *a, str token, const struct jwt_key *key, str audience, int64_t now_ms,
               struct jwt_visitor *ret)
{
    struct jwt_parts parts;
    json_t *claims;
    err e = jwt_split(a, token, &parts);
    if (!err_ok(e)) {
        return e.code == ERR_INVALID ? err_new(ERR_UNAUTHORIZED, e.what) : e;
    }
    if (parts.alg != key->alg) {
        return err_new(ERR_UNAUTHORIZED, "the token's `alg` is not that of the key named by `kid`");
    }
    if (!jwt_signed_by(&parts, key)) {
        return err_new(ERR_UNAUTHORIZED,
                       "the token's signature is not that of the key named by `kid`");
    }
    if (!err_ok(json_read_object(parts.claims, &claims, NULL))) {
        return err_new(ERR_UNAUTHORIZED,
                       "the token's claims are no JSON object with each member once");
    }
    e = jwt_claims_judge(a, claims, audience, now_ms, ret);
    json_decref(claims);
    return e;
}
