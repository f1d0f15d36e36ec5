/* SPDX-License-Identifier: Apache-2.0 */
/* A secret text that wipes itself; never printed, compared in constant time. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct secret {
    char *p;
    size_t n;
};

/* Copies s; replaces (and wipes) what was there. NO_MEMORY. */
err secret_set(struct secret *secret, str s);

/* Wipes and frees; a secret of zeros is fine. */
void secret_done(struct secret *secret);

/* Borrows the text for handing to a library. */
static inline str secret_view(const struct secret *secret)
{
    return (str){secret->p ? secret->p : "", secret->n};
}

static inline bool secret_empty(const struct secret *secret) { return secret->n == 0; }
