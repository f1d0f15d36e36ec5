/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords: argon2id (RFC 9106) with libsodium's interactive limits (64 MiB, about 70 ms). Hashing
 * is queued so that log-ins cannot eat the machine: at most `parallel` at once, others wait, and
 * beyond the queue they are turned away. Judged by length and a list of common ones (NIST SP
 * 800-63B section 5.1.1.2), never by kinds of characters. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    PASSWORD_CHARS_MIN = 12,
    PASSWORD_BYTES_MAX = 1024,
    PASSWORD_HASH_BYTES = 128, /* PHC string with its NUL */
    PASSWORD_QUEUE_MAX = 64,   /* that wait; one more is UNAVAILABLE */
};

struct password_hasher;

/* parallel 0: half the cores, at least 1. The list of common passwords is Debian's cracklib word
 * list where it is installed, else one of our own that is smaller. */
err password_hasher_new(unsigned parallel, struct password_hasher **ret);
void password_hasher_free(struct password_hasher *hasher);

/* Judges a new password: UNPROCESSABLE with a text for people when it is shorter than 12
 * characters, longer than 1,024 bytes, one of the common ones (in any case, with digits or marks
 * added at its ends), or made of the account's own address or name. */
err password_judge(const struct password_hasher *hasher, str password, str email, str name);

/* Hashes; the PHC string is in `a`. Blocks while others are hashed: for workers. UNAVAILABLE when
 * the queue is full or `deadline_ms` (monotonic) passes. */
err password_hash(struct password_hasher *hasher, struct arena *a, str password,
                  int64_t deadline_ms, str *ret);

/* Compares with a PHC string. An empty string (unknown account, or one without a password) takes
 * the same time and is false. */
err password_verify(struct password_hasher *hasher, str phc, str password, int64_t deadline_ms,
                    bool *ret);

/* Whether a stored string was made with other limits, or another function, than today's. */
bool password_is_dated(str phc);
