/* SPDX-License-Identifier: Apache-2.0 */
#include "access/seal.h"

#include <sodium.h>

#include "base/crypto.h"
#include "base/mem.h"

enum {
    VERSION = 1,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    HEAD = 1 + NONCE,
    KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    PLAIN_MAX = 64 << 10,
    BOUND_MAX = 255,
};
_Static_assert(KEY == sizeof(struct crypto_digest), "one block of HKDF is the key");

/* HKDF-SHA-256 (RFC 5869) with one block of output; the same file also keys the hashes of tokens,
 * the labels keep the two apart. */
static struct crypto_digest derive(const struct secret *key)
{
    struct crypto_digest drawn = crypto_hmac(STR("doorward seal"), secret_view(key));
    struct crypto_digest derived =
        crypto_hmac(str_n((const char *)drawn.bytes, sizeof drawn.bytes), STR("xchacha20\x01"));
    crypto_wipe(&drawn, sizeof drawn);
    return derived;
}

/* What is vouched for besides the text: version and owner. */
static size_t additional(unsigned char *data, str bound_to)
{
    data[0] = VERSION;
    memcpy(data + 1, bound_to.p, bound_to.n);
    return bound_to.n + 1;
}

err seal_close(struct arena *a, const struct secret *key, str bound_to, str plain, str *ret)
{
    unsigned char data[1 + BOUND_MAX];
    if (secret_empty(key) || str_empty(bound_to) || bound_to.n > BOUND_MAX || plain.n > PLAIN_MAX) {
        return err_new(ERR_INTERNAL, "a secret cannot be sealed like that");
    }
    unsigned char *out = arena_alloc(a, HEAD + plain.n + TAG);
    if (!out) {
        return err_new(ERR_NO_MEMORY, "no memory to seal a secret");
    }
    out[0] = VERSION;
    crypto_random(out + 1, NONCE);
    struct crypto_digest derived = derive(key);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + HEAD, NULL, (const unsigned char *)plain.p, plain.n, data, additional(data, bound_to),
        NULL, out + 1, derived.bytes);
    crypto_wipe(&derived, sizeof derived);
    *ret = str_n((const char *)out, HEAD + plain.n + TAG);
    return ERR_NONE;
}

err seal_open(const struct secret *key, str bound_to, str sealed, struct secret *ret)
{
    static const err corrupt = {ERR_CORRUPT, "a sealed secret cannot be opened with this key"};
    unsigned char data[1 + BOUND_MAX];
    if (secret_empty(key) || str_empty(bound_to) || bound_to.n > BOUND_MAX ||
        sealed.n < HEAD + TAG || sealed.n > HEAD + PLAIN_MAX + TAG || sealed.p[0] != VERSION) {
        return corrupt;
    }
    size_t n = sealed.n - HEAD - TAG;
    char *plain = mem_alloc(n + 1);
    if (!plain) {
        return err_new(ERR_NO_MEMORY, "no memory to open a sealed secret");
    }
    const unsigned char *in = (const unsigned char *)sealed.p;
    struct crypto_digest derived = derive(key);
    int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(
        (unsigned char *)plain, NULL, NULL, in + HEAD, n + TAG, data, additional(data, bound_to),
        in + 1, derived.bytes);
    crypto_wipe(&derived, sizeof derived);
    if (rc != 0) {
        mem_free(plain);
        return corrupt;
    }
    secret_done(ret);
    *ret = (struct secret){plain, n};
    return ERR_NONE;
}
