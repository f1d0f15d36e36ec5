/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls_tickets.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"

err tls_tickets_init(struct tls_tickets *t)
{
    (void)pthread_mutex_init(&t->lock, NULL);
    crypto_random(t->keys, sizeof t->keys);
    t->rotate_at_ms = clock_mono_ms() + TLS_TICKET_ROTATE_MS;
    return ERR_NONE;
}

void tls_tickets_done(struct tls_tickets *t)
{
    crypto_wipe(t->keys, sizeof t->keys);
    (void)pthread_mutex_destroy(&t->lock);
}

static void rotate_if_due(struct tls_tickets *t)
{
    int64_t now = clock_mono_ms();
    if (now >= t->rotate_at_ms) {
        t->keys[1] = t->keys[0];
        crypto_random(&t->keys[0], sizeof t->keys[0]);
        t->rotate_at_ms = now + TLS_TICKET_ROTATE_MS;
    }
}

/* Copies the key to use; 1: the current one, 2: the one before (make a new ticket), 0: unknown. */
static int pick(struct tls_tickets *t, const unsigned char *name, struct tls_ticket_key *ret)
{
    int found = 0;
    (void)pthread_mutex_lock(&t->lock);
    rotate_if_due(t);
    for (int i = 0; i < 2 && !found; i++) {
        if (!name || memcmp(name, t->keys[i].name, sizeof t->keys[i].name) == 0) {
            *ret = t->keys[i];
            found = i + 1;
        }
    }
    (void)pthread_mutex_unlock(&t->lock);
    return found;
}

static int use_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                   EVP_MAC_CTX *mac, int encrypting)
{
    struct tls_tickets *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    struct tls_ticket_key key;
    char digest[] = "SHA256";
    int found = pick(t, encrypting ? NULL : name, &key);
    if (!found) {
        return 0;
    }
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac, sizeof key.mac),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    bool ok = EVP_MAC_CTX_set_params(mac, params) == 1;
    if (encrypting) {
        memcpy(name, key.name, sizeof key.name);
        crypto_random(iv, (size_t)EVP_CIPHER_get_iv_length(EVP_aes_256_cbc()));
        ok = ok && EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key.cipher, iv) == 1;
    } else {
        ok = ok && EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key.cipher, iv) == 1;
    }
    crypto_wipe(&key, sizeof key);
    return ok ? found : -1;
}

void tls_tickets_use(struct tls_tickets *t, SSL_CTX *ctx)
{
    SSL_CTX_set_app_data(ctx, t);
    (void)SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, use_key);
}
