/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "check/facts/tls.h"
#include "tls_authority.h"

static str der_of(struct arena *a, X509 *x)
{
    unsigned char *der = NULL;
    int n = i2d_X509(x, &der);
    str copy = arena_str(a, str_n((const char *)der, (size_t)n));
    OPENSSL_free(der);
    return copy;
}

static int setup(void **state)
{
    static struct arena a;
    assert_true(err_ok(crypto_init()));
    arena_init(&a, 64 << 20);
    *state = &a;
    return 0;
}

static int teardown(void **state)
{
    arena_done(*state);
    return 0;
}

static void a_certificate_is_read_with_all_its_pieces(void **state)
{
    struct arena *a = *state;
    struct holder root = holder_make((struct wish){.name = "Root", .ca = true});
    struct holder leaf = holder_make(
        (struct wish){.name = "www.example.com",
                      .issuer = &root,
                      .names = "DNS:WWW.Example.com,DNS:*.example.com,IP:192.0.2.1,IP:2001:db8::1,"
                               "email:a@example.com",
                      .feature = "status_request"});
    struct tls_certificate c;
    assert_true(err_ok(tls_certificate_read(a, der_of(a, leaf.cert), &c)));
    assert_true(str_eq(c.subject, STR("CN=www.example.com")));
    assert_true(str_eq(c.issuer, STR("CN=Root")));
    assert_int_equal(c.name_count, 4);
    assert_true(str_eq(c.names[0], STR("www.example.com")));
    assert_true(str_eq(c.names[2], STR("192.0.2.1")));
    assert_true(str_eq(c.names[3], STR("2001:db8::1")));
    assert_string_equal(c.key_kind, "EC");
    assert_int_equal(c.key_bits, 256);
    assert_string_equal(c.signature, "ecdsa-with-SHA256");
    assert_true(c.must_staple && !c.is_ca);
    assert_int_equal(c.sha256.n, 64);
    assert_int_equal(c.spki_sha256.n, 64);
    assert_int_equal(c.not_after_ms - c.not_before_ms, 7200000);
    assert_true(c.not_before_ms <= clock_wall_ms() && clock_wall_ms() <= c.not_after_ms);
    assert_true(err_ok(tls_certificate_read(a, der_of(a, root.cert), &c)));
    assert_true(c.is_ca && !c.must_staple);
    holder_done(&leaf);
    holder_done(&root);
}

static void the_strength_of_keys_is_told(void **state)
{
    struct arena *a = *state;
    struct holder weak =
        holder_make((struct wish){.name = "weak", .rsa_bits = 1024, .digest = EVP_sha1()});
    struct tls_certificate c;
    assert_true(err_ok(tls_certificate_read(a, der_of(a, weak.cert), &c)));
    assert_string_equal(c.key_kind, "RSA");
    assert_int_equal(c.key_bits, 1024);
    assert_string_equal(c.signature, "sha1WithRSAEncryption");
    assert_int_equal(c.name_count, 0);
    holder_done(&weak);
}

static void garbage_is_refused(void **state)
{
    struct arena *a = *state;
    struct holder h = holder_make((struct wish){.name = "x", .names = "DNS:example.com"});
    str der = der_of(a, h.cert);
    struct tls_certificate c = {.key_bits = 7};
    for (size_t n = 0; n < der.n; n++) {
        assert_int_equal(tls_certificate_read(a, str_slice(der, 0, n), &c).code, ERR_INVALID);
    }
    char *more = arena_alloc(a, der.n + 1);
    memcpy(more, der.p, der.n);
    assert_int_equal(tls_certificate_read(a, str_n(more, der.n + 1), &c).code, ERR_INVALID);
    char *huge = arena_alloc(a, TLS_CERTIFICATE_BYTES_MAX + 1);
    assert_int_equal(tls_certificate_read(a, str_n(huge, TLS_CERTIFICATE_BYTES_MAX + 1), &c).code,
                     ERR_INVALID);
    assert_int_equal(c.key_bits, 7); /* untouched */
    holder_done(&h);
}

static void names_match_as_browsers_do(void **state)
{
    (void)state;
    static const struct {
        const char *name, *host;
        bool matches;
    } rows[] = {
        {"example.com", "example.com", true},
        {"example.com", "EXAMPLE.com", true},
        {"example.com", "example.com.", true},
        {"example.com", "www.example.com", false},
        {"example.com", "xexample.com", false},
        {"*.example.com", "www.example.com", true},
        {"*.example.com", "example.com", false},
        {"*.example.com", "a.b.example.com", false},
        {"*.example.com", ".example.com", false},
        {"*.com", "example.com", false},
        {"*", "localhost", false},
        {"w*.example.com", "www.example.com", false},
        {"www.*.com", "www.example.com", false},
        {"*.*.com", "www.example.com", false},
        {"192.0.2.1", "192.0.2.1", true},
        {"*.0.2.1", "192.0.2.1", false},
        {"2001:db8::1", "2001:db8:0:0::1", true},
        {"example.com", "", false},
        {"example.com", ".", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str name = str_c(rows[i].name);
        struct tls_certificate c = {.names = &name, .name_count = 1};
        if (tls_certificate_names(&c, str_c(rows[i].host)) != rows[i].matches) {
            print_error("%s for %s\n", rows[i].name, rows[i].host);
        }
        assert_true(tls_certificate_names(&c, str_c(rows[i].host)) == rows[i].matches);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_read_with_all_its_pieces),
        cmocka_unit_test(the_strength_of_keys_is_told),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(names_match_as_browsers_do),
    };
    return cmocka_run_group_tests_name("tls_certificate", tests, setup, teardown);
}
