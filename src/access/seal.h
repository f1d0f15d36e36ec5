/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that must be read again (TOTP keys, shared secrets of sites) are stored encrypted under a
 * key that is not in the database: XChaCha20-Poly1305 (libsodium) with a key derived from the
 * installation's key file by HKDF-SHA-256 (RFC 5869), bound to what the secret belongs to. */
#pragma once

#include "base/arena.h"
#include "base/secret.h"

/* Encrypts for storage: version byte, nonce, ciphertext. `bound_to` is not stored and must be the
 * same when it is opened (the row's id). */
err seal_close(struct arena *a, const struct secret *key, str bound_to, str plain, str *ret);

/* Decrypts into *ret (wiped by its owner). CORRUPT when the text is damaged, the key another or it
 * belongs elsewhere. */
err seal_open(const struct secret *key, str bound_to, str sealed, struct secret *ret);
