/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens as API.md forms them: dw_<kind>_<30 random base62><6 of CRC-32>. A checksum lets any
 * scanner recognise a real one offline; only a keyed hash is ever stored. */
#pragma once

#include "base/crypto.h"
#include "base/secret.h"

enum token_kind {
    TOKEN_PUBLIC_KEY,      /* pk */
    TOKEN_SECRET_KEY,      /* sk */
    TOKEN_VISITOR_SESSION, /* vs */
    TOKEN_STAFF_SESSION,   /* ss */
    TOKEN_INVITATION,      /* iv */
    TOKEN_RESET            /* rs */
};

enum {
    TOKEN_RANDOM = 30 /* 178 bits */,
    TOKEN_CHECK = 6,
    TOKEN_BYTES = 6 + TOKEN_RANDOM + TOKEN_CHECK
};

/* A token in clear, NUL-terminated; wipe it with crypto_wipe after it was shown. */
struct token {
    char c[TOKEN_BYTES + 1];
};

/* Draws a new token. */
struct token token_new(enum token_kind kind);

/* True when s has the form of a token of ours and its checksum holds; says nothing about its being
 * live. */
bool token_parse(str s, enum token_kind *ret_kind);

/* Gives where something that begins like a token of ours stands in s, or SIZE_MAX. */
size_t token_find(str s);

/* HMAC-SHA-256 of the token under the installation's key. */
struct crypto_digest token_hash(const struct secret *key, str token);

/* Characters of a token that may stand in lists: "dw_sk_Ab3…". */
str token_hint(str token);

/* Reads the installation's hashing key, or draws and writes it (mode 0600) when the file does not
 * exist and `create` is set. CORRUPT when the file has another size, FORBIDDEN when others may read
 * it. */
err token_key_load(const char *path, bool create, struct secret *ret);
