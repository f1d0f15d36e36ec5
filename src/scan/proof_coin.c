/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of coins and of age: base58check and bech32. */
#include "base/crypto.h"
#include "scan/proof_private.h"

enum { BASE58_BYTES_MAX = 128, CHECK_BYTES = 4, BECH32_MAX = 128 };

/* Base58 into bytes, most significant first; SIZE_MAX when it is none or longer than we take. */
static size_t unbase58(str s, unsigned char ret[BASE58_BYTES_MAX])
{
    static const char letters[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    unsigned char little[BASE58_BYTES_MAX];
    size_t n = 0, zeros = 0;
    while (zeros < s.n && s.p[zeros] == '1') {
        zeros++;
    }
    for (size_t i = zeros; i < s.n; i++) {
        const char *found = s.p[i] ? strchr(letters, s.p[i]) : NULL;
        if (!found) {
            return SIZE_MAX;
        }
        unsigned carry = (unsigned)(found - letters);
        for (size_t k = 0; k < n; k++) {
            carry += little[k] * 58U;
            little[k] = (unsigned char)carry;
            carry >>= 8;
        }
        if (carry) {
            if (n == BASE58_BYTES_MAX) {
                return SIZE_MAX;
            }
            little[n++] = (unsigned char)carry;
        }
    }
    if (zeros + n > BASE58_BYTES_MAX) {
        return SIZE_MAX;
    }
    memset(ret, 0, zeros);
    for (size_t k = 0; k < n; k++) {
        ret[zeros + k] = little[n - 1 - k];
    }
    return zeros + n;
}

enum proof_result proof_base58_check(str secret)
{
    unsigned char bytes[BASE58_BYTES_MAX];
    size_t n = secret.n <= BASE58_BYTES_MAX ? unbase58(secret, bytes) : SIZE_MAX;
    if (n == SIZE_MAX || n <= CHECK_BYTES) {
        return PROOF_FAILS;
    }
    struct crypto_digest once = crypto_sha256(str_n((const char *)bytes, n - CHECK_BYTES));
    struct crypto_digest twice = crypto_sha256(str_n((const char *)once.bytes, sizeof once.bytes));
    return memcmp(twice.bytes, bytes + n - CHECK_BYTES, CHECK_BYTES) == 0 ? PROOF_HOLDS
                                                                          : PROOF_FAILS;
}

static uint32_t polymod(uint32_t sum, unsigned value)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                          0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++) {
        sum ^= top >> i & 1 ? generator[i] : 0;
    }
    return sum;
}

/* One case only; what stands before the last "1" is covered twice, by its high and low bits. Age
 * keeps to the first constant; that of BIP 350 is taken as well. */
enum proof_result proof_bech32(str secret)
{
    static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    enum { BECH32 = 1, BECH32M = 0x2bc830a3, CHECK = 6 };
    size_t one = secret.n;
    bool upper = false, lower = false;
    for (size_t i = 0; i < secret.n; i++) {
        upper |= secret.p[i] >= 'A' && secret.p[i] <= 'Z';
        lower |= secret.p[i] >= 'a' && secret.p[i] <= 'z';
        one = secret.p[i] == '1' ? i : one;
    }
    if (secret.n > BECH32_MAX || (upper && lower) || one == 0 || one + CHECK >= secret.n) {
        return PROOF_FAILS;
    }
    uint32_t sum = 1;
    for (size_t i = 0; i < one; i++) {
        sum = polymod(sum, (unsigned char)str_lower(secret.p[i]) >> 5);
    }
    sum = polymod(sum, 0);
    for (size_t i = 0; i < one; i++) {
        sum = polymod(sum, (unsigned char)str_lower(secret.p[i]) & 31U);
    }
    for (size_t i = one + 1; i < secret.n; i++) {
        char c = str_lower(secret.p[i]);
        const char *found = c ? strchr(letters, c) : NULL;
        if (!found) {
            return PROOF_FAILS;
        }
        sum = polymod(sum, (unsigned)(found - letters));
    }
    return sum == BECH32 || sum == BECH32M ? PROOF_HOLDS : PROOF_FAILS;
}
