/* SPDX-License-Identifier: Apache-2.0 */
/* Time-based one-time passwords (RFC 6238, RFC 4226): SHA-1, 6 digits, 30 s, as every app has it.
 */
#pragma once

#include "base/arena.h"
#include "base/secret.h"

enum { TOTP_KEY_BYTES = 20, TOTP_STEP_MS = 30000, TOTP_DIGITS = 6, TOTP_DRIFT = 1 };

/* The code of a time step. `digits` 6 to 8 (the RFC's vectors have 8). */
uint32_t totp_code(str key, uint64_t step, unsigned digits);

/* Checks what was typed (spaces are skipped) against the steps around now, one before and one
 * after. False for a wrong code and for a step that is not after `last_step` (a replay); *ret_step
 * is the step to store. */
bool totp_verify(str key, str typed, int64_t now_ms, uint64_t last_step, uint64_t *ret_step);

/* Base32 (RFC 4648 section 6) without padding, in groups of four when `grouped`. */
str totp_base32(struct arena *a, str key, bool grouped);

/* "otpauth://totp/Issuer:account?secret=…&issuer=…" (Key URI Format), percent-encoded. */
str totp_uri(struct arena *a, str key, str issuer, str account);

/* The address as a QR code in SVG (libqrencode, level M), black on white with its quiet zone, no
 * script and no style attribute: fit for a strict content security policy. */
err totp_qr_svg(struct arena *a, str uri, str *ret);
