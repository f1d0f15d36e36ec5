/* SPDX-License-Identifier: Apache-2.0 */
/* DomainKeys Identified Mail: key records, signatures and their verification (RFC 6376, 8301,
 * 8463). Pure functions; who verifies brings the key's text. */
#pragma once

#include "check/mail/message.h"
#include "check/mail/tags.h"

enum {
    DKIM_KEY_BYTES_MAX = 16 << 10,   /* of a key record */
    DKIM_FIELD_BYTES_MAX = 64 << 10, /* of a DKIM-Signature field */
    DKIM_SIGNATURES_MAX = 16,        /* of one message; the rest is not verified */
    DKIM_NAMES_MAX = 200,            /* in h= */
    DKIM_RSA_BITS_MIN = 1024,        /* RFC 8301 section 3.2: below, a signature is not valid */
    DKIM_RSA_BITS_GOOD = 2048,
    DKIM_RSA_BITS_MAX = 16384,
};

enum dkim_algorithm { DKIM_RSA, DKIM_ED25519, DKIM_UNKNOWN };

struct dkim_key {
    enum dkim_algorithm algorithm;
    str algorithm_name; /* k=, "rsa" when it is left out */
    unsigned bits;      /* of an RSA modulus; 256 for Ed25519 */
    bool revoked;       /* p= is empty */
    bool testing;       /* t=y */
    bool strict;        /* t=s: i= must be the very domain of d= */
    bool sha256;        /* h= allows it, or is left out */
    bool email;         /* s= allows mail, or is left out */
    bool has_version;   /* v=DKIM1 */
    str material;       /* p= decoded: SubjectPublicKeyInfo or RSAPublicKey; raw for Ed25519 */
};

/* Reads a key record (RFC 6376 section 3.6.1), its strings joined. False with *ret_problem. A key
 * type that is not known is DKIM_UNKNOWN and well. */
bool dkim_key_read(struct arena *a, str text, struct dkim_key *ret,
                   struct text_problem *ret_problem);

/* Says that a TXT record wants to be a DKIM key at all: other texts stand at wildcards. */
bool dkim_key_is(str text);

struct dkim_signature {
    const struct message_field *field;
    enum dkim_algorithm algorithm;
    bool sha1;            /* rsa-sha1, which is not valid any more (RFC 8301 section 3.1) */
    str algorithm_name;   /* a= */
    str domain, selector; /* d=, s=; lower case, no final dot */
    str identity_domain;  /* of i=; the same as d= when it is left out */
    bool relaxed_header, relaxed_body;
    str names[DKIM_NAMES_MAX]; /* h= */
    size_t name_count;
    str value, body_hash; /* b= and bh= decoded */
    bool has_length;
    uint64_t length;             /* l= */
    int64_t signed_s, expires_s; /* t= and x=, -1 when left out */
};

/* Reads a DKIM-Signature field (RFC 6376 section 3.5). False with *ret_problem, whose offset counts
 * from the start of the field's value. */
bool dkim_signature_read(struct arena *a, const struct message_field *field,
                         struct dkim_signature *ret, struct text_problem *ret_problem);

/* Where its key is: selector._domainkey.domain. */
str dkim_key_name(struct arena *a, const struct dkim_signature *s);

enum dkim_result { DKIM_PASS, DKIM_FAIL, DKIM_PERMERROR };

const char *dkim_result_name(enum dkim_result result); /* as RFC 8601 section 2.7.1 has it */

struct dkim_verdict {
    enum dkim_result result;
    const char *why;         /* in words; what failed */
    uint64_t body_bytes;     /* canonical */
    uint64_t unsigned_bytes; /* of them behind l= */
    bool expired;            /* x= was before `now_ms` */
    /* The first name of h= that is not there so often as it is listed: nobody can add it
     * (RFC 6376 section 8.15). Empty: none. */
    str oversigned;
    /* Of From, Subject, To, Date: the first that is in the message and not signed. */
    str unsigned_name;
};

/* Verifies a signature with its key at the time of reception `now_ms` (RFC 6376 section 6.1). */
struct dkim_verdict dkim_verify(struct arena *a, const struct message *m,
                                const struct dkim_signature *s, const struct dkim_key *key,
                                int64_t now_ms);
