/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery codes for a lost second factor: ten, 79 random bits each, single use, stored as keyed
 * hashes. */
#pragma once

#include "base/crypto.h"
#include "base/secret.h"

enum { RECOVERY_CODES = 10, RECOVERY_CODE_BYTES = 20 };

/* "abcd-efgh-jkmn-pqrs", NUL-terminated: letters and digits that are not taken for others. */
struct recovery_code {
    char c[RECOVERY_CODE_BYTES];
};

struct recovery_code recovery_code_new(void);

/* The hash of what was typed, bound to the person; case, spaces and dashes do not count. False when
 * it cannot be a code. */
bool recovery_hash(const struct secret *key, str person, str typed, struct crypto_digest *ret);
