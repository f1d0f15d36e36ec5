/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include "base/crypto.h"
#include "base/mem.h"

err secret_set(struct secret *secret, str s)
{
    char *p = mem_dup(s.p, s.n);
    if (!p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    secret_done(secret);
    *secret = (struct secret){p, s.n};
    return ERR_NONE;
}

void secret_done(struct secret *secret)
{
    if (secret->p) {
        crypto_wipe(secret->p, secret->n);
        mem_free(secret->p);
    }
    *secret = (struct secret){0};
}
