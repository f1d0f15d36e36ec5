/* SPDX-License-Identifier: Apache-2.0 */
/* Untrusted text: normalised on the way in, redacted before it is stored or sent to a model. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Makes text from outside safe to handle: valid UTF-8 (else INVALID), NFC, no control bytes but tab
 * and line feed, no bidi overrides, no tag characters (U+E0000…), no zero-width runs, CRLF to LF,
 * trimmed. TOO_LARGE over max_chars characters. */
err guard_text_clean(struct arena *a, str text, size_t max_chars, str *ret);

/* Kinds of personal data and secrets that were replaced. */
enum guard_found {
    GUARD_FOUND_EMAIL = 1,
    GUARD_FOUND_PHONE = 2,
    GUARD_FOUND_CARD = 4,     /* Luhn-checked */
    GUARD_FOUND_IBAN = 8,     /* mod-97-checked */
    GUARD_FOUND_ADDRESS = 16, /* IP address */
    GUARD_FOUND_TOKEN = 32,   /* API keys, JWTs, private keys, ours by checksum */
    GUARD_FOUND_NATIONAL = 64 /* US SSN and the like */
};

/* Replaces each by a placeholder such as [email]; *ret_found is a bit set. Idempotent. */
err guard_redact(struct arena *a, str text, str *ret, unsigned *ret_found);
