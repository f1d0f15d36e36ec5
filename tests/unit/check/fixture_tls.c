/* SPDX-License-Identifier: Apache-2.0 */
/* What is not said of an endpoint is as on a perfect one. */
#include <stdlib.h>

#include "check/facts/tls_traits.h"
#include "fixture.h"

#define DAY_MS INT64_C(86400000)

static const char *const supports[] = {"unknown", "offered", "refused", NULL};
static const char *const version_keys[] = {"ssl2",   "ssl3",   "tls1.0", "tls1.1",
                                           "tls1.2", "tls1.3", NULL};

static void read_versions(const json_t *entry, struct tls_endpoint *x)
{
    const json_t *versions = json_object_get(entry, "versions");
    const char *key;
    json_t *value;
    for (unsigned v = 0; v < TLS_VERSIONS; v++) {
        x->versions[v] = (enum tls_support)fixture_choice(versions, version_keys[v], supports,
                                                          v >= TLS_12 ? TLS_OFFERED : TLS_REFUSED);
    }
    json_object_foreach ((json_t *)(uintptr_t)versions, key, value) {
        bool known = false;
        for (unsigned v = 0; v < TLS_VERSIONS; v++) {
            known |= strcmp(key, version_keys[v]) == 0;
        }
        if (!known) {
            fixture_fail("tls: there is no version %s", key);
        }
    }
}

/* "TLS_…" of TLS 1.2 or 1.3, or "tls1.0 TLS_…". */
static struct tls_cipher read_cipher(str text)
{
    struct tls_cipher c = {.version =
                               str_find(text, STR("_WITH_"), 0) == SIZE_MAX ? TLS_13 : TLS_12};
    size_t space = str_find_byte(text, ' ', 0);
    for (unsigned v = 0; space != SIZE_MAX && v < TLS_VERSIONS; v++) {
        if (str_eq(str_slice(text, 0, space), str_c(version_keys[v]))) {
            c.version = (enum tls_version)v;
        }
    }
    c.name = space == SIZE_MAX ? text.p : text.p + space + 1;
    return c;
}

static void read_ciphers(struct fixture *x, const json_t *entry, struct tls_endpoint *endpoint)
{
    static const char *const sound[] = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256",
                                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
    size_t count;
    const str *names = fixture_list(x, entry, "ciphers", &count);
    bool given = json_object_get(entry, "ciphers") != NULL;
    count = given ? count : sizeof sound / sizeof sound[0];
    struct tls_cipher *ciphers = arena_array(&x->a, count + 1, sizeof *ciphers);
    for (size_t i = 0; i < count; i++) {
        ciphers[i] = read_cipher(given ? names[i] : str_c(sound[i]));
    }
    endpoint->ciphers = ciphers;
    endpoint->cipher_count = count;
    endpoint->ciphers_complete = !str_eq(fixture_str(entry, "ciphers_complete"), STR("false"));
}

static void read_groups(struct fixture *x, const json_t *entry, struct tls_endpoint *endpoint)
{
    size_t count;
    const str *names = fixture_list(x, entry, "groups", &count);
    bool given = json_object_get(entry, "groups") != NULL;
    unsigned *groups = arena_array(&x->a, count + 3, sizeof *groups);
    for (size_t i = 0; i < count; i++) {
        uint64_t number = 0;
        if (!str_u64(names[i], &number)) {
            fixture_fail("tls: groups are numbers");
        }
        groups[i] = (unsigned)number;
    }
    if (!given) {
        groups[0] = 0x11EC;
        groups[1] = 29;
        groups[2] = 23;
        count = 3;
    }
    endpoint->groups = groups;
    endpoint->group_count = count;
}

static str or_else(str s, const char *fallback) { return str_empty(s) ? str_c(fallback) : s; }

static struct tls_certificate read_certificate(struct fixture *x, const json_t *entry, bool leaf)
{
    int64_t now = facts_now_ms(x->facts);
    struct tls_certificate c = {
        .der = STR_EMPTY,
        .subject = or_else(fixture_str(entry, "subject"), leaf ? "CN=example.com" : "CN=E7,O=CA"),
        .issuer = or_else(fixture_str(entry, "issuer"), leaf ? "CN=E7,O=CA" : "CN=Root,O=CA"),
        .issuer_organisation = or_else(fixture_str(entry, "organisation"), "Let's Encrypt"),
        .serial = or_else(fixture_str(entry, "serial"), "0123456789abcdef"),
        .not_before_ms = fixture_time(x, entry, "not_before", now - 30 * DAY_MS),
        .not_after_ms = fixture_time(x, entry, "not_after", now + 60 * DAY_MS),
        .key_kind = or_else(fixture_str(entry, "key"), "EC").p,
        .key_bits = (unsigned)fixture_number(entry, "bits", 256),
        .signature = or_else(fixture_str(entry, "signature"), "ecdsa-with-SHA384").p,
        .is_ca = !leaf,
        .must_staple = str_eq(fixture_str(entry, "must_staple"), STR("true")),
        .sha256 = or_else(fixture_str(entry, "sha256"), "11aa22bb33cc44dd55ee66ff77008899"),
        .spki_sha256 = fixture_str(entry, "spki_sha256"),
    };
    c.names = fixture_list(x, entry, "names", &c.name_count);
    return c;
}

static void read_chain(struct fixture *x, const json_t *entry, struct tls_endpoint *endpoint)
{
    const json_t *list = json_object_get(entry, "chain");
    size_t count = json_array_size(list);
    struct tls_certificate *chain = arena_array(&x->a, count + 2, sizeof *chain);
    for (size_t i = 0; i < count; i++) {
        chain[i] = read_certificate(x, json_array_get(list, i), i == 0);
    }
    if (!list) {
        chain[0] = read_certificate(x, NULL, true);
        chain[1] = read_certificate(x, NULL, false);
        count = 2;
    }
    if (count > 0 && chain[0].name_count == 0 && !json_object_get(entry, "nameless")) {
        str *own = arena_array(&x->a, 1, sizeof *own);
        *own = endpoint->host;
        chain[0].names = own;
        chain[0].name_count = 1;
    }
    endpoint->chain = chain;
    endpoint->chain_count = count;
    endpoint->name_matches = count > 0 && tls_certificate_names(&chain[0], endpoint->host);
}

static enum tls_support support_of(const json_t *entry, const char *key, enum tls_support fallback)
{
    return (enum tls_support)fixture_choice(entry, key, supports, fallback);
}

static void check_names(const json_t *entry)
{
    static const char *const known[] = {"host",
                                        "address",
                                        "protocol",
                                        "outcome",
                                        "reason",
                                        "versions",
                                        "ciphers",
                                        "ciphers_complete",
                                        "server_order",
                                        "groups",
                                        "dh_bits",
                                        "chain",
                                        "nameless",
                                        "misordered",
                                        "trust",
                                        "trust_words",
                                        "path_expired",
                                        "alpn",
                                        "secure_renegotiation",
                                        "compression",
                                        "client_renegotiation",
                                        "stapled",
                                        "ocsp",
                                        "ocsp_words",
                                        "resumption",
                                        NULL};
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)entry, key, value) {
        size_t i = 0;
        while (known[i] && strcmp(known[i], key) != 0) {
            i++;
        }
        if (!known[i]) {
            fixture_fail("tls: unknown key %s", key);
        }
    }
}

struct tls_endpoint fixture_tls(struct fixture *x, const json_t *entry)
{
    static const char *const outcomes[] = {"spoke",   "no-address", "not-allowed", "unreachable",
                                           "timeout", "no-tls",     NULL};
    static const char *const trusts[] = {
        "trusted", "missing-intermediate", "self-signed", "unknown-root", "broken-chain", "unknown",
        NULL};
    static const char *const responses[] = {"none", "good", "revoked", "bad", NULL};
    str protocol = fixture_str(entry, "protocol");
    check_names(entry);
    struct tls_endpoint e = {
        .host = fixture_str(entry, "host"),
        .address = fixture_addr(entry, "address", 443),
        .protocol = str_empty(protocol) ? "https" : protocol.p,
        .outcome = (enum tls_outcome)fixture_choice(entry, "outcome", outcomes, TLS_SPOKE),
        .reason = fixture_str(entry, "reason"),
        .server_order = support_of(entry, "server_order", TLS_OFFERED),
        .dh_bits = (unsigned)fixture_number(entry, "dh_bits", 0),
        .chain_misordered = str_eq(fixture_str(entry, "misordered"), STR("true")),
        .trust = (enum tls_trust)fixture_choice(entry, "trust", trusts, TLS_TRUSTED),
        .trust_words = or_else(fixture_str(entry, "trust_words"), "ok"),
        .path_expired = fixture_str(entry, "path_expired"),
        .alpn = or_else(fixture_str(entry, "alpn"), "h2"),
        .secure_renegotiation = support_of(entry, "secure_renegotiation", TLS_OFFERED),
        .compression = support_of(entry, "compression", TLS_REFUSED),
        .client_renegotiation = support_of(entry, "client_renegotiation", TLS_REFUSED),
        .resumption = support_of(entry, "resumption", TLS_OFFERED),
        .stapled = str_eq(fixture_str(entry, "stapled"), STR("true")),
        .ocsp = fixture_choice(entry, "ocsp", responses, TLS_OCSP_NONE),
        .ocsp_words = fixture_str(entry, "ocsp_words"),
    };
    if (e.outcome == TLS_SPOKE) {
        read_versions(entry, &e);
        read_ciphers(x, entry, &e);
        read_groups(x, entry, &e);
        read_chain(x, entry, &e);
    }
    return e;
}

void fixture_add_tls(struct fixture *x, const json_t *entry)
{
    struct tls_endpoint e = fixture_tls(x, entry);
    facts_add_tls(x->facts, &e);
}
