/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs: values made here by the public definitions hold; the same with one byte changed do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "scan/proof.h"

static struct arena memory;
static uint64_t seed = 88172645463325252U;

static uint32_t next(uint32_t below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 64 << 20);
    return err_ok(crypto_init()) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&memory);
    return 0;
}

static str letters(const char *of, size_t n)
{
    char *p = arena_alloc(&memory, n);
    for (size_t i = 0; i < n; i++) {
        p[i] = of[next((uint32_t)strlen(of))];
    }
    return str_n(p, n);
}

static str both(str a, str b)
{
    char *p = arena_alloc(&memory, a.n + b.n);
    memcpy(p, a.p, a.n);
    memcpy(p + a.n, b.p, b.n);
    return str_n(p, a.n + b.n);
}

/* With something between them. */
static str join(const char *between, str a, str b) { return both(both(a, str_c(between)), b); }

static str crc_letters(str covered)
{
    char out[6];
    uint32_t crc = crypto_crc32(covered);
    for (size_t i = sizeof out; i-- > 0; crc /= 62) {
        out[i] = bytes_base62_letters[crc % 62];
    }
    return arena_str(&memory, str_n(out, sizeof out));
}

static str base64(str bytes, bool url)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    if (url) {
        bytes_base64url(&b, bytes.p, bytes.n);
    } else {
        bytes_base64(&b, bytes.p, bytes.n);
    }
    str out = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return out;
}

static str random_bytes(size_t n)
{
    char *p = arena_alloc(&memory, n);
    crypto_random(p, n);
    return str_n(p, n);
}

/* The same value with another letter of its alphabet at `at`. */
static str changed(str s, size_t at)
{
    char *p = arena_alloc(&memory, s.n);
    memcpy(p, s.p, s.n);
    p[at] = p[at] == 'a' ? 'b' : 'a';
    return str_n(p, s.n);
}

static void holds(enum proof proof, str s) { assert_int_equal(proof_check(proof, s), PROOF_HOLDS); }
static void fails(enum proof proof, str s) { assert_int_equal(proof_check(proof, s), PROOF_FAILS); }

/* No change from byte `from` on may hold. */
static void every_change_fails(enum proof proof, str s, size_t from)
{
    holds(proof, s);
    for (size_t i = from; i < s.n; i++) {
        str other = changed(s, i);
        if (!str_eq(other, s)) {
            fails(proof, other);
        }
    }
    for (size_t n = 0; n < s.n; n++) {
        assert_int_not_equal(proof_check(proof, str_slice(s, 0, n)), PROOF_HOLDS);
    }
}

static void names_come_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PROOF_COUNT; i++) {
        enum proof proof = PROOF_COUNT;
        assert_non_null(proof_name((enum proof)i));
        assert_true(proof_parse(str_c(proof_name((enum proof)i)), &proof));
        assert_int_equal(proof, i);
    }
    enum proof proof = PROOF_JWT;
    assert_false(proof_parse(STR("GITHUB_CRC"), &proof));
    assert_false(proof_parse(STR_EMPTY, &proof));
    assert_int_equal(proof, PROOF_JWT);
    assert_int_equal(proof_check(PROOF_NONE, STR("x")), PROOF_UNKNOWN);
    assert_int_equal(proof_check(PROOF_COUNT, STR("x")), PROOF_UNKNOWN);
}

static void checksums_hold_until_a_byte_changes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 50; i++) {
        str payload = letters(bytes_base62_letters, 30);
        str token =
            both(both(both(str_c(i & 1 ? "npm" : "ghp"), STR("_")), payload), crc_letters(payload));
        every_change_fails(PROOF_GITHUB_CRC, token, 4);
        str ours = both(both(STR("dw_"), STR("sk_")), letters(bytes_base62_letters, 30));
        every_change_fails(PROOF_CRC32_BASE62, both(ours, crc_letters(ours)), 0);
        str head = both(both(STR("gl"), STR("sa_")), letters(bytes_base62_letters, 32));
        uint32_t crc = crypto_crc32(head);
        crc = i & 1 ? crc : __builtin_bswap32(crc); /* as Grafana writes it */
        str tail = arena_printf(&memory, "%08x", crc);
        every_change_fails(PROOF_CRC32_HEX, join("_", head, tail), 0);
    }
}

/* The token of the service's own announcement, without its prefix. */
static void the_published_token_holds(void **state)
{
    (void)state;
    str payload = STR("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ");
    assert_true(str_eq(crc_letters(payload), STR("0m"
                                                 "Lq17")));
}

static str jwt(const char *header, const char *claims)
{
    str head = base64(str_c(header), true), body = base64(str_c(claims), true);
    return join(".", join(".", head, body), base64(random_bytes(32), true));
}

static void tokens_of_json_hold_only_with_json(void **state)
{
    (void)state;
    static const char good[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    holds(PROOF_JWT, jwt(good, "{\"sub\":\"1\",\"list\":[1,{\"a\":null}],\"x\":{}}"));
    holds(PROOF_JWT, jwt("{ \"alg\" : \"none\" }", "{}"));
    fails(PROOF_JWT, jwt("{\"typ\":\"JWT\"}", "{}"));
    fails(PROOF_JWT, jwt(good, "{\"sub\":\"1\""));
    fails(PROOF_JWT, jwt(good, "{\"sub\":\"1\"}}"));
    fails(PROOF_JWT, jwt(good, "[1]"));
    fails(PROOF_JWT, jwt(good, "{\"sub\" \"1\"}"));
    fails(PROOF_JWT, jwt(good, "{\"sub\":}"));
    fails(PROOF_JWT, jwt(good, "{,}"));
    fails(PROOF_JWT, jwt(good, "{\"a\":1,}"));
    fails(PROOF_JWT, jwt(good, "random bytes that are no object"));
    fails(PROOF_JWT, STR("eyJ.x"));
    fails(PROOF_JWT, STR_EMPTY);
    str token = both(STR("glc_"), base64(STR("{\"o\":\"1\",\"k\":\"x\"}"), false));
    holds(PROOF_BASE64_JSON, token);
    fails(PROOF_BASE64_JSON, both(STR("glc_ey"), letters(bytes_base62_letters, 40)));
}

static void an_account_is_in_a_key_id(void **state)
{
    (void)state;
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    static const uint64_t accounts[] = {1, 123456789012, 999999999999};
    for (size_t i = 0; i < 3; i++) {
        uint64_t bits = UINT64_C(1) << 49 | accounts[i] << 9 | next(512);
        char id[20] = {'A', 'K', 'I', 'A'};
        for (size_t k = 0; k < 10; k++) {
            id[4 + k] = base32[bits >> (45 - 5 * k) & 31];
        }
        memset(id + 14, 'Q', 6);
        holds(PROOF_AWS_KEY_ID, str_n(id, 20));
        id[9] = '1';
        fails(PROOF_AWS_KEY_ID, str_n(id, 20));
        id[9] = 'a';
        fails(PROOF_AWS_KEY_ID, str_n(id, 20));
        fails(PROOF_AWS_KEY_ID, str_n(id, 19));
        memset(id + 4, 'J', 16); /* of before 2019 */
        assert_int_equal(proof_check(PROOF_AWS_KEY_ID, str_n(id, 20)), PROOF_UNKNOWN);
    }
}

static void keys_and_bots_have_their_lengths(void **state)
{
    (void)state;
    str key = base64(random_bytes(64), false);
    holds(PROOF_AZURE_STORAGE, key);
    fails(PROOF_AZURE_STORAGE, base64(random_bytes(63), false));
    fails(PROOF_AZURE_STORAGE, str_slice(key, 0, 86));
    fails(PROOF_AZURE_STORAGE, changed(key, 87));
    str bot = join(":", STR("1234567890"), both(STR("AA"), letters(bytes_base62_letters, 33)));
    holds(PROOF_TELEGRAM, bot);
    assert_int_equal(proof_check(PROOF_TELEGRAM, changed(bot, 11)), PROOF_UNKNOWN);
    fails(PROOF_TELEGRAM, changed(bot, 3));
    fails(PROOF_TELEGRAM, str_slice(bot, 0, bot.n - 1));
    str discord = join(".", base64(STR("812345678901234567"), true), STR("Gabcde.x"));
    holds(PROOF_DISCORD, discord);
    fails(PROOF_DISCORD, join(".", base64(STR("81234567890123456x"), true), STR("Gabcde.x")));
    fails(PROOF_DISCORD, join(".", base64(random_bytes(18), true), STR("Gabcde.x")));
    str pypi = both(STR("\x02\x01\x08"
                        "pypi.org\x02"),
                    random_bytes(60));
    holds(PROOF_MACAROON, both(STR("pypi-"), base64(pypi, true)));
    str other = both(STR("\x02\x01\x08"
                         "pypi.com\x02"),
                     random_bytes(60));
    fails(PROOF_MACAROON, both(STR("pypi-"), base64(other, true)));
    holds(PROOF_BASIC_AUTH, base64(STR("bob:tr0ub4dor"), false));
    fails(PROOF_BASIC_AUTH, base64(STR("bob tr0ub4dor"), false));
    fails(PROOF_BASIC_AUTH, base64(random_bytes(24), false));
    fails(PROOF_BASIC_AUTH, base64(STR("tr0ub4dor:tr0ub4dor"), false));
}

/* Base58 of bytes with their check (double SHA-256). */
static str base58_check(str bytes)
{
    static const char of[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    struct crypto_digest once = crypto_sha256(bytes);
    struct crypto_digest twice = crypto_sha256(str_n((char *)once.bytes, 32));
    unsigned char all[128], digits[200] = {0};
    memcpy(all, bytes.p, bytes.n);
    memcpy(all + bytes.n, twice.bytes, 4);
    size_t n = 0, zeros = 0;
    for (size_t i = 0; i < bytes.n + 4; i++) {
        unsigned carry = all[i];
        for (size_t k = 0; k < n || carry; k++) {
            n = k >= n ? k + 1 : n;
            carry += digits[k] * 256U;
            digits[k] = (unsigned char)(carry % 58);
            carry /= 58;
        }
    }
    while (zeros < bytes.n && all[zeros] == 0) {
        zeros++;
    }
    char *out = arena_alloc(&memory, n + zeros);
    memset(out, '1', zeros);
    for (size_t k = 0; k < n; k++) {
        out[zeros + k] = of[digits[n - 1 - k]];
    }
    return str_n(out, n + zeros);
}

static void coins_check_themselves(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        str wif = both(str_n(i & 1 ? "\x80" : "\xef", 1), random_bytes(32));
        every_change_fails(PROOF_BASE58_CHECK, base58_check(wif), 0);
    }
    holds(PROOF_BASE58_CHECK, base58_check(str_n("\0\0\1\2\3\4\5\6", 8)));
    holds(PROOF_BASE58_CHECK, base58_check(random_bytes(78)));
    fails(PROOF_BASE58_CHECK, letters("123456789ABCDEFGHJKLMNPQRSTUVWXYZ", 200));
    /* BIP 173 */
    every_change_fails(PROOF_BECH32, STR("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"), 0);
    holds(PROOF_BECH32, STR("A12UEL5L"));
    fails(PROOF_BECH32, STR("A12UEl5L"));
    fails(PROOF_BECH32, STR("1qzzfhee"));
}

static str pem_of(EVP_PKEY *key, bool old, const char *password)
{
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned char *kstr = NULL;
    int n = password ? (int)strlen(password) : 0;
    const EVP_CIPHER *cipher = password ? EVP_aes_128_cbc() : NULL;
    char copy[32] = {0};
    memcpy(copy, password ? password : "", (size_t)n);
    assert_int_equal(old ? PEM_write_bio_PrivateKey_traditional(bio, key, cipher, kstr, 0, NULL,
                                                                password ? copy : NULL)
                         : PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, password ? copy : NULL,
                                                         n, NULL, NULL),
                     1);
    char *p = NULL;
    long size = BIO_get_mem_data(bio, &p);
    str out = arena_str(&memory, str_trim(str_n(p, (size_t)size)));
    BIO_free(bio);
    return out;
}

/* As it stands in a JSON string: line ends are written. */
static str escaped(str pem)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < pem.n; i++) {
        buf_add(&b, pem.p[i] == '\n' ? STR("\\n") : str_n(pem.p + i, 1));
    }
    str out = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return out;
}

static void private_keys_hold_in_every_form(void **state)
{
    (void)state;
    EVP_PKEY *keys[] = {EVP_RSA_gen(2048), EVP_EC_gen("P-256"),
                        EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
    for (size_t i = 0; i < 3; i++) {
        for (unsigned form = 0; form < 4; form++) {
            bool old = form & 1;
            if (old && i == 2) {
                continue; /* has no old form */
            }
            str pem = pem_of(keys[i], old, form & 2 ? "tr0ub4dor" : NULL);
            holds(PROOF_PEM_PRIVATE, pem);
            holds(PROOF_PEM_PRIVATE, escaped(pem));
            /* cut in the middle, without its last line */
            assert_int_not_equal(proof_check(PROOF_PEM_PRIVATE, str_slice(pem, 0, pem.n * 2 / 3)),
                                 PROOF_FAILS);
            size_t end = str_find_byte(pem, '\n', 0);
            str placeholder =
                join("\nMIIB...\n", str_slice(pem, 0, end), str_slice(pem, pem.n - 30, pem.n));
            fails(PROOF_PEM_PRIVATE, placeholder);
        }
        EVP_PKEY_free(keys[i]);
    }
    str ssh = both(str_n("openssh-key-v1\0\0\0\0\4none", 23), random_bytes(200));
    static const char begin[] = "-----BEGIN "
                                "OPENSSH PRIVATE KEY-----\n";
    static const char end[] = "\n-----END "
                              "OPENSSH PRIVATE KEY-----";
    holds(PROOF_PEM_PRIVATE, both(both(str_c(begin), base64(ssh, false)), str_c(end)));
    fails(PROOF_PEM_PRIVATE, both(str_c(begin), str_c(end)));
    fails(PROOF_PEM_PRIVATE,
          both(both(str_c(begin), base64(STR("your key goes between these lines"), false)),
               str_c(end)));
    static const char public[] = "-----BEGIN "
                                 "PUBLIC KEY-----\n";
    fails(PROOF_PEM_PRIVATE, both(str_c(public), base64(random_bytes(91), false)));
    assert_int_equal(proof_check(PROOF_PEM_PRIVATE, STR("PuTTY-User-Key-File-2")), PROOF_UNKNOWN);
}

static void crypt_strings_are_whole(void **state)
{
    (void)state;
    static const char itoa[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static const struct {
        const char *head;
        size_t hash;
    } rows[] = {
        {"$2b$"
         "12$",
         53},
        {"$1$"
         "abcdefgh$",
         22},
        {"$apr1$"
         "abcdefgh$",
         22},
        {"$5$"
         "rounds=5000$salt$",
         43},
        {"$6$"
         "saltsalt$",
         86},
        {"$y$"
         "j9T$saltsaltsalt$",
         43},
        {"$P$"
         "B",
         30},
        {"$argon2id$"
         "v=19$m=65536,t=3,p=4$c29tZXNhbHQ$",
         43},
        {"$7$"
         "CU..../....saltsalt$",
         43},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str whole = both(str_c(rows[i].head), letters(itoa, rows[i].hash));
        holds(PROOF_CRYPT, whole);
        assert_int_not_equal(proof_check(PROOF_CRYPT, str_slice(whole, 0, whole.n - 28)),
                             PROOF_HOLDS);
        char *bad = arena_alloc(&memory, whole.n);
        memcpy(bad, whole.p, whole.n);
        bad[whole.n - 1] = '!';
        fails(PROOF_CRYPT, str_n(bad, whole.n));
    }
    fails(PROOF_CRYPT, both(STR("$2b$"
                                "99$"),
                            letters(itoa, 53)));
    holds(PROOF_CRYPT, both(STR("{SSHA}"), base64(random_bytes(28), false)));
    fails(PROOF_CRYPT, STR("{SSHA}short"));
    assert_int_equal(proof_check(PROOF_CRYPT, STR("hunter2")), PROOF_UNKNOWN);
}

static void any_bytes_are_survived(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        size_t n = next(300);
        char *p = arena_alloc(&memory, n + 1);
        for (size_t i = 0; i < n; i++) {
            p[i] = (char)next(256);
        }
        for (unsigned proof = 0; proof < PROOF_COUNT; proof++) {
            (void)proof_check((enum proof)proof, str_n(p, n));
        }
        arena_reset(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_back),
        cmocka_unit_test(checksums_hold_until_a_byte_changes),
        cmocka_unit_test(the_published_token_holds),
        cmocka_unit_test(tokens_of_json_hold_only_with_json),
        cmocka_unit_test(an_account_is_in_a_key_id),
        cmocka_unit_test(keys_and_bots_have_their_lengths),
        cmocka_unit_test(coins_check_themselves),
        cmocka_unit_test(private_keys_hold_in_every_form),
        cmocka_unit_test(crypt_strings_are_whole),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
