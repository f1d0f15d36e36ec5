/* SPDX-License-Identifier: Apache-2.0 */
/* The two canonical forms of header fields and bodies (RFC 6376 section 3.4), in a stream. */
#pragma once

#include <openssl/evp.h>

#include "check/mail/message.h"

enum { CANON_BUFFER = 4096 };

/* A digest that is fed through a buffer. */
struct canon {
    EVP_MD_CTX *digest;
    bool relaxed, bare_lf;
    bool failed; /* the digest did not take bytes */
    char buffer[CANON_BUFFER];
    size_t buffered;
    uint64_t left;  /* canonical bytes that still go into the digest */
    uint64_t total; /* canonical bytes */
    uint64_t lines; /* line ends not written yet: those at the very end are left out */
    bool space, cr, any;
};

/* Starts; `digest` is borrowed and initialised already. `max` is of l=, UINT64_MAX for all. */
void canon_init(struct canon *c, EVP_MD_CTX *digest, bool relaxed, bool bare_lf, uint64_t max);
/* Takes a piece of the body. */
void canon_body(struct canon *c, str piece);
/* Ends the body; false when the digest failed. */
bool canon_body_end(struct canon *c);

/* Takes a header field; `without` is cut out of its raw text (b= of the signature itself; empty:
 * nothing). A line end follows unless `last`. */
void canon_field(struct canon *c, const struct message_field *field, str without, bool last);
/* Ends the header; false when the digest failed. */
bool canon_header_end(struct canon *c);
