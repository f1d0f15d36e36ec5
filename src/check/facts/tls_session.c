/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>

#include "check/facts/tls_private.h"

static void look_at_version(SSL *ssl, struct arena *a, struct tls_endpoint *x)
{
    int wire = SSL_version(ssl);
    enum tls_version version = TLS_VERSIONS;
    if (wire >= TLS1_VERSION && wire <= TLS1_3_VERSION) {
        version = (enum tls_version)(TLS_10 + (wire - TLS1_VERSION));
        x->versions[version] = TLS_OFFERED;
    }
    const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
    struct tls_cipher *one = cipher ? arena_alloc(a, sizeof *one) : NULL;
    if (one) {
        one->id = SSL_CIPHER_get_protocol_id(cipher);
        one->name = tls_cipher_name(one->id);
        one->version = version;
        x->ciphers = one;
        x->cipher_count = 1;
    }
    if (version != TLS_13) {
        x->secure_renegotiation =
            SSL_get_secure_renegotiation_support(ssl) ? TLS_OFFERED : TLS_REFUSED;
    }
}

void tls_session_look(struct tls_link *link, const struct facts *facts, struct arena *a,
                      struct tls_endpoint *x)
{
    SSL *ssl = tls_link_ssl(link);
    SSL_CTX *context = SSL_get_SSL_CTX(ssl);
    STACK_OF(X509) *sent = SSL_get_peer_cert_chain(ssl);
    const unsigned char *p = NULL;
    unsigned n = 0;
    look_at_version(ssl, a, x);
    SSL_get0_alpn_selected(ssl, &p, &n);
    str chosen = arena_str(a, str_n((const char *)p, n));
    x->alpn = n > 0 && chosen.p ? chosen : STR_EMPTY;
    const unsigned char *response = NULL;
    long length = SSL_get_tlsext_status_ocsp_resp(ssl, &response);
    if (sent) {
        tls_chain_judge(context, sent, facts_now_ms(facts), a, x);
        tls_staple_judge(context, sent,
                         str_n((const char *)response, length > 0 ? (size_t)length : 0), x);
    }
    ERR_clear_error();
}
