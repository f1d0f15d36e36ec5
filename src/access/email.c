/* SPDX-License-Identifier: Apache-2.0 */
#include "access/email.h"

#include "net/mail_address.h"

/* Only ASCII passes in front of the @ (net/mail_address.h), so there is nothing for NFC to do and
 * no letter whose lower case depends on a language. */
err email_fold(struct arena *a, str text, str *ret)
{
    str address;
    err e = mail_address_ascii(a, str_trim(text), &address);
    if (!err_ok(e)) {
        return e;
    }
    char *out = arena_alloc(a, address.n + 1);
    if (!out) {
        return err_new(ERR_NO_MEMORY, "no memory for a mail address");
    }
    for (size_t i = 0; i < address.n; i++) {
        out[i] = str_lower(address.p[i]);
    }
    *ret = str_n(out, address.n);
    return ERR_NONE;
}
