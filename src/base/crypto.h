/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes, digests and comparisons: thin names over OpenSSL 3 and libsodium. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct crypto_digest {
    unsigned char bytes[32];
};

/* Must run once before any other function here and before threads start. */
err crypto_init(void);

/* Fills with bytes of the system's generator; never fails after crypto_init. */
void crypto_random(void *ret, size_t n);

/* SHA-256 (FIPS 180-4). */
struct crypto_digest crypto_sha256(str data);
/* The same over parts, one after another. */
struct crypto_digest crypto_sha256_parts(const str *parts, size_t count);

/* HMAC-SHA-256 (RFC 2104). */
struct crypto_digest crypto_hmac(str key, str data);

/* Equal in time that depends on the lengths only. */
bool crypto_equal(str a, str b);

/* CRC-32 of ISO-HDLC, as zip and PNG have it. */
uint32_t crypto_crc32(str data);

/* A fast keyed 64-bit hash for tables that strangers fill (SipHash-2-4), key chosen at start. */
uint64_t crypto_siphash(str data);

/* Wipes memory in a way the compiler keeps. */
void crypto_wipe(void *p, size_t n);
