/* SPDX-License-Identifier: Apache-2.0 */
/* A growing set of 64-bit hashes (of crypto_siphash: strangers cannot make collisions). */
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct hashes {
    uint64_t *slots; /* 0: free */
    size_t count, capacity;
};

void hashes_done(struct hashes *set);
bool hashes_has(const struct hashes *set, uint64_t hash);
/* *ret_new (may be NULL) tells whether it was not there. NO_MEMORY. */
err hashes_add(struct hashes *set, uint64_t hash, bool *ret_new);
