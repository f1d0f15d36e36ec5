/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of crypt(3) and its relatives: each kind by its prefix, parameters, salt and length. */
#include "scan/proof_private.h"

#define ITOA64 "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define PADDED ITOA64 "+-=_"

struct kind {
    const char *prefix;
    size_t salt_min, salt_max;
    size_t hash_min, hash_max;
    const char *letters;
};

/* prefix, parameters that hold '=' or digits, salt, hash. */
static const struct kind kinds[] = {
    {"$1$", 0, 8, 22, 22, ITOA64},
    {"$apr1$", 0, 8, 22, 22, ITOA64},
    {"$5$", 0, 16, 43, 43, ITOA64},
    {"$6$", 0, 16, 86, 86, ITOA64},
    {"$y$", 1, 86, 43, 43, ITOA64},
    {"$gy$", 1, 86, 43, 43, ITOA64},
    {"$7$", 14, 100, 43, 43, ITOA64},
    {"$scrypt$", 11, 88, 22, 172, PADDED},
    {"$argon2id$", 11, 88, 16, 172, PADDED},
    {"$argon2i$", 11, 88, 16, 172, PADDED},
    {"$argon2d$", 11, 88, 16, 172, PADDED},
    {"$sha1$", 1, 64, 28, 28, ITOA64},
    {"$pbkdf2-sha256$", 8, 88, 40, 44, PADDED},
    {"$pbkdf2-sha512$", 8, 88, 84, 88, PADDED},
    {"$pbkdf2$", 8, 88, 26, 28, PADDED},
    {"pbkdf2_sha256$", 4, 64, 43, 44, PADDED},
    {"pbkdf2_sha1$", 4, 64, 27, 28, PADDED},
    {"pbkdf2:sha256:", 4, 64, 64, 64, PADDED},
    {"pbkdf2:sha512:", 4, 64, 128, 128, PADDED},
    {"scrypt:", 4, 64, 128, 128, PADDED},
    {"$md5,", 0, 8, 22, 22, ITOA64},
};

enum { FIELDS_MAX = 6, BCRYPT_BYTES = 60, PHPASS_BYTES = 34 };

static bool is_bcrypt(str s)
{
    if (s.n != BCRYPT_BYTES || !str_starts(s, STR("$2")) || s.p[3] != '$' || s.p[6] != '$' ||
        !s.p[2] || !strchr("abxy", s.p[2])) {
        return false;
    }
    uint64_t cost;
    return str_u64(str_slice(s, 4, 6), &cost) && cost >= 4 && cost <= 31 &&
           proof_only(str_slice(s, 7, s.n), ITOA64);
}

/* WordPress and phpBB: one letter of rounds, 8 of salt, 22. */
static bool is_phpass(str s)
{
    return s.n == PHPASS_BYTES && (str_starts(s, STR("$P$")) || str_starts(s, STR("$H$"))) &&
           proof_only(str_slice(s, 3, s.n), ITOA64);
}

/* The last two fields are salt and hash; those before are parameters. */
static bool is_kind(str s, const struct kind *kind)
{
    str fields[FIELDS_MAX], rest = str_slice(s, strlen(kind->prefix), s.n), field;
    size_t count = 0;
    while (str_split(&rest, '$', &field)) {
        if (count == FIELDS_MAX) {
            return false;
        }
        fields[count++] = field;
    }
    if (count < 2) {
        return false;
    }
    str salt = fields[count - 2], hash = fields[count - 1];
    return salt.n >= kind->salt_min && salt.n <= kind->salt_max && hash.n >= kind->hash_min &&
           hash.n <= kind->hash_max && proof_only(hash, kind->letters);
}

/* "{SSHA}" and base64 of a digest with its salt (RFC 2307). */
static bool is_ldap(str s, bool *ret_fine)
{
    size_t close = str_find_byte(s, '}', 0);
    unsigned char bytes[128];
    if (!str_starts(s, STR("{")) || close == SIZE_MAX || close > 10) {
        return false;
    }
    size_t n = proof_unbase64(str_slice(s, close + 1, s.n), bytes, sizeof bytes);
    *ret_fine = n != SIZE_MAX && n >= 16;
    return true;
}

/* MySQL's "*" and 40 hex digits; PostgreSQL's "md5" and 32, or the parts of SCRAM (RFC 5803). */
static bool is_database(str s, bool *ret_fine)
{
    if (s.n == 41 && s.p[0] == '*') {
        *ret_fine = proof_only(str_slice(s, 1, s.n), "0123456789ABCDEFabcdef");
        return true;
    }
    static const str scram = STR_INIT("SCRAM-SHA-256$");
    if (str_starts(s, scram)) {
        size_t colon = str_find_byte(s, ':', 0), second = str_find_byte(s, '$', scram.n);
        *ret_fine = colon != SIZE_MAX && second != SIZE_MAX && s.n - second >= 88;
        return true;
    }
    *ret_fine = s.n == 35 && proof_only(str_slice(s, 3, s.n), "0123456789abcdef");
    return str_starts(s, STR("md5")) && *ret_fine;
}

enum proof_result proof_crypt(str secret)
{
    bool fine;
    if (is_database(secret, &fine)) {
        return fine ? PROOF_HOLDS : PROOF_FAILS;
    }
    if (is_ldap(secret, &fine)) {
        return fine ? PROOF_HOLDS : PROOF_FAILS;
    }
    if (str_starts(secret, STR("$2"))) {
        return is_bcrypt(secret) ? PROOF_HOLDS : PROOF_FAILS;
    }
    if (str_starts(secret, STR("$P$")) || str_starts(secret, STR("$H$"))) {
        return is_phpass(secret) ? PROOF_HOLDS : PROOF_FAILS;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (str_starts(secret, str_c(kinds[i].prefix))) {
            return is_kind(secret, &kinds[i]) ? PROOF_HOLDS : PROOF_FAILS;
        }
    }
    return PROOF_UNKNOWN; /* of a kind that we do not know */
}
