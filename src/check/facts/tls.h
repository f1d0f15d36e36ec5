/* SPDX-License-Identifier: Apache-2.0 */
/* What a TLS server offers (RFC 8446, 5246, 6066, 7301) and the certificates it shows (RFC 5280).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "net/addr.h"

enum {
    TLS_CHAIN_MAX = 10,
    TLS_CERTIFICATE_BYTES_MAX = 64 << 10, /* of one; larger ones are garbage */
    TLS_CIPHERS_MAX = 256,
    TLS_GROUPS_MAX = 32,
    TLS_NAMES_MAX = 256, /* subject alternative names kept */
};

enum tls_outcome {
    TLS_SPOKE, /* at least one version was negotiated */
    TLS_NO_ADDRESS,
    TLS_NOT_ALLOWED,
    TLS_UNREACHABLE,
    TLS_TIMEOUT,
    TLS_NO_TLS, /* something answers that is not TLS */
};

enum tls_version { TLS_SSL2, TLS_SSL3, TLS_10, TLS_11, TLS_12, TLS_13, TLS_VERSIONS };

enum tls_support { TLS_UNKNOWN, TLS_OFFERED, TLS_REFUSED };

struct tls_cipher {
    unsigned id;      /* IANA code point */
    const char *name; /* IANA name, static */
    enum tls_version version;
};

/* Trust of the chain for this host, each judged for itself. */
enum tls_trust {
    TLS_TRUSTED,
    TLS_MISSING_INTERMEDIATE, /* an issuer is not sent; with it, or by AIA, the chain would be
                                 trusted or could not be tried */
    TLS_SELF_SIGNED,
    TLS_UNKNOWN_ROOT,
    TLS_BROKEN_CHAIN, /* a signature or constraint does not hold */
    TLS_TRUST_UNKNOWN,
};

struct tls_certificate {
    str der;
    str subject, issuer; /* RFC 4514 */
    str issuer_organisation;
    str serial; /* hex */
    int64_t not_before_ms, not_after_ms;
    const str *names; /* DNS and IP subject alternative names, lower case */
    size_t name_count;
    const char *key_kind; /* "RSA", "EC", "Ed25519", … */
    unsigned key_bits;
    const char *signature; /* "sha256WithRSAEncryption" */
    bool is_ca, must_staple;
    str sha256;      /* hex of the DER */
    str spki_sha256; /* hex of the SubjectPublicKeyInfo */
};

/* One host at one address and port. */
struct tls_endpoint {
    str host;
    struct addr address;  /* with the port */
    const char *protocol; /* "https", "smtp" (STARTTLS) */
    enum tls_outcome outcome;
    str reason; /* in words, unless it spoke */
    enum tls_support versions[TLS_VERSIONS];
    const struct tls_cipher *ciphers; /* what was accepted, in the order of discovery */
    size_t cipher_count;
    bool ciphers_complete;         /* all families were tried */
    enum tls_support server_order; /* prefers its own order */
    const unsigned *groups;        /* named groups accepted with 1.3, or 1.2 without it (IANA) */
    size_t group_count;
    unsigned dh_bits; /* of the finite-field key exchange below TLS 1.3; 0: not offered */
    const struct tls_certificate *chain; /* as sent, leaf first */
    size_t chain_count;
    bool chain_misordered;
    enum tls_trust trust;
    str trust_words;  /* the verifier's own */
    str path_expired; /* subject of the certificate above the leaf that is out of date and without
                         which no anchor is reached; empty: none */
    bool name_matches;
    str alpn; /* chosen when h2 and http/1.1 were offered; empty: none */
    enum tls_support secure_renegotiation, compression, client_renegotiation;
    bool stapled; /* an OCSP response came */
    enum {
        TLS_OCSP_NONE,
        TLS_OCSP_GOOD,
        TLS_OCSP_REVOKED,
        TLS_OCSP_BAD
    } ocsp;         /* NONE although
stapled: its signer could not be judged */
    str ocsp_words; /* what the response says, or what is wrong with it */
    enum tls_support resumption;
    unsigned handshake_ms;
};

/* Certificate of X.509 DER; the pieces live in the arena. INVALID for garbage. */
err tls_certificate_read(struct arena *a, str der, struct tls_certificate *ret);
/* RFC 6125 section 6.4: exact or one leading wildcard label; IP addresses exactly. */
bool tls_certificate_names(const struct tls_certificate *c, str host);
