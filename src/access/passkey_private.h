/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of access/passkey.h that are not for others: what a browser sends, taken apart. Nothing
 * here is believed yet but what is said to be checked. */
#pragma once

#include "access/passkey.h"

enum {
    PASSKEY_FLAG_PRESENT = 0x01,
    PASSKEY_FLAG_BACKUP_ABLE = 0x08,
    PASSKEY_FLAG_BACKED_UP = 0x10,
    PASSKEY_FLAG_ATTESTED = 0x40,
    PASSKEY_FLAG_EXTENSIONS = 0x80,
};

/* Authenticator data (Web Authentication section 6.1); the texts are parts of `bytes`. */
struct passkey_auth {
    str bytes;
    str rp_id_hash;
    unsigned flags;
    uint32_t counter;
    str credential; /* with attested credential data only, as is the algorithm (COSE) */
    int64_t algorithm;
};

/* Reads authenticator data to its last byte; with attested credential data or without, as asked. */
bool passkey_auth_parse(str bytes, bool attested, struct passkey_auth *ret);

/* An attestation object (section 6.5.4) of the format "none", or "packed" without certificates. */
struct passkey_attestation {
    str auth;
    bool self;         /* signed by the credential itself: "packed" */
    int64_t algorithm; /* of `signature` */
    str signature;
};
bool passkey_attestation_parse(str bytes, struct passkey_attestation *ret);

/* A response of either kind, decoded. */
struct passkey_response {
    str credential;  /* id */
    str client_data; /* JSON as the browser made it */
    str object;      /* attestation object, or authenticator data */
    str signature;   /* of an assertion */
};

/* Reads a RegistrationResponseJSON or AuthenticationResponseJSON. UNPROCESSABLE. */
err passkey_response_parse(struct arena *a, str response_json, bool create,
                           struct passkey_response *ret);

/* Checks type, challenge, origin and that the page was not inside a foreign one (sections 7.1 and
 * 7.2). UNPROCESSABLE. */
err passkey_client_check(str client_data, bool create, const struct passkey_site *site,
                         str challenge);

/* Checks that the data is for this site and that somebody was there. UNPROCESSABLE. */
err passkey_auth_check(const struct passkey_auth *auth, const struct passkey_site *site);
