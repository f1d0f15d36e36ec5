/* SPDX-License-Identifier: Apache-2.0 */
/* What a finding is called where others read it. A fingerprint stands in baselines, SARIF and CI
 * logs, so it must not give away a password that can be guessed: without a key, guessing one must
 * cost. */
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/crypto.h"
#include "scan/finding_private.h"

enum {
    ROUNDS = 10000, /* of PBKDF2; changing it changes every fingerprint */
    THREADS_MAX = 8,
    SALT_MAX = 200,
    STRONG_MIN = 24,      /* characters */
    STRONG_DISTINCT = 12, /* different ones */
    STRONG_CHANGES = 3,   /* from letter to digit or back: words have none */
    STRONG_PEM_MIN = 200
};

struct work {
    struct findings *f;
    str key;
    atomic_size_t next;
    atomic_bool failed;
};

/* A token that a machine drew, by its own bytes only: the answer is part of the fingerprint. What a
 * person may have thought of, or has a password within, is none. */
static bool is_strong(const struct rule *rule, str secret)
{
    unsigned distinct = 0, changes = 0;
    bool seen[256] = {false}, digit = false, letter = false;
    if (rule_rank(rule) > 0) {
        return false;
    }
    if (str_starts(secret, STR("-----BEGIN"))) {
        return secret.n >= STRONG_PEM_MIN;
    }
    for (size_t i = 0; i < secret.n; i++) {
        unsigned char c = (unsigned char)secret.p[i];
        char low = str_lower(secret.p[i]);
        if (c <= ' ' || c >= 0x7f || strchr(":@\"'", c)) {
            return false;
        }
        distinct += !seen[c];
        seen[c] = true;
        bool is_digit = c >= '0' && c <= '9', is_letter = low >= 'a' && low <= 'z';
        changes += (digit && is_letter) || (letter && is_digit);
        digit = is_digit;
        letter = is_letter;
    }
    return secret.n >= STRONG_MIN && distinct >= STRONG_DISTINCT && changes >= STRONG_CHANGES;
}

static bool digest_of(const struct finding *one, str key, struct crypto_digest *ret)
{
    str secret = secret_view(&one->secret);
    char salt[SALT_MAX];
    int n = snprintf(salt, sizeof salt, "doorward scan 1 %s", one->rule->id);
    if (n < 0 || n >= (int)sizeof salt) {
        return false;
    }
    if (!str_empty(key)) {
        struct crypto_digest inner = crypto_hmac(key, str_n(salt, (size_t)n));
        *ret = crypto_hmac(str_n((const char *)inner.bytes, sizeof inner.bytes), secret);
        return true;
    }
    if (is_strong(one->rule, secret)) {
        *ret = crypto_hmac(str_n(salt, (size_t)n), secret);
        return true;
    }
    return PKCS5_PBKDF2_HMAC(secret.p, (int)secret.n, (const unsigned char *)salt, n, ROUNDS,
                             EVP_sha256(), sizeof ret->bytes, ret->bytes) == 1;
}

void finding_set_fingerprint(struct finding *f, const struct crypto_digest *digest)
{
    for (size_t i = 0; i < FINDING_FINGERPRINT_HEX; i++) {
        unsigned byte = digest->bytes[i / 2];
        f->fingerprint[i] = "0123456789abcdef"[i % 2 ? byte & 15 : byte >> 4];
    }
}

static void *run(void *user)
{
    struct work *w = user;
    for (size_t i; (i = atomic_fetch_add(&w->next, 1)) < w->f->count;) {
        struct finding *one = &w->f->entries[i].f;
        struct crypto_digest digest;
        if (one->reported_not) {
            continue; /* nothing refers to it */
        }
        if (digest_of(one, w->key, &digest)) {
            finding_set_fingerprint(one, &digest);
        } else {
            atomic_store(&w->failed, true);
        }
    }
    return NULL;
}

err findings_fingerprint(struct findings *f, str key)
{
    struct work w = {.f = f, .key = key};
    pthread_t threads[THREADS_MAX];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t started = 0, more = cores > 1 ? (size_t)cores - 1 : 0;
    more = more < THREADS_MAX ? more : THREADS_MAX;
    more = more < f->count ? more : f->count;
    while (started < more && pthread_create(&threads[started], NULL, run, &w) == 0) {
        started++;
    }
    (void)run(&w);
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    return atomic_load(&w.failed) ? err_new(ERR_INTERNAL, "a fingerprint could not be made")
                                  : ERR_NONE;
}
