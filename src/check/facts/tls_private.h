/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the TLS collector share: cipher suites, hand-made hellos, sessions of OpenSSL.
 */
#pragma once

#include <openssl/ssl.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "check/facts/collect.h"
#include "check/facts/tls_traits.h"

enum {
    TLS_HANDSHAKE_MS = 6000,          /* one handshake */
    TLS_HELLO_MS = 4000,              /* one hello and its answer */
    TLS_ENDPOINT_MS = 20000,          /* everything that is asked of one address */
    TLS_CONNECTIONS_MAX = 200,        /* to one address, for one host */
    TLS_CONNECTIONS_AT_ONCE = 6,      /* the same */
    TLS_HELLO_BYTES_MAX = 4096,       /* sent */
    TLS_ANSWER_BYTES_MAX = 132 << 10, /* read: hello, certificates, key exchange */
    TLS_SESSION_BYTES_MAX = 1 << 20,  /* read in one handshake of OpenSSL */
    TLS_OFFER_MAX = 256,              /* cipher suites in one hello */
};

/* ── cipher suites ── */

enum tls_family {
    TLS_FAMILY_AEAD, /* with forward secrecy */
    TLS_FAMILY_CBC,  /* with forward secrecy */
    TLS_FAMILY_STATIC,
    TLS_FAMILY_BROKEN,
    TLS_FAMILIES,
    TLS_FAMILY_ALL = (1 << TLS_FAMILIES) - 1 /* as a set */
};

/* The suites that a version can choose, of a set of families; gives their number. */
size_t tls_ciphers_of(enum tls_version version, unsigned families, uint16_t *ret, size_t max);

/* ── hellos (RFC 8446 section 4.1, RFC 5246 section 7.4.1, RFC 6101; SSL 2 of 1995) ── */

struct tls_hello {
    enum tls_version version;
    str host; /* server name; an address is left out */
    const uint16_t *ciphers;
    size_t cipher_count;
    const uint16_t *groups;
    size_t group_count;
    bool compression;  /* offer DEFLATE */
    bool key_exchange; /* the answer is read on until the key exchange */
};

enum tls_answer_kind { TLS_ANSWER_MORE, TLS_ANSWER_HELLO, TLS_ANSWER_ALERT, TLS_ANSWER_NONSENSE };

struct tls_answer {
    enum tls_answer_kind kind;
    size_t need; /* with MORE: bytes there must be before it is worth reading again */
    enum tls_version version;
    unsigned cipher, group; /* group 0: not told */
    unsigned dh_bits;       /* of the key exchange, 0: none */
    bool deflate, secure_renegotiation;
    unsigned alert;
    unsigned ssl2_ciphers[16];
    size_t ssl2_count;
};

void tls_hello_write(struct buf *b, const struct tls_hello *x);

/* Reads the bytes that a server sent after the hello. `scratch` holds the handshake messages
 * without their records. */
void tls_answer_read(struct buf *scratch, const struct tls_hello *asked, str bytes,
                     struct tls_answer *ret);

/* ── one address ── */

struct tls_probe {
    struct collect *c;
    SSL_CTX *context;
    str host;
    struct addr address; /* with the port */
    int64_t until_ms;
    struct arena *a;
    struct tls_endpoint *endpoint; /* written by one thread */
    atomic_uint connections;
};

/* Asks everything of the address and fills in the endpoint. */
void tls_probe_run(struct tls_probe *probe);
/* Sets the outcome with the words for people. */
void tls_probe_give_up(struct tls_probe *probe, enum tls_outcome outcome, const char *words);

/* Sends one hello and reads the answer. False: nothing can be said (not reached, no answer in time,
 * limits). A connection that the server closes counts as an alert. */
bool tls_ask(struct tls_probe *probe, const struct tls_hello *hello, struct tls_answer *ret);

/* Versions, cipher suites, groups and so on, by hand-made hellos and short sessions. */
void tls_scan(struct tls_probe *probe);

/* ── sessions of OpenSSL ── */

/* The client's settings: every version and cipher suite that OpenSSL has, the anchors of --ca-file
 * or the system. NULL without memory, or when the file cannot be read. Free with SSL_CTX_free. */
SSL_CTX *tls_context_new(const struct collect *c);

struct tls_link; /* one connection with its limits */

/* Shakes hands on a connected socket, which the caller closes after the link. *ret_reason is words
 * for people when the handshake fails; the link is there (and to be closed) whenever there was
 * memory.
 */
err tls_link_open(SSL_CTX *context, str host, int fd, int64_t until_ms, int version_max,
                  SSL_SESSION *session, struct tls_link **ret, const char **ret_reason);
/* Goes on with a handshake that was asked for: renegotiation. */
err tls_link_shake(struct tls_link *link, const char **ret_reason);
/* Moves the deadline. */
void tls_link_hurry(struct tls_link *link, int64_t until_ms);
SSL *tls_link_ssl(struct tls_link *link);
/* Not one byte came. */
bool tls_link_is_silent(const struct tls_link *link);
void tls_link_close(struct tls_link *link);

/* Fills in what one finished handshake shows. */
void tls_session_look(struct tls_link *link, const struct facts *facts, struct arena *a,
                      struct tls_endpoint *x);

/* Trust, order and names of the chain that the peer sent. */
void tls_chain_judge(SSL_CTX *context, STACK_OF(X509) * sent, int64_t now_ms, struct arena *a,
                     struct tls_endpoint *x);
/* The stapled OCSP response (RFC 6960), with the issuer out of the chain or the anchors. */
void tls_staple_judge(SSL_CTX *context, STACK_OF(X509) * sent, str response,
                      struct tls_endpoint *x);
