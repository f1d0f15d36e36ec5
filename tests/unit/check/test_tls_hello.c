/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-made hellos against OpenSSL's server and against bytes of servers that are gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "check/facts/tls_private.h"
#include "support/cert.h"

enum { ANSWER_MAX = 65536 };

static const uint16_t groups[] = {29, 23};

struct server {
    X509 *cert;
    EVP_PKEY *key;
    SSL_CTX *context;
};

static int setup(void **state)
{
    static struct server server;
    assert_true(err_ok(crypto_init()));
    server.cert = cert_make("DNS:example.com", -3600, 3600, &server.key);
    server.context = cert_context(server.cert, server.key);
    SSL_CTX_set_cipher_list(server.context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(server.context, TLS1_VERSION);
    *state = &server;
    return 0;
}

static int teardown(void **state)
{
    struct server *server = *state;
    SSL_CTX_free(server->context);
    X509_free(server->cert);
    EVP_PKEY_free(server->key);
    return 0;
}

/* What OpenSSL's server says to the hello. */
static size_t answer_of(SSL_CTX *context, const struct tls_hello *hello, char *ret)
{
    struct buf b;
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    SSL *ssl = SSL_new(context);
    buf_init(&b, TLS_HELLO_BYTES_MAX);
    tls_hello_write(&b, hello);
    assert_false(b.failed);
    BIO_write(in, b.p, (int)b.n);
    SSL_set_bio(ssl, in, out);
    SSL_set_accept_state(ssl);
    SSL_do_handshake(ssl);
    int n = BIO_read(out, ret, ANSWER_MAX);
    SSL_free(ssl);
    buf_done(&b);
    return n > 0 ? (size_t)n : 0;
}

static struct tls_answer read_all(const struct tls_hello *hello, str bytes)
{
    struct buf scratch;
    struct tls_answer x;
    buf_init(&scratch, TLS_ANSWER_BYTES_MAX);
    tls_answer_read(&scratch, hello, bytes, &x);
    buf_done(&scratch);
    return x;
}

static struct tls_hello hello_of(enum tls_version version, const uint16_t *ciphers, size_t count)
{
    return (struct tls_hello){.version = version,
                              .host = STR("example.com"),
                              .ciphers = ciphers,
                              .cipher_count = count,
                              .groups = groups,
                              .group_count = 2};
}

static void openssl_understands_the_hello_of_every_version(void **state)
{
    struct server *server = *state;
    char bytes[ANSWER_MAX];
    for (unsigned v = TLS_10; v <= TLS_13; v++) {
        uint16_t ciphers[TLS_OFFER_MAX];
        size_t count = tls_ciphers_of((enum tls_version)v, TLS_FAMILY_ALL, ciphers, TLS_OFFER_MAX);
        struct tls_hello hello = hello_of((enum tls_version)v, ciphers, count);
        hello.compression = v < TLS_13;
        hello.key_exchange = true;
        size_t n = answer_of(server->context, &hello, bytes);
        struct tls_answer x = read_all(&hello, str_n(bytes, n));
        assert_int_equal(x.kind, TLS_ANSWER_HELLO);
        assert_int_equal(x.version, v);
        assert_false(x.deflate);
        assert_true(x.secure_renegotiation == (v < TLS_13));
        assert_true(strncmp(tls_cipher_name(x.cipher), "TLS_", 4) == 0);
        assert_true(x.group == 29 || x.dh_bits >= 1024);
    }
}

static void each_family_gets_a_suite_of_its_own(void **state)
{
    struct server *server = *state;
    char bytes[ANSWER_MAX];
    static const struct {
        unsigned families;
        unsigned trait; /* of what must be chosen by a server with an EC key */
    } rows[] = {
        {1U << TLS_FAMILY_AEAD, TLS_TRAIT_AEAD},
        {1U << TLS_FAMILY_CBC, TLS_TRAIT_CBC},
        {1U << TLS_FAMILY_BROKEN, TLS_TRAIT_ANON | TLS_TRAIT_NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint16_t ciphers[TLS_OFFER_MAX];
        size_t count = tls_ciphers_of(TLS_12, rows[i].families, ciphers, TLS_OFFER_MAX);
        struct tls_hello hello = hello_of(TLS_12, ciphers, count);
        size_t n = answer_of(server->context, &hello, bytes);
        struct tls_answer x = read_all(&hello, str_n(bytes, n));
        assert_int_equal(x.kind, TLS_ANSWER_HELLO);
        assert_true((tls_cipher_traits(tls_cipher_name(x.cipher)) & rows[i].trait) != 0);
    }
}

static void families_are_disjoint_and_complete(void **state)
{
    (void)state;
    for (unsigned v = TLS_SSL3; v < TLS_VERSIONS; v++) {
        uint16_t all[TLS_OFFER_MAX], some[TLS_OFFER_MAX];
        size_t count = tls_ciphers_of((enum tls_version)v, TLS_FAMILY_ALL, all, TLS_OFFER_MAX);
        size_t sum = 0;
        for (unsigned f = 0; f < TLS_FAMILIES; f++) {
            sum += tls_ciphers_of((enum tls_version)v, 1U << f, some, TLS_OFFER_MAX);
        }
        assert_int_equal(sum, count);
        assert_true(count > 0 && count < TLS_OFFER_MAX);
        for (size_t i = 1; i < count; i++) {
            assert_true(all[i - 1] < all[i]);
        }
    }
}

static void a_refused_version_is_an_alert(void **state)
{
    struct server *server = *state;
    char bytes[ANSWER_MAX];
    uint16_t ciphers[TLS_OFFER_MAX];
    size_t count = tls_ciphers_of(TLS_SSL3, TLS_FAMILY_ALL, ciphers, TLS_OFFER_MAX);
    struct tls_hello hello = hello_of(TLS_SSL3, ciphers, count);
    size_t n = answer_of(server->context, &hello, bytes);
    assert_int_equal(read_all(&hello, str_n(bytes, n)).kind, TLS_ANSWER_ALERT);
}

/* However the bytes are cut, the reader asks for more than there is, and the end is the same. */
static void every_prefix_asks_for_more(void **state)
{
    struct server *server = *state;
    char bytes[ANSWER_MAX];
    uint16_t ciphers[TLS_OFFER_MAX];
    size_t count = tls_ciphers_of(TLS_12, TLS_FAMILY_ALL, ciphers, TLS_OFFER_MAX);
    struct tls_hello hello = hello_of(TLS_12, ciphers, count);
    hello.key_exchange = true;
    size_t n = answer_of(server->context, &hello, bytes);
    struct tls_answer whole = read_all(&hello, str_n(bytes, n));
    bool ended = false;
    for (size_t i = 0; i <= n; i++) {
        struct tls_answer x = read_all(&hello, str_n(bytes, i));
        assert_true(!ended || x.kind == TLS_ANSWER_HELLO);
        ended = x.kind == TLS_ANSWER_HELLO;
        if (ended) {
            assert_int_equal(x.cipher, whole.cipher);
            assert_int_equal(x.group, whole.group);
        } else {
            assert_int_equal(x.kind, TLS_ANSWER_MORE);
            assert_true(x.need > i);
        }
    }
    assert_true(ended);
}

static void answers_of_old_servers_are_read(void **state)
{
    (void)state;
    static const struct {
        enum tls_version asked;
        str bytes;
        enum tls_answer_kind kind;
        unsigned version, cipher;
    } rows[] = {
        /* SSL 3 with RC4 */
        {TLS_SSL3,
         STR_INIT("\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x00"
                  "0123456789abcdef0123456789abcdef\x00\x00\x05\x00"),
         TLS_ANSWER_HELLO, TLS_SSL3, 0x0005},
        /* the same in two records */
        {TLS_SSL3,
         STR_INIT("\x16\x03\x00\x00\x03\x02\x00\x00\x16\x03\x00\x00\x27\x26\x03\x00"
                  "0123456789abcdef0123456789abcdef\x00\x00\x05\x00"),
         TLS_ANSWER_HELLO, TLS_SSL3, 0x0005},
        {TLS_SSL3, STR_INIT("\x15\x03\x00\x00\x02\x02\x28"), TLS_ANSWER_ALERT, 0, 0},
        /* SSL 2 with RC4-MD5 and an empty certificate */
        {TLS_SSL2, STR_INIT("\x80\x0e\x04\x00\x01\x00\x02\x00\x00\x00\x03\x00\x00\x01\x00\x80"),
         TLS_ANSWER_HELLO, TLS_SSL2, 0},
        {TLS_SSL2, STR_INIT("\x80\x03\x00\x00\x01"), TLS_ANSWER_ALERT, 0, 0},
        {TLS_SSL2, STR_INIT("\x15\x03\x01\x00\x02\x02\x46"), TLS_ANSWER_ALERT, 0, 0},
        {TLS_SSL2, STR_INIT("HTTP/1.1 400"), TLS_ANSWER_NONSENSE, 0, 0},
        {TLS_12, STR_INIT("HTTP/1.1 400 Bad Request\r\n"), TLS_ANSWER_NONSENSE, 0, 0},
        {TLS_12, STR_INIT("220 mail ESMTP\r\n"), TLS_ANSWER_NONSENSE, 0, 0},
        /* a hello with a version of the future, a record of nothing, one that is too large */
        {TLS_12,
         STR_INIT("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x09"
                  "0123456789abcdef0123456789abcdef\x00\x00\x05\x00"),
         TLS_ANSWER_NONSENSE, 9, 0},
        {TLS_12, STR_INIT("\x16\x03\x03\x00\x00"), TLS_ANSWER_NONSENSE, 0, 0},
        {TLS_12, STR_INIT("\x16\x03\x03\xff\xff"), TLS_ANSWER_NONSENSE, 0, 0},
        {TLS_12, STR_INIT(""), TLS_ANSWER_MORE, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tls_hello hello = hello_of(rows[i].asked, groups, 1);
        struct tls_answer x = read_all(&hello, rows[i].bytes);
        if (x.kind != rows[i].kind) {
            print_error("row %zu: kind %d\n", i, (int)x.kind);
        }
        assert_int_equal(x.kind, rows[i].kind);
        if (x.kind == TLS_ANSWER_HELLO) {
            assert_int_equal(x.version, rows[i].version);
            assert_int_equal(x.cipher, rows[i].cipher);
        }
    }
}

static void the_kinds_of_ssl2_are_listed(void **state)
{
    (void)state;
    struct tls_hello hello = hello_of(TLS_SSL2, groups, 1);
    struct tls_answer x = read_all(
        &hello,
        STR("\x80\x11\x04\x00\x01\x00\x02\x00\x00\x00\x06\x00\x00\x01\x00\x80\x07\x00\xc0"));
    assert_int_equal(x.ssl2_count, 2);
    assert_string_equal(tls_cipher_name(x.ssl2_ciphers[0]), "SSL_CK_RC4_128_WITH_MD5");
    assert_string_equal(tls_cipher_name(x.ssl2_ciphers[1]), "SSL_CK_DES_192_EDE3_CBC_WITH_MD5");
}

static void a_retry_names_the_group_that_the_server_wants(void **state)
{
    struct server *server = *state;
    char bytes[ANSWER_MAX];
    static const uint16_t suites[] = {0x1302}, unknown[] = {0x11EC, 24};
    struct tls_hello hello = hello_of(TLS_13, suites, 1);
    hello.groups = unknown;
    size_t n = answer_of(server->context, &hello, bytes);
    struct tls_answer x = read_all(&hello, str_n(bytes, n));
    assert_int_equal(x.kind, TLS_ANSWER_HELLO);
    assert_int_equal(x.version, TLS_13);
    assert_int_equal(x.group, 24);
    assert_int_equal(x.cipher, 0x1302);
}

static void traits_are_read_off_the_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned traits;
    } rows[] = {
        {"TLS_AES_128_GCM_SHA256", TLS_TRAIT_FORWARD | TLS_TRAIT_AEAD},
        {"TLS_RSA_WITH_NULL_SHA", TLS_TRAIT_NULL},
        {"TLS_RSA_WITH_AES_128_CBC_SHA", TLS_TRAIT_CBC},
        {"TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
         TLS_TRAIT_3DES | TLS_TRAIT_CBC | TLS_TRAIT_FORWARD | TLS_TRAIT_ECDHE},
        {"TLS_RSA_WITH_DES_CBC_SHA", TLS_TRAIT_DES | TLS_TRAIT_CBC},
        {"TLS_RSA_EXPORT_WITH_RC4_40_MD5", TLS_TRAIT_EXPORT | TLS_TRAIT_RC4},
        {"TLS_ECDH_RSA_WITH_AES_256_GCM_SHA384", TLS_TRAIT_AEAD},
        {"TLS_DH_anon_WITH_RC4_128_MD5", TLS_TRAIT_ANON | TLS_TRAIT_RC4 | TLS_TRAIT_FORWARD},
        {"TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", TLS_TRAIT_FORWARD | TLS_TRAIT_AEAD},
        {"TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", TLS_TRAIT_EXPORT | TLS_TRAIT_DES | TLS_TRAIT_CBC},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (tls_cipher_traits(rows[i].name) != rows[i].traits) {
            print_error("%s: %x\n", rows[i].name, tls_cipher_traits(rows[i].name));
        }
        assert_int_equal(tls_cipher_traits(rows[i].name), rows[i].traits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openssl_understands_the_hello_of_every_version),
        cmocka_unit_test(each_family_gets_a_suite_of_its_own),
        cmocka_unit_test(families_are_disjoint_and_complete),
        cmocka_unit_test(a_refused_version_is_an_alert),
        cmocka_unit_test(every_prefix_asks_for_more),
        cmocka_unit_test(answers_of_old_servers_are_read),
        cmocka_unit_test(the_kinds_of_ssl2_are_listed),
        cmocka_unit_test(a_retry_names_the_group_that_the_server_wants),
        cmocka_unit_test(traits_are_read_off_the_name),
    };
    return cmocka_run_group_tests_name("tls_hello", tests, setup, teardown);
}
