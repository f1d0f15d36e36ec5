/* SPDX-License-Identifier: Apache-2.0 */
/* Passkeys (Web Authentication Level 2), verified with libfido2: ES256, EdDSA and RS256,
 * attestation "none", user verification preferred for a second factor. The relying party is the
 * host of the one public origin. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { PASSKEY_CHALLENGE_BYTES = 32, PASSKEY_CREDENTIAL_MAX = 1023, PASSKEYS_MAX = 20 };

struct passkey_site {
    str origin;  /* "https://chat.example.com" or "http://localhost:8080" */
    str rp_id;   /* its host */
    str rp_name; /* shown by the browser */
};

/* The site of an origin; INVALID for one that WebAuthn cannot have (an IP address, plain HTTP that
 * is not localhost). */
err passkey_site(struct arena *a, str origin, str name, struct passkey_site *ret);

/* PublicKeyCredentialCreationOptions as JSON with base64url members; `known` are the person's
 * credential ids, `user_handle` 1 to 64 bytes. *ret_challenge, in base64url, is to be kept with the
 * session. */
err passkey_create_options(struct arena *a, const struct passkey_site *site, str user_handle,
                           str user_email, str user_name, const str *known, size_t known_count,
                           str *ret_json, str *ret_challenge);

struct passkey_made {
    str credential; /* its id, bytes */
    str public_key; /* "es256:", "eddsa:" or "rs256:" and libfido2's public key bytes */
    uint64_t counter;
};

/* Verifies a RegistrationResponseJSON: type, challenge, origin, cross-origin, RP id hash, flags,
 * algorithm; attestation "none", or "packed" by the credential itself. UNPROCESSABLE with a static
 * reason. */
err passkey_verify_create(struct arena *a, const struct passkey_site *site, str challenge,
                          str response_json, struct passkey_made *ret);

/* PublicKeyCredentialRequestOptions as JSON. */
err passkey_get_options(struct arena *a, const struct passkey_site *site, const str *known,
                        size_t known_count, str *ret_json, str *ret_challenge);

/* Gives the credential id of an AuthenticationResponseJSON, to look its key up. UNPROCESSABLE. */
err passkey_response_credential(struct arena *a, str response_json, str *ret);

/* Verifies an AuthenticationResponseJSON against a stored key. The counter must grow or both be 0
 * (section 6.1.1). UNPROCESSABLE with a static reason; CORRUPT when the stored key is none. */
err passkey_verify_get(struct arena *a, const struct passkey_site *site, str challenge,
                       str response_json, str public_key, uint64_t counter, uint64_t *ret_counter);
