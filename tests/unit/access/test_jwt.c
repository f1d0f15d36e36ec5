/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/access/jose.h"

/* 2026-11-21T20:00:00Z */
#define NOW_S 1795291200
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define EXP "\"exp\":1795294800" /* in an hour */

enum { ALGS = JWT_EDDSA + 1 };

static const int64_t now_ms = (int64_t)NOW_S * 1000;
static const char *const names[ALGS] = {"HS256", "ES256", "EdDSA"};

static struct arena memory;
static struct jose_key keys[ALGS];

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 256 << 20);
    for (unsigned alg = 0; alg < ALGS; alg++) {
        keys[alg] = jose_key_new(&memory, (enum jwt_alg)alg);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (unsigned alg = 0; alg < ALGS; alg++) {
        EVP_PKEY_free(keys[alg].pair);
    }
    arena_done(&memory);
    return 0;
}

static str header_of(enum jwt_alg alg)
{
    return arena_printf(&memory, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"k1\"}", names[alg]);
}

#define CLAIMS "{\"sub\":\"u1\",\"aud\":\"shop\",\"iat\":" TEXT(NOW_S) "," EXP "}"

static err verify(str token, const struct jwt_key *key)
{
    struct jwt_visitor visitor;
    return jwt_verify(&memory, token, key, STR("shop"), now_ms, &visitor);
}

static void a_good_token_says_who_the_visitor_is(void **state)
{
    (void)state;
    str claims = STR("{\"sub\":\"user 42\",\"email\":\"anna@example.com\",\"name\":\"Anna "
                     "S\\u00f6hne\",\"groups\":[\"staff\",\"eu:berlin\",\"staff\",\"a.b-c_d\"],"
                     "\"aud\":\"shop\"," EXP ",\"more\":{\"is\":[\"ignored\"]}}");
    for (unsigned alg = 0; alg < ALGS; alg++) {
        str token = jose_token(&memory, &keys[alg], header_of((enum jwt_alg)alg), claims), kid;
        struct jwt_visitor visitor;
        assert_true(err_ok(jwt_kid(&memory, token, &kid)));
        assert_true(str_eq(kid, STR("k1")));
        assert_true(
            err_ok(jwt_verify(&memory, token, &keys[alg].site, STR("shop"), now_ms, &visitor)));
        assert_true(str_eq(visitor.subject, STR("user 42")));
        assert_true(str_eq(visitor.email, STR("anna@example.com")));
        assert_true(str_eq(visitor.name, STR("Anna S\xc3\xb6hne")));
        assert_true(str_eq(visitor.groups, STR("a.b-c_d\neu:berlin\nstaff\n")));
        assert_int_equal(visitor.expires_ms, now_ms + 3600000);
    }
}

static void algorithm_names_are_exact(void **state)
{
    (void)state;
    static const char *const other[] = {"",      "none",  "None",   "NONE",   "nOnE", "hs256",
                                        "HS384", "RS256", "ES256K", "EdDSA ", "ES25", "HS256\n"};
    enum jwt_alg alg;
    for (unsigned i = 0; i < ALGS; i++) {
        assert_true(jwt_alg_parse(str_c(names[i]), &alg));
        assert_int_equal(alg, i);
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_false(jwt_alg_parse(str_c(other[i]), &alg));
    }
}

static void every_flipped_bit_of_a_token_is_refused(void **state)
{
    (void)state;
    for (unsigned alg = 0; alg < ALGS; alg++) {
        str token = jose_token(&memory, &keys[alg], header_of((enum jwt_alg)alg), STR(CLAIMS));
        assert_true(err_ok(verify(token, &keys[alg].site)));
        char *copy = arena_alloc(&memory, token.n);
        for (size_t i = 0; i < token.n; i++) {
            for (unsigned bit = 0; bit < 8; bit++) {
                memcpy(copy, token.p, token.n);
                copy[i] = (char)(copy[i] ^ (1 << bit));
                assert_int_equal(verify(str_n(copy, token.n), &keys[alg].site).code,
                                 ERR_UNAUTHORIZED);
            }
            assert_int_equal(verify(str_slice(token, 0, i), &keys[alg].site).code,
                             ERR_UNAUTHORIZED);
            assert_int_equal(verify(str_slice(token, i + 1, token.n), &keys[alg].site).code,
                             ERR_UNAUTHORIZED);
        }
    }
}

static void every_other_last_character_is_refused(void **state)
{
    (void)state;
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (unsigned alg = 0; alg < ALGS; alg++) {
        str token = jose_token(&memory, &keys[alg], header_of((enum jwt_alg)alg), STR(CLAIMS));
        char *copy = arena_alloc(&memory, token.n);
        memcpy(copy, token.p, token.n);
        for (size_t i = 0; i < 64; i++) { /* the same bytes with unused bits set among them */
            copy[token.n - 1] = letters[i];
            assert_int_equal(err_ok(verify(str_n(copy, token.n), &keys[alg].site)),
                             letters[i] == token.p[token.n - 1]);
        }
    }
}

/* Headers that are signed rightly and refused all the same; HS256 unless they say otherwise. */
static void headers_that_ask_for_something_else_are_refused(void **state)
{
    (void)state;
    static const char *const table[] = {
        "{\"alg\":\"none\",\"kid\":\"k1\"}",
        "{\"alg\":\"None\",\"kid\":\"k1\"}",
        "{\"alg\":\"nOnE\",\"kid\":\"k1\"}",
        "{\"alg\":\"\",\"kid\":\"k1\"}",
        "{\"alg\":null,\"kid\":\"k1\"}",
        "{\"alg\":[\"HS256\"],\"kid\":\"k1\"}",
        "{\"kid\":\"k1\"}",
        "{\"alg\":\"HS384\",\"kid\":\"k1\"}",
        "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
        "{\"alg\":\"hs256\",\"kid\":\"k1\"}",
        "{\"ALG\":\"HS256\",\"kid\":\"k1\"}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\"}",
        "{\"alg\":\"EdDSA\",\"kid\":\"k1\"}",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"kid\":\"\"}",
        "{\"alg\":\"HS256\",\"kid\":1}",
        "{\"alg\":\"HS256\",\"kid\":null}",
        "{\"alg\":\"HS256\",\"kid\":\"a b\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\\n\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k\\u00fc\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\\u0000\"}",
        "{\"alg\":\"HS256\",\"kid\":\"0123456789012345678901234567890123456789012345678901234567890"
        "1234\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"crit\":[\"exp\"],\"exp\":1}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"crit\":[]}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"b64\":false}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"jku\":\"https://evil.example/keys\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"x5u\":\"https://evil.example/cert\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"x5c\":[\"AAAA\"]}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"enc\":\"A128GCM\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"zip\":\"DEF\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":1}",
        "{\"alg\":\"HS256\",\"alg\":\"none\",\"kid\":\"k1\"}",
        "{\"alg\":\"none\",\"alg\":\"HS256\",\"kid\":\"k1\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"kid\":\"k2\"}",
        "{\"alg\":\"HS256\",\"\\u0061lg\":\"none\",\"kid\":\"k1\"}",
        "[\"HS256\"]",
        "\"HS256\"",
        "null",
        "{\"alg\":\"HS256\",\"kid\":\"k1\"",
        "{\"alg\":\"HS256\",\"kid\":\"k1\"}}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\"} {}",
        "{\"alg\":\"HS256\",\"kid\":\"k1\",}",
        "{'alg':'HS256','kid':'k1'}",
        "\xef\xbb\xbf{\"alg\":\"HS256\",\"kid\":\"k1\"}",
        "{\"alg\":\"HS256\",\"kid\":\"k\xff\"}",
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        str token = jose_token(&memory, &keys[JWT_HS256], str_c(table[i]), STR(CLAIMS));
        err e = verify(token, &keys[JWT_HS256].site);
        if (e.code != ERR_UNAUTHORIZED) {
            fail_msg("%s was taken", table[i]);
        }
    }
}

static void the_algorithm_is_the_keys_and_never_the_tokens(void **state)
{
    (void)state;
    for (unsigned of_token = 0; of_token < ALGS; of_token++) {
        str token =
            jose_token(&memory, &keys[of_token], header_of((enum jwt_alg)of_token), STR(CLAIMS));
        for (unsigned of_key = 0; of_key < ALGS; of_key++) {
            assert_int_equal(err_ok(verify(token, &keys[of_key].site)), of_key == of_token);
        }
    }
    /* A public key, which everybody knows, as the secret of an HMAC. */
    for (unsigned alg = JWT_ES256; alg < ALGS; alg++) {
        struct jose_key confused = {.alg = JWT_HS256, .secret = keys[alg].site.key};
        str header = header_of(JWT_HS256);
        assert_false(
            err_ok(verify(jose_token(&memory, &confused, header, STR(CLAIMS)), &keys[alg].site)));
        header = header_of((enum jwt_alg)alg);
        assert_false(
            err_ok(verify(jose_token(&memory, &confused, header, STR(CLAIMS)), &keys[alg].site)));
    }
    /* The key that signs has another name, but the same algorithm. */
    struct jose_key stranger = jose_key_new(&memory, JWT_ES256);
    assert_false(err_ok(verify(jose_token(&memory, &stranger, header_of(JWT_ES256), STR(CLAIMS)),
                               &keys[JWT_ES256].site)));
    EVP_PKEY_free(stranger.pair);
}

static void other_forms_than_the_compact_one_are_refused(void **state)
{
    (void)state;
    str good = jose_token(&memory, &keys[JWT_HS256], header_of(JWT_HS256), STR(CLAIMS));
    size_t first = str_find_byte(good, '.', 0), second = str_find_byte(good, '.', first + 1);
    str head = str_slice(good, 0, first), body = str_slice(good, first + 1, second),
        tail = str_slice(good, second + 1, good.n);
    static const char *const forms[] = {
        "%.*s.%.*s.%.*s=",  "%.*s=.%.*s.%.*s",  "%.*s.%.*s=.%.*s", " %.*s.%.*s.%.*s",
        "%.*s.%.*s.%.*s ",  "%.*s.%.*s.%.*s\n", "%.*s .%.*s.%.*s", "%.*s.\n%.*s.%.*s",
        "%.*s.%.*s.%.*s.",  ".%.*s.%.*s.%.*s",  "%.*s..%.*s.%.*s", "%.*s.%.*s..%.*s",
        "%.*s.%.*s.%.*s.e", "%.*s.%.*s%.*s",    "%.*s%.*s.%.*s",   "%.*s:%.*s:%.*s",
        "%.*s.%.*s.%.*sA",  "%.*s.%.*s.%.*s+",  "%.*s.%.*s./%.*s", "Bearer %.*s.%.*s.%.*s",
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        str text = arena_printf(&memory, forms[i], STR_ARG(head), STR_ARG(body), STR_ARG(tail));
#pragma GCC diagnostic pop
        str kid;
        assert_int_equal(verify(text, &keys[JWT_HS256].site).code, ERR_UNAUTHORIZED);
        if (!strstr(forms[i], "sA")) {
            assert_int_equal(jwt_kid(&memory, text, &kid).code, ERR_INVALID);
        }
    }
    str unsigned_token = arena_printf(&memory, "%.*s.%.*s.", STR_ARG(head), STR_ARG(body));
    assert_int_equal(verify(unsigned_token, &keys[JWT_HS256].site).code, ERR_UNAUTHORIZED);
    assert_int_equal(verify(STR_EMPTY, &keys[JWT_HS256].site).code, ERR_UNAUTHORIZED);
    assert_int_equal(verify(STR(".."), &keys[JWT_HS256].site).code, ERR_UNAUTHORIZED);
    assert_int_equal(verify(STR("{\"payload\":\"e30\",\"signatures\":[]}"), &keys[0].site).code,
                     ERR_UNAUTHORIZED);
    assert_int_equal(verify(str_n(good.p, good.n + 1), &keys[JWT_HS256].site).code,
                     ERR_UNAUTHORIZED); /* with the NUL */
}

/* Replaces the signature of a token by bytes. */
static str with_signature(str token, str signature)
{
    size_t dot = str_find_byte(token, '.', str_find_byte(token, '.', 0) + 1);
    str text = jose_base64url(&memory, signature);
    return arena_printf(&memory, "%.*s%.*s", (int)dot + 1, token.p, STR_ARG(text));
}

static void signatures_of_another_form_are_refused(void **state)
{
    (void)state;
    /* The order of P-256. */
    static const unsigned char order[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
                                            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                            0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
                                            0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
    for (unsigned alg = 0; alg < ALGS; alg++) {
        const struct jwt_key *key = &keys[alg].site;
        str token = jose_token(&memory, &keys[alg], header_of((enum jwt_alg)alg), STR(CLAIMS));
        size_t dot = str_find_byte(token, '.', str_find_byte(token, '.', 0) + 1);
        str real = jose_sign(&memory, &keys[alg], str_slice(token, 0, dot));
        char bytes[80] = {0};
        for (size_t n = 1; n <= sizeof bytes; n++) { /* zeros of every length */
            assert_false(err_ok(verify(with_signature(token, str_n(bytes, n)), key)));
        }
        assert_true(err_ok(verify(with_signature(token, real), key)));
        for (size_t n = 1; n < real.n; n++) {
            assert_false(err_ok(verify(with_signature(token, str_slice(real, 0, n)), key)));
        }
        memcpy(bytes, real.p, real.n);
        assert_false(err_ok(verify(with_signature(token, str_n(bytes, real.n + 1)), key)));
        if (alg != JWT_HS256) { /* r or R, then s, each of: zero, the order, all ones */
            for (unsigned half = 0; half < 2; half++) {
                memcpy(bytes, real.p, real.n);
                memset(bytes + 32 * half, 0, 32);
                assert_false(err_ok(verify(with_signature(token, str_n(bytes, 64)), key)));
                memcpy(bytes + 32 * half, order, 32);
                assert_false(err_ok(verify(with_signature(token, str_n(bytes, 64)), key)));
                memset(bytes + 32 * half, 0xff, 32);
                assert_false(err_ok(verify(with_signature(token, str_n(bytes, 64)), key)));
            }
        }
    }
}

/* The DER form of an ECDSA signature is what other libraries make by mistake. */
static void a_der_signature_is_refused(void **state)
{
    (void)state;
    str input = jose_input(&memory, header_of(JWT_ES256), STR(CLAIMS));
    unsigned char der[80];
    size_t n = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, keys[JWT_ES256].pair), 1);
    assert_int_equal(EVP_DigestSign(ctx, der, &n, (const unsigned char *)input.p, input.n), 1);
    EVP_MD_CTX_free(ctx);
    str signature = jose_base64url(&memory, str_n((const char *)der, n));
    str token = arena_printf(&memory, "%.*s.%.*s", STR_ARG(input), STR_ARG(signature));
    assert_false(err_ok(verify(token, &keys[JWT_ES256].site)));
}

struct claim_row {
    const char *claims;
    bool fine;
};

#define SUB "\"sub\":\"u1\""
#define AUD "\"aud\":\"shop\""
#define X63 "123456789012345678901234567890123456789012345678901234567890123"
#define X255 X63 X63 X63 X63 "xxx"

static const struct claim_row claim_rows[] = {
    {"{" SUB "," AUD "," EXP "}", true},
    /* times */
    {"{" SUB "," AUD "}", false},
    {"{" SUB "," AUD ",\"exp\":null}", false},
    {"{" SUB "," AUD ",\"exp\":\"1795294800\"}", false},
    {"{" SUB "," AUD ",\"exp\":1795294800.0}", false},
    {"{" SUB "," AUD ",\"exp\":1795294800.5}", false},
    {"{" SUB "," AUD ",\"exp\":1.7952948e9}", false},
    {"{" SUB "," AUD ",\"exp\":true}", false},
    {"{" SUB "," AUD ",\"exp\":[1795294800]}", false},
    {"{" SUB "," AUD ",\"exp\":-1}", false},
    {"{" SUB "," AUD ",\"exp\":0}", false},
    {"{" SUB "," AUD ",\"exp\":1795291200}", false}, /* now */
    {"{" SUB "," AUD ",\"exp\":1795291201}", true},
    {"{" SUB "," AUD ",\"exp\":1795291199}", false},
    {"{" SUB "," AUD ",\"exp\":1795377600}", true},     /* in 24 hours */
    {"{" SUB "," AUD ",\"exp\":1795377601}", false},    /* and a second */
    {"{" SUB "," AUD ",\"exp\":1795294800000}", false}, /* milliseconds */
    {"{" SUB "," AUD ",\"exp\":9223372036854775807}", false},
    {"{" SUB "," AUD ",\"exp\":9223372036854775808}", false},
    {"{" SUB "," AUD ",\"exp\":18446744073709551617}", false},
    {"{" SUB "," AUD ",\"exp\":1e999}", false},
    {"{" SUB "," AUD ",\"exp\":99999999999999999999999999}", false},
    {"{" SUB "," AUD "," EXP ",\"exp\":1795294801}", false},
    {"{" SUB "," AUD "," EXP ",\"iat\":1795291200}", true},
    {"{" SUB "," AUD "," EXP ",\"iat\":1795291260}", true}, /* a minute ahead */
    {"{" SUB "," AUD "," EXP ",\"iat\":1795291261}", false},
    {"{" SUB "," AUD "," EXP ",\"iat\":1795208400}", true}, /* lives for just 24 hours */
    {"{" SUB "," AUD "," EXP ",\"iat\":1795208399}", false},
    {"{" SUB "," AUD "," EXP ",\"iat\":0}", false},
    {"{" SUB "," AUD "," EXP ",\"iat\":\"1795291200\"}", false},
    {"{" SUB "," AUD "," EXP ",\"iat\":null}", false},
    {"{" SUB "," AUD "," EXP ",\"iat\":-9223372036854775808}", false},
    {"{" SUB "," AUD "," EXP ",\"nbf\":1795291260}", true},
    {"{" SUB "," AUD "," EXP ",\"nbf\":1795291261}", false},
    {"{" SUB "," AUD "," EXP ",\"nbf\":1}", true},
    {"{" SUB "," AUD "," EXP ",\"nbf\":1.5}", false},
    {"{" SUB "," AUD "," EXP ",\"nbf\":{}}", false},
    /* audience */
    {"{" SUB "," EXP "}", false},
    {"{" SUB ",\"aud\":null," EXP "}", false},
    {"{" SUB ",\"aud\":\"\"," EXP "}", false},
    {"{" SUB ",\"aud\":\"Shop\"," EXP "}", false},
    {"{" SUB ",\"aud\":\"shop2\"," EXP "}", false},
    {"{" SUB ",\"aud\":\"sho\"," EXP "}", false},
    {"{" SUB ",\"aud\":\"shop \"," EXP "}", false},
    {"{" SUB ",\"aud\":\"*\"," EXP "}", false},
    {"{" SUB ",\"aud\":[\"shop\"]," EXP "}", true},
    {"{" SUB ",\"aud\":[\"other\",\"shop\"]," EXP "}", true},
    {"{" SUB ",\"aud\":[\"other\"]," EXP "}", false},
    {"{" SUB ",\"aud\":[]," EXP "}", false},
    {"{" SUB ",\"aud\":[\"shop\",1]," EXP "}", false},
    {"{" SUB ",\"aud\":[[\"shop\"]]," EXP "}", false},
    {"{" SUB ",\"aud\":{\"shop\":true}," EXP "}", false},
    {"{" SUB ",\"aud\":1," EXP "}", false},
    {"{" SUB "," AUD ",\"aud\":\"shop\"," EXP "}", false},
    /* subject */
    {"{" AUD "," EXP "}", false},
    {"{\"sub\":\"\"," AUD "," EXP "}", false},
    {"{\"sub\":null," AUD "," EXP "}", false},
    {"{\"sub\":42," AUD "," EXP "}", false},
    {"{\"sub\":[\"u1\"]," AUD "," EXP "}", false},
    {"{\"sub\":\"" X255 "\"," AUD "," EXP "}", true},
    {"{\"sub\":\"" X255 "x\"," AUD "," EXP "}", false},
    {"{\"sub\":\"u\\u0000\"," AUD "," EXP "}", false},
    {"{\"sub\":\"u\\n1\"," AUD "," EXP "}", false},
    {"{\"sub\":\"u\\u007f\"," AUD "," EXP "}", false},
    {"{\"sub\":\"u\\ud800\"," AUD "," EXP "}", false},
    {"{\"sub\":\"\\u00fc ber\"," AUD "," EXP "}", true},
    {"{" SUB ",\"sub\":\"u2\"," AUD "," EXP "}", false},
    /* address and name */
    {"{" SUB "," AUD "," EXP ",\"email\":\"anna@example.com\"}", true},
    {"{" SUB "," AUD "," EXP ",\"email\":\"\"}", true},
    {"{" SUB "," AUD "," EXP ",\"email\":null,\"name\":null,\"groups\":null}", true},
    {"{" SUB "," AUD "," EXP ",\"email\":\"anna\"}", false},
    {"{" SUB "," AUD "," EXP ",\"email\":\"a@b.c\\r\\nBcc: d@e.f\"}", false},
    {"{" SUB "," AUD "," EXP ",\"email\":1}", false},
    {"{" SUB "," AUD "," EXP ",\"email\":[\"anna@example.com\"]}", false},
    {"{" SUB "," AUD "," EXP ",\"name\":\"Anna\"}", true},
    {"{" SUB "," AUD "," EXP ",\"name\":\"An\\nna\"}", false},
    {"{" SUB "," AUD "," EXP ",\"name\":{}}", false},
    {"{" SUB "," AUD "," EXP ",\"name\":\"" X255 "\"}", true},
    {"{" SUB "," AUD "," EXP ",\"name\":\"" X255 "x\"}", false},
    /* groups */
    {"{" SUB "," AUD "," EXP ",\"groups\":[]}", true},
    {"{" SUB "," AUD "," EXP ",\"groups\":[\"a\"]}", true},
    {"{" SUB "," AUD "," EXP ",\"groups\":[\"" X63 "4\"]}", true},
    {"{" SUB "," AUD "," EXP ",\"groups\":[\"" X63 "45\"]}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":[\"\"]}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":[\"a b\"]}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":[\"a\\nadmin\"]}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":[\"a\\u0000\"]}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":[\"\\u00fc\"]}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":[\"a\",null]}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":[1]}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":[[\"a\"]]}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":\"a\"}", false},
    {"{" SUB "," AUD "," EXP ",\"groups\":{\"a\":1}}", false},
    /* the text itself */
    {"[]", false},
    {"null", false},
    {"\"" X63 "\"", false},
    {"{" SUB "," AUD "," EXP "", false},
    {"{" SUB "," AUD "," EXP "}x", false},
    {"{" SUB "," AUD "," EXP ",\"x\":NaN}", false},
    {"{" SUB "," AUD "," EXP ",\"x\":1,\"x\":1}", false},
    {"{" SUB "," AUD "," EXP ",\"x\":{\"y\":1,\"y\":1}}", false},
    {" { " SUB " , " AUD " , " EXP " } ", true},
};

static void claims_are_judged_row_by_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof claim_rows / sizeof *claim_rows; i++) {
        const struct claim_row *row = &claim_rows[i];
        str token = jose_token(&memory, &keys[JWT_HS256], header_of(JWT_HS256), str_c(row->claims));
        err e = verify(token, &keys[JWT_HS256].site);
        if (err_ok(e) != row->fine || (!row->fine && e.code != ERR_UNAUTHORIZED)) {
            fail_msg("%s: %s", row->claims, e.what);
        }
    }
}

static void nobodys_project_is_no_audience(void **state)
{
    (void)state;
    struct jwt_visitor visitor;
    str token = jose_token(&memory, &keys[JWT_HS256], header_of(JWT_HS256),
                           STR("{" SUB ",\"aud\":\"\"," EXP "}"));
    assert_false(
        err_ok(jwt_verify(&memory, token, &keys[JWT_HS256].site, STR_EMPTY, now_ms, &visitor)));
}

static void groups_have_a_limit_and_an_order(void **state)
{
    (void)state;
    for (size_t count = 62; count <= 66; count++) {
        struct buf b;
        buf_init(&b, 8192);
        buf_add_c(&b, "{" SUB "," AUD "," EXP ",\"groups\":[");
        for (size_t i = 0; i < count; i++) {
            buf_addf(&b, "%s\"g%zu\"", i ? "," : "", count - i);
        }
        buf_add_c(&b, "]}");
        str token = jose_token(&memory, &keys[JWT_HS256], header_of(JWT_HS256), buf_str(&b));
        struct jwt_visitor visitor = {.groups = STR_EMPTY};
        bool fine = err_ok(
            jwt_verify(&memory, token, &keys[JWT_HS256].site, STR("shop"), now_ms, &visitor));
        assert_int_equal(fine, count <= JWT_GROUPS_MAX);
        str rest = visitor.groups, group, last = STR_EMPTY;
        size_t lines = 0;
        while (str_split(&rest, '\n', &group)) {
            assert_true(str_cmp(last, group) < 0);
            last = group;
            lines++;
        }
        assert_int_equal(lines, fine ? count : 0);
        buf_done(&b);
    }
}

static void a_token_has_a_limit(void **state)
{
    (void)state;
    static char spaces[8192];
    memset(spaces, ' ', sizeof spaces);
    for (size_t n = 5800; n < 6200; n++) {
        str claims = arena_printf(&memory, "{" SUB "," AUD "," EXP "}%.*s", (int)n, spaces);
        str token = jose_token(&memory, &keys[JWT_HS256], header_of(JWT_HS256), claims);
        assert_int_equal(err_ok(verify(token, &keys[JWT_HS256].site)), token.n <= JWT_BYTES_MAX);
    }
}

static void deep_nesting_ends_in_a_refusal_or_a_reading(void **state)
{
    (void)state;
    static char open[6000], close[6000];
    memset(open, '[', sizeof open);
    memset(close, ']', sizeof close);
    for (int depth = 1; depth < 2900; depth += 241) {
        str claims = arena_printf(&memory, "{" SUB "," AUD "," EXP ",\"x\":%.*s%.*s}", depth, open,
                                  depth, close);
        str token = jose_token(&memory, &keys[JWT_HS256], header_of(JWT_HS256), claims);
        assert_int_equal(err_ok(verify(token, &keys[JWT_HS256].site)), depth < 2048);
    }
}

static void the_kid_is_read_from_a_token_that_nobody_signed(void **state)
{
    (void)state;
    str kid = STR_EMPTY;
    str token = jose_input(&memory, STR("{\"kid\":\"2026-11.a_b\",\"alg\":\"EdDSA\"}"), STR("{}"));
    token = arena_printf(&memory, "%.*s.AAAA", STR_ARG(token));
    assert_true(err_ok(jwt_kid(&memory, token, &kid)));
    assert_true(str_eq(kid, STR("2026-11.a_b")));
    token = jose_input(&memory, STR("{\"kid\":\"k\",\"alg\":\"none\"}"), STR("{}"));
    token = arena_printf(&memory, "%.*s.AAAA", STR_ARG(token));
    assert_int_equal(jwt_kid(&memory, token, &kid).code, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_token_says_who_the_visitor_is),
        cmocka_unit_test(algorithm_names_are_exact),
        cmocka_unit_test(every_flipped_bit_of_a_token_is_refused),
        cmocka_unit_test(every_other_last_character_is_refused),
        cmocka_unit_test(headers_that_ask_for_something_else_are_refused),
        cmocka_unit_test(the_algorithm_is_the_keys_and_never_the_tokens),
        cmocka_unit_test(other_forms_than_the_compact_one_are_refused),
        cmocka_unit_test(signatures_of_another_form_are_refused),
        cmocka_unit_test(a_der_signature_is_refused),
        cmocka_unit_test(claims_are_judged_row_by_row),
        cmocka_unit_test(nobodys_project_is_no_audience),
        cmocka_unit_test(groups_have_a_limit_and_an_order),
        cmocka_unit_test(a_token_has_a_limit),
        cmocka_unit_test(deep_nesting_ends_in_a_refusal_or_a_reading),
        cmocka_unit_test(the_kid_is_read_from_a_token_that_nobody_signed),
    };
    if (!err_ok(crypto_init())) {
        return 1;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
