/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/bytes.h"
#include "check/mail/dkim.h"
#include "check/mail/dkim_private.h"

static bool problem(struct text_problem *ret, const struct tag *tag, size_t offset,
                    const char *what)
{
    *ret = (struct text_problem){tag ? tag->value_at + offset : 0, what};
    return false;
}

/* Base64 with folding space taken out; where it is broken in *ret_at. */
bool dkim_base64(struct arena *a, str text, str *ret, size_t *ret_at)
{
    char *plain = arena_alloc(a, text.n + 1);
    size_t n = 0;
    *ret_at = 0;
    for (size_t i = 0; plain && i < text.n; i++) {
        char c = text.p[i], low = str_lower(c);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            continue;
        }
        if (!((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
              c == '=')) {
            *ret_at = i;
            return false;
        }
        plain[n++] = c;
    }
    *ret_at = text.n;
    return plain && err_ok(bytes_unbase64(a, str_n(plain, n), ret));
}

EVP_PKEY *dkim_key_open(const struct dkim_key *key)
{
    const unsigned char *at = (const unsigned char *)key->material.p;
    if (key->algorithm == DKIM_ED25519) {
        return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, at, key->material.n);
    }
    EVP_PKEY *opened = d2i_PUBKEY(NULL, &at, (long)key->material.n);
    if (!opened) {
        at = (const unsigned char *)key->material.p; /* the bare form that the RFC's ABNF names */
        opened = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)key->material.n);
    }
    if (opened && (EVP_PKEY_get_base_id(opened) != EVP_PKEY_RSA ||
                   EVP_PKEY_get_bits(opened) > DKIM_RSA_BITS_MAX)) {
        EVP_PKEY_free(opened);
        opened = NULL;
    }
    return opened;
}

static bool read_material(struct arena *a, const struct tag *tag, struct dkim_key *key,
                          struct text_problem *ret)
{
    size_t at;
    if (!dkim_base64(a, tag->value, &key->material, &at)) {
        return problem(ret, tag, at,
                       at < tag->value.n ? "a letter that base64 does not have"
                                         : "the base64 of the key ends too early: a part of the "
                                           "key was lost");
    }
    if (key->algorithm == DKIM_UNKNOWN) {
        return true;
    }
    if (key->algorithm == DKIM_ED25519 && key->material.n != 32) {
        return problem(ret, tag, 0, "an Ed25519 key has 32 bytes (RFC 8463 section 4)");
    }
    EVP_PKEY *opened = dkim_key_open(key);
    if (!opened) {
        return problem(ret, tag, 0,
                       "this is no public key of the type in k=: cut off, or the "
                       "private key's file was pasted");
    }
    key->bits = key->algorithm == DKIM_RSA ? (unsigned)EVP_PKEY_get_bits(opened) : 256;
    EVP_PKEY_free(opened);
    return true;
}

static bool read_flags(const struct tags *tags, struct dkim_key *key)
{
    str name = tags_value(tags, STR("k")), flags = tags_value(tags, STR("t"));
    const struct tag *hashes = tags_find(tags, STR("h")), *services = tags_find(tags, STR("s"));
    key->algorithm_name = str_empty(name) ? STR("rsa") : name;
    key->algorithm = str_ieq(key->algorithm_name, STR("rsa"))       ? DKIM_RSA
                     : str_ieq(key->algorithm_name, STR("ed25519")) ? DKIM_ED25519
                                                                    : DKIM_UNKNOWN;
    key->testing = tags_lists(flags, ':', STR("y"));
    key->strict = tags_lists(flags, ':', STR("s"));
    key->sha256 = !hashes || tags_lists(hashes->value, ':', STR("sha256"));
    key->email = !services || tags_lists(services->value, ':', STR("email")) ||
                 tags_lists(services->value, ':', STR("*"));
    return true;
}

bool dkim_key_read(struct arena *a, str text, struct dkim_key *ret,
                   struct text_problem *ret_problem)
{
    struct tags tags;
    struct dkim_key key = {.bits = 0};
    if (text.n > DKIM_KEY_BYTES_MAX) {
        return problem(ret_problem, NULL, 0, "the record is longer than 16 KiB");
    }
    if (!tags_read(text, &tags, ret_problem)) {
        return false;
    }
    const struct tag *version = tags_find(&tags, STR("v")), *p = tags_find(&tags, STR("p"));
    key.has_version = version != NULL;
    if (version && !str_eq(version->value, STR("DKIM1"))) {
        return problem(ret_problem, version, 0,
                       str_starts(version->value, STR("DKIM1"))
                           ? "v=DKIM1 must be followed by a semicolon"
                           : "v= must be DKIM1");
    }
    if (version && version != tags.items) {
        return problem(ret_problem, version, 0, "v=DKIM1 must be the first tag");
    }
    if (!p) {
        *ret_problem = (struct text_problem){text.n, "the record has no p=, the key itself"};
        return false;
    }
    key.revoked = str_empty(p->value);
    if (!read_flags(&tags, &key) || (!key.revoked && !read_material(a, p, &key, ret_problem))) {
        return false;
    }
    *ret = key;
    return true;
}

bool dkim_key_is(str text)
{
    struct tags tags;
    struct text_problem ignored;
    if (str_istarts(str_trim(text), STR("v=DKIM")) || str_istarts(text, STR("k=")) ||
        str_istarts(text, STR("p="))) {
        return true;
    }
    return tags_read(text, &tags, &ignored) && tags_find(&tags, STR("p")) &&
           !tags_find(&tags, STR("v"));
}
