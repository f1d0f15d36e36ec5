/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypto.h"

#include <sodium.h>

static unsigned char siphash_key[crypto_shorthash_KEYBYTES];

err crypto_init(void)
{
    if (sodium_init() < 0) {
        return err_new(ERR_INTERNAL, "the system's random generator is not available");
    }
    randombytes_buf(siphash_key, sizeof siphash_key);
    return ERR_NONE;
}

void crypto_random(void *ret, size_t n) { randombytes_buf(ret, n); }

struct crypto_digest crypto_sha256(str data)
{
    struct crypto_digest digest;
    (void)crypto_hash_sha256(digest.bytes, (const unsigned char *)data.p, data.n);
    return digest;
}

struct crypto_digest crypto_sha256_parts(const str *parts, size_t count)
{
    struct crypto_digest digest;
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++) {
        (void)crypto_hash_sha256_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
    }
    (void)crypto_hash_sha256_final(&state, digest.bytes);
    return digest;
}

struct crypto_digest crypto_hmac(str key, str data)
{
    struct crypto_digest digest;
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, key.n);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)data.p, data.n);
    (void)crypto_auth_hmacsha256_final(&state, digest.bytes);
    crypto_wipe(&state, sizeof state);
    return digest;
}

bool crypto_equal(str a, str b)
{
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

uint32_t crypto_crc32(str data)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < data.n; i++) {
        crc ^= (unsigned char)data.p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

uint64_t crypto_siphash(str data)
{
    uint64_t hash = 0;
    unsigned char out[crypto_shorthash_BYTES];
    (void)crypto_shorthash(out, (const unsigned char *)data.p, data.n, siphash_key);
    memcpy(&hash, out, sizeof hash);
    return hash;
}

void crypto_wipe(void *p, size_t n) { sodium_memzero(p, n); }
