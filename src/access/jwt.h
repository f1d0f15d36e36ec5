/* SPDX-License-Identifier: Apache-2.0 */
/* The short token by which a site says who its visitor is (RFC 7515, RFC 7519, best practice RFC
 * 8725): HS256, ES256 and EdDSA, chosen by the key of `kid` and never by the token. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { JWT_BYTES_MAX = 8192, JWT_LIFE_MAX_MS = 86400000, JWT_SKEW_MS = 60000, JWT_GROUPS_MAX = 64 };

enum jwt_alg { JWT_HS256, JWT_ES256, JWT_EDDSA };

/* Reads "HS256" and so on; false for anything else, "none" above all. */
bool jwt_alg_parse(str name, enum jwt_alg *ret);

/* Takes the kid (1 to 64 printable characters) out of the header without believing anything else;
 * INVALID with a static reason for what is no compact JWS of ours: other parts than three, other
 * characters than base64url, JSON that repeats members, a member that would bring a key along or
 * change the rules (`crit`, `jwk`, `jku`, …), another `alg`. */
err jwt_kid(struct arena *a, str token, str *ret_kid);

struct jwt_key {
    enum jwt_alg alg;
    str key; /* HS256: at least 32 bytes; ES256, EdDSA: SPKI DER */
};

/* Checks what an owner gives: a public key in PEM or DER, P-256 or Ed25519 only, or a shared secret
 * whose very bytes are the key (spaces and line ends around it are dropped). *ret_der is what is
 * stored: SPKI DER, or the secret. INVALID with a text for people. */
err jwt_key_read(struct arena *a, enum jwt_alg alg, str text, str *ret_der);

struct jwt_visitor {
    str subject; /* `sub`, 1 to 255 bytes */
    str email;   /* or empty */
    str name;    /* or empty */
    str groups;  /* `groups`: names of [A-Za-z0-9._:-]{1,64}, sorted, each once, each followed by a
                    line feed */
    int64_t expires_ms;
};

/* Verifies signature and claims: `alg` must be the key's, `exp` there, in whole seconds, not over
 * and at most 24 h after `iat` (or now), `nbf` and `iat` not in the future by more than a minute,
 * `aud` the project's slug (a text or a list that has it). Other claims are not looked at.
 * UNAUTHORIZED with a static reason that says what to mend. */
err jwt_verify(struct arena *a, str token, const struct jwt_key *key, str audience, int64_t now_ms,
               struct jwt_visitor *ret);
