/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/proof_private.h"

#include "base/bytes.h"
#include "base/crypto.h"

enum { CHECK_BYTES = 6, CRC_DIGITS = 8, TOKEN_MIN = 16 };

static const char *const wire_names[PROOF_COUNT] = {
    [PROOF_NONE] = "none",
    [PROOF_CRC32_BASE62] = "crc32-base62",
    [PROOF_GITHUB_CRC] = "github-crc",
    [PROOF_CRC32_HEX] = "crc32-hex",
    [PROOF_JWT] = "jwt",
    [PROOF_PEM_PRIVATE] = "pem-private",
    [PROOF_AWS_KEY_ID] = "aws-key-id",
    [PROOF_BASE64_JSON] = "base64-json",
    [PROOF_AZURE_STORAGE] = "azure-storage",
    [PROOF_BASE58_CHECK] = "base58-check",
    [PROOF_BECH32] = "bech32",
    [PROOF_TELEGRAM] = "telegram",
    [PROOF_DISCORD] = "discord",
    [PROOF_CRYPT] = "crypt",
    [PROOF_MACAROON] = "macaroon",
    [PROOF_BASIC_AUTH] = "basic-auth",
};

const char proof_alnum[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool proof_only(str s, const char *letters)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!s.p[i] || !strchr(letters, s.p[i])) {
            return false;
        }
    }
    return true;
}

/* The last six letters are the CRC-32 of `covered` in base62, most significant first. */
static enum proof_result crc_base62(str covered, str check)
{
    uint32_t crc = crypto_crc32(covered);
    for (size_t i = CHECK_BYTES; i-- > 0; crc /= 62) {
        if (check.p[i] != bytes_base62_letters[crc % 62]) {
            return PROOF_FAILS;
        }
    }
    return PROOF_HOLDS;
}

static enum proof_result crc32_base62(str s)
{
    return s.n < TOKEN_MIN ? PROOF_FAILS
                           : crc_base62(str_slice(s, 0, s.n - CHECK_BYTES),
                                        str_slice(s, s.n - CHECK_BYTES, s.n));
}

/* "ghp_", 30 letters, six of the checksum; npm's the same. */
static enum proof_result github_crc(str s)
{
    size_t from = s.n;
    while (from > 0 && s.p[from - 1] != '_') {
        from--;
    }
    str payload = str_slice(s, from, s.n);
    if (from == 0 || payload.n < TOKEN_MIN || !proof_only(payload, proof_alnum)) {
        return PROOF_FAILS;
    }
    return crc_base62(str_slice(payload, 0, payload.n - CHECK_BYTES),
                      str_slice(payload, payload.n - CHECK_BYTES, payload.n));
}

/* Grafana writes the four bytes in the order of its machine, least significant first; the other
 * order is taken as well. */
static enum proof_result crc32_hex(str s)
{
    if (s.n < TOKEN_MIN || s.p[s.n - CRC_DIGITS - 1] != '_') {
        return PROOF_FAILS;
    }
    uint32_t crc = crypto_crc32(str_slice(s, 0, s.n - CRC_DIGITS - 1)), written = 0;
    for (size_t i = s.n - CRC_DIGITS; i < s.n; i++) {
        int digit = bytes_hex_digit(s.p[i]);
        if (digit < 0) {
            return PROOF_FAILS;
        }
        written = written << 4 | (uint32_t)digit;
    }
    return written == crc || written == __builtin_bswap32(crc) ? PROOF_HOLDS : PROOF_FAILS;
}

enum proof_result proof_check(enum proof proof, str secret)
{
    static enum proof_result (*const checks[PROOF_COUNT])(str) = {
        [PROOF_CRC32_BASE62] = crc32_base62,
        [PROOF_GITHUB_CRC] = github_crc,
        [PROOF_CRC32_HEX] = crc32_hex,
        [PROOF_JWT] = proof_jwt,
        [PROOF_PEM_PRIVATE] = proof_pem_private,
        [PROOF_AWS_KEY_ID] = proof_aws_key_id,
        [PROOF_BASE64_JSON] = proof_base64_json,
        [PROOF_AZURE_STORAGE] = proof_azure_storage,
        [PROOF_BASE58_CHECK] = proof_base58_check,
        [PROOF_BECH32] = proof_bech32,
        [PROOF_TELEGRAM] = proof_telegram,
        [PROOF_DISCORD] = proof_discord,
        [PROOF_CRYPT] = proof_crypt,
        [PROOF_MACAROON] = proof_macaroon,
        [PROOF_BASIC_AUTH] = proof_basic_auth,
    };
    return proof < PROOF_COUNT && checks[proof] ? checks[proof](secret) : PROOF_UNKNOWN;
}

const char *proof_name(enum proof proof) { return proof < PROOF_COUNT ? wire_names[proof] : NULL; }

bool proof_parse(str name, enum proof *ret)
{
    for (unsigned i = 0; i < PROOF_COUNT; i++) {
        if (str_eq(name, str_c(wire_names[i]))) {
            *ret = (enum proof)i;
            return true;
        }
    }
    return false;
}
