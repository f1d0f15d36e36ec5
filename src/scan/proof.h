/* SPDX-License-Identifier: Apache-2.0 */
/* What a secret's own form proves without asking anybody: checksums and structure. */
#pragma once

#include "base/str.h"

/* X(name); rules/secrets name them in lower case with dashes: proof: github-crc */
#define PROOFS(X)                                                                                  \
    X(NONE)                                                                                        \
    X(CRC32_BASE62)  /* last 6: base62 of the CRC-32 of all before (Doorward) */                   \
    X(GITHUB_CRC)    /* last 6: of what stands between prefix and them (GitHub, npm) */            \
    X(CRC32_HEX)     /* "_" and 8 hex digits at the end: of what is before (Grafana) */            \
    X(JWT)           /* three parts, header and claims are JSON objects (RFC 7519) */              \
    X(PEM_PRIVATE)   /* base64 of DER or of openssh-key-v1 between the lines (RFC 7468) */         \
    X(AWS_KEY_ID)    /* base32 of an account number */                                             \
    X(BASE64_JSON)   /* what follows the prefix is base64 of a JSON object */                      \
    X(AZURE_STORAGE) /* base64 of 64 bytes */                                                      \
    X(BASE58_CHECK)  /* Bitcoin's WIF and extended keys */                                         \
    X(BECH32)        /* age secret keys (BIP 173) */                                               \
    X(TELEGRAM)      /* a bot's number and 35 characters */                                        \
    X(DISCORD)       /* first part: base64 of a snowflake */                                       \
    X(CRYPT)         /* a whole crypt(3) string of its kind */                                     \
    X(MACAROON)      /* PyPI's: base64 of a macaroon of pypi.org */                                \
    X(BASIC_AUTH)    /* base64 of a name, a colon and a password (RFC 7617) */

enum proof {
#define PROOF_ENUM(name) PROOF_##name,
    PROOFS(PROOF_ENUM)
#undef PROOF_ENUM
        PROOF_COUNT
};

enum proof_result {
    PROOF_UNKNOWN, /* nothing to verify */
    PROOF_HOLDS,   /* it is what it looks like */
    PROOF_FAILS    /* it cannot be one: a placeholder, a typo, random bytes */
};

/* Judges a secret by its own bytes. Bounded time; no memory beyond its stack. */
enum proof_result proof_check(enum proof proof, str secret);

/* NULL when `name` ("github-crc") is none. */
const char *proof_name(enum proof proof);
bool proof_parse(str name, enum proof *ret);
