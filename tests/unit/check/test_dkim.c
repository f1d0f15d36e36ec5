/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "base/file.h"
#include "check/mail/dkim.h"

static const int64_t now_ms = 1796025600000; /* 2026-11-30T08:00:00Z */

static struct arena memory;

static int set_up(void **state)
{
    (void)state;
    arena_init(&memory, 512 << 20);
    return err_ok(crypto_init()) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&memory);
    return 0;
}

static str read_file(const char *name, const char *ending)
{
    char path[1024];
    struct buf b;
    buf_init(&b, 1 << 20);
    snprintf(path, sizeof path, TEST_FIXTURES "/../dkim/%s.%s", name, ending);
    assert_true(err_ok(file_read(path, &b)));
    str text = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return text;
}

static struct dkim_key read_key(str text)
{
    struct dkim_key key;
    struct text_problem problem = {0, ""};
    if (!dkim_key_read(&memory, text, &key, &problem)) {
        fail_msg("%s at %zu", problem.what, problem.at);
    }
    return key;
}

/* Verifies the n-th signature of a message. */
static struct dkim_verdict verify(str raw, size_t n, str record)
{
    struct message m;
    struct dkim_signature s;
    struct text_problem problem = {0, ""};
    struct dkim_key key = read_key(record);
    assert_true(err_ok(message_read(&memory, raw, &m)));
    const struct message_field *field = message_field(&m, STR("dkim-signature"), n);
    assert_non_null(field);
    if (!dkim_signature_read(&memory, field, &s, &problem)) {
        return (struct dkim_verdict){.result = DKIM_PERMERROR, .why = problem.what};
    }
    return dkim_verify(&memory, &m, &s, &key, now_ms);
}

static void expect_pass(str raw, size_t n, str record, const char *name)
{
    struct dkim_verdict v = verify(raw, n, record);
    if (v.result != DKIM_PASS) {
        fail_msg("%s: %s", name, v.why);
    }
}

static const char *const signed_by_opendkim[] = {
    "rsa-simple-simple",   "rsa-simple-relaxed",     "rsa-relaxed-simple",
    "rsa-relaxed-relaxed", "ed25519-relaxed-simple", "ed25519-relaxed-relaxed",

};
enum { SIGNED = sizeof signed_by_opendkim / sizeof signed_by_opendkim[0] };

/* The same with bare LF, as mail programs save it. */
static str bare(str raw)
{
    char *copy = arena_alloc(&memory, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] != '\r') {
            copy[n++] = raw.p[i];
        }
    }
    return str_n(copy, n);
}

static void messages_of_opendkim_verify(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGNED; i++) {
        str raw = read_file(signed_by_opendkim[i], "eml");
        str key = str_trim(read_file(signed_by_opendkim[i], "txt"));
        expect_pass(raw, 0, key, signed_by_opendkim[i]);
        expect_pass(bare(raw), 0, key, signed_by_opendkim[i]);
        str mbox = arena_printf(&memory, "From chat@example.com Mon Nov 30 08:00:02 2026\n%.*s",
                                STR_ARG(bare(raw)));
        expect_pass(mbox, 0, key, signed_by_opendkim[i]);
    }
}

/* Says whether a changed byte of a relaxed form may be the same: space, letter case of names. */
static bool is_tolerant(char a, char b)
{
    static const str space = STR_INIT(" \t\r\n");
    return str_find_byte(space, a, 0) != SIZE_MAX || str_find_byte(space, b, 0) != SIZE_MAX ||
           str_lower(a) == str_lower(b);
}

/* Every byte of signed header fields and of the body: no changed one verifies. */
static void no_changed_byte_verifies(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGNED; i++) {
        str raw = read_file(signed_by_opendkim[i], "eml");
        str key = str_trim(read_file(signed_by_opendkim[i], "txt"));
        bool relaxed = strstr(signed_by_opendkim[i], "relaxed") != NULL;
        size_t from = str_find(raw, STR("\r\nFrom:"), 0) + 2;
        size_t to = str_find(raw, STR("\r\nMessage-ID:"), 0) + 2;
        size_t body = str_find(raw, STR("\r\n\r\n"), 0) + 4;
        for (size_t at = from; at < raw.n; at++) {
            str changed = arena_str(&memory, raw);
            char *p = arena_alloc(&memory, raw.n + 1);
            memcpy(p, changed.p, raw.n);
            p[at] = (char)(p[at] ^ (at % 2 ? 1 : 2));
            if ((at >= to && at < body) || (relaxed && is_tolerant(raw.p[at], p[at]))) {
                continue;
            }
            if (verify(str_n(p, raw.n), 0, key).result == DKIM_PASS) {
                fail_msg("%s: byte %zu may change", signed_by_opendkim[i], at);
            }
        }
    }
}

/* Neither in the values of b= and bh=, nor in d=, s= and the rest of the signature. */
static void no_changed_byte_of_the_signature_verifies(void **state)
{
    (void)state;
    str raw = read_file("rsa-simple-simple", "eml");
    str key = str_trim(read_file("rsa-simple-simple", "txt"));
    size_t end = str_find(raw, STR("\r\nReceived:"), 0);
    for (size_t at = sizeof "DKIM-Signature"; at < end; at++) {
        char *p = arena_alloc(&memory, raw.n + 1);
        memcpy(p, raw.p, raw.n);
        p[at] = (char)(p[at] ^ 1);
        struct dkim_verdict v = verify(str_n(p, raw.n), 0, key);
        /* Space inside b= is not signed; everything else is. */
        bool folding = raw.p[at] <= ' ' || p[at] <= ' ';
        assert_true(v.result != DKIM_PASS || folding);
    }
}

static const str rfc8463_ed25519 =
    STR_INIT("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
static const str rfc8463_rsa =
    STR_INIT("v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
             "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
             "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
             "Ip3G+2kryOTIKT+l/K4w3QIDAQAB");
/* RFC 6376 appendix C */
static const str rfc6376_rsa =
    STR_INIT("v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1"
             "fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto"
             "/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB");

static void examples_of_the_standards_verify(void **state)
{
    (void)state;
    expect_pass(read_file("rfc8463", "eml"), 0, rfc8463_ed25519, "RFC 8463, Ed25519");
    expect_pass(read_file("rfc8463", "eml"), 1, rfc8463_rsa, "RFC 8463, RSA");
    expect_pass(read_file("rfc6376", "eml"), 0, rfc6376_rsa, "RFC 6376");
}

static void broken_keys_say_where(void **state)
{
    (void)state;
    static const struct {
        str text;
        size_t at;
        const char *what;
    } cases[] = {
        {STR_INIT(""), 0, "name"},
        {STR_INIT("v=DKIM1"), 7, "no p="},
        {STR_INIT("v=DKIM1 k=rsa; p=AAAA"), 2, "semicolon"},
        {STR_INIT("v=DKIM2; p=AAAA"), 2, "must be DKIM1"},
        {STR_INIT("k=rsa; v=DKIM1; p=AAAA"), 9, "first"},
        {STR_INIT("v=DKIM1; p=AAAA; p=AAAA"), 17, "twice"},
        {STR_INIT("v=DKIM1; ; p=AAAA"), 9, "name"},
        {STR_INIT("v=DKIM1; k rsa; p=AAAA"), 11, "`=`"},
        {STR_INIT("v=DKIM1; k=rsa; p=MIG\"fMA0"), 21, "base64"},
        {STR_INIT("v=DKIM1; k=rsa; p=MIGfM"), 23, "too early"},
        {STR_INIT("v=DKIM1; k=rsa; p=MIGfMA0G"), 18, "no public key"},
        {STR_INIT("v=DKIM1; k=ed25519; p=MIGfMA0G"), 22, "32 bytes"},
        {STR_INIT("v=DKIM1; k=rsa\x01; p=AAAA"), 14, "control"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dkim_key key;
        struct text_problem problem = {SIZE_MAX, ""};
        assert_false(dkim_key_read(&memory, cases[i].text, &key, &problem));
        if (problem.at != cases[i].at || !strstr(problem.what, cases[i].what)) {
            fail_msg("%.*s: %s at %zu", STR_ARG(cases[i].text), problem.what, problem.at);
        }
    }
}

static void flags_of_keys_are_read(void **state)
{
    (void)state;
    struct dkim_key key = read_key(STR("p="));
    assert_true(key.revoked && key.sha256 && key.email && !key.testing && !key.has_version);
    key = read_key(STR("v=DKIM1; t=y:s; h=sha1; s=tlsrpt; n=a note; p="));
    assert_true(key.testing && key.strict && !key.sha256 && !key.email);
    key = read_key(STR("v=DKIM1; h=sha1 : sha256; s=* ; k=sphincs; p=AAAA;"));
    assert_true(key.sha256 && key.email && key.algorithm == DKIM_UNKNOWN);
    assert_int_equal(read_key(rfc8463_rsa).bits, 1024);
    assert_int_equal(read_key(rfc8463_ed25519).bits, 256);
    assert_true(dkim_key_is(STR("k=rsa; p=AAAA")) && dkim_key_is(STR("v=DKIM1 p=")));
    assert_false(dkim_key_is(STR("v=spf1 -all")) || dkim_key_is(STR("hello")));
}

/* `text` with the first `from` replaced. */
static str replaced(str text, const char *from, const char *to)
{
    size_t at = str_find(text, str_c(from), 0);
    assert_true(at != SIZE_MAX);
    return arena_printf(&memory, "%.*s%s%.*s", STR_ARG(str_slice(text, 0, at)), to,
                        STR_ARG(str_slice(text, at + strlen(from), text.n)));
}

static void what_the_standards_do_not_allow_is_no_pass(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *why;
    } cases[] = {
        {"v=1", "v=2", "v="},
        {"a=rsa-sha256", "a=rsa-sha1", "RFC 8301"},
        {"a=rsa-sha256", "a=rsa-md5", "not known"},
        {"i=@football.example.com", "i=@example.com", "i="},
        {"i=@football.example.com", "i=football.example.com", "i="},
        {"q=dns/txt", "q=http", "q="},
        {"c=relaxed/relaxed", "c=nofws", "c="},
        {"h=from : to : subject :\r\n date : message-id : from :", "h=to : subject :", "From"},
        {"t=1528637909", "t=1528637909; x=1528637909", "x="},
        {"t=1528637909", "t=soon", "number"},
        {"t=1528637909", "t=1528637909; l=100000", "l="},
        {"bh=2", "bx=2", "bh="},
        {"s=test", "s=", "selector"},
        {"d=football.example.com", "d=foot ball", "d="},
        {"Are you", "Are You", "body"},
        {"dinner", "lunch", "signed header"},
    };
    str whole = read_file("rfc8463", "eml");
    str raw = str_slice(whole, str_find(whole, STR("DKIM-Signature"), 20), whole.n);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dkim_verdict v = verify(replaced(raw, cases[i].from, cases[i].to), 0, rfc8463_rsa);
        if (v.result == DKIM_PASS || !strstr(v.why, cases[i].why)) {
            fail_msg("%s: %s", cases[i].to, v.why);
        }
    }
}

static void keys_that_do_not_fit_are_told(void **state)
{
    (void)state;
    str raw = read_file("rfc8463", "eml");
    static const struct {
        const char *from, *to, *why;
    } cases[] = {
        {"v=DKIM1;", "v=DKIM1; h=sha1;", "h="},
        {"v=DKIM1;", "v=DKIM1; s=tlsrpt;", "s="},
        {"k=ed25519", "k=sphincs", "type"},
        {"p=11q", "p=12q", "key"},
        {"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "p=", "revoked"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dkim_verdict v =
            verify(raw, 0, replaced(rfc8463_ed25519, cases[i].from, cases[i].to));
        if (v.result == DKIM_PASS || !strstr(v.why, cases[i].why)) {
            fail_msg("%s: %s", cases[i].to, v.why);
        }
    }
    expect_pass(raw, 0, replaced(rfc8463_ed25519, "v=DKIM1;", "v=DKIM1; t=s:y;"), "strict");
}

static void coverage_is_told(void **state)
{
    (void)state;
    struct dkim_verdict v = verify(read_file("rfc8463", "eml"), 0, rfc8463_ed25519);
    assert_true(str_ieq(v.oversigned, STR("from")) && str_empty(v.unsigned_name));
    v = verify(read_file("rfc6376", "eml"), 0, rfc6376_rsa);
    assert_true(str_empty(v.oversigned));
    /* Without oversigning, a second From on top passes and is told. */
    str twice = arena_printf(&memory, "From: mallory@example.org\r\n%.*s",
                             STR_ARG(read_file("rfc6376", "eml")));
    v = verify(twice, 0, rfc6376_rsa);
    assert_int_equal(v.result, DKIM_PASS);
    assert_true(str_eq(v.unsigned_name, STR("From")));
    twice = arena_printf(&memory, "From: mallory@example.org\r\n%.*s",
                         STR_ARG(read_file("rfc8463", "eml")));
    assert_int_equal(verify(twice, 0, rfc8463_ed25519).result, DKIM_FAIL);
}

/* ── messages signed here, for what opendkim does not write ── */

static str base64(str bytes)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    bytes_base64(&b, bytes.p, bytes.n);
    str text = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return text;
}

static str record_of(EVP_PKEY *key, const char *flags)
{
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(key, &der);
    assert_true(n > 0);
    str text = base64(str_n((char *)der, (size_t)n));
    OPENSSL_free(der);
    return arena_printf(&memory, "v=DKIM1; %sp=%.*s", flags, STR_ARG(text));
}

/* Signs `From: a@example.com` and a body whose canonical form is `canonical`. */
static str signed_message(EVP_PKEY *key, const char *tags, const char *form, const char *body,
                          const char *canonical)
{
    unsigned char value[2048];
    size_t n = sizeof value;
    struct crypto_digest hash = crypto_sha256(str_c(canonical));
    str bh = base64(str_n((const char *)hash.bytes, sizeof hash.bytes));
    str field = arena_printf(&memory,
                             "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=From;%s "
                             "c=simple/%s; bh=%.*s; b=",
                             tags, form, STR_ARG(bh));
    str input = arena_printf(&memory, "From: a@example.com\r\n%.*s", STR_ARG(field));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(context, value, &n, (const unsigned char *)input.p, input.n),
                     1);
    EVP_MD_CTX_free(context);
    return arena_printf(&memory, "%.*s%.*s\r\nFrom: a@example.com\r\n\r\n%s", STR_ARG(field),
                        STR_ARG(base64(str_n((char *)value, n))), body);
}

static void edges_of_the_body_are_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *form, *body, *canonical;
    } cases[] = {
        {"simple", "", "\r\n"},
        {"relaxed", "", ""},
        {"simple", "\r\n\r\n", "\r\n"},
        {"relaxed", " \t\r\n\r\n", ""},
        {"simple", "a", "a\r\n"},
        {"relaxed", "a", "a\r\n"},
        {"relaxed", " a \t b \r\n \r\n c\r\n\r\n", " a b\r\n\r\n c\r\n"},
        {"simple", "a \r\n\r\nb\r\n\r\n", "a \r\n\r\nb\r\n"},
        {"simple", "a\rb\nc\r\n", "a\rb\nc\r\n"}, /* lone CR and LF are no line ends */
        {"relaxed", "a\r", "a\r\r\n"},
    };
    EVP_PKEY *key = EVP_RSA_gen(2048);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        str raw = signed_message(key, "", cases[i].form, cases[i].body, cases[i].canonical);
        expect_pass(raw, 0, record_of(key, ""), cases[i].body);
    }
    EVP_PKEY_free(key);
}

static void tags_of_the_signature_count(void **state)
{
    (void)state;
    static const struct {
        const char *tags, *flags, *why; /* NULL: it passes */
    } cases[] = {
        {" x=1796025600;", "", NULL}, /* that very second */
        {" t=1796025000; x=1796025599;", "", "expired"},
        {" i=x@sub.example.com;", "", NULL},
        {" i=x@sub.example.com;", "t=s; ", "t=s"},
        {" i=x@EXAMPLE.com;", "t=s; ", NULL},
        {" q=dns/txt:future;", "", NULL},
        {" future=x;", "n=note; ", NULL},
    };
    EVP_PKEY *key = EVP_RSA_gen(2048);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        str raw = signed_message(key, cases[i].tags, "simple", "a\r\n", "a\r\n");
        struct dkim_verdict v = verify(raw, 0, record_of(key, cases[i].flags));
        if ((v.result == DKIM_PASS) != !cases[i].why ||
            (cases[i].why && !strstr(v.why, cases[i].why))) {
            fail_msg("%s: %s", cases[i].tags, v.why);
        }
    }
    EVP_PKEY_free(key);
}

static void short_keys_sign_nothing(void **state)
{
    (void)state;
    static const struct {
        size_t bits;
        enum dkim_result result;
    } cases[] = {{512, DKIM_PERMERROR}, {1023, DKIM_PERMERROR}, {1024, DKIM_PASS}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        EVP_PKEY *key = EVP_RSA_gen(cases[i].bits);
        str raw = signed_message(key, "", "simple", "a\r\n", "a\r\n");
        assert_int_equal(verify(raw, 0, record_of(key, "")).result, cases[i].result);
        EVP_PKEY_free(key);
    }
}

static void length_leaves_the_end_unsigned(void **state)
{
    (void)state;
    EVP_PKEY *key = EVP_RSA_gen(2048);
    str raw = signed_message(key, " l=3;", "simple", "a\r\nevil\r\n", "a\r\n");
    struct dkim_verdict v = verify(raw, 0, record_of(key, ""));
    assert_int_equal(v.result, DKIM_PASS);
    assert_int_equal(v.unsigned_bytes, 6);
    raw = signed_message(key, " l=0;", "relaxed", "anything", "");
    v = verify(raw, 0, record_of(key, ""));
    assert_int_equal(v.result, DKIM_PASS);
    assert_int_equal(v.unsigned_bytes, v.body_bytes);
    EVP_PKEY_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_opendkim_verify),
        cmocka_unit_test(no_changed_byte_verifies),
        cmocka_unit_test(no_changed_byte_of_the_signature_verifies),
        cmocka_unit_test(examples_of_the_standards_verify),
        cmocka_unit_test(broken_keys_say_where),
        cmocka_unit_test(flags_of_keys_are_read),
        cmocka_unit_test(what_the_standards_do_not_allow_is_no_pass),
        cmocka_unit_test(keys_that_do_not_fit_are_told),
        cmocka_unit_test(coverage_is_told),
        cmocka_unit_test(edges_of_the_body_are_canonical),
        cmocka_unit_test(tags_of_the_signature_count),
        cmocka_unit_test(short_keys_sign_nothing),
        cmocka_unit_test(length_leaves_the_end_unsigned),
    };
    return cmocka_run_group_tests_name("check_dkim", tests, set_up, tear_down);
}
