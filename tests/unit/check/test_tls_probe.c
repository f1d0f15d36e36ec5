/* SPDX-License-Identifier: Apache-2.0 */
/* The whole probe of one address, against OpenSSL's server and against servers that mean harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <openssl/ocsp.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "check/facts/tls_private.h"
#include "support/peer.h"
#include "tls_authority.h"

#define HOST "example.com"

/* An authority with an intermediate, and what one server does. */
struct lab {
    struct holder root, between, leaf, other;
    char anchors[64]; /* file */
    SSL_CTX *context;
    unsigned char *staple;
    int staple_size;
    bool renegotiates;
};

static struct lab lab;

static int setup(void **state)
{
    assert_true(err_ok(crypto_init()));
    lab.root = holder_make((struct wish){.name = "Root", .ca = true});
    lab.between = holder_make((struct wish){.name = "Between", .issuer = &lab.root, .ca = true});
    lab.leaf =
        holder_make((struct wish){.name = HOST, .issuer = &lab.between, .names = "DNS:" HOST});
    lab.other = holder_make((struct wish){.name = "Other Root", .ca = true});
    snprintf(lab.anchors, sizeof lab.anchors, "/tmp/doorward-anchors-%d.pem", getpid());
    assert_true(cert_write(lab.root.cert, lab.anchors));
    *state = &lab;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    remove(lab.anchors);
    holder_done(&lab.root);
    holder_done(&lab.between);
    holder_done(&lab.leaf);
    holder_done(&lab.other);
    return 0;
}

/* ── the server ── */

static int give_staple(SSL *ssl, void *user)
{
    (void)user;
    unsigned char *copy = OPENSSL_memdup(lab.staple, (size_t)lab.staple_size);
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, lab.staple_size);
    return SSL_TLSEXT_ERR_OK;
}

static int choose_h2(SSL *ssl, const unsigned char **out, unsigned char *n, const unsigned char *in,
                     unsigned in_n, void *user)
{
    (void)ssl;
    (void)user;
    static const unsigned char mine[] = "\2h2";
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, n, mine, 3, in, in_n) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *server_context(const struct holder *leaf)
{
    SSL_CTX *context = cert_context(leaf->cert, leaf->key);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_alpn_select_cb(context, choose_h2, NULL);
    return context;
}

static void add(SSL_CTX *context, const struct holder *h)
{
    SSL_CTX_add1_chain_cert(context, h->cert);
}

static void serve(struct peer *peer, int fd)
{
    struct lab *l = peer->user;
    SSL *tls = cert_accept(l->context, fd);
    char c;
    while (tls && SSL_read(tls, &c, 1) > 0) {
    }
    SSL_free(tls);
}

static struct collect_options options;
static struct collect collect;
static struct tls_endpoint seen;

/* Probes a server. The facts stay until the next one. */
static const struct tls_endpoint *probe(peer_fn fn, unsigned budget_ms)
{
    struct peer peer;
    static struct intent intent;
    facts_free(collect.facts);
    assert_true(err_ok(facts_new(STR(HOST), &intent, clock_wall_ms(), &collect.facts)));
    options = (struct collect_options){.allow_private = true, .ca_file = str_c(lab.anchors)};
    collect.options = &options;
    collect.deadline_ms = clock_mono_ms() + budget_ms;
    assert_true(peer_start(&peer, fn, &lab));
    seen =
        (struct tls_endpoint){.host = STR(HOST), .protocol = "https", .trust = TLS_TRUST_UNKNOWN};
    assert_true(addr_parse(STR("127.0.0.1"), &seen.address));
    seen.address.port = peer.port;
    struct tls_probe p = {.c = &collect,
                          .context = tls_context_new(&collect),
                          .host = seen.host,
                          .address = seen.address,
                          .until_ms = clock_mono_ms() + budget_ms,
                          .a = facts_arena(collect.facts),
                          .endpoint = &seen};
    assert_non_null(p.context);
    tls_probe_run(&p);
    peer_stop(&peer);
    SSL_CTX_free(p.context);
    return &seen;
}

static const struct tls_endpoint *probe_context(SSL_CTX *context)
{
    lab.context = context;
    const struct tls_endpoint *x = probe(serve, 30000);
    SSL_CTX_free(context);
    return x;
}

static void forget(void)
{
    facts_free(collect.facts);
    collect.facts = NULL;
}

static bool accepts(const struct tls_endpoint *x, const char *name, enum tls_version version)
{
    for (size_t i = 0; i < x->cipher_count; i++) {
        if (strcmp(x->ciphers[i].name, name) == 0 && x->ciphers[i].version == version) {
            return true;
        }
    }
    return false;
}

static bool has_group(const struct tls_endpoint *x, unsigned group)
{
    for (size_t i = 0; i < x->group_count; i++) {
        if (x->groups[i] == group) {
            return true;
        }
    }
    return false;
}

/* ── what is offered ── */

static void a_sound_server_is_described(void **state)
{
    (void)state;
    SSL_CTX *context = server_context(&lab.leaf);
    add(context, &lab.between);
    SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-SHA");
    SSL_CTX_set1_groups_list(context, "X25519:P-256");
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    const struct tls_endpoint *x = probe_context(context);
    assert_int_equal(x->outcome, TLS_SPOKE);
    assert_int_equal(x->versions[TLS_SSL2], TLS_REFUSED);
    assert_int_equal(x->versions[TLS_SSL3], TLS_REFUSED);
    assert_int_equal(x->versions[TLS_10], TLS_REFUSED);
    assert_int_equal(x->versions[TLS_11], TLS_REFUSED);
    assert_int_equal(x->versions[TLS_12], TLS_OFFERED);
    assert_int_equal(x->versions[TLS_13], TLS_OFFERED);
    assert_true(x->ciphers_complete);
    assert_int_equal(x->cipher_count, 5);
    assert_true(accepts(x, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", TLS_12));
    assert_true(accepts(x, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", TLS_12));
    assert_true(accepts(x, "TLS_CHACHA20_POLY1305_SHA256", TLS_13));
    assert_int_equal(x->group_count, 2);
    assert_true(has_group(x, 29) && has_group(x, 23));
    assert_int_equal(x->server_order, TLS_OFFERED);
    assert_int_equal(x->secure_renegotiation, TLS_OFFERED);
    assert_int_equal(x->client_renegotiation, TLS_REFUSED);
    assert_int_equal(x->compression, TLS_REFUSED);
    assert_int_equal(x->resumption, TLS_OFFERED);
    assert_true(str_eq(x->alpn, STR("h2")));
    assert_int_equal(x->trust, TLS_TRUSTED);
    assert_true(x->name_matches && !x->chain_misordered && !x->stapled);
    assert_int_equal(x->chain_count, 2);
    assert_int_equal(x->ocsp, TLS_OCSP_NONE);
    forget();
}

static void a_careless_server_is_described(void **state)
{
    (void)state;
    SSL_CTX *context = server_context(&lab.leaf);
    add(context, &lab.between);
    SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-NULL-SHA:AECDH-AES128-SHA"
                                     ":@SECLEVEL=0");
    SSL_CTX_clear_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_options(context, SSL_OP_ALLOW_CLIENT_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    SSL_CTX_set1_groups_list(context, "P-384:P-256");
    const struct tls_endpoint *x = probe_context(context);
    assert_int_equal(x->versions[TLS_10], TLS_OFFERED);
    assert_int_equal(x->versions[TLS_11], TLS_OFFERED);
    assert_int_equal(x->versions[TLS_12], TLS_REFUSED);
    assert_int_equal(x->versions[TLS_13], TLS_REFUSED);
    for (unsigned v = TLS_10; v <= TLS_11; v++) {
        assert_true(accepts(x, "TLS_ECDHE_ECDSA_WITH_NULL_SHA", (enum tls_version)v));
        assert_true(accepts(x, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", (enum tls_version)v));
    }
    assert_int_equal(x->cipher_count, 6);
    assert_int_equal(x->server_order, TLS_REFUSED);
    assert_int_equal(x->client_renegotiation, TLS_OFFERED);
    assert_int_equal(x->resumption, TLS_REFUSED);
    assert_true(has_group(x, 24) && has_group(x, 23) && x->group_count == 2);
    forget();
}

/* ── trust ── */

static void chains_are_told_apart(void **state)
{
    (void)state;
    struct holder self = holder_make((struct wish){.name = HOST, .names = "DNS:" HOST});
    struct holder foreign =
        holder_make((struct wish){.name = HOST, .issuer = &lab.other, .names = "DNS:x.test"});
    struct holder late = holder_make((struct wish){
        .name = HOST, .issuer = &lab.between, .names = "DNS:" HOST, .from = -7200, .until = -3600});
    struct holder old = holder_make(
        (struct wish){.name = "Old", .issuer = &lab.root, .ca = true, .from = -7200, .until = -60});
    struct holder below =
        holder_make((struct wish){.name = HOST, .issuer = &old, .names = "DNS:" HOST});
    struct holder forged = holder_make(
        (struct wish){.name = "Between", .issuer = &lab.root, .ca = true}); /* another key */
    const struct {
        const struct holder *leaf, *next, *last;
        enum tls_trust trust;
        bool named, misordered, path_expired;
    } rows[] = {
        {&lab.leaf, &lab.between, NULL, TLS_TRUSTED, true, false, false},
        {&lab.leaf, &lab.between, &lab.root, TLS_TRUSTED, true, false, false},
        {&lab.leaf, NULL, NULL, TLS_MISSING_INTERMEDIATE, true, false, false},
        {&lab.leaf, &lab.root, &lab.between, TLS_TRUSTED, true, true, false},
        {&lab.leaf, &forged, NULL, TLS_BROKEN_CHAIN, true, false, false},
        {&self, NULL, NULL, TLS_SELF_SIGNED, true, false, false},
        {&foreign, &lab.other, NULL, TLS_UNKNOWN_ROOT, false, false, false},
        {&late, &lab.between, NULL, TLS_TRUSTED, true, false, false}, /* dates: another check */
        {&below, &old, NULL, TLS_TRUSTED, true, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        SSL_CTX *context = server_context(rows[i].leaf);
        if (rows[i].next) {
            add(context, rows[i].next);
        }
        if (rows[i].last) {
            add(context, rows[i].last);
        }
        SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
        const struct tls_endpoint *x = probe_context(context);
        if (x->trust != rows[i].trust) {
            print_error("row %zu: %d %.*s\n", i, (int)x->trust, STR_ARG(x->trust_words));
        }
        assert_int_equal(x->trust, rows[i].trust);
        assert_true(x->name_matches == rows[i].named);
        assert_true(x->chain_misordered == rows[i].misordered);
        assert_true(!str_empty(x->path_expired) == rows[i].path_expired);
        forget();
    }
    holder_done(&self);
    holder_done(&foreign);
    holder_done(&late);
    holder_done(&old);
    holder_done(&below);
    holder_done(&forged);
}

/* A response of the authority about a certificate. */
static void make_staple(const struct holder *about, const struct holder *issuer,
                        const struct holder *signer, int status, long next)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha256(), about->cert, issuer->cert);
    ASN1_TIME *this_update = X509_gmtime_adj(NULL, -7200), *until = X509_gmtime_adj(NULL, next);
    ASN1_TIME *since = X509_gmtime_adj(NULL, -7200);
    OCSP_basic_add1_status(basic, id, status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, since, this_update,
                           until);
    OCSP_basic_sign(basic, signer->cert, signer->key, EVP_sha256(), NULL, 0);
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    lab.staple = NULL;
    lab.staple_size = i2d_OCSP_RESPONSE(response, &lab.staple);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(this_update);
    ASN1_TIME_free(until);
    ASN1_TIME_free(since);
}

static void staples_are_verified(void **state)
{
    (void)state;
    const struct {
        const struct holder *about, *signer;
        int status;
        long next;
        unsigned ocsp;
    } rows[] = {
        {&lab.leaf, &lab.between, V_OCSP_CERTSTATUS_GOOD, 3600, TLS_OCSP_GOOD},
        {&lab.leaf, &lab.between, V_OCSP_CERTSTATUS_REVOKED, 3600, TLS_OCSP_REVOKED},
        {&lab.leaf, &lab.between, V_OCSP_CERTSTATUS_UNKNOWN, 3600, TLS_OCSP_BAD},
        {&lab.leaf, &lab.between, V_OCSP_CERTSTATUS_GOOD, -3600, TLS_OCSP_BAD},
        {&lab.leaf, &lab.other, V_OCSP_CERTSTATUS_GOOD, 3600, TLS_OCSP_BAD},
        {&lab.leaf, &lab.leaf, V_OCSP_CERTSTATUS_GOOD, 3600, TLS_OCSP_BAD},
        {&lab.other, &lab.between, V_OCSP_CERTSTATUS_GOOD, 3600, TLS_OCSP_BAD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        SSL_CTX *context = server_context(&lab.leaf);
        add(context, &lab.between);
        make_staple(rows[i].about, &lab.between, rows[i].signer, rows[i].status, rows[i].next);
        SSL_CTX_set_tlsext_status_cb(context, give_staple);
        const struct tls_endpoint *x = probe_context(context);
        if (x->ocsp != rows[i].ocsp) {
            print_error("row %zu: %d %.*s\n", i, (int)x->ocsp, STR_ARG(x->ocsp_words));
        }
        assert_true(x->stapled);
        assert_int_equal(x->ocsp, rows[i].ocsp);
        assert_int_equal(x->trust, TLS_TRUSTED);
        OPENSSL_free(lab.staple);
        forget();
    }
}

static void a_staple_of_garbage_is_bad(void **state)
{
    (void)state;
    SSL_CTX *context = server_context(&lab.leaf);
    add(context, &lab.between);
    lab.staple = OPENSSL_memdup("0\x82garbage", 9);
    lab.staple_size = 9;
    SSL_CTX_set_tlsext_status_cb(context, give_staple);
    const struct tls_endpoint *x = probe_context(context);
    assert_int_equal(x->ocsp, TLS_OCSP_BAD);
    OPENSSL_free(lab.staple);
    forget();
}

/* ── servers that mean harm ── */

static void serve_http(struct peer *peer, int fd)
{
    (void)peer;
    peer_say(fd, "HTTP/1.1 400 Bad Request\r\n\r\nThis port wants plain HTTP\r\n");
    shutdown(fd, SHUT_WR);
    peer_wait_close(fd);
}

static void serve_nothing(struct peer *peer, int fd)
{
    (void)peer;
    peer_wait_close(fd);
}

static void serve_close(struct peer *peer, int fd)
{
    (void)peer;
    (void)fd;
}

static void serve_hello_requests(struct peer *peer, int fd)
{
    (void)peer;
    while (peer_write(fd, "\x16\x03\x03\x00\x04\x00\x00\x00\x00", 9)) {
    }
}

static void serve_alerts(struct peer *peer, int fd)
{
    (void)peer;
    while (peer_write(fd, "\x15\x03\x03\x00\x02\x01\x00", 7)) {
    }
}

static void serve_endless_message(struct peer *peer, int fd)
{
    (void)peer;
    static char record[5 + 16384] = "\x16\x03\x03\x40";
    peer_write(fd, "\x16\x03\x03\x00\x04\x02\xff\xff\xff", 9);
    while (peer_write(fd, record, sizeof record)) {
    }
}

static void serve_slowly(struct peer *peer, int fd)
{
    (void)peer;
    do {
        usleep(20000); /* the deadline of the other side ends it */
    } while (peer_write(fd, "\x16", 1));
}

static void serve_random(struct peer *peer, int fd)
{
    (void)peer;
    char bytes[4096];
    crypto_random(bytes, sizeof bytes);
    while (peer_write(fd, bytes, sizeof bytes)) {
    }
}

static void servers_that_mean_harm_get_nowhere(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        peer_fn serve;
        int outcome, other; /* either will do; other -1: none */
    } rows[] = {
        {"http", serve_http, TLS_NO_TLS, -1},
        {"nothing", serve_nothing, TLS_TIMEOUT, -1},
        {"close", serve_close, TLS_NO_TLS, -1},
        {"hello requests", serve_hello_requests, TLS_TIMEOUT, TLS_NO_TLS},
        {"alerts", serve_alerts, TLS_NO_TLS, TLS_TIMEOUT},
        {"endless message", serve_endless_message, TLS_NO_TLS, TLS_TIMEOUT},
        {"slow", serve_slowly, TLS_TIMEOUT, TLS_NO_TLS},
        {"random", serve_random, TLS_NO_TLS, TLS_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t start = clock_mono_ms();
        const struct tls_endpoint *x = probe(rows[i].serve, 1500);
        int64_t took = clock_mono_ms() - start;
        if ((int)x->outcome != rows[i].outcome && (int)x->outcome != rows[i].other) {
            print_error("%s: %d %.*s\n", rows[i].name, (int)x->outcome, STR_ARG(x->reason));
        }
        assert_true((int)x->outcome == rows[i].outcome || (int)x->outcome == rows[i].other);
        assert_true(x->reason.n > 0);
        assert_true(took < 3000);
        assert_int_equal(x->chain_count, 0);
        forget();
    }
}

static void serve_many_hello_requests(struct peer *peer, int fd)
{
    (void)peer;
    static char bytes[9 * 1000];
    for (size_t i = 0; i < sizeof bytes; i += 9) {
        memcpy(bytes + i, "\x16\x03\x03\x00\x04\x00\x00\x00\x00", 9);
    }
    while (peer_write(fd, bytes, sizeof bytes)) {
    }
}

/* The bytes end it, long before the deadline does. */
static void a_handshake_without_end_is_cut_off(void **state)
{
    (void)state;
    const struct tls_endpoint *x = probe(serve_many_hello_requests, 30000);
    assert_int_equal(x->outcome, TLS_TIMEOUT);
    assert_true(str_eq(x->reason, STR("a handshake without end")));
    forget();
}

static void nobody_listening_is_unreachable(void **state)
{
    (void)state;
    struct peer peer;
    assert_true(peer_start(&peer, serve_close, NULL));
    peer_stop(&peer);
    collect.facts = NULL;
    struct arena a;
    arena_init(&a, 1 << 20);
    options = (struct collect_options){.allow_private = true};
    collect.options = &options;
    collect.deadline_ms = clock_mono_ms() + 5000;
    struct tls_endpoint x = {.host = STR(HOST)};
    assert_true(addr_parse(STR("127.0.0.1"), &x.address));
    x.address.port = peer.port;
    struct tls_probe p = {.c = &collect,
                          .host = x.host,
                          .address = x.address,
                          .a = &a,
                          .until_ms = collect.deadline_ms,
                          .endpoint = &x};
    tls_probe_run(&p);
    assert_int_equal(x.outcome, TLS_UNREACHABLE);
    assert_true(str_eq(x.reason, STR("the connection was refused")));
    options.allow_private = false;
    tls_probe_run(&p);
    assert_int_equal(x.outcome, TLS_NOT_ALLOWED);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_server_is_described),
        cmocka_unit_test(a_careless_server_is_described),
        cmocka_unit_test(chains_are_told_apart),
        cmocka_unit_test(staples_are_verified),
        cmocka_unit_test(a_staple_of_garbage_is_bad),
        cmocka_unit_test(servers_that_mean_harm_get_nowhere),
        cmocka_unit_test(a_handshake_without_end_is_cut_off),
        cmocka_unit_test(nobody_listening_is_unreachable),
    };
    return cmocka_run_group_tests_name("tls_probe", tests, setup, teardown);
}
