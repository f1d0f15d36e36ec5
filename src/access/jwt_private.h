/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of access/jwt.h that are not for others: the compact form and its header. */
#pragma once

#include "access/jwt.h"
#include "base/json.h"

/* A token in its three parts (RFC 7515 section 3.1). */
struct jwt_parts {
    str input;        /* what is signed: header and claims as they came */
    str claims;       /* decoded; not believed yet */
    str signature;    /* decoded */
    enum jwt_alg alg; /* what the header says it is */
    str kid;
};

/* Takes a token apart. INVALID with a static reason. */
err jwt_split(struct arena *a, str token, struct jwt_parts *ret);

/* True when the signature is that of the key; the algorithm is the key's. */
bool jwt_signed_by(const struct jwt_parts *parts, const struct jwt_key *key);

/* Judges claims whose signature holds. UNAUTHORIZED with a static reason. */
err jwt_claims_judge(struct arena *a, const json_t *claims, str audience, int64_t now_ms,
                     struct jwt_visitor *ret);
