/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/rsa.h>

#include "check/mail/dkim_canon.h"
#include "check/mail/dkim_private.h"

enum { DIGEST_BYTES = 32 };

const char *dkim_result_name(enum dkim_result result)
{
    static const char *const names[] = {"pass", "fail", "permerror"};
    return names[result];
}

static void say(struct dkim_verdict *v, enum dkim_result result, const char *why)
{
    v->result = result;
    v->why = why;
}

/* What the tags say before anything is computed. */
static bool is_allowed(struct dkim_verdict *v, const struct dkim_signature *s,
                       const struct dkim_key *key)
{
    const char *why = NULL;
    if (s->sha1) {
        why = "rsa-sha1 is not valid any more (RFC 8301 section 3.1): sign with rsa-sha256";
    } else if (s->algorithm == DKIM_UNKNOWN) {
        why = "the algorithm in a= is not known";
    } else if (key->revoked) {
        why = "the key is revoked: its p= is empty";
    } else if (key->algorithm != s->algorithm) {
        why = "the key is of another type than the signature";
    } else if (!key->sha256) {
        why = "the key's h= does not allow sha256";
    } else if (!key->email) {
        why = "the key's s= does not allow mail";
    } else if (key->strict && !str_ieq(s->identity_domain, s->domain)) {
        why = "the key has t=s, and i= is a subdomain of d=";
    } else if (key->algorithm == DKIM_RSA && key->bits < DKIM_RSA_BITS_MIN) {
        why = "the key is shorter than 1,024 bits, so the signature is not valid (RFC 8301 section "
              "3.2)";
    }
    if (why) {
        say(v, DKIM_PERMERROR, why);
    }
    return !why;
}

static bool body_digest(const struct message *m, const struct dkim_signature *s,
                        unsigned char ret[DIGEST_BYTES], struct dkim_verdict *v)
{
    struct canon c;
    unsigned n = 0;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool fine = digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1;
    if (fine) {
        canon_init(&c, digest, s->relaxed_body, m->bare_lf, s->has_length ? s->length : UINT64_MAX);
        canon_body(&c, m->body);
        fine = canon_body_end(&c) && EVP_DigestFinal_ex(digest, ret, &n) == 1 && n == DIGEST_BYTES;
        v->body_bytes = c.total;
        v->unsigned_bytes = s->has_length && c.total > s->length ? c.total - s->length : 0;
    }
    EVP_MD_CTX_free(digest);
    return fine;
}

static bool body_holds(const struct message *m, const struct dkim_signature *s,
                       struct dkim_verdict *v)
{
    unsigned char made[DIGEST_BYTES];
    if (!body_digest(m, s, made, v)) {
        say(v, DKIM_PERMERROR, "the body could not be hashed");
    } else if (s->has_length && s->length > v->body_bytes) {
        say(v, DKIM_PERMERROR, "l= is more than the body has");
    } else if (!str_eq(s->body_hash, str_n((const char *)made, sizeof made))) {
        say(v, DKIM_FAIL, "the body was changed after it was signed: its hash is not that of bh=");
    } else {
        return true;
    }
    return false;
}

/* The next field of a name, from the bottom up (section 5.4.2); NULL when all are taken. */
static const struct message_field *take_field(const struct message *m, str name, bool *taken)
{
    for (size_t i = m->count; i > 0; i--) {
        if (!taken[i - 1] && str_ieq(m->fields[i - 1].name, name)) {
            taken[i - 1] = true;
            return &m->fields[i - 1];
        }
    }
    return NULL;
}

static void judge_coverage(const struct message *m, const bool *taken, struct dkim_verdict *v)
{
    static const str names[] = {STR_INIT("From"), STR_INIT("Subject"), STR_INIT("To"),
                                STR_INIT("Date")};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        for (size_t i = 0; i < m->count; i++) {
            if (!taken[i] && str_empty(v->unsigned_name) && str_ieq(m->fields[i].name, names[n])) {
                v->unsigned_name = names[n];
            }
        }
    }
}

static bool header_digest(struct arena *a, const struct message *m, const struct dkim_signature *s,
                          unsigned char ret[DIGEST_BYTES], struct dkim_verdict *v)
{
    struct canon c;
    unsigned n = 0;
    bool *taken = arena_array(a, m->count, sizeof *taken);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool fine = taken && digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1;
    if (fine) {
        canon_init(&c, digest, s->relaxed_header, m->bare_lf, UINT64_MAX);
        for (size_t i = 0; i < m->count; i++) { /* its own field never counts, should h= name it */
            taken[i] = m->fields[i].raw.p == s->field->raw.p;
        }
        for (size_t i = 0; i < s->name_count; i++) {
            const struct message_field *field = take_field(m, s->names[i], taken);
            if (field) {
                canon_field(&c, field, STR_EMPTY, false);
            } else if (str_empty(v->oversigned)) {
                v->oversigned = s->names[i];
            }
        }
        canon_field(&c, s->field, dkim_signature_hole(s->field), true);
        judge_coverage(m, taken, v);
        fine =
            canon_header_end(&c) && EVP_DigestFinal_ex(digest, ret, &n) == 1 && n == DIGEST_BYTES;
    }
    EVP_MD_CTX_free(digest);
    return fine;
}

static bool rsa_holds(EVP_PKEY *key, str value, const unsigned char digest[DIGEST_BYTES])
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool holds = context && EVP_PKEY_verify_init(context) == 1 &&
                 EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                 EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
                 EVP_PKEY_verify(context, (const unsigned char *)value.p, value.n, digest,
                                 DIGEST_BYTES) == 1;
    EVP_PKEY_CTX_free(context);
    return holds;
}

/* RFC 8463 section 3: the hash itself is what Ed25519 signs. */
static bool ed25519_holds(EVP_PKEY *key, str value, const unsigned char digest[DIGEST_BYTES])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool holds = context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
                 EVP_DigestVerify(context, (const unsigned char *)value.p, value.n, digest,
                                  DIGEST_BYTES) == 1;
    EVP_MD_CTX_free(context);
    return holds;
}

static bool signature_holds(const struct dkim_signature *s, const struct dkim_key *key,
                            const unsigned char digest[DIGEST_BYTES])
{
    EVP_PKEY *opened = dkim_key_open(key);
    bool holds = opened && (s->algorithm == DKIM_RSA ? rsa_holds(opened, s->value, digest)
                                                     : ed25519_holds(opened, s->value, digest));
    EVP_PKEY_free(opened);
    return holds;
}

struct dkim_verdict dkim_verify(struct arena *a, const struct message *m,
                                const struct dkim_signature *s, const struct dkim_key *key,
                                int64_t now_ms)
{
    struct dkim_verdict v = {.result = DKIM_PASS,
                             .why = "the signature holds",
                             .oversigned = STR_EMPTY,
                             .unsigned_name = STR_EMPTY};
    unsigned char digest[DIGEST_BYTES];
    if (!is_allowed(&v, s, key) || !body_holds(m, s, &v)) {
        return v;
    }
    if (!header_digest(a, m, s, digest, &v)) {
        say(&v, DKIM_PERMERROR, "the header could not be hashed");
    } else if (!signature_holds(s, key, digest)) {
        say(&v, DKIM_FAIL,
            "the signature is not that of the key: a signed header field was changed, or the key "
            "is another one than the sender signs with");
    } else if (s->expires_s >= 0 && s->expires_s * 1000 < now_ms) {
        v.expired = true;
        say(&v, DKIM_PERMERROR, "the signature has expired: x= is past");
    }
    return v;
}
