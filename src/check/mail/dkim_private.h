/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of check/mail/dkim.h that are not for others. */
#pragma once

#include <openssl/evp.h>

#include "check/mail/dkim.h"

/* Decodes base64 that may be folded; false with the offset of what is wrong, text.n when it ends
 * too early. */
bool dkim_base64(struct arena *a, str text, str *ret, size_t *ret_at);

/* The key for OpenSSL; NULL when it is none of its algorithm. The caller frees it. */
EVP_PKEY *dkim_key_open(const struct dkim_key *key);

/* The value of b= in the raw text of a signature field with the space around it, which is left out
 * of what is signed (RFC 6376 section 3.5). */
str dkim_signature_hole(const struct message_field *field);
